# Sources of engine/check.
libengine_la_SOURCES += \
  %D%/builtin_event.def %D%/currency.def %D%/expr.def %D%/type.def \
  %D%/analysis.c %D%/analysis.h \
  %D%/analysis_dates.c \
  %D%/analysis_group.c \
  %D%/analysis_ladder.c \
  %D%/analysis_property.c \
  %D%/analysis_rule.c \
  %D%/analysis_table.c \
  %D%/analysis_unused.c \
  %D%/check.c %D%/check.h %D%/checker.h \
  %D%/declare.c \
  %D%/expr.c %D%/expr.h \
  %D%/expr_arith.c \
  %D%/expr_call.c \
  %D%/expr_compare.c \
  %D%/expr_list.c \
  %D%/expr_literal.c \
  %D%/expr_name.c \
  %D%/expr_part.c \
  %D%/expr_window.c \
  %D%/group.c \
  %D%/group_order.c \
  %D%/ladder.c \
  %D%/limit.c \
  %D%/line.c \
  %D%/literal.c \
  %D%/measure.c \
  %D%/module.c \
  %D%/most.c %D%/most.h \
  %D%/partner_pool_cohort.c \
  %D%/points.c \
  %D%/presence.c \
  %D%/program.h \
  %D%/print.c %D%/print.h %D%/print_expr.c \
  %D%/range.c \
  %D%/rule.c \
  %D%/scope.c \
  %D%/shape.c \
  %D%/shop.c \
  %D%/solve.c %D%/solve.h \
  %D%/suggest.c \
  %D%/table.c \
  %D%/test.c \
  %D%/test_json.c \
  %D%/trigger.c \
  %D%/types.c \
  %D%/value_words.c

# Sources of engine/report, one a line.
libengine_la_SOURCES += \
  engine/report/backtest.c engine/report/backtest.h \
  engine/report/backtest_html.c \
  engine/report/backtest_svg.c \
  engine/report/backtest_write.c \
  engine/report/columns.c \
  engine/report/export.c engine/report/export.h \
  engine/report/export_books.c \
  engine/report/liability.c engine/report/liability.h \
  engine/report/liability_write.c \
  engine/report/progress.c engine/report/progress.h \
  engine/report/progress_write.c \
  engine/report/report.c engine/report/report.h \
  engine/report/statement.c engine/report/statement.h \
  engine/report/statement_write.c

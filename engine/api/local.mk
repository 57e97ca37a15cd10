libengine_la_SOURCES += \
  engine/api/api.h \
  engine/api/apply.c \
  engine/api/audit.c \
  engine/api/backtest.c \
  engine/api/balance.c \
  engine/api/bulk.c \
  engine/api/changes.c \
  engine/api/editor.c \
  engine/api/engine.c \
  engine/api/event.c \
  engine/api/impact.c \
  engine/api/ledger.c \
  engine/api/list.c \
  engine/api/program.c \
  engine/api/proof.c \
  engine/api/publish.c \
  engine/api/report.c \
  engine/api/result.c \
  engine/api/script.c \
  engine/api/test.c \
  engine/api/totals.c \
  engine/api/transit.c \
  engine/api/transit.h \
  engine/api/walk.c \
  engine/api/walk.h

/*
 * cli/summary.c -- turns the library's JSON answers about members and totals into tables.
 */
#include <config.h>

#include "cli/summary.h"
#include "cli/terminal.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <yajl/yajl_tree.h>

/* Up to this many members are all shown; of more, those with the most points. */
#define MEMBERS_SHOWN_ALL 30
#define MEMBERS_SHOWN_TOP 20

typedef struct member {
  char *name;
  int64_t units; /* of the first kind of points, to rank by */
} member;

typedef struct members {
  member *list;
  size_t count, room;
} members;

static int add_member(void *payload, const char *name)
{
  members *all = payload;
  if (all->count == all->room) {
    all->room = all->room ? all->room * 2 : 256;
    all->list = cli_realloc(all->list, all->room * sizeof *all->list);
  }
  all->list[all->count].units = 0;
  all->list[all->count++].name = cli_format("%s", name);
  return 0;
}

static void free_members(members *all)
{
  for (size_t i = 0; i < all->count; i++) free(all->list[i].name);
  free(all->list);
}

/* The answer about one member, or the totals; NULL after a sentence. */
static yajl_val ask(notch_ledger *ledger, const char *name, const char *at)
{
  cli_text text = {NULL, 0, 0};
  char why[256] = "";
  yajl_val answer = NULL;
  if (notch_ledger_balance(ledger, name, at, NULL, NOTCH_VIEW_JSON, cli_text_write, &text)
      != NOTCH_OK) {
    cli_fail_on(ledger);
  } else {
    answer = yajl_tree_parse(text.bytes, why, sizeof why);
    if (!answer) cli_fail(_("the library's answer is not JSON: %s"), why);
  }
  cli_text_free(&text);
  return answer;
}

static yajl_val part(yajl_val of, const char *a, const char *b)
{
  const char *path[] = {a, b, NULL};
  return of ? yajl_tree_get(of, path, yajl_t_any) : NULL;
}

static const char *text_of(yajl_val value)
{
  if (YAJL_IS_STRING(value)) return YAJL_GET_STRING(value);
  if (YAJL_IS_NUMBER(value)) return YAJL_GET_NUMBER(value);
  return "0";
}

static size_t key_count(yajl_val object)
{
  return YAJL_IS_OBJECT(object) ? YAJL_GET_OBJECT(object)->len : 0;
}

static bool is_zero(const char *figure)
{
  return !figure[strcspn(figure, "123456789")];
}

/* Whether any kind of points has something in this column. */
static bool in_use(yajl_val points, const char *column)
{
  for (size_t i = 0; i < key_count(points); i++) {
    yajl_val kind = YAJL_GET_OBJECT(points)->values[i];
    if (!is_zero(text_of(part(kind, column, NULL)))) return true;
  }
  return false;
}

static void title(const char *text)
{
  printf("\n%s%s%s\n", cli_style(stdout, CLI_STYLE_STRONG), text,
         cli_style(stdout, CLI_STYLE_PLAIN));
}

static void print_points(yajl_val totals)
{
  const struct {
    const char *name, *shown;
    bool always;
  } columns[] = {
    {"issued", _("issued"), true},      {"available", _("available"), true},
    {"pending", _("pending"), false},   {"held", _("held"), false},
    {"spent", _("spent"), false},       {"expired", _("expired"), false},
    {"taken_back", _("taken back"), false}, {"forgiven", _("forgiven"), false},
    {"debt", _("owed"), false},
  };
  yajl_val points = part(totals, "points", NULL);
  char align[sizeof columns / sizeof columns[0] + 2] = "l";
  bool used[sizeof columns / sizeof columns[0]];
  cli_table table;
  if (key_count(points) == 0) return;
  for (size_t c = 0; c < sizeof columns / sizeof columns[0]; c++) {
    used[c] = columns[c].always || in_use(points, columns[c].name);
    if (used[c]) strcat(align, "r");
  }
  title(_("Points"));
  cli_table_begin(&table, align);
  cli_table_add(&table, "");
  for (size_t c = 0; c < sizeof columns / sizeof columns[0]; c++) {
    if (used[c]) cli_table_add(&table, columns[c].shown);
  }
  for (size_t i = 0; i < key_count(points); i++) {
    cli_table_add(&table, YAJL_GET_OBJECT(points)->keys[i]);
    for (size_t c = 0; c < sizeof columns / sizeof columns[0]; c++) {
      yajl_val kind = YAJL_GET_OBJECT(points)->values[i];
      if (used[c]) cli_table_add(&table, text_of(part(kind, columns[c].name, NULL)));
    }
  }
  cli_table_end(&table, stdout, 2);
}

#define TIER_BAR_WIDTH 30

static void print_tiers(yajl_val totals)
{
  yajl_val ladders = part(totals, "tiers", NULL);
  double most = 1;
  cli_table table;
  if (key_count(ladders) == 0) return;
  title(_("Tiers"));
  cli_table_begin(&table, "llrl");
  cli_table_add(&table, _("ladder"));
  cli_table_add(&table, _("tier"));
  cli_table_add(&table, _("members"));
  cli_table_add(&table, "");
  for (size_t i = 0; i < key_count(ladders); i++) {
    yajl_val tiers = YAJL_GET_OBJECT(ladders)->values[i];
    for (size_t t = 0; t < key_count(tiers); t++) {
      double count = strtod(text_of(YAJL_GET_OBJECT(tiers)->values[t]), NULL);
      if (count > most) most = count;
    }
  }
  for (size_t i = 0; i < key_count(ladders); i++) {
    yajl_val tiers = YAJL_GET_OBJECT(ladders)->values[i];
    for (size_t t = 0; t < key_count(tiers); t++) {
      const char *count = text_of(YAJL_GET_OBJECT(tiers)->values[t]);
      int length = (int) (strtod(count, NULL) / most * TIER_BAR_WIDTH + 0.5);
      char bar[TIER_BAR_WIDTH * 3 + 1] = "";
      for (int n = 0; n < length && n < TIER_BAR_WIDTH; n++) strcat(bar, "▪");
      cli_table_add(&table, t == 0 ? YAJL_GET_OBJECT(ladders)->keys[i] : "");
      cli_table_add(&table, YAJL_GET_OBJECT(tiers)->keys[t]);
      cli_table_add(&table, count);
      cli_table_add(&table, bar);
    }
  }
  cli_table_end(&table, stdout, 2);
}

static void print_rewards(yajl_val totals)
{
  yajl_val rewards = part(totals, "rewards", NULL);
  cli_table table;
  bool any = false;
  for (size_t i = 0; i < key_count(rewards); i++) {
    yajl_val reward = YAJL_GET_OBJECT(rewards)->values[i];
    any = any || !is_zero(text_of(part(reward, "held", NULL)))
      || !is_zero(text_of(part(reward, "used", NULL)));
  }
  if (!any) return;
  title(_("Rewards"));
  cli_table_begin(&table, "lrr");
  cli_table_add(&table, "");
  cli_table_add(&table, _("held"));
  cli_table_add(&table, _("used"));
  for (size_t i = 0; i < key_count(rewards); i++) {
    yajl_val reward = YAJL_GET_OBJECT(rewards)->values[i];
    cli_table_add(&table, YAJL_GET_OBJECT(rewards)->keys[i]);
    cli_table_add(&table, text_of(part(reward, "held", NULL)));
    cli_table_add(&table, text_of(part(reward, "used", NULL)));
  }
  cli_table_end(&table, stdout, 2);
}

static int more_units(const void *left, const void *right)
{
  const member *a = left, *b = right;
  return a->units != b->units ? (a->units < b->units) - (a->units > b->units)
                              : strcmp(a->name, b->name);
}

/* Members with the most of the first kind of points to the front. */
static void rank(notch_ledger *ledger, const char *at, yajl_val totals, members *all)
{
  yajl_val points = part(totals, "points", NULL);
  if (key_count(points) == 0) return;
  for (size_t i = 0; i < all->count; i++) {
    notch_points_of_member has = {0, 0, 0, 0};
    notch_ledger_points(ledger, all->list[i].name, YAJL_GET_OBJECT(points)->keys[0], at, &has);
    all->list[i].units = has.available + has.pending + has.held;
    cli_progress_step(i, i);
  }
  qsort(all->list, all->count, sizeof *all->list, more_units);
}

static const char *const member_columns[] = {"available", "pending", "held", "debt"};
#define MEMBER_COLUMN_COUNT (sizeof member_columns / sizeof member_columns[0])

/* Of one kind of points: available always, the others where some member has any. */
static bool column_shown(yajl_val kind_totals, size_t column)
{
  return column == 0 || !is_zero(text_of(part(kind_totals, member_columns[column], NULL)));
}

static void add_heading(cli_table *table, yajl_val totals)
{
  const char *const shown[] = {NULL, _("pending"), _("held"), _("owed")};
  yajl_val points = part(totals, "points", NULL), ladders = part(totals, "tiers", NULL);
  cli_table_add(table, _("member"));
  for (size_t i = 0; i < key_count(ladders); i++) {
    cli_table_add(table, YAJL_GET_OBJECT(ladders)->keys[i]);
  }
  for (size_t i = 0; i < key_count(points); i++) {
    const char *kind = YAJL_GET_OBJECT(points)->keys[i];
    for (size_t c = 0; c < MEMBER_COLUMN_COUNT; c++) {
      if (!column_shown(YAJL_GET_OBJECT(points)->values[i], c)) continue;
      if (c == 0) cli_table_add(table, kind);
      else if (key_count(points) == 1) cli_table_add(table, shown[c]);
      else cli_table_addf(table, "%s %s", kind, shown[c]);
    }
  }
}

static void add_member_row(cli_table *table, yajl_val totals, const char *name, yajl_val answer)
{
  yajl_val points = part(totals, "points", NULL), ladders = part(totals, "tiers", NULL);
  bool closed = YAJL_IS_TRUE(part(answer, "closed", NULL));
  if (closed) cli_table_addf(table, _("%s (closed)"), name);
  else cli_table_add(table, name);
  for (size_t i = 0; i < key_count(ladders); i++) {
    yajl_val tier = part(part(answer, "tiers", YAJL_GET_OBJECT(ladders)->keys[i]), "tier", NULL);
    cli_table_add(table, YAJL_IS_STRING(tier) && !closed ? YAJL_GET_STRING(tier) : "");
  }
  for (size_t i = 0; i < key_count(points); i++) {
    yajl_val kind = part(answer, "points", YAJL_GET_OBJECT(points)->keys[i]);
    for (size_t c = 0; c < MEMBER_COLUMN_COUNT; c++) {
      if (!column_shown(YAJL_GET_OBJECT(points)->values[i], c)) continue;
      cli_table_add(table, text_of(part(kind, member_columns[c], NULL)));
    }
  }
}

static int print_members(notch_ledger *ledger, const char *at, yajl_val totals, members *all)
{
  yajl_val points = part(totals, "points", NULL);
  cli_text align = {NULL, 0, 0};
  cli_table table;
  size_t shown = all->count;
  if (all->count == 0) return CLI_DONE;
  title(_("Members"));
  if (all->count > MEMBERS_SHOWN_ALL) {
    shown = MEMBERS_SHOWN_TOP;
    rank(ledger, at, totals, all);
  }
  cli_text_addf(&align, "l");
  for (size_t i = 0; i < key_count(part(totals, "tiers", NULL)); i++) cli_text_addf(&align, "l");
  for (size_t i = 0; i < key_count(points); i++) {
    for (size_t c = 0; c < MEMBER_COLUMN_COUNT; c++) {
      if (column_shown(YAJL_GET_OBJECT(points)->values[i], c)) cli_text_addf(&align, "r");
    }
  }
  cli_table_begin(&table, align.bytes);
  add_heading(&table, totals);
  int code = CLI_DONE;
  for (size_t i = 0; i < shown && code == CLI_DONE; i++) {
    yajl_val answer = ask(ledger, all->list[i].name, at);
    if (!answer) code = CLI_FAILED;
    add_member_row(&table, totals, all->list[i].name, answer);
    yajl_tree_free(answer);
  }
  cli_table_end(&table, stdout, 2);
  cli_text_free(&align);
  if (shown < all->count) {
    printf("  ");
    printf(_("... those with the most points; %zu more\n"), all->count - shown);
  }
  return code;
}

int cli_summary_print(notch_ledger *ledger, const char *at)
{
  members all = {NULL, 0, 0};
  yajl_val totals = ask(ledger, NULL, at);
  int code = totals ? CLI_DONE : CLI_FAILED;
  if (code == CLI_DONE && notch_ledger_members(ledger, add_member, &all) != NOTCH_OK) {
    code = cli_fail_on(ledger);
  }
  if (code == CLI_DONE) code = print_members(ledger, at, totals, &all);
  if (code == CLI_DONE) {
    print_points(totals);
    print_rewards(totals);
    print_tiers(totals);
  }
  free_members(&all);
  yajl_tree_free(totals);
  return code;
}

/* The library ends a document with a line break; inside another one it is not wanted. */
static void trim(cli_text *text)
{
  while (text->size > 0 && text->bytes[text->size - 1] == '\n') text->size--;
}

int cli_summary_json(notch_ledger *ledger, const char *at, cli_text *to)
{
  members all = {NULL, 0, 0};
  cli_text_addf(to, "\"totals\":");
  notch_status status =
      notch_ledger_balance(ledger, NULL, at, NULL, NOTCH_VIEW_JSON, cli_text_write, to);
  trim(to);
  cli_text_addf(to, ",\"members\":[");
  if (status == NOTCH_OK) status = notch_ledger_members(ledger, add_member, &all);
  for (size_t i = 0; i < all.count && status == NOTCH_OK; i++) {
    if (i > 0) cli_text_addf(to, ",\n");
    status = notch_ledger_balance(ledger, all.list[i].name, at, NULL, NOTCH_VIEW_JSON,
                                  cli_text_write, to);
    trim(to);
  }
  cli_text_addf(to, "]");
  free_members(&all);
  return status == NOTCH_OK ? CLI_DONE : cli_fail_on(ledger);
}

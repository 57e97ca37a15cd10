/*
 * report/backtest_html.c -- a backtest as one page: style and pictures are within it, no script
 * runs, nothing is fetched.  Reads on a phone, on paper and in the dark.
 */
#include <config.h>

#include "report/backtest.h"

#include <assert.h>
#include <string.h>

#define WORD(text) (int)(text).length, (text).bytes

static const char style[] =
    ":root{--ink:#1b2733;--soft:#5b6b7a;--paper:#fff;--card:#f4f6f8;--rule:#dde3e8;"
    "--recorded:#7b8b99;--recomputed:#00708c;--gain:#1a7f5a;--loss:#b4501e;"
    "--t0:#9aa7b3;--t1:#7c93b8;--t2:#c98a1b;--t3:#6b5fb5;--t4:#2a8f86;--t5:#b2466e}\n"
    "@media(prefers-color-scheme:dark){:root{--ink:#e4eaf0;--soft:#9dabb8;--paper:#12181e;"
    "--card:#1b232b;--rule:#2e3944;--recorded:#93a3b1;--recomputed:#4fc3dc;--gain:#4cc495;"
    "--loss:#eb8a55;--t0:#7f8c98;--t1:#8aa4cf;--t2:#dba23c;--t3:#958ae0;--t4:#4db8ae;"
    "--t5:#d9779b}}\n"
    "*{box-sizing:border-box}\n"
    "body{margin:0 auto;max-width:72rem;padding:1.25rem 1rem 3rem;background:var(--paper);"
    "color:var(--ink);font:1rem/1.5 system-ui,-apple-system,\"Segoe UI\",Roboto,\"Noto Sans\","
    "\"Noto Sans CJK SC\",sans-serif}\n"
    "h1{font-size:1.6rem;line-height:1.25;margin:.25rem 0}h2{font-size:1.15rem;margin:0 0 .5rem}\n"
    "p{margin:.25rem 0 .75rem}.soft{color:var(--soft)}\n"
    ".cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(10.5rem,1fr));gap:.75rem;"
    "margin:1rem 0 1.5rem}\n"
    ".card{background:var(--card);border-radius:.6rem;padding:.75rem .9rem}\n"
    ".card b{display:block;font-size:1.45rem;line-height:1.2;font-variant-numeric:tabular-nums}\n"
    ".card span{color:var(--soft);font-size:.875rem}\n"
    "main{columns:26rem 2;column-gap:2.5rem}\n"
    "section{border-top:1px solid var(--rule);padding:1rem 0 1.75rem;break-inside:avoid}\n"
    "svg{display:block;width:100%;max-width:36rem;height:auto;font-size:11px}\n"
    "table{border-collapse:collapse;width:100%;font-size:.93rem;"
    "font-variant-numeric:tabular-nums}\n"
    ".wide{overflow-x:auto}\n"
    "th,td{padding:.3rem .5rem;text-align:right;border-bottom:1px solid var(--rule)}\n"
    "th:first-child,td:first-child{text-align:left;padding-left:0}"
    "th:last-child,td:last-child{padding-right:0}\n"
    "th{font-weight:600;color:var(--soft);word-break:keep-all}thead th{vertical-align:bottom}\n"
    ".many thead th+th span{writing-mode:vertical-rl;text-orientation:sideways;"
    "transform:rotate(180deg);max-height:11rem;text-align:left}\n"
    "td.kept{font-weight:700}td.zero{color:var(--soft)}\n"
    ".up{color:var(--gain)}.down{color:var(--loss)}\n"
    "text{fill:var(--ink)}.small{font-size:10px;fill:var(--soft)}.end{text-anchor:end}"
    ".middle{text-anchor:middle}.name{font-weight:600}\n"
    ".flow{opacity:.42}.tier0{fill:var(--t0)}.tier1{fill:var(--t1)}.tier2{fill:var(--t2)}"
    ".tier3{fill:var(--t3)}.tier4{fill:var(--t4)}.tier5{fill:var(--t5)}\n"
    "line.grid{stroke:var(--rule);stroke-width:.7}"
    ".line{fill:none;stroke-width:2;stroke-linejoin:round}\n"
    "line.from{stroke:var(--soft);stroke-width:1;stroke-dasharray:3 3}\n"
    ".line.recorded{stroke:var(--recorded)}"
    ".line.recomputed{stroke:var(--recomputed);stroke-dasharray:6 2}\n"
    ".key.recorded{fill:var(--recorded)}.key.recomputed{fill:var(--recomputed)}\n"
    ".gain{fill:var(--gain)}.loss{fill:var(--loss)}.same{fill:var(--recorded)}\n"
    "footer{margin-top:2rem;color:var(--soft);font-size:.875rem}\n"
    "@media(max-width:32rem){table{font-size:.84rem}th,td{padding:.3rem .22rem}"
    "svg{font-size:12px}.small{font-size:11px}}\n"
    "@media print{html{font-size:9pt}body{max-width:none;padding:0}main{columns:7cm 2;"
    "column-gap:.8cm}h1{font-size:15pt}h2{font-size:11pt}section{padding:.25cm 0 .4cm}"
    ".card{border:1px solid #ccc}.wide{overflow:visible}th,td{padding:.2rem .25rem}"
    "svg{max-width:11cm}*{-webkit-print-color-adjust:exact;print-color-adjust:exact}"
    "@page{margin:1.6cm}}\n";

void notch_html_text(notch_out *out, notch_text text)
{
  for (uint32_t i = 0; i < text.length; i++) {
    char c = text.bytes[i];
    const char *escaped = c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '>' ? "&gt;"
                          : c == '"' ? "&quot;" : NULL;
    if (escaped != NULL) {
      notch_out_put(out, escaped);
    } else {
      notch_buffer_put(&out->text, &c, 1);
    }
  }
}

/* <tag>text</tag>, with a class where there is one. */
static void element(notch_out *out, const char *tag, const char *class, notch_text text)
{
  notch_buffer_print(&out->text, class[0] == '\0' ? "<%s>" : "<%s class=\"%s\">", tag, class);
  notch_html_text(out, text);
  notch_buffer_print(&out->text, "</%s>", tag);
}

static notch_text title_of(const notch_program *program)
{
  return program->title.length > 0 ? program->title : program->name;
}

static void card(notch_out *out, notch_text figure, const char *class, notch_text words)
{
  notch_out_put(out, "<div class=\"card\">");
  element(out, "b", class, figure);
  element(out, "span", "", words);
  notch_out_put(out, "</div>\n");
}

/* More points for members are a gain for them and a cost for the shop: the sign alone decides. */
static const char *class_of(__int128 change)
{
  return change > 0 ? "up" : change < 0 ? "down" : "";
}

/* Nobody has more or fewer of them, and nothing else moved. */
static bool is_unchanged(const notch_compared_kind *kind)
{
  return notch_is_comparable(kind) && kind->gain_count == 0 && kind->loss_count == 0 &&
         kind->flows[0].issued == kind->flows[1].issued &&
         kind->flows[0].spent == kind->flows[1].spent &&
         kind->flows[0].expired == kind->flows[1].expired &&
         kind->outstanding[0] == kind->outstanding[1] &&
         (!kind->has_worth[1] || kind->cost[0] == kind->cost[1]);
}

static void kind_cards(const notch_backtest *backtest, const notch_compared_kind *kind,
                       notch_out *out)
{
  notch_arena *run = backtest->arena;
  if (!notch_is_comparable(kind) || (is_unchanged(kind) && backtest->kind_count > 1)) {
    return;
  }
  __int128 change = kind->flows[1].issued - kind->flows[0].issued;
  notch_text figure = notch_change_text(run, change, kind->decimals);
  notch_text share = notch_percent_text(run, change, kind->flows[0].issued);
  card(out, figure, class_of(change),
       notch_arena_format(run, "%.*s issued (%.*s)", WORD(kind->title), WORD(share)));
  if (kind->has_worth[0] && kind->has_worth[1] &&
      notch_text_equal(kind->currency[0], kind->currency[1])) {
    notch_text cost = notch_change_text(run, kind->cost[1] - kind->cost[0],
                                        kind->currency_decimals[0]);
    card(out, notch_arena_format(run, "%.*s %.*s", WORD(cost), WORD(kind->currency[0])),
         class_of(kind->cost[1] - kind->cost[0]),
         notch_arena_format(run, "cost of %.*s, at their worth", WORD(kind->title)));
  }
}

static void head(const notch_backtest *backtest, notch_out *out)
{
  notch_arena *run = backtest->arena;
  const notch_program *recorded = backtest->programs[0], *other = backtest->programs[1];
  notch_out_put(out, "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                     "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                     "<meta name=\"color-scheme\" content=\"light dark\">\n<title>Backtest: ");
  notch_html_text(out, title_of(other));
  notch_out_put(out, "</title>\n<style>\n");
  notch_out_put(out, style);
  notch_out_put(out, "</style>\n</head>\n<body>\n<header>\n<p class=\"soft\">What would have "
                     "happened</p>\n");
  notch_text title = title_of(recorded), with = title_of(other);
  element(out, "h1", "", notch_text_equal(title, with)
                             ? notch_arena_format(run, "%.*s under other rules", WORD(title))
                             : notch_arena_format(run, "%.*s under the rules of %.*s",
                                                  WORD(title), WORD(with)));
  notch_text to = notch_day_text(run, recorded, backtest->to_us);
  notch_text from = backtest->from_us == INT64_MIN
                        ? NOTCH_TEXT("the first event")
                        : notch_day_text(run, recorded, backtest->from_us);
  element(out, "p", "soft", notch_arena_format(run, "From %.*s to %.*s", WORD(from), WORD(to)));
  notch_out_put(out, "</header>\n<div class=\"cards\">\n");
  card(out, notch_wide_text(run, backtest->members.count, 0), "",
       backtest->members.count == 1 ? NOTCH_TEXT("member") : NOTCH_TEXT("members"));
  notch_text share = notch_percent_text(run, backtest->changed, backtest->members.count);
  card(out, notch_wide_text(run, (__int128)backtest->changed, 0), "",
       notch_arena_format(run, "would fare differently (%.*s)", WORD(share)));
  for (uint32_t i = 0; i < backtest->kind_count; i++) {
    kind_cards(backtest, &backtest->kinds[i], out);
  }
  notch_out_put(out, "</div>\n");
}

/* ---- tables ---- */

#define MANY_COLUMNS 5 /* with more of them their titles stand upright, for a phone */

static bool row_in_use(const notch_compared_ladder *ladder, uint32_t from)
{
  uint32_t width = ladder->tier_count[1] + 1;
  uint64_t members = 0;
  for (uint32_t to = 0; to < width; to++) {
    members += ladder->migration[from * width + to];
  }
  return from > 0 || members > 0;
}

static bool column_in_use(const notch_compared_ladder *ladder, uint32_t to)
{
  uint64_t members = 0;
  for (uint32_t from = 0; from <= ladder->tier_count[0]; from++) {
    members += ladder->migration[from * (ladder->tier_count[1] + 1) + to];
  }
  return to > 0 || members > 0;
}

static void migration_table(const notch_backtest *backtest, const notch_compared_ladder *ladder,
                            notch_out *out)
{
  uint32_t width = ladder->tier_count[1] + 1;
  notch_buffer_print(&out->text, "<div class=\"wide%s\"><table><thead><tr>",
                     width > MANY_COLUMNS ? " many" : "");
  notch_out_put(out, "<th>recorded\xC2\xA0\xE2\x86\x93, recomputed\xC2\xA0\xE2\x86\x92</th>");
  for (uint32_t to = 0; to < width; to++) {
    if (column_in_use(ladder, to)) {
      notch_out_put(out, "<th>");
      element(out, "span", "", to == 0 ? NOTCH_TEXT("no tier") : ladder->tiers[1][to - 1].title);
      notch_out_put(out, "</th>");
    }
  }
  notch_out_put(out, "</tr></thead><tbody>\n");
  for (uint32_t from = 0; from <= ladder->tier_count[0]; from++) {
    if (!row_in_use(ladder, from)) {
      continue;
    }
    notch_out_put(out, "<tr>");
    element(out, "td", "", from == 0 ? NOTCH_TEXT("no tier") : ladder->tiers[0][from - 1].title);
    for (uint32_t to = 0; to < width; to++) {
      uint64_t members = ladder->migration[from * width + to];
      bool kept = from > 0 && to > 0 && notch_text_equal(ladder->tiers[0][from - 1].name,
                                                         ladder->tiers[1][to - 1].name);
      if (column_in_use(ladder, to)) {
        element(out, "td", members == 0 ? "zero" : kept ? "kept" : "",
                notch_wide_text(backtest->arena, (__int128)members, 0));
      }
    }
    notch_out_put(out, "</tr>\n");
  }
  notch_out_put(out, "</tbody></table></div>\n");
}

static void figure_row(const notch_backtest *backtest, const notch_compared_kind *kind,
                       const char *words, __int128 recorded, __int128 recomputed, notch_out *out)
{
  notch_arena *run = backtest->arena;
  notch_out_put(out, "<tr>");
  element(out, "td", "", notch_text_of(words));
  element(out, "td", "", kind->on[0] ? notch_wide_text(run, recorded, kind->decimals)
                                     : NOTCH_TEXT("\xE2\x80\x93"));
  element(out, "td", "", kind->on[1] ? notch_wide_text(run, recomputed, kind->decimals)
                                     : NOTCH_TEXT("\xE2\x80\x93"));
  element(out, "td", class_of(notch_is_comparable(kind) ? recomputed - recorded : 0),
          notch_is_comparable(kind) ? notch_change_text(run, recomputed - recorded, kind->decimals)
                           : NOTCH_TEXT(""));
  notch_out_put(out, "</tr>\n");
}

static void cost_row(const notch_backtest *backtest, const notch_compared_kind *kind,
                     notch_out *out)
{
  notch_arena *run = backtest->arena;
  bool both = kind->has_worth[0] && kind->has_worth[1] &&
              notch_text_equal(kind->currency[0], kind->currency[1]);
  if (!kind->has_worth[0] && !kind->has_worth[1]) {
    return;
  }
  unsigned has = kind->has_worth[1] ? 1 : 0;
  notch_out_put(out, "<tr>");
  element(out, "td", "", notch_arena_format(run, "cost, %.*s", WORD(kind->currency[has])));
  for (unsigned side = 0; side < NOTCH_SIDES; side++) {
    element(out, "td", "", kind->has_worth[side] ? notch_wide_text(run, kind->cost[side],
                                                                   kind->currency_decimals[side])
                                                 : NOTCH_TEXT("\xE2\x80\x93"));
  }
  __int128 change = both ? kind->cost[1] - kind->cost[0] : 0;
  element(out, "td", class_of(change),
          both ? notch_change_text(run, change, kind->currency_decimals[0]) : NOTCH_TEXT(""));
  notch_out_put(out, "</tr>\n");
}

static void kind_table(const notch_backtest *backtest, const notch_compared_kind *kind,
                       notch_out *out)
{
  notch_out_put(out, "<div class=\"wide\"><table><thead><tr><th></th><th>recorded</th>"
                     "<th>recomputed</th><th>change</th></tr></thead><tbody>\n");
  figure_row(backtest, kind, "issued, net of returns", kind->flows[0].issued,
             kind->flows[1].issued, out);
  figure_row(backtest, kind, "spent", kind->flows[0].spent, kind->flows[1].spent, out);
  figure_row(backtest, kind, "expired", kind->flows[0].expired, kind->flows[1].expired, out);
  figure_row(backtest, kind, "outstanding at the end", kind->outstanding[0],
             kind->outstanding[1], out);
  cost_row(backtest, kind, out);
  notch_out_put(out, "</tbody></table></div>\n");
}

static void extremes_table(const notch_backtest *backtest, uint32_t index, bool gains,
                           notch_out *out)
{
  const notch_compared_kind *kind = &backtest->kinds[index];
  uint32_t count = gains ? kind->gain_count : kind->loss_count;
  const uint32_t *list = gains ? kind->gains : kind->losses;
  notch_arena *run = backtest->arena;
  if (count == 0) {
    notch_out_put(out, gains ? "<p class=\"soft\">Nobody earns more.</p>\n"
                             : "<p class=\"soft\">Nobody earns less.</p>\n");
    return;
  }
  notch_out_put(out, "<table><thead><tr><th>member</th><th>recorded</th>"
                     "<th>recomputed</th><th>change</th></tr></thead><tbody>\n");
  for (uint32_t i = 0; i < count; i++) {
    const notch_subject *subject = &backtest->members.items[list[i]];
    __int128 change = notch_backtest_change(backtest, list[i], index);
    notch_out_put(out, "<tr>");
    element(out, "td", "", notch_plain_text(run, subject->id));
    element(out, "td", "", notch_wide_text(run, subject->flows[0][index].issued,
                                           kind->decimals));
    element(out, "td", "", notch_wide_text(run, subject->flows[1][index].issued,
                                           kind->decimals));
    element(out, "td", class_of(change), notch_change_text(run, change, kind->decimals));
    notch_out_put(out, "</tr>\n");
  }
  notch_out_put(out, "</tbody></table>\n");
}

/* ---- the page ---- */

/* `of` says which, where there are `several`. */
static void section(notch_out *out, notch_arena *run, const char *what, notch_text of,
                    bool several)
{
  notch_out_put(out, "<section>\n");
  element(out, "h2", "", several ? notch_arena_format(run, "%s: %.*s", what, WORD(of))
                                 : notch_text_of(what));
  notch_out_put(out, "\n");
}

static void foot(const notch_backtest *backtest, notch_out *out)
{
  notch_out_put(out, "<footer>\n<p>The other rules decided the recorded events once more, from "
                     "the first one on, in the same order.");
  if (backtest->from_us != INT64_MIN) {
    notch_out_put(out, " Figures count what was booked within the period; events before it only "
                       "give members their history. Points outstanding count everything.");
  }
  notch_out_put(out, " What people would have done otherwise under other rules, nobody can "
                     "tell.");
  if (backtest->refused_now > 0 || backtest->taken_now > 0) {
    notch_buffer_print(&out->text, " Of the events that were applied, %llu would be refused; of "
                       "those refused, %llu would be applied.",
                       (unsigned long long)backtest->refused_now,
                       (unsigned long long)backtest->taken_now);
  }
  if (backtest->erased > 0) {
    notch_buffer_print(&out->text, " Erased members left out: %llu.",
                       (unsigned long long)backtest->erased);
  }
  notch_out_put(out, "</p>\n</footer>\n</body>\n</html>\n");
}

void notch_backtest_html(const notch_backtest *backtest, notch_out *out)
{
  notch_arena *run = backtest->arena;
  bool several = backtest->kind_count > 1;
  head(backtest, out);
  notch_out_put(out, "<main>\n");
  for (uint32_t i = 0; i < backtest->ladder_count; i++) {
    section(out, run, "Members by tier", backtest->ladders[i].title,
            backtest->ladder_count > 1);
    notch_svg_flows(backtest, i, out);
    migration_table(backtest, &backtest->ladders[i], out);
    notch_out_put(out, "</section>\n");
  }
  for (uint32_t i = 0; i < backtest->kind_count; i++) {
    const notch_compared_kind *kind = &backtest->kinds[i];
    section(out, run, "Points", kind->title, true);
    kind_table(backtest, kind, out);
    if (is_unchanged(kind)) {
      notch_out_put(out, "<p class=\"soft\">The same for every member.</p>\n</section>\n");
      continue;
    }
    notch_out_put(out, "</section>\n");
    section(out, run, "Points outstanding", kind->title, several);
    notch_svg_outstanding(backtest, i, out);
    notch_out_put(out, "</section>\n");
    if (notch_is_comparable(kind)) {
      section(out, run, "Members by points more or fewer", kind->title, several);
      notch_svg_changes(backtest, i, out);
      notch_out_put(out, "</section>\n");
      section(out, run, "Largest gains", kind->title, several);
      extremes_table(backtest, i, true, out);
      notch_out_put(out, "</section>\n");
      section(out, run, "Largest losses", kind->title, several);
      extremes_table(backtest, i, false, out);
      notch_out_put(out, "</section>\n");
    }
  }
  notch_out_put(out, "</main>\n");
  foot(backtest, out);
}

/*
 * report/backtest_svg.c -- the pictures of a backtest, as SVG within the page: tier flows, points
 * outstanding over time, how many members gain or lose how much.
 *
 * Coordinates are tenths of a unit in integers; a drawing is 400 units wide and scales to its
 * place, so letters stay readable on a phone.  Colours are classes of the page's style.
 */
#include <config.h>

#include "report/backtest.h"

#include <assert.h>
#include <string.h>

#define WORD(text) (int)(text).length, (text).bytes
#define TIER_COLOURS 6u

/* ---- figures in a drawing ---- */

static void coordinate(notch_out *out, const char *name, int64_t tenths)
{
  notch_buffer_print(&out->text, " %s=\"%s%lld.%lld\"", name, tenths < 0 ? "-" : "",
                     (long long)((tenths < 0 ? -tenths : tenths) / 10),
                     (long long)((tenths < 0 ? -tenths : tenths) % 10));
}

static void pair(notch_out *out, int64_t x, int64_t y)
{
  notch_buffer_print(&out->text, "%lld.%lld %lld.%lld ", (long long)(x / 10),
                     (long long)(x % 10), (long long)(y / 10), (long long)(y % 10));
}

static void begin(notch_out *out, int64_t height_tenths, const char *label)
{
  notch_buffer_print(&out->text, "<svg viewBox=\"0 0 400 %lld\" role=\"img\" aria-label=\"%s\">\n",
                     (long long)((height_tenths + 9) / 10), label);
}

static void label(notch_out *out, const char *style, int64_t x, int64_t y, notch_text text)
{
  notch_out_put(out, "<text");
  coordinate(out, "x", x);
  coordinate(out, "y", y);
  notch_buffer_print(&out->text, " class=\"%s\">", style);
  notch_html_text(out, text);
  notch_out_put(out, "</text>\n");
}

static void box(notch_out *out, const char *style, int64_t x, int64_t y, int64_t width,
                int64_t height)
{
  notch_out_put(out, "<rect");
  coordinate(out, "x", x);
  coordinate(out, "y", y);
  coordinate(out, "width", width);
  coordinate(out, "height", height);
  notch_buffer_print(&out->text, " class=\"%s\" rx=\"1.5\"/>\n", style);
}

/* ---- tier flows ---- */

#define FLOW_LEFT 1240
#define FLOW_RIGHT 2660
#define FLOW_BAR 100
#define FLOW_TOP 300
#define FLOW_TALL 2000
#define FLOW_GAP 260 /* two lines of a label */
#define FLOW_CELLS 13 /* of a title beside its bar */

typedef struct notch_drawn { /* a tier of one side */
  uint64_t members;
  int64_t y, height, used; /* tenths; used: by ribbons so far */
} notch_drawn;

static int64_t share_of(uint64_t part, uint64_t whole, int64_t length)
{
  return whole == 0 ? 0 : (int64_t)((__int128)part * length / whole);
}

/* Highest tier on top; `place` 0 is "no tier". */
static void lay_out(notch_drawn *drawn, uint32_t count, uint64_t total)
{
  int64_t y = FLOW_TOP;
  for (uint32_t i = count + 1; i-- > 0;) {
    drawn[i].height = share_of(drawn[i].members, total, FLOW_TALL);
    drawn[i].height = drawn[i].members > 0 && drawn[i].height < 10 ? 10 : drawn[i].height;
    drawn[i].y = y;
    y += drawn[i].members > 0 ? drawn[i].height + FLOW_GAP : 0;
  }
}

static int64_t bottom_of(const notch_drawn *drawn, uint32_t count)
{
  int64_t bottom = 0;
  for (uint32_t i = 0; i <= count; i++) {
    bottom = drawn[i].y + drawn[i].height > bottom ? drawn[i].y + drawn[i].height : bottom;
  }
  return bottom;
}

static void ribbon(notch_out *out, uint32_t colour, int64_t y1, int64_t h1, int64_t y2,
                   int64_t h2, uint64_t members)
{
  int64_t x1 = FLOW_LEFT + FLOW_BAR, x2 = FLOW_RIGHT, middle = (x1 + x2) / 2;
  h1 = h1 < 5 ? 5 : h1;
  h2 = h2 < 5 ? 5 : h2;
  notch_buffer_print(&out->text, "<path class=\"flow tier%u\" d=\"M", colour % TIER_COLOURS);
  pair(out, x1, y1);
  notch_out_put(out, "C");
  pair(out, middle, y1);
  pair(out, middle, y2);
  pair(out, x2, y2);
  notch_out_put(out, "L");
  pair(out, x2, y2 + h2);
  notch_out_put(out, "C");
  pair(out, middle, y2 + h2);
  pair(out, middle, y1 + h1);
  pair(out, x1, y1 + h1);
  notch_buffer_print(&out->text, "Z\"><title>%llu</title></path>\n",
                     (unsigned long long)members);
}

/* As much of a title as fits beside its bar; the table below has all of it. */
static notch_text short_title(const notch_backtest *backtest, notch_text title)
{
  uint32_t cells = 0, fits = 0;
  for (uint32_t at = 0; at < title.length;) {
    uint32_t point;
    at = notch_source_next(title, at, &point);
    cells += notch_source_cells(point);
    fits = cells < FLOW_CELLS ? at : fits;
  }
  return cells <= FLOW_CELLS ? title
                             : notch_arena_format(backtest->arena, "%.*s\xE2\x80\xA6",
                                                  (int)fits, title.bytes);
}

static void draw_side(const notch_backtest *backtest, const notch_compared_ladder *ladder,
                      unsigned side, const notch_drawn *drawn, notch_out *out)
{
  for (uint32_t i = 0; i <= ladder->tier_count[side]; i++) {
    if (drawn[i].members == 0) {
      continue;
    }
    char style[24] = "tier0";
    style[4] = (char)('0' + i % TIER_COLOURS);
    int64_t x = side == 0 ? FLOW_LEFT : FLOW_RIGHT;
    int64_t text_x = side == 0 ? FLOW_LEFT - 60 : FLOW_RIGHT + FLOW_BAR + 60;
    int64_t y = drawn[i].y + drawn[i].height / 2;
    const char *anchor = side == 0 ? "name end" : "name";
    box(out, style, x, drawn[i].y, FLOW_BAR, drawn[i].height);
    label(out, anchor, text_x, y - 10,
          i == 0 ? NOTCH_TEXT("no tier")
                 : short_title(backtest, ladder->tiers[side][i - 1].title));
    label(out, side == 0 ? "small end" : "small", text_x, y + 115,
          notch_wide_text(backtest->arena, (__int128)drawn[i].members, 0));
  }
}

void notch_svg_flows(const notch_backtest *backtest, uint32_t index, notch_out *out)
{
  const notch_compared_ladder *ladder = &backtest->ladders[index];
  uint32_t from_count = ladder->tier_count[0], to_count = ladder->tier_count[1];
  notch_drawn *from = NOTCH_NEW_ARRAY(backtest->arena, notch_drawn, from_count + 1);
  notch_drawn *to = NOTCH_NEW_ARRAY(backtest->arena, notch_drawn, to_count + 1);
  uint64_t total = backtest->members.count;
  for (uint32_t i = 0; i <= from_count; i++) {
    for (uint32_t j = 0; j <= to_count; j++) {
      from[i].members += ladder->migration[i * (to_count + 1) + j];
      to[j].members += ladder->migration[i * (to_count + 1) + j];
    }
  }
  lay_out(from, from_count, total);
  lay_out(to, to_count, total);
  int64_t left = bottom_of(from, from_count), right = bottom_of(to, to_count);
  begin(out, (left > right ? left : right) + 120, "Members by tier, recorded and recomputed");
  label(out, "small end", FLOW_LEFT + FLOW_BAR, 100, NOTCH_TEXT("recorded"));
  label(out, "small", FLOW_RIGHT, 100, NOTCH_TEXT("recomputed"));
  for (uint32_t i = from_count + 1; i-- > 0;) {
    for (uint32_t j = to_count + 1; j-- > 0;) {
      uint64_t members = ladder->migration[i * (to_count + 1) + j];
      if (members > 0) {
        int64_t h1 = share_of(members, from[i].members, from[i].height);
        int64_t h2 = share_of(members, to[j].members, to[j].height);
        ribbon(out, i, from[i].y + from[i].used, h1, to[j].y + to[j].used, h2, members);
        from[i].used += h1;
        to[j].used += h2;
      }
    }
  }
  draw_side(backtest, ladder, 0, from, out);
  draw_side(backtest, ladder, 1, to, out);
  notch_out_put(out, "</svg>\n");
}

/* ---- outstanding over time ---- */

#define PLOT_LEFT 480
#define PLOT_RIGHT 3920
#define PLOT_TOP 260
#define PLOT_BOTTOM 1900
#define END_DOT 80

/* 1, 2 or 5 times a power of ten: two to five steps up to `most`. */
static __int128 step_of(__int128 most)
{
  __int128 power = 1;
  while (power * 10 <= most) {
    power *= 10;
  }
  return most >= power * 5                 ? power * 2
         : most >= power * 2 || power == 1 ? power
                                           : power / 2;
}

/* "12k", "3M": whole units, for an axis. */
static notch_text short_amount(const notch_backtest *backtest, __int128 units)
{
  static const char *const suffixes[] = {"", "k", "M", "G", "T"};
  unsigned suffix = 0;
  while (units >= 1000 && units % 1000 == 0 && suffix < 4) {
    units /= 1000;
    suffix++;
  }
  notch_text text = units >= 1000 && units % 100 == 0 && suffix < 4
                        ? notch_wide_text(backtest->arena, units / 100, 1)
                        : notch_wide_text(backtest->arena, units, 0);
  suffix += units >= 1000 && units % 100 == 0 && suffix < 4 ? 1 : 0;
  return notch_arena_format(backtest->arena, "%.*s%s", WORD(text), suffixes[suffix]);
}

static int64_t month_x(const notch_backtest *backtest, uint32_t month)
{
  return backtest->month_count < 2
             ? PLOT_LEFT
             : PLOT_LEFT + (int64_t)(PLOT_RIGHT - PLOT_LEFT) * month / (backtest->month_count - 1);
}

static void draw_line(const notch_backtest *backtest, uint32_t kind, unsigned side, __int128 top,
                      notch_out *out)
{
  const char *style = side == 0 ? "key recorded" : "key recomputed";
  __int128 sum = 0;
  int64_t x = PLOT_LEFT, y = PLOT_BOTTOM;
  notch_buffer_print(&out->text, "<polyline class=\"line %s\" points=\"", style + strlen("key "));
  for (uint32_t i = 0; i < backtest->month_count; i++) {
    sum += backtest->months[i].change[side][kind];
    int64_t height = (int64_t)(sum * (PLOT_BOTTOM - PLOT_TOP) / top);
    x = month_x(backtest, i);
    y = PLOT_BOTTOM - (height < 0 ? 0 : height);
    pair(out, x, y);
  }
  notch_out_put(out, "\"/>\n");
  box(out, style, x - END_DOT / 2, y - END_DOT / 2, END_DOT, END_DOT); /* of one month, all */
}

static void draw_axes(const notch_backtest *backtest, __int128 step, __int128 top,
                      __int128 whole, notch_out *out)
{
  for (__int128 at = 0; at <= top; at += step) {
    int64_t y = PLOT_BOTTOM - (int64_t)(at * (PLOT_BOTTOM - PLOT_TOP) / top);
    notch_out_put(out, "<line class=\"grid\"");
    coordinate(out, "x1", PLOT_LEFT);
    coordinate(out, "x2", PLOT_RIGHT);
    coordinate(out, "y1", y);
    coordinate(out, "y2", y);
    notch_out_put(out, "/>\n");
    label(out, "small end", PLOT_LEFT - 50, y + 35, short_amount(backtest, at / whole));
  }
  uint32_t every = backtest->month_count / 5 + 1;
  for (uint32_t i = 0; i < backtest->month_count; i += every) {
    int64_t x = month_x(backtest, i);
    bool last = x > PLOT_RIGHT - 150;
    label(out, last ? "small end" : i == 0 ? "small" : "small middle", last ? PLOT_RIGHT : x,
          PLOT_BOTTOM + 140,
          notch_month_text(backtest->arena, backtest->first_month + (int32_t)i));
  }
}

/* Where the period begins. */
static void draw_from(const notch_backtest *backtest, notch_out *out)
{
  if (backtest->from_us == INT64_MIN) {
    return;
  }
  int32_t month = notch_month_of(backtest->programs[0], backtest->from_us) - backtest->first_month;
  if (month > 0 && month < (int32_t)backtest->month_count) {
    notch_out_put(out, "<line class=\"from\"");
    coordinate(out, "x1", month_x(backtest, (uint32_t)month));
    coordinate(out, "x2", month_x(backtest, (uint32_t)month));
    coordinate(out, "y1", PLOT_TOP);
    coordinate(out, "y2", PLOT_BOTTOM);
    notch_out_put(out, "/>\n");
    int64_t x = month_x(backtest, (uint32_t)month);
    bool right = x > (PLOT_LEFT + PLOT_RIGHT) / 2;
    label(out, right ? "small end" : "small", right ? x - 50 : x + 50, PLOT_BOTTOM - 60,
          notch_arena_format(backtest->arena, "from %.*s",
                             WORD(notch_day_text(backtest->arena, backtest->programs[0],
                                                 backtest->from_us))));
  }
}

void notch_svg_outstanding(const notch_backtest *backtest, uint32_t index, notch_out *out)
{
  const notch_compared_kind *kind = &backtest->kinds[index];
  __int128 most = 1, whole = notch_power_of_ten(kind->decimals);
  for (unsigned side = 0; side < NOTCH_SIDES; side++) {
    __int128 sum = 0;
    for (uint32_t i = 0; i < backtest->month_count; i++) {
      sum += backtest->months[i].change[side][index];
      most = sum > most ? sum : most;
    }
  }
  __int128 step = step_of((most + whole - 1) / whole) * whole;
  __int128 top = (most + step - 1) / step * step;
  begin(out, PLOT_BOTTOM + 200, "Points outstanding by month, recorded and recomputed");
  box(out, "key recorded", PLOT_LEFT, 60, 180, 40);
  label(out, "small", PLOT_LEFT + 230, 115, NOTCH_TEXT("recorded"));
  box(out, "key recomputed", PLOT_LEFT + 1000, 60, 180, 40);
  label(out, "small", PLOT_LEFT + 1230, 115, NOTCH_TEXT("recomputed"));
  draw_axes(backtest, step, top, whole, out);
  draw_from(backtest, out);
  for (unsigned side = 0; side < NOTCH_SIDES; side++) {
    draw_line(backtest, index, side, top, out);
  }
  notch_out_put(out, "</svg>\n");
}

/* ---- who gains and loses how much ---- */

#define BARS_MAX 18 /* powers of ten each way */
#define BAR_LEFT 1250
#define BAR_RIGHT 3300
#define BAR_STEP 190

/* 0: the same; 1: less than a whole unit; 2: 1 to 9; 3: 10 to 99 ... */
static unsigned size_of(__int128 change, __int128 whole)
{
  unsigned size = 1;
  if (change == 0) {
    return 0;
  }
  for (__int128 bound = whole; change >= bound && size < BARS_MAX; bound *= 10) {
    size++;
  }
  return size;
}

static notch_text size_text(const notch_backtest *backtest, unsigned size)
{
  __int128 from = 1;
  if (size == 0) {
    return NOTCH_TEXT("the same");
  }
  if (size == 1) {
    return NOTCH_TEXT("under 1");
  }
  for (unsigned i = 2; i < size; i++) {
    from *= 10;
  }
  if (from >= 1000) {
    notch_text low = short_amount(backtest, from), high = short_amount(backtest, from * 10);
    return notch_arena_format(backtest->arena, "%.*s to %.*s", WORD(low), WORD(high));
  }
  return notch_arena_format(backtest->arena, "%lld to %lld", (long long)from,
                            (long long)(from * 10 - 1));
}

/* Where nobody's change is under one whole unit, there is no bar for it. */
static bool is_shown(const uint64_t *counts, int bar)
{
  return (bar != 1 && bar != -1) || counts[bar + BARS_MAX] > 0;
}

void notch_svg_changes(const notch_backtest *backtest, uint32_t index, notch_out *out)
{
  uint64_t counts[2 * BARS_MAX + 1] = {0}, most = 1;
  __int128 whole = notch_power_of_ten(backtest->kinds[index].decimals);
  int first = 0, last = 0; /* of the bars, 0: the same, negative: losses */
  for (uint32_t i = 0; i < backtest->members.count; i++) {
    __int128 change = notch_backtest_change(backtest, i, index);
    int bar = (int)size_of(change < 0 ? -change : change, whole) * (change < 0 ? -1 : 1);
    uint64_t count = ++counts[bar + BARS_MAX];
    most = count > most ? count : most;
    first = bar < first ? bar : first;
    last = bar > last ? bar : last;
  }
  int64_t y = 60, bars = 0;
  for (int bar = first; bar <= last; bar++) {
    bars += is_shown(counts, bar) ? 1 : 0;
  }
  begin(out, y + bars * BAR_STEP + 20, "Members by how many points more or fewer they earn");
  for (int bar = last; bar >= first; bar--) {
    if (!is_shown(counts, bar)) {
      continue;
    }
    notch_text size = size_text(backtest, (unsigned)(bar < 0 ? -bar : bar));
    notch_text words = notch_arena_format(backtest->arena, "%s%.*s",
                                          bar > 0   ? "+ "
                                          : bar < 0 ? "\xE2\x88\x92 "
                                                    : "", WORD(size));
    uint64_t count = counts[bar + BARS_MAX];
    int64_t width = share_of(count, most, BAR_RIGHT - BAR_LEFT);
    label(out, "name end", BAR_LEFT - 60, y + 105, words);
    box(out, bar > 0 ? "gain" : bar < 0 ? "loss" : "same", BAR_LEFT, y,
        count > 0 && width < 10 ? 10 : width, 140);
    label(out, "small", BAR_LEFT + width + 60, y + 105,
          notch_wide_text(backtest->arena, (__int128)count, 0));
    y += BAR_STEP;
  }
  notch_out_put(out, "</svg>\n");
}

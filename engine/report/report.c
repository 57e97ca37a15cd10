/* report/report.c -- output in pieces, points kinds by name, exact figures, dates in words. */
#include <config.h>

#include "report/report.h"

#include <assert.h>
#include <string.h>

#define SPILL_BYTES 65536u

/* ---- output ---- */

void notch_out_init(notch_out *out, const notch_memory *memory,
                    int (*write)(void *payload, const char *bytes, size_t size), void *payload)
{
  memset(out, 0, sizeof *out);
  notch_buffer_init(&out->text, memory);
  out->write = write;
  out->payload = payload;
}

bool notch_out_flush(notch_out *out)
{
  if (!out->stopped && !out->text.failed && out->text.length > 0) {
    out->stopped = out->write(out->payload, out->text.bytes, out->text.length) != 0;
    notch_buffer_clear(&out->text);
  }
  return !out->stopped && !out->text.failed;
}

bool notch_out_spill(notch_out *out)
{
  return out->text.length < SPILL_BYTES ? !out->stopped && !out->text.failed
                                        : notch_out_flush(out);
}

void notch_out_free(notch_out *out)
{
  notch_buffer_free(&out->text);
}

void notch_out_put(notch_out *out, const char *text)
{
  notch_buffer_put(&out->text, text, strlen(text));
}

/* ---- points kinds ---- */

static uint32_t find_kind(const notch_kinds *kinds, notch_text name)
{
  for (uint32_t i = 0; i < kinds->list.count; i++) {
    if (notch_text_equal(kinds->list.items[i].name, name)) {
      return i;
    }
  }
  return NOTCH_NONE;
}

void notch_kinds_add(notch_kinds *kinds, const notch_program *program)
{
  for (uint32_t i = 0; i < program->points_count; i++) {
    const notch_points *points = &program->points[i];
    if (find_kind(kinds, points->decl.name) == NOTCH_NONE) {
      notch_points_kind *kind = notch_vec_push(&kinds->list, kinds->arena);
      kind->name = notch_arena_text(kinds->arena, points->decl.name);
      kind->title = notch_arena_text(kinds->arena, notch_title_of(&points->decl));
      kind->decimals = points->decimals;
      kind->program = program;
      kind->points = i;
    }
  }
}

uint32_t notch_kinds_find(notch_kinds *kinds, const notch_program *program, uint32_t points)
{
  assert(points < program->points_count);
  if (kinds->last_program != program) {
    notch_kinds_add(kinds, program);
    kinds->last_indexes = NOTCH_NEW_ARRAY(kinds->arena, uint32_t, program->points_count + 1);
    for (uint32_t i = 0; i < program->points_count; i++) {
      kinds->last_indexes[i] = find_kind(kinds, program->points[i].decl.name);
    }
    kinds->last_program = program;
  }
  return kinds->last_indexes[points];
}

/* ---- figures ---- */

void notch_wide_print(notch_buffer *to, __int128 value, unsigned decimals, bool separators)
{
  char digits[64];
  unsigned count = 0, at = (unsigned)sizeof digits;
  bool negative = value < 0;
  unsigned __int128 left = negative ? -(unsigned __int128)value : (unsigned __int128)value;
  do {
    if (count == decimals && decimals > 0) {
      digits[--at] = '.';
    }
    if (separators && count > decimals && (count - decimals) % 3 == 0) {
      digits[--at] = ',';
    }
    digits[--at] = (char)('0' + (int)(left % 10));
    left /= 10;
    count++;
  } while (left > 0 || count <= decimals);
  if (negative) {
    digits[--at] = '-';
  }
  notch_buffer_put(to, digits + at, sizeof digits - at);
}

notch_text notch_wide_text(notch_arena *run, __int128 value, unsigned decimals)
{
  notch_buffer text;
  notch_buffer_init(&text, run->memory);
  notch_wide_print(&text, value, decimals, true);
  return notch_buffer_keep(&text, run);
}

notch_text notch_change_text(notch_arena *run, __int128 value, unsigned decimals)
{
  notch_text text = notch_wide_text(run, value, decimals);
  return value > 0 ? notch_arena_format(run, "+%.*s", (int)text.length, text.bytes) : text;
}

void notch_json_wide(notch_json_writer *json, __int128 value, unsigned decimals)
{
  notch_buffer text;
  notch_buffer_init(&text, json->to->memory);
  notch_wide_print(&text, value, decimals, false);
  notch_json_taken(json, &text);
}

notch_text notch_percent_text(notch_arena *run, __int128 part, __int128 whole)
{
  if (whole == 0) {
    return NOTCH_TEXT("-");
  }
  /* Half away from zero, to a tenth of a per cent. */
  __int128 size = part < 0 ? -part : part;
  __int128 tenths = (size * 2000 + whole) / (whole * 2);
  notch_text text = notch_wide_text(run, part < 0 ? -tenths : tenths, 1);
  return notch_arena_format(run, "%.*s%%", (int)text.length, text.bytes);
}

void notch_worths_add(notch_worths *worths, notch_rational rate, int64_t amount,
                      notch_arena *arena)
{
  for (uint32_t i = 0; i < worths->parts.count; i++) {
    if (notch_rational_compare(worths->parts.items[i].rate, rate) == 0) {
      worths->parts.items[i].amount += amount;
      return;
    }
  }
  *notch_vec_push(&worths->parts, arena) = (notch_worth){rate, amount};
}

__int128 notch_worths_split(const notch_worths *worths, notch_rational *rest_of_unit)
{
  __int128 whole = 0;
  notch_rational fraction = NOTCH_INTEGER(0);
  for (uint32_t i = 0; i < worths->parts.count; i++) {
    const notch_worth *part = &worths->parts.items[i];
    __int128 den = part->rate.den, product = part->amount * part->rate.num;
    __int128 quotient = product / den, rest = product % den;
    if (rest < 0) {
      quotient--;
      rest += den;
    }
    whole += quotient;
    notch_rational added;
    /* Fractions whose sum has no 64-bit denominator are dropped: less than a unit for each. */
    if (notch_rational_make(&added, rest, den) &&
        notch_rational_add(&added, fraction, added)) {
      fraction = added;
    }
  }
  int64_t carried = notch_rational_floor(fraction);
  *rest_of_unit = (notch_rational){fraction.num - carried * fraction.den, fraction.den};
  return whole + carried;
}

__int128 notch_worths_floor(const notch_worths *worths)
{
  notch_rational rest;
  return notch_worths_split(worths, &rest);
}

/* ---- dates ---- */


notch_text notch_day_text(notch_arena *run, const notch_program *program, int64_t at_us)
{
  notch_buffer text;
  notch_buffer_init(&text, run->memory);
  notch_date_print(&text, notch_zone_day(&program->zone, at_us));
  return notch_buffer_keep(&text, run);
}

notch_text notch_moment_text(notch_arena *run, const notch_program *program, int64_t at_us)
{
  notch_buffer text;
  notch_buffer_init(&text, run->memory);
  notch_moment_print_zone(&text, at_us, &program->zone);
  return notch_buffer_keep(&text, run);
}

void notch_json_moment(notch_json_writer *json, const notch_program *program, int64_t at_us)
{
  notch_buffer text;
  notch_buffer_init(&text, json->to->memory);
  notch_moment_print_zone(&text, at_us, &program->zone);
  notch_json_taken(json, &text);
}

int32_t notch_month_of(const notch_program *program, int64_t at_us)
{
  notch_civil civil = notch_civil_of(notch_zone_day(&program->zone, at_us));
  return civil.year * 12 + civil.month - 1;
}

notch_text notch_month_text(notch_arena *run, int32_t month)
{
  return notch_arena_format(run, "%04d-%02d", (int)(month / 12), (int)(month % 12 + 1));
}

notch_text notch_title_of(const notch_decl *decl)
{
  return decl->title.length > 0 ? decl->title : decl->name;
}

notch_text notch_plain_text(notch_arena *run, notch_text text)
{
  notch_text kept = notch_arena_text(run, text);
  char *bytes = (char *)(intptr_t)kept.bytes;
  for (uint32_t i = 0; i < kept.length; i++) {
    if ((unsigned char)bytes[i] < 0x20 || bytes[i] == 0x7f) {
      bytes[i] = '?';
    }
  }
  return kept;
}

/*
 * base/zone_file.c -- reads TZif files (RFC 8536) and expands their POSIX footer.
 *
 * The only place that looks at the machine's zone data, and only while a programme is compiled.
 */
#include <config.h>

#include "base/calendar.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define FILE_SIZE_MAX ((size_t)256 * 1024) /* the largest in use has 4 KB */
#define NAME_LENGTH_MAX 255u
#define OFFSET_S_MAX (26 * 3600)
#define YEAR_LAST 2200
#define YEAR_FIRST 1900 /* of a footer without any transition before it */

static const char *const directories[] = {
    "/usr/share/zoneinfo/",
    "/usr/lib/zoneinfo/",
    "/usr/share/lib/zoneinfo/",
    "/etc/zoneinfo/",
};

typedef struct table { /* the zone being made */
  NOTCH_VEC(int64_t) at_s;
  NOTCH_VEC(int32_t) offset_s;
  notch_arena *program;
} table;

/* A transition at or before the last one replaces it; one that changes nothing is left out. */
static void add_transition(table *to, int64_t at_s, int32_t offset_s)
{
  while (to->at_s.count > 1 && at_s <= to->at_s.items[to->at_s.count - 1]) {
    to->at_s.count--;
    to->offset_s.count--;
  }
  if (to->at_s.count > 0 && to->offset_s.items[to->offset_s.count - 1] == offset_s)
    return;
  int64_t *at = notch_vec_try_push(&to->at_s, to->program);
  int32_t *offset = at == NULL ? NULL : notch_vec_try_push(&to->offset_s, to->program);
  if (offset == NULL) {
    to->at_s.count -= at != NULL ? 1 : 0; /* the arena tells it */
    return;
  }
  *at = at_s;
  *offset = offset_s;
}

static bool open_table(table *to, int32_t offset_s, notch_arena *program)
{
  *to = (table){.program = program};
  notch_vec_reserve(&to->at_s, 1024, program);
  notch_vec_reserve(&to->offset_s, 1024, program);
  add_transition(to, INT64_MIN, offset_s);
  return !program->failed;
}

/* ---- the footer: std offset [dst [offset] , start [/time] , end [/time]] ---- */

typedef struct footer_rule {
  char form; /* 'M' month.week.weekday, 'J' day without 29 February, 'D' day from 0 */
  int month, week, weekday, day;
  int32_t second; /* local, may be negative or past the day */
} footer_rule;

typedef struct footer {
  int32_t standard_s, summer_s; /* east of UTC */
  bool has_summer;
  footer_rule start, end;
} footer;

static bool skip_name(const char **at)
{
  const char *from = *at;
  if (*from == '<') {
    const char *close = strchr(from, '>');
    if (close == NULL)
      return false;
    *at = close + 1;
    return true;
  }
  while ((*from >= 'a' && *from <= 'z') || (*from >= 'A' && *from <= 'Z'))
    from++;
  bool some = from - *at >= 3;
  *at = from;
  return some;
}

static bool take_number(const char **at, int *out, int max)
{
  int value = 0;
  if (**at < '0' || **at > '9')
    return false;
  for (; **at >= '0' && **at <= '9'; (*at)++) {
    value = value * 10 + (**at - '0');
    if (value > max)
      return false;
  }
  *out = value;
  return true;
}

/* [+-]hh[:mm[:ss]] in seconds. */
static bool take_time(const char **at, int32_t *out)
{
  int hour = 0, minute = 0, second = 0;
  bool negative = **at == '-';
  if (**at == '-' || **at == '+')
    (*at)++;
  if (!take_number(at, &hour, 167))
    return false;
  if (**at == ':') {
    (*at)++;
    if (!take_number(at, &minute, 59))
      return false;
    if (**at == ':') {
      (*at)++;
      if (!take_number(at, &second, 59))
        return false;
    }
  }
  *out = hour * 3600 + minute * 60 + second;
  if (negative)
    *out = -*out;
  return true;
}

static bool take_rule(const char **at, footer_rule *out)
{
  *out = (footer_rule){.form = 'D', .second = 7200};
  if (*(*at)++ != ',')
    return false;
  if (**at == 'M') {
    out->form = 'M';
    (*at)++;
    if (!take_number(at, &out->month, 12) || *(*at)++ != '.' || !take_number(at, &out->week, 5) ||
        *(*at)++ != '.' || !take_number(at, &out->weekday, 6))
      return false;
    if (out->month == 0 || out->week == 0)
      return false;
  } else {
    if (**at == 'J') {
      out->form = 'J';
      (*at)++;
    }
    if (!take_number(at, &out->day, 365) || (out->form == 'J' && out->day == 0))
      return false;
  }
  if (**at != '/')
    return true;
  (*at)++;
  return take_time(at, &out->second);
}

static bool parse_footer(footer *out, const char *text)
{
  const char *at = text;
  *out = (footer){0};
  if (!skip_name(&at) || !take_time(&at, &out->standard_s))
    return false;
  out->standard_s = -out->standard_s; /* POSIX counts west of Greenwich */
  if (*at == '\0')
    return true;
  out->has_summer = true;
  out->summer_s = out->standard_s + 3600;
  if (!skip_name(&at))
    return false;
  if (*at != ',') {
    if (!take_time(&at, &out->summer_s))
      return false;
    out->summer_s = -out->summer_s;
  }
  return take_rule(&at, &out->start) && take_rule(&at, &out->end) && *at == '\0';
}

/* The rule's moment in a year, as local seconds since 1970. */
static int64_t rule_moment(const footer_rule *rule, int32_t year)
{
  int32_t day;
  if (rule->form == 'M') {
    unsigned month = (unsigned)rule->month;
    int32_t first = notch_day_of((notch_civil){year, (uint8_t)month, 1});
    int weekday = (int)((notch_weekday(first) + 1) % 7); /* POSIX: 0 is Sunday */
    int in_month = (rule->weekday - weekday + 7) % 7 + 7 * (rule->week - 1);
    while (in_month >= (int)notch_days_in_month(year, month))
      in_month -= 7;
    day = first + in_month;
  } else {
    day = notch_day_of((notch_civil){year, 1, 1}) + rule->day;
    if (rule->form == 'J')
      day += notch_days_in_month(year, 2) == 29 && rule->day >= 60 ? 0 : -1;
  }
  return (int64_t)day * NOTCH_DAY_S + rule->second;
}

static void expand_footer(table *to, const footer *rules)
{
  uint32_t count = to->at_s.count;
  int64_t last_s = to->at_s.items[count - 1];
  int32_t year = YEAR_FIRST;
  if (count == 1 && !rules->has_summer) {
    to->offset_s.items[0] = rules->standard_s;
    return;
  }
  if (count > 1) /* not before 1900: the oldest transition of some files is the Big Bang */
    year = last_s < -INT64_C(2208988800) ? YEAR_FIRST
                                         : notch_civil_of((int32_t)(last_s / NOTCH_DAY_S)).year - 1;
  if (!rules->has_summer)
    return; /* the last transition leads to it already */
  for (; year <= YEAR_LAST; year++) {
    int64_t start_s = rule_moment(&rules->start, year) - rules->standard_s;
    int64_t end_s = rule_moment(&rules->end, year) - rules->summer_s;
    bool start_first = start_s < end_s;
    for (int half = 0; half < 2; half++) {
      bool is_start = (half == 0) == start_first;
      int64_t at_s = is_start ? start_s : end_s;
      if (count == 1 || at_s > last_s)
        add_transition(to, at_s, is_start ? rules->summer_s : rules->standard_s);
    }
  }
}

/* ---- the file ---- */

typedef struct header {
  size_t isut, isstd, leap, transitions, types, chars;
  char version;
} header;

static int64_t big_endian(const uint8_t *from, unsigned size)
{
  uint64_t value = 0;
  for (unsigned i = 0; i < size; i++)
    value = value << 8 | from[i];
  return size == 4 ? (int64_t)(int32_t)(uint32_t)value : (int64_t)value;
}

static bool read_header(header *out, const uint8_t *bytes, size_t size)
{
  size_t *counts[] = {&out->isut, &out->isstd, &out->leap, &out->transitions, &out->types,
                      &out->chars};
  if (size < 44 || memcmp(bytes, "TZif", 4) != 0)
    return false;
  out->version = (char)bytes[4];
  for (unsigned i = 0; i < 6; i++) {
    *counts[i] = (size_t)(uint32_t)big_endian(bytes + 20 + 4 * i, 4);
    if (*counts[i] > FILE_SIZE_MAX)
      return false;
  }
  return out->types > 0;
}

static size_t data_size(const header *head, unsigned time_size)
{
  return head->transitions * (time_size + 1) + head->types * 6 + head->chars +
         head->leap * (time_size + 4) + head->isstd + head->isut;
}

static bool read_transitions(table *to, const header *head, const uint8_t *data,
                             unsigned time_size, notch_arena *program)
{
  const uint8_t *indices = data + head->transitions * time_size;
  const uint8_t *types = indices + head->transitions;
  for (size_t i = 0; i < head->types; i++) {
    int64_t offset = big_endian(types + 6 * i, 4);
    if (offset < -OFFSET_S_MAX || offset > OFFSET_S_MAX)
      return false;
  }
  if (head->leap != 0 || !open_table(to, (int32_t)big_endian(types, 4), program))
    return false; /* files that count leap seconds do not count POSIX time */
  int64_t before = INT64_MIN;
  for (size_t i = 0; i < head->transitions; i++) {
    int64_t at_s = big_endian(data + i * time_size, time_size);
    if (indices[i] >= head->types || at_s <= before || at_s < -(INT64_C(1) << 60) ||
        at_s > INT64_C(1) << 40)
      return false;
    before = at_s;
    add_transition(to, at_s, (int32_t)big_endian(types + 6 * (size_t)indices[i], 4));
  }
  return true;
}

static bool read_footer(table *to, const uint8_t *bytes, size_t size)
{
  char text[128];
  footer rules;
  const uint8_t *end = size < 2 || bytes[0] != '\n' ? NULL : memchr(bytes + 1, '\n', size - 1);
  if (end == NULL || end - bytes - 1 >= (ptrdiff_t)sizeof text)
    return false;
  size_t length = (size_t)(end - bytes - 1);
  if (length == 0)
    return true; /* nothing is known of the time after the last transition */
  memcpy(text, bytes + 1, length);
  text[length] = '\0';
  if (!parse_footer(&rules, text))
    return false;
  expand_footer(to, &rules);
  return true;
}

static bool read_file(table *to, const uint8_t *bytes, size_t size, notch_arena *program)
{
  header head;
  if (!read_header(&head, bytes, size) || data_size(&head, 4) > size - 44)
    return false;
  if (head.version < '2')
    return read_transitions(to, &head, bytes + 44, 4, program);
  size_t skipped = 44 + data_size(&head, 4); /* the same in 32 bits, for readers of 1987 */
  bytes += skipped;
  size -= skipped;
  if (!read_header(&head, bytes, size) || data_size(&head, 8) > size - 44)
    return false;
  size_t used = 44 + data_size(&head, 8);
  return read_transitions(to, &head, bytes + 44, 8, program) &&
         read_footer(to, bytes + used, size - used);
}

static bool is_safe_name(const char *name)
{
  size_t length = strlen(name);
  if (length == 0 || length > NAME_LENGTH_MAX || name[0] == '/' || name[length - 1] == '/')
    return false;
  for (size_t i = 0; i < length; i++) {
    char c = name[i];
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!letter && c != '_' && c != '-' && c != '+' && c != '/')
      return false; /* no dot, and so no ".." */
  }
  return true;
}

static uint8_t *slurp(const char *directory, const char *name, size_t *size, notch_arena *program)
{
  char path[64 + NAME_LENGTH_MAX];
  (void)snprintf(path, sizeof path, "%s%s", directory, name);
  FILE *file = fopen(path, "rb");
  if (file == NULL)
    return NULL;
  uint8_t *bytes = NULL;
  if (fseek(file, 0, SEEK_END) == 0) {
    long end = ftell(file);
    if (end > 0 && (size_t)end <= FILE_SIZE_MAX && fseek(file, 0, SEEK_SET) == 0) {
      jmp_buf *escape = program->escape;
      program->escape = NULL; /* a jump from here would leave the file open */
      bytes = notch_arena_alloc(program, (size_t)end);
      program->escape = escape;
      if (bytes != NULL && fread(bytes, 1, (size_t)end, file) != (size_t)end)
        bytes = NULL;
      *size = (size_t)end;
    }
  }
  (void)fclose(file);
  if (program->failed && program->escape != NULL)
    longjmp(*program->escape, 1);
  return bytes;
}

bool notch_zone_load(notch_zone *out, const char *name, notch_arena *program)
{
  table made;
  uint8_t *bytes = NULL;
  size_t size = 0;
  if (!is_safe_name(name))
    return false;
  for (size_t i = 0; i < sizeof directories / sizeof directories[0] && bytes == NULL; i++)
    bytes = slurp(directories[i], name, &size, program);
  if (bytes != NULL) {
    if (!read_file(&made, bytes, size, program))
      return false;
  } else if (strcmp(name, "UTC") != 0 || !open_table(&made, 0, program)) {
    return false; /* UTC needs no file */
  }
  if (program->failed)
    return false;
  assert(made.at_s.count == made.offset_s.count);
  *out = (notch_zone){made.at_s.count, made.at_s.items, made.offset_s.items};
  return true;
}

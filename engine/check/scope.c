/* check/scope.c -- names: tables, look-up, clashes, and the nearest name for "did you mean". */
#include <config.h>

#include "check/checker.h"

notch_names *notch_names_new(notch_checker *c, notch_names *outer, notch_text prefix)
{
  notch_names *names = NOTCH_NEW(c->scratch, notch_names);
  names->outer = outer;
  names->prefix = prefix;
  names->capacity = 32;
  names->slots = NOTCH_NEW_ARRAY(c->scratch, struct notch_name_slot, names->capacity);
  return names;
}

static struct notch_name_slot *slot_of(const notch_names *names, notch_text name)
{
  uint32_t mask = names->capacity - 1, at = (uint32_t)notch_text_hash(name) & mask;
  while (names->slots[at].symbol && !notch_text_equal(names->slots[at].name, name))
    at = (at + 1) & mask;
  return &names->slots[at];
}

static void grow(notch_checker *c, notch_names *names)
{
  struct notch_name_slot *old = names->slots;
  uint32_t count = names->capacity;
  names->capacity *= 2;
  names->slots = NOTCH_NEW_ARRAY(c->scratch, struct notch_name_slot, names->capacity);
  for (uint32_t i = 0; i < count; i++)
    if (old[i].symbol) *slot_of(names, old[i].name) = old[i];
}

notch_symbol *notch_names_get(const notch_names *names, notch_text name)
{
  return slot_of(names, name)->symbol;
}

notch_symbol *notch_names_find(const notch_names *names, notch_text name)
{
  for (; names; names = names->outer) {
    notch_symbol *symbol = notch_names_get(names, name);
    if (symbol) return symbol;
  }
  return NULL;
}

bool notch_names_add(notch_checker *c, notch_names *names, notch_text name, notch_symbol *symbol,
                     const notch_tree_node *node)
{
  struct notch_name_slot *slot = slot_of(names, name);
  if (slot->symbol) {
    CHECK_REPORT(c, node, NAME_TAKEN, name, notch_symbol_words(slot->symbol->kind));
    if (slot->symbol->node)
      notch_diag_note(c->diag, notch_check_source(c, slot->symbol->node), slot->symbol->node->span,
                      "the other '%t' is declared here", name);
    return false;
  }
  slot->name = name;
  slot->symbol = symbol;
  if (++names->count * 4 > names->capacity * 3) grow(c, names);
  return true;
}

const char *notch_symbol_words(notch_symbol_kind kind)
{
  switch (kind) {
#define SYMBOL(name, words)   \
  case NOTCH_SYMBOL_##name:   \
    return words;
    NOTCH_SYMBOLS(SYMBOL)
#undef SYMBOL
  case NOTCH_SYMBOL_COUNT:
    break;
  }
  return "a name";
}

/* Whether they differ in ASCII capitals at most: cny, CNY. */
static bool same_letters(notch_text a, notch_text b)
{
  if (a.length != b.length) return false;
  for (uint32_t i = 0; i < a.length; i++) {
    char x = a.bytes[i], y = b.bytes[i];
    char small = (char)(x | 0x20);
    if (x != y && !(small >= 'a' && small <= 'z' && small == (char)(y | 0x20))) return false;
  }
  return true;
}

/* Two mistakes in a short name leave another one, unless it begins alike: no guess is better. */
static unsigned tolerated(notch_text wanted, notch_text candidate)
{
  if (wanted.length < 3)
    return 0;
  bool alike = candidate.length > 0 && (wanted.bytes[0] | 0x20) == (candidate.bytes[0] | 0x20);
  return wanted.length < 4 || (wanted.length < 6 && !alike) ? 1 : 2;
}

void notch_nearest_try(notch_nearest *nearest, notch_text candidate)
{
  unsigned limit = tolerated(nearest->wanted, candidate);
  unsigned distance = same_letters(nearest->wanted, candidate)
                          ? 0
                          : notch_text_distance(nearest->wanted, candidate, limit);
  if (distance > limit) return;
  if (!nearest->best.length || distance < nearest->distance ||
      (distance == nearest->distance && notch_text_compare(candidate, nearest->best) < 0)) {
    nearest->best = candidate;
    nearest->distance = distance;
  }
}

/* Whether a name may stand where one of a kind is needed; NOTCH_SYMBOL_COUNT: of any. */
static bool may_stand(const notch_symbol *symbol, notch_symbol_kind kind)
{
  return symbol != NULL && symbol->kind != NOTCH_SYMBOL_BROKEN &&
         (kind == NOTCH_SYMBOL_COUNT || symbol->kind == kind ||
          symbol->kind == NOTCH_SYMBOL_INSTANCE);
}

static notch_text nearest_of(const notch_names *names, notch_text name, notch_symbol_kind kind)
{
  notch_nearest nearest = {.wanted = name};
  notch_text known = notch_names_known_as(name);
  if (known.length && may_stand(notch_names_find(names, known), kind))
    return known;
  for (; names; names = names->outer)
    for (uint32_t i = 0; i < names->capacity; i++)
      if (may_stand(names->slots[i].symbol, kind))
        notch_nearest_try(&nearest, names->slots[i].name);
  return nearest.best;
}

notch_text notch_names_nearest(const notch_names *names, notch_text name)
{
  return nearest_of(names, name, NOTCH_SYMBOL_COUNT);
}

notch_text notch_check_meant(notch_checker *c, notch_text nearest)
{
  if (!nearest.length) return nearest;
  return notch_diag_phrase(c->diag, "; did you mean '%t'?", nearest);
}

notch_text notch_names_known_as(notch_text name)
{
  static const char *const known[][2] = {
#define MEANT(spelling, token, replacement)
#define KNOWN_AS(spelling, name) {spelling, name},
#include "syntax/meant.def"
#undef MEANT
#undef KNOWN_AS
  };
  for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
    if (notch_text_equal(name, notch_text_of(known[i][0])))
      return notch_text_of(known[i][1]);
  return (notch_text){0};
}

void notch_check_unknown(notch_checker *c, const notch_tree_node *node, notch_text name,
                         notch_text nearest)
{
  CHECK_REPORT(c, node, UNKNOWN_NAME, name, notch_check_meant(c, nearest));
  if (nearest.length) notch_check_fix(c, node, nearest, "write the name that is declared");
}

static notch_symbol *resolve_parts(notch_checker *c, notch_names *names, const notch_tree_node *ref,
                                   notch_symbol_kind kind)
{
  notch_symbol *symbol = NULL;
  for (const notch_tree_node *part = notch_tree_find(ref, NOTCH_AST_NAME); part;
       part = notch_tree_find_next(part)) {
    symbol = symbol ? notch_names_get(symbol->inside, part->text)
                    : notch_names_find(names, part->text);
    if (!symbol) {
      notch_check_unknown(c, part, part->text, nearest_of(names, part->text, kind));
      return NULL;
    }
    symbol->used = true;
    const notch_tree_node *next = notch_tree_find_next(part);
    if (symbol->kind == NOTCH_SYMBOL_BROKEN) return NULL;
    if (next && symbol->kind != NOTCH_SYMBOL_INSTANCE) {
      CHECK_REPORT(c, part, NOTHING_INSIDE, part->text, notch_symbol_words(symbol->kind));
      return NULL;
    }
    if (next) names = symbol->inside;
  }
  return symbol;
}

static notch_symbol *resolve(notch_checker *c, notch_names *names, const notch_tree_node *ref,
                             notch_symbol_kind kind)
{
  if (ref->kind == NOTCH_AST_REF || ref->kind == NOTCH_AST_PATH)
    return resolve_parts(c, names, ref, kind);
  notch_symbol *symbol = notch_names_find(names, ref->text);
  if (!symbol) {
    notch_text nearest = nearest_of(names, ref->text, kind);
    if (ref->kind == NOTCH_AST_NAME) {
      notch_check_unknown(c, ref, ref->text, nearest);
    } else { /* the node is more than the name: no edit can be offered */
      CHECK_REPORT(c, ref, UNKNOWN_NAME, ref->text, notch_check_meant(c, nearest));
    }
    return NULL;
  }
  symbol->used = true;
  return symbol->kind == NOTCH_SYMBOL_BROKEN ? NULL : symbol;
}

notch_symbol *notch_scope_resolve(notch_checker *c, notch_names *names, const notch_tree_node *ref)
{
  return resolve(c, names, ref, NOTCH_SYMBOL_COUNT);
}

notch_symbol *notch_scope_need(notch_checker *c, notch_names *names, const notch_tree_node *node,
                               notch_symbol_kind kind)
{
  notch_symbol *symbol;
  if (kind == NOTCH_SYMBOL_TIER && node->kind != NOTCH_AST_REF) {
    symbol = notch_names_find(names, node->text); /* a parameter may stand for a tier */
    if (!symbol || symbol->kind != NOTCH_SYMBOL_TIER)
      symbol = notch_names_get(c->tiers, node->text);
    if (symbol ? symbol->kind == NOTCH_SYMBOL_BROKEN : c->ladder_broken)
      return NULL;
    if (!symbol) {
      notch_text nearest = notch_names_nearest(c->tiers, node->text);
      CHECK_REPORT(c, node, UNKNOWN_TIER, node->text, notch_check_meant(c, nearest));
      return NULL;
    }
    symbol->used = true;
  } else if (kind == NOTCH_SYMBOL_EVENT && notch_names_get(c->builtins, node->text)) {
    symbol = notch_names_get(c->builtins, node->text);
    const notch_symbol *nearer = notch_names_find(names, node->text);
    if (nearer->kind == kind) symbol = (notch_symbol *)nearer; /* a parameter of that name */
  } else {
    symbol = resolve(c, names, node, kind);
  }
  if (symbol && symbol->kind != kind) {
    CHECK_REPORT(c, node, WRONG_KIND, node->text, notch_symbol_words(symbol->kind),
                 notch_symbol_words(kind));
    return NULL;
  }
  return symbol;
}

notch_symbol *notch_scope_event(notch_checker *c, notch_names *names, const notch_tree_node *node)
{
  return notch_scope_need(c, names, node, NOTCH_SYMBOL_EVENT);
}

uint32_t notch_scope_field(const notch_field *fields, uint32_t count, notch_text name)
{
  for (uint32_t i = 0; i < count; i++)
    if (notch_text_equal(fields[i].name, name)) return i;
  return NOTCH_NONE;
}

bool notch_scope_member_date(notch_checker *c, const notch_tree_node *path, uint32_t *field)
{
  const notch_program *program = c->program;
  const notch_tree_node *part = notch_tree_find(path, NOTCH_AST_NAME);
  *field = NOTCH_NONE;
  if (notch_text_equal(part->text, NOTCH_TEXT("joined"))) return true;
  uint32_t at =
      notch_scope_field(program->member_fields, program->member_field_count, part->text);
  if (at == NOTCH_NONE) {
    notch_nearest nearest = {.wanted = part->text};
    notch_nearest_try(&nearest, NOTCH_TEXT("joined"));
    for (uint32_t i = 0; i < program->member_field_count; i++)
      notch_nearest_try(&nearest, program->member_fields[i].name);
    notch_check_unknown(c, part, part->text, nearest.best);
    return false;
  }
  notch_type type = program->member_fields[at].type;
  *field = at;
  if (type.kind != NOTCH_TYPE_DATE) CHECK_REPORT(c, path, NOT_A_DATE, notch_type_describe(c, type));
  return type.kind == NOTCH_TYPE_DATE;
}

uint32_t notch_scope_choice(const notch_choice_set *set, notch_text word)
{
  for (uint32_t i = 0; i < set->count; i++)
    if (notch_text_equal(set->words[i], word)) return i;
  return NOTCH_NONE;
}

notch_decl notch_decl_of(notch_checker *c, const notch_item *item)
{
  const notch_tree_node *node = item->node;
  return (notch_decl){
      .name = notch_check_join(c, item->names->prefix, node->text),
      .title = notch_arena_text(c->arena, notch_tree_title(node)),
      .doc = notch_arena_text(c->arena, node->doc),
      .source = node->source,
      .span = node->span,
  };
}

/* apply/rules.c -- from the text of a script to rules that run, and to what a version stores. */
#include <config.h>

#include "apply/apply.h"
#include "check/check.h"

#include <assert.h>
#include <string.h>

/* The canonical text of one unit, kept in the arena. */
static notch_text canonical_of(const notch_tokens *tokens, notch_arena *arena)
{
  notch_buffer text;
  notch_buffer_init(&text, arena->memory);
  notch_canonical(&text, tokens);
  return notch_buffer_keep(&text, arena);
}

static void keep_sources(notch_rules *rules)
{
  const notch_parsed *parsed = rules->parsed;
  rules->source = canonical_of(&parsed->units.items[0].tokens, &rules->arena);
  rules->modules = NOTCH_NEW_ARRAY(&rules->arena, notch_store_module, parsed->units.count);
  for (uint32_t i = 1; rules->modules != NULL && i < parsed->units.count; i++) {
    const notch_parsed_unit *unit = &parsed->units.items[i];
    notch_store_module *module = &rules->modules[rules->module_count++];
    module->name = notch_arena_text(&rules->arena, unit->path);
    module->source = canonical_of(&unit->tokens, &rules->arena);
  }
}

static notch_rules_status compile(notch_rules *rules, notch_text name, notch_text text,
                                  const notch_resolver *resolver, notch_diags *diags)
{
  notch_arena *arena = &rules->arena;
  rules->parsed = notch_load(name, text, resolver, diags, arena);
  if (rules->parsed == NULL || arena->failed) {
    return NOTCH_RULES_NOMEM;
  }
  rules->program = notch_check(rules->parsed, diags, arena);
  if (arena->failed) {
    return NOTCH_RULES_NOMEM;
  }
  if (rules->program == NULL || diags->error_count > 0) {
    return NOTCH_RULES_ERRORS;
  }
  rules->code = notch_emit(rules->program, arena);
  rules->plan = rules->code == NULL ? NULL
                                    : notch_plan_make(rules->program, rules->code, arena);
  rules->layout = rules->plan == NULL ? NULL : notch_layout_make(rules->program, arena);
  if (rules->layout == NULL) {
    return NOTCH_RULES_NOMEM;
  }
  keep_sources(rules);
  return arena->failed ? NOTCH_RULES_NOMEM : NOTCH_RULES_OK;
}

notch_rules_status notch_rules_compile(notch_rules **out, const notch_memory *memory,
                                       notch_text name, notch_text text,
                                       const notch_resolver *resolver, notch_diags *diags)
{
  *out = NULL;
  notch_rules *rules = notch_memory_resize(memory, NULL, sizeof *rules);
  if (rules == NULL) {
    return NOTCH_RULES_NOMEM;
  }
  memset(rules, 0, sizeof *rules);
  notch_arena_init(&rules->arena, memory);
  notch_rules_status status = compile(rules, name, text, resolver, diags);
  if (status == NOTCH_RULES_NOMEM) {
    notch_rules_free(rules, memory);
  } else {
    *out = rules; /* also with errors: the diagnostics point into its sources */
  }
  return status;
}

void notch_rules_free(notch_rules *rules, const notch_memory *memory)
{
  if (rules != NULL) {
    notch_arena_free(&rules->arena);
    notch_memory_free(memory, rules);
  }
}

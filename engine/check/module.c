/* check/module.c -- `use`: names of a module's instance, and its parameters put in. */
#include <config.h>

#include "check/checker.h"

#define NESTED_MAX 16
#define INSTANCES_MAX 4096

static notch_text instance_name(const notch_tree_node *use)
{
  const notch_tree_node *named = notch_tree_find(use, NOTCH_AST_USE_AS);
  if (named) return named->text;
  notch_text name = use->text;
  for (uint32_t i = 0; i < use->text.length; i++)
    if (use->text.bytes[i] == '.')
      name = (notch_text){use->text.bytes + i + 1, use->text.length - i - 1};
  return name;
}

static const notch_tree_node *module_of(const notch_names *names)
{
  return notch_tree_find(names->file, NOTCH_AST_MODULE);
}

/* A parameter's name stands in the instance's table from the start; what it means comes later. */
static void declare_parameters(notch_checker *c, notch_names *inside)
{
  const notch_tree_node *module = module_of(inside);
  if (!module) return;
  for (const notch_tree_node *need = module->first; need; need = need->next) {
    if (need->kind != NOTCH_AST_MODULE_NEEDS && need->kind != NOTCH_AST_MODULE_NEEDS_KIND)
      continue;
    notch_symbol *symbol = NOTCH_NEW(c->scratch, notch_symbol);
    *symbol = (notch_symbol){.kind = NOTCH_SYMBOL_BROKEN,
                             .name = need->text,
                             .node = need,
                             .names = inside};
    notch_names_add(c, inside, need->text, symbol, need);
  }
}

void notch_module_collect(notch_checker *c, const notch_tree_node *use, notch_names *outer)
{
  if (use->broken || use->detail < 0 || (uint64_t)use->detail >= c->parsed->units.count) return;
  const notch_tree_node *file = c->parsed->units.items[use->detail].tree;
  if (!file) return;
  if (c->module_depth >= NESTED_MAX || c->instances.count >= INSTANCES_MAX) {
    CHECK_REPORT(c, use, MODULES_TOO_MANY);
    return;
  }
  notch_text name = instance_name(use);
  notch_symbol *symbol = NOTCH_NEW(c->scratch, notch_symbol);
  *symbol = (notch_symbol){.kind = NOTCH_SYMBOL_INSTANCE, .name = name, .node = use,
                           .names = outer};
  if (!notch_names_add(c, outer, name, symbol, use)) return;
  notch_text prefix = notch_check_join(c, outer->prefix, name);
  notch_names *inside = notch_names_new(c, outer, notch_check_join(c, prefix, NOTCH_TEXT(".")));
  inside->file = file;
  inside->use = use;
  symbol->inside = inside;
  *notch_vec_push(&c->instances, c->scratch) = (notch_item){use, inside, symbol};
  c->module_depth++;
  declare_parameters(c, inside);
  notch_declare_file(c, file, inside);
  c->module_depth--;
}

static const notch_tree_node *find_bind(const notch_tree_node *use, notch_text name)
{
  const notch_tree_node *with = notch_tree_find(use, NOTCH_AST_USE_WITH);
  for (const notch_tree_node *bind = with ? with->first : NULL; bind; bind = bind->next) {
    if (bind->kind == NOTCH_AST_BIND && notch_text_equal(bind->text, name)) return bind;
    if (bind->kind == NOTCH_AST_BIND_TIER && notch_text_equal(NOTCH_TEXT("tier"), name))
      return bind;
  }
  return NULL;
}

static void put_alias(notch_names *inside, notch_text name, const notch_symbol *target)
{
  notch_symbol *symbol = notch_names_get(inside, name);
  const notch_tree_node *node = symbol->node;
  bool used = symbol->used;
  *symbol = *target;
  symbol->node = node;
  symbol->used = used;
}

static void bind_alias(notch_checker *c, const notch_item *instance, const notch_tree_node *need,
                       notch_symbol_kind kind)
{
  const notch_tree_node *bind = find_bind(instance->node, need->text);
  const notch_tree_node *fallback = notch_tree_find(need, NOTCH_AST_DEFAULT);
  const notch_tree_node *value = bind ? bind->first : fallback ? fallback->first : NULL;
  notch_names *where = bind ? instance->names->outer : instance->names;
  if (!value && !(bind && bind->kind == NOTCH_AST_BIND_TIER)) {
    CHECK_REPORT(c, instance->node, PARAMETER_MISSING, need->text, instance->node->text);
    return;
  }
  const notch_tree_node *named = bind && bind->kind == NOTCH_AST_BIND_TIER ? bind : value;
  bool is_name = named->kind == NOTCH_AST_BIND_TIER || named->kind == NOTCH_AST_NAME ||
                 (named->kind == NOTCH_AST_PATH && named->detail == NOTCH_ROOT_NAME);
  if (!is_name) {
    CHECK_REPORT(c, named, WRONG_KIND,
                 notch_source_slice(notch_check_source(c, named), named->span), "an expression",
                 notch_symbol_words(kind));
    return;
  }
  const notch_symbol *target = notch_scope_need(c, where, named, kind);
  if (target) put_alias(instance->names, need->text, target);
}

static void bind_value(notch_checker *c, const notch_item *instance, const notch_tree_node *need)
{
  const notch_tree_node *bind = find_bind(instance->node, need->text);
  const notch_tree_node *fallback = notch_tree_find(need, NOTCH_AST_DEFAULT);
  const notch_tree_node *type_node = need->first;
  notch_field about = {0};
  notch_type type = notch_type_read(c, instance->names, type_node, &about);
  const notch_tree_node *value = bind ? bind->first : fallback ? fallback->first : NULL;
  notch_symbol *symbol = notch_names_get(instance->names, need->text);
  if (!value) {
    CHECK_REPORT(c, instance->node, PARAMETER_MISSING, need->text, instance->node->text);
    return;
  }
  if (type.kind == NOTCH_TYPE_ERROR) return;
  type.optional = false;
  notch_names *where = bind ? instance->names->outer : instance->names;
  notch_expr *constant = notch_expr_constant(c, where, value, type, true);
  if (constant->type.kind == NOTCH_TYPE_ERROR) return;
  symbol->kind = NOTCH_SYMBOL_VALUE;
  symbol->value = constant;
}

static void bind_need(notch_checker *c, const notch_item *instance, const notch_tree_node *need)
{
  static const notch_symbol_kind kinds[] = {
      NOTCH_SYMBOL_EVENT,  NOTCH_SYMBOL_MEASURE, NOTCH_SYMBOL_RULE,    NOTCH_SYMBOL_GROUP,
      NOTCH_SYMBOL_LADDER, NOTCH_SYMBOL_REWARD,  NOTCH_SYMBOL_PARTNER, NOTCH_SYMBOL_TIER};
  if (need->kind == NOTCH_AST_MODULE_NEEDS_KIND)
    bind_alias(c, instance, need, kinds[need->detail]);
  else if (need->first->kind == NOTCH_AST_TYPE_POINTS)
    bind_alias(c, instance, need, NOTCH_SYMBOL_POINTS);
  else if (need->first->kind == NOTCH_AST_TYPE_CURRENCY)
    bind_alias(c, instance, need, NOTCH_SYMBOL_CURRENCY);
  else
    bind_value(c, instance, need);
}

static void watch_binds(notch_checker *c, const notch_item *instance)
{
  const notch_tree_node *module = module_of(instance->names);
  const notch_tree_node *with = notch_tree_find(instance->node, NOTCH_AST_USE_WITH);
  for (const notch_tree_node *bind = with ? with->first : NULL; bind; bind = bind->next) {
    notch_text name = bind->kind == NOTCH_AST_BIND_TIER ? NOTCH_TEXT("tier") : bind->text;
    notch_nearest nearest = {.wanted = name};
    bool found = false;
    for (const notch_tree_node *need = module ? module->first : NULL; need; need = need->next) {
      if (need->kind != NOTCH_AST_MODULE_NEEDS && need->kind != NOTCH_AST_MODULE_NEEDS_KIND)
        continue;
      found |= notch_text_equal(need->text, name);
      notch_nearest_try(&nearest, need->text);
    }
    if (!found) {
      CHECK_REPORT(c, bind, NO_SUCH_PARAMETER, instance->node->text, name,
                   notch_check_meant(c, nearest.best));
    } else if (find_bind(instance->node, name) != bind) {
      CHECK_REPORT(c, bind, CLAUSE_TWICE, "this parameter");
    }
  }
}

void notch_module_bind(notch_checker *c)
{
  for (uint32_t i = 0; i < c->instances.count; i++) {
    const notch_item *instance = &c->instances.items[i];
    const notch_tree_node *module = module_of(instance->names);
    if (module && module->broken) continue;
    watch_binds(c, instance);
    for (const notch_tree_node *need = module ? module->first : NULL; need; need = need->next)
      if (need->kind == NOTCH_AST_MODULE_NEEDS || need->kind == NOTCH_AST_MODULE_NEEDS_KIND)
        bind_need(c, instance, need);
  }
}

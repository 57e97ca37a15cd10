/* check/group_order.c -- the order of evaluation: names' ranks, the DAG of rules and groups. */
#include <config.h>

#include "check/checker.h"

#include <stdlib.h>
#include <string.h>

typedef struct edge {
  uint32_t from, to;
} edge;

typedef struct graph { /* nodes: the rules, then the groups */
  notch_checker *c;
  uint32_t count;
  NOTCH_VEC(edge) edges;
  uint32_t *rank, *by_rank; /* by name */
  uint32_t *first, *next_to; /* successors: next_to[first[n] .. first[n + 1]) */
  uint32_t *waits;           /* predecessors that are not placed yet */
} graph;

typedef struct named {
  notch_text name;
  uint32_t index;
} named;

static int by_name(const void *left, const void *right)
{
  const named *one = left, *other = right;
  int order = notch_text_compare(one->name, other->name);
  if (order) return order;
  return one->index < other->index ? -1 : one->index > other->index;
}

static uint32_t group_node(const graph *g, uint32_t group)
{
  return g->c->program->rule_count + group;
}

static notch_text node_name(const graph *g, uint32_t node)
{
  const notch_program *program = g->c->program;
  return node < program->rule_count ? program->rules[node].decl.name
                                    : program->groups[node - program->rule_count].decl.name;
}

static void rank_names(graph *g)
{
  notch_program *program = g->c->program;
  named *names = NOTCH_NEW_ARRAY(g->c->scratch, named, g->count + 1);
  for (uint32_t i = 0; i < g->count; i++) names[i] = (named){node_name(g, i), i};
  if (g->count) qsort(names, g->count, sizeof names[0], by_name);
  g->rank = NOTCH_NEW_ARRAY(g->c->scratch, uint32_t, g->count + 1);
  g->by_rank = NOTCH_NEW_ARRAY(g->c->scratch, uint32_t, g->count + 1);
  uint32_t rule_rank = 0;
  for (uint32_t i = 0; i < g->count; i++) {
    g->rank[names[i].index] = i;
    g->by_rank[i] = names[i].index;
    if (names[i].index < program->rule_count)
      program->rules[names[i].index].name_rank = rule_rank++;
  }
}

static void add_edge(graph *g, uint32_t from, uint32_t to)
{
  *notch_vec_push(&g->edges, g->c->scratch) = (edge){from, to};
}

static void edges_of_multiply(graph *g, uint32_t index, const notch_action *action,
                              const uint32_t *exceptions, const uint32_t *next_exception)
{
  const notch_program *program = g->c->program;
  uint32_t own = program->rules[index].group;
  for (uint32_t i = 0; i < action->rule_count; i++) {
    uint32_t base = action->rules[i];
    add_edge(g, base, index);
    uint32_t group = program->rules[base].group;
    if (group != NOTCH_NONE) add_edge(g, group_node(g, group), index);
    for (uint32_t e = exceptions[base]; e != NOTCH_NONE; e = next_exception[e]) {
      group = program->rules[e].group;
      if (group != NOTCH_NONE && group != own) add_edge(g, group_node(g, group), index);
    }
  }
}

static void collect_edges(graph *g)
{
  const notch_program *program = g->c->program;
  uint32_t *exceptions = NOTCH_NEW_ARRAY(g->c->scratch, uint32_t, program->rule_count + 1);
  uint32_t *next = NOTCH_NEW_ARRAY(g->c->scratch, uint32_t, program->rule_count + 1);
  for (uint32_t i = 0; i < program->rule_count; i++) exceptions[i] = NOTCH_NONE;
  for (uint32_t i = 0; i < program->rule_count; i++) {
    uint32_t to = program->rules[i].exception_to;
    if (to == NOTCH_NONE) continue;
    next[i] = exceptions[to];
    exceptions[to] = i;
    add_edge(g, i, to);
  }
  for (uint32_t i = 0; i < program->rule_count; i++) {
    const notch_rule *rule = &program->rules[i];
    if (rule->group != NOTCH_NONE) add_edge(g, i, group_node(g, rule->group));
    for (uint32_t a = 0; a < rule->action_count; a++)
      if (rule->actions[a].kind == NOTCH_DO_MULTIPLY)
        edges_of_multiply(g, i, &rule->actions[a], exceptions, next);
  }
}

static void index_edges(graph *g)
{
  notch_arena *scratch = g->c->scratch;
  g->first = NOTCH_NEW_ARRAY(scratch, uint32_t, g->count + 2);
  g->next_to = NOTCH_NEW_ARRAY(scratch, uint32_t, g->edges.count + 1);
  g->waits = NOTCH_NEW_ARRAY(scratch, uint32_t, g->count + 1);
  for (uint32_t i = 0; i < g->edges.count; i++) {
    g->first[g->edges.items[i].from + 1]++;
    g->waits[g->edges.items[i].to]++;
  }
  for (uint32_t i = 0; i < g->count; i++) g->first[i + 1] += g->first[i];
  uint32_t *at = NOTCH_NEW_ARRAY(scratch, uint32_t, g->count + 1);
  memcpy(at, g->first, sizeof(uint32_t) * g->count);
  for (uint32_t i = 0; i < g->edges.count; i++)
    g->next_to[at[g->edges.items[i].from]++] = g->edges.items[i].to;
}

/* A heap of ranks: among what may come next, the least name. */
static void heap_push(uint32_t *heap, uint32_t *count, uint32_t rank)
{
  uint32_t at = (*count)++;
  while (at && heap[(at - 1) / 2] > rank) {
    heap[at] = heap[(at - 1) / 2];
    at = (at - 1) / 2;
  }
  heap[at] = rank;
}

static uint32_t heap_pop(uint32_t *heap, uint32_t *count)
{
  uint32_t least = heap[0], last = heap[--*count], at = 0;
  for (;;) {
    uint32_t child = 2 * at + 1;
    if (child >= *count) break;
    if (child + 1 < *count && heap[child + 1] < heap[child]) child++;
    if (heap[child] >= last) break;
    heap[at] = heap[child];
    at = child;
  }
  heap[at] = last;
  return least;
}

static void place_all(graph *g)
{
  notch_program *program = g->c->program;
  uint32_t *heap = NOTCH_NEW_ARRAY(g->c->scratch, uint32_t, g->count + 1), waiting = 0;
  program->steps = NOTCH_NEW_ARRAY(g->c->arena, notch_step, g->count + 1);
  for (uint32_t i = 0; i < g->count; i++)
    if (!g->waits[i]) heap_push(heap, &waiting, g->rank[i]);
  while (waiting) {
    uint32_t node = g->by_rank[heap_pop(heap, &waiting)];
    bool is_group = node >= program->rule_count;
    program->steps[program->step_count++] =
        (notch_step){is_group, is_group ? node - program->rule_count : node};
    for (uint32_t i = g->first[node]; i < g->first[node + 1]; i++)
      if (!--g->waits[g->next_to[i]]) heap_push(heap, &waiting, g->rank[g->next_to[i]]);
  }
}

static const notch_tree_node *node_of(const graph *g, uint32_t node)
{
  const notch_checker *c = g->c;
  uint32_t rules = c->program->rule_count;
  return node < rules ? c->items[NOTCH_SYMBOL_RULE].items[node].node
                      : c->items[NOTCH_SYMBOL_GROUP].items[node - rules].node;
}

/* Every node left waits for another one left: going backwards must meet a node again. */
static void report_cycle(graph *g)
{
  uint32_t *before = NOTCH_NEW_ARRAY(g->c->scratch, uint32_t, g->count + 1), start = 0;
  for (uint32_t i = 0; i < g->edges.count; i++)
    if (g->waits[g->edges.items[i].from] && g->waits[g->edges.items[i].to])
      before[g->edges.items[i].to] = g->edges.items[i].from;
  while (!g->waits[start]) start++;
  for (uint32_t i = 0; i < g->count; i++) start = before[start];
  uint32_t least = start;
  for (uint32_t at = before[start]; at != start; at = before[at])
    if (g->rank[at] < g->rank[least]) least = at;
  notch_text names = node_name(g, least);
  unsigned shown = 0;
  for (uint32_t at = before[least]; at != least && shown < 8; at = before[at], shown++) {
    notch_text name = node_name(g, at);
    names = notch_arena_format(g->c->scratch, "%.*s, %.*s", (int)names.length, names.bytes,
                               (int)name.length, name.bytes);
  }
  CHECK_REPORT(g->c, node_of(g, least), CYCLE_OF_RULES, names);
}

static void list_variants(notch_checker *c)
{
  notch_program *program = c->program;
  for (int pass = 0; pass < 2; pass++) {
    if (pass)
      for (uint32_t e = 0; e < program->event_count; e++) {
        notch_event_decl *event = &program->events[e];
        event->variants = NOTCH_NEW_ARRAY(c->arena, notch_variant_ref, event->variant_count + 1);
        event->variant_count = 0;
      }
    for (uint32_t s = 0; s < program->step_count; s++) {
      if (program->steps[s].is_group) continue;
      const notch_rule *rule = &program->rules[program->steps[s].index];
      for (uint32_t v = 0; v < rule->variant_count; v++) {
        const notch_trigger *trigger = &rule->variants[v].trigger;
        if (trigger->kind != NOTCH_ON_EVENT) continue;
        notch_event_decl *event = &program->events[trigger->a];
        if (pass)
          event->variants[event->variant_count] = (notch_variant_ref){program->steps[s].index, v};
        event->variant_count++;
      }
    }
  }
}

/* Before the groups are read: ties go by the names of rules. */
void notch_order_rank(notch_checker *c)
{
  graph g = {.c = c, .count = c->program->rule_count + c->program->group_count};
  rank_names(&g);
}

void notch_order_check(notch_checker *c)
{
  graph g = {.c = c, .count = c->program->rule_count + c->program->group_count};
  rank_names(&g);
  collect_edges(&g);
  index_edges(&g);
  place_all(&g);
  if (c->program->step_count < g.count) report_cycle(&g);
  list_variants(c);
}

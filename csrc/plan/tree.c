#include "tree.h"

#include "base/mem.h"
#include "binding.h"
#include <string.h>

/* ---- the arena ---- */

#define CHUNK_BYTES 4096u

typedef struct chunk {
  struct chunk *next;
  size_t bytes, used;
} chunk;

struct blt_plan_arena {
  blt_ctx *ctx;
  chunk *chunks;
};

blt_status blt_plan_arena_new(blt_ctx *ctx, blt_plan_arena **out, blt_error *err) {
  blt_plan_arena *a = blt_calloc(ctx, 1, sizeof *a);
  if (!a) return blt_fail_memory(err, sizeof *a);
  a->ctx = ctx;
  *out = a;
  return BLT_OK;
}

void blt_plan_arena_free(blt_plan_arena *a) {
  if (!a) return;
  for (chunk *c = a->chunks, *next; c; c = next) {
    next = c->next;
    blt_free(a->ctx, c, c->bytes);
  }
  blt_free(a->ctx, a, sizeof *a);
}

blt_ctx *blt_plan_arena_ctx(const blt_plan_arena *a) {
  return a->ctx;
}

static chunk *add_chunk(blt_plan_arena *a, size_t bytes) {
  size_t head = (sizeof(chunk) + 15) & ~(size_t)15;
  size_t size = head + bytes > CHUNK_BYTES ? head + bytes : CHUNK_BYTES;
  chunk *c = blt_alloc(a->ctx, size);
  if (!c) return NULL;
  *c = (chunk){.next = a->chunks, .bytes = size, .used = head};
  return a->chunks = c;
}

void *blt_plan_alloc(blt_plan_arena *a, size_t bytes) {
  chunk *c = a->chunks;
  bytes = bytes ? (bytes + 15) & ~(size_t)15 : 16;
  if (!c || c->bytes - c->used < bytes) c = add_chunk(a, bytes);
  if (!c) return NULL;
  void *p = (char *)c + c->used;
  c->used += bytes;
  return memset(p, 0, bytes);
}

void *blt_plan_keep(blt_plan_arena *a, const void *from, size_t bytes) {
  void *p = blt_plan_alloc(a, bytes);
  if (p && bytes) memcpy(p, from, bytes);
  return p;
}

/* ---- copies of the parts of a draft; false: memory was refused ---- */

static bool keep_name(blt_plan_arena *a, const char **name) {
  if (*name) *name = blt_plan_keep(a, *name, strlen(*name) + 1);
  return *name != NULL;
}

static bool keep_node(blt_plan_arena *a, blt_node *node) {
  if (node->kind == BLT_NODE_CALL) return keep_name(a, &node->name);
  if (node->kind != BLT_NODE_VALUE || node->value.null || node->value.type.id != BLT_STRING) return true;
  return (node->value.u.s.s = blt_plan_keep(a, node->value.u.s.s, node->value.u.s.len)) != NULL;
}

static bool keep_term(blt_plan_arena *a, blt_term *term) {
  blt_node *nodes = blt_plan_keep(a, term->nodes, term->n * sizeof *nodes);
  if (!nodes) return false;
  for (uint32_t i = 0; i < term->n; i++)
    if (!keep_node(a, &nodes[i])) return false;
  term->nodes = nodes;
  return true;
}

static bool keep_terms(blt_plan_arena *a, const blt_term **terms, uint32_t n) {
  blt_term *copy = blt_plan_keep(a, *terms, n * sizeof *copy);
  for (uint32_t i = 0; copy && i < n; i++)
    if (!keep_term(a, &copy[i])) return false;
  *terms = copy;
  return copy != NULL;
}

static bool keep_items(blt_plan_arena *a, const blt_plan_item **items, uint32_t n) {
  blt_plan_item *copy = blt_plan_keep(a, *items, n * sizeof *copy);
  for (uint32_t i = 0; copy && i < n; i++)
    if (!keep_name(a, &copy[i].name) || !keep_term(a, &copy[i].term)) return false;
  *items = copy;
  return copy != NULL;
}

static bool keep_aggregate(blt_plan_arena *a, blt_plan_aggregate *x) {
  if (!keep_name(a, &x->name) || !keep_name(a, &x->kind)) return false;
  for (uint32_t i = 0; i < x->nargs; i++)
    if (!keep_term(a, &x->args[i])) return false;
  return keep_term(a, &x->where);
}

static bool keep_aggregates(blt_plan_arena *a, const blt_plan_aggregate **list, uint32_t n) {
  blt_plan_aggregate *copy = blt_plan_keep(a, *list, n * sizeof *copy);
  for (uint32_t i = 0; copy && i < n; i++)
    if (!keep_aggregate(a, &copy[i])) return false;
  *list = copy;
  return copy != NULL;
}

static bool keep_order(blt_plan_arena *a, const blt_plan_order **keys, uint32_t n) {
  blt_plan_order *copy = blt_plan_keep(a, *keys, n * sizeof *copy);
  for (uint32_t i = 0; copy && i < n; i++)
    if (!keep_term(a, &copy[i].term)) return false;
  *keys = copy;
  return copy != NULL;
}

static bool keep_join(blt_plan_arena *a, blt_plan_join *join) {
  if (join->asof && !keep_name(a, &join->asof)) return false;
  return keep_terms(a, &join->left, join->nkeys) && keep_terms(a, &join->right, join->nkeys) &&
         keep_term(a, &join->also);
}

static bool keep_scan(blt_plan_arena *a, blt_plan *p) {
  blt_plan_column *columns = blt_plan_keep(a, p->columns, p->ncolumns * sizeof *columns);
  uint32_t *numbers = blt_plan_alloc(a, p->ncolumns * sizeof *numbers);
  if (!columns || !numbers) return false;
  for (uint32_t i = 0; i < p->ncolumns; i++) {
    if (!keep_name(a, &columns[i].name)) return false;
    numbers[i] = p->u.scan.columns ? p->u.scan.columns[i] : i;
  }
  p->columns = columns;
  p->u.scan.columns = numbers;
  if (p->u.scan.nkey) p->u.scan.key = blt_plan_keep(a, p->u.scan.key, p->u.scan.nkey * sizeof *p->u.scan.key);
  return p->u.scan.nkey == 0 || p->u.scan.key;
}

static bool copy_parts(blt_plan_arena *a, blt_plan *p) {
  switch (p->kind) {
  case BLT_PLAN_SCAN:
    return keep_scan(a, p);
  case BLT_PLAN_FILTER:
    return keep_terms(a, &p->u.filter.terms, p->u.filter.n);
  case BLT_PLAN_PROJECT:
    return keep_items(a, &p->u.project.items, p->ncolumns);
  case BLT_PLAN_GROUP:
    return keep_items(a, &p->u.group.keys, p->u.group.nkeys) &&
           keep_aggregates(a, &p->u.group.aggregates, p->u.group.naggregates);
  case BLT_PLAN_ORDER:
    return keep_order(a, &p->u.order.keys, p->u.order.n);
  case BLT_PLAN_HEADS:
    return keep_terms(a, &p->u.heads.keys, p->u.heads.nkeys) &&
           keep_order(a, &p->u.heads.order, p->u.heads.norder);
  case BLT_PLAN_JOIN:
    return keep_join(a, &p->u.join);
  case BLT_PLAN_WINDOW:
    return keep_terms(a, &p->u.window.keys, p->u.window.nkeys) &&
           keep_order(a, &p->u.window.order, p->u.window.norder) &&
           keep_aggregates(a, &p->u.window.items, p->u.window.nitems);
  default: /* BLT_PLAN_LIMIT, BLT_PLAN_SAMPLE, BLT_PLAN_UNION */
    return true;
  }
}

static uint32_t deeper(uint32_t a, uint32_t b) {
  return a > b ? a : b;
}

blt_status blt_plan_make(blt_plan_arena *a, const blt_plan *draft, const blt_plan **out, uint32_t *origin,
                         blt_error *err) {
  blt_plan *p = blt_plan_keep(a, draft, sizeof *p);
  err->position = -1;
  if (origin) *origin = 0;
  if (!p) return blt_fail_memory(err, sizeof *p);
  p->size = 1 + (p->input ? p->input->size : 0) + (p->other ? p->other->size : 0);
  p->depth = 1 + deeper(p->input ? p->input->depth : 0, p->other ? p->other->depth : 0);
  if (p->size > BLT_PLAN_LARGEST || p->depth > BLT_PLAN_DEEPEST)
    return blt_fail(err, BLT_EINVAL, "a query of more than %u steps: collect() it in between",
                    p->depth > BLT_PLAN_DEEPEST ? BLT_PLAN_DEEPEST : BLT_PLAN_LARGEST);
  if (!copy_parts(a, p)) return blt_fail_memory(err, sizeof *p);
  blt_status status = blt_plan_bind(a, p, origin, err);
  if (status == BLT_OK) *out = p;
  return status;
}

bool blt_plan_column_term(blt_plan_arena *a, uint32_t column, blt_term *out) {
  blt_node *node = blt_plan_alloc(a, sizeof *node);
  if (!node) return false;
  *node = (blt_node){.kind = BLT_NODE_COLUMN, .column = column};
  *out = (blt_term){.nodes = node, .n = 1};
  return true;
}

/* DELETE and UPDATE where: against an array, on any number of threads, with refused allocations. */
#include "cells.h"
#include "check.h"

#include "exec/change/change_where.h"
#include "random.h"
#include "store/table/change.h"

#define NULL_VALUE INT64_MIN

typedef struct model {
  int64_t *n, *m;
  bool *gone;
  uint32_t rows;
} model;

static blt_term condition(blt_node *nodes, const char *op, int64_t value) {
  nodes[0] = (blt_node){.kind = BLT_NODE_COLUMN, .column = 0};
  nodes[1] = (blt_node){.kind = BLT_NODE_VALUE, .value = {.type = {.id = BLT_INT64}, .u.i = value}};
  nodes[2] = (blt_node){.kind = BLT_NODE_CALL, .name = op, .nargs = 2};
  return (blt_term){.nodes = nodes, .n = 3};
}

static blt_table *fill(blt_ctx *ctx, rng *r, uint32_t rows, model *m) {
  static const blt_field fields[] = {{"n", {.id = BLT_INT64}}, {"m", {.id = BLT_INT64}}};
  blt_schema *schema;
  blt_table *t;
  blt_error err;
  CHECK(blt_schema_new(ctx, fields, 2, NULL, 0, false, &schema, &err) == BLT_OK);
  CHECK(blt_table_new(ctx, schema, &t, &err) == BLT_OK);
  blt_schema_free(schema);
  *m = (model){malloc((rows + 1) * 8), malloc((rows + 1) * 8), calloc(rows + 1, 1), rows};
  for (uint32_t i = 0; i < rows; i++) {
    m->n[i] = rng_below(r, 10) ? (int64_t)rng_below(r, 100) : NULL_VALUE;
    m->m[i] = i;
    CHECK(blt_table_begin_row(t, &err) == BLT_OK);
    if (m->n[i] == NULL_VALUE)
      blt_table_push_null(t, 0);
    else
      CHECK(blt_table_push_i64(t, 0, m->n[i], &err) == BLT_OK);
    CHECK(blt_table_push_i64(t, 1, m->m[i], &err) == BLT_OK);
    CHECK(blt_table_end_row(t, &err) == BLT_OK);
  }
  return t;
}

static void model_free(model *m) {
  free(m->n);
  free(m->m);
  free(m->gone);
}

static void compare(blt_table *t, const model *m) {
  blt_view *v;
  blt_error err;
  REQUIRE(blt_table_view(t, &v, &err) == BLT_OK);
  for (uint32_t i = 0; i < m->rows && check_ok; i++) {
    CHECK_AT(blt_table_lives(t, i) == !m->gone[i], "row %u", i);
    if (m->gone[i]) continue;
    blt_value n = cell_of(v, 0, i / BLT_BLOCK_ROWS, i % BLT_BLOCK_ROWS),
              x = cell_of(v, 1, i / BLT_BLOCK_ROWS, i % BLT_BLOCK_ROWS);
    CHECK_AT(n.null ? m->n[i] == NULL_VALUE : n.u.i == m->n[i], "row %u, n", i);
    CHECK_AT(!x.null && x.u.i == m->m[i], "row %u, m", i);
  }
  blt_view_release(v);
}

static void changes_are_those_of_an_array(void) {
  static const uint32_t sizes[] = {0, 1, 500, 65536, 65537, 131073};
  for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
    rng r = {s};
    blt_ctx *ctx = blt_ctx_new();
    model m;
    blt_table *t = fill(ctx, &r, sizes[s], &m);
    for (int round = 0; round < 8 && check_ok; round++) {
      int64_t least = rng_below(&r, 100);
      bool equal = rng_below(&r, 2), removes = rng_below(&r, 3) == 0;
      blt_node nodes[3], sum[3];
      blt_term where = condition(nodes, equal ? "==" : ">=", least);
      blt_plan_item more = {"m", condition(sum, "+", 7)};
      uint64_t done = 0, want = 0;
      blt_error err;
      blt_ctx_set_threads(ctx, 1 + rng_below(&r, 4));
      for (uint32_t i = 0; i < m.rows; i++) {
        if (m.gone[i] || m.n[i] == NULL_VALUE || !(equal ? m.n[i] == least : m.n[i] >= least)) continue;
        want++;
        if (removes)
          m.gone[i] = true;
        else
          m.m[i] = m.n[i] + 7;
      }
      blt_status status = removes ? blt_delete_where(t, &where, &done, NULL, &err)
                                  : blt_update_where(t, &where, &more, 1, &done, NULL, &err);
      CHECK_AT(status == BLT_OK, "%s", err.message);
      CHECK_INT(done, want);
      compare(t, &m);
    }
    model_free(&m);
    blt_table_release(t);
    CHECK_INT(blt_ctx_memory_used(ctx), 0);
    blt_ctx_release(ctx);
  }
}

static void refused_allocations_change_nothing(void) {
  rng r = {4};
  blt_ctx *ctx = blt_ctx_new();
  model m;
  blt_table *t = fill(ctx, &r, 3000, &m);
  blt_node nodes[3], sum[3];
  blt_term where = condition(nodes, ">=", 50);
  blt_plan_item more = {"m", condition(sum, "+", 1)};
  blt_status status = BLT_ENOMEM;
  for (uint64_t n = 1; status == BLT_ENOMEM && n < 500; n++) {
    uint64_t done;
    blt_error err;
    blt_ctx_fail_allocation(ctx, n);
    status = blt_update_where(t, &where, &more, 1, &done, NULL, &err);
    blt_ctx_fail_allocation(ctx, 0);
    if (status == BLT_ENOMEM) compare(t, &m);
  }
  CHECK_INT(status, BLT_OK);
  model_free(&m);
  blt_table_release(t);
  CHECK_INT(blt_ctx_memory_used(ctx), 0);
  blt_ctx_release(ctx);
}

static void wrong_terms_are_named(void) {
  rng r = {5};
  blt_ctx *ctx = blt_ctx_new();
  model m;
  blt_table *t = fill(ctx, &r, 10, &m);
  blt_node nodes[3], sum[3];
  blt_term where = condition(nodes, ">", 50), number = condition(sum, "+", 1);
  blt_plan_item items[2] = {{"m", number}, {"nobody", number}};
  uint64_t done;
  int wrong = 7;
  blt_error err;
  CHECK_INT(blt_delete_where(t, &number, &done, &wrong, &err), BLT_ETYPE);
  CHECK_INT(wrong, 0);
  CHECK_INT(blt_update_where(t, &where, items, 2, &done, &wrong, &err), BLT_ENAME);
  CHECK_INT(wrong, 2);
  items[0].term = where;
  CHECK_INT(blt_update_where(t, &(blt_term){0}, items, 1, &done, &wrong, &err), BLT_ETYPE);
  compare(t, &m);
  model_free(&m);
  blt_table_release(t);
  CHECK_INT(blt_ctx_memory_used(ctx), 0);
  blt_ctx_release(ctx);
}

int main(void) {
  RUN(changes_are_those_of_an_array);
  RUN(refused_allocations_change_nothing);
  RUN(wrong_terms_are_named);
  return check_report();
}

/* Expressions as a caller meets them: what the compiler says, failing allocations, filters over deleted rows,
 * skipped groups, results held side by side, and programs shared by evaluators. */
#include "cells.h"
#include "check.h"
#include "expr_fixture.h"
#include "store/table/change.h"

static fixture x;

/* ---- failing allocations ---- */

static const char *const heavy[] = {
    "j 3 // 7 * j + 100 >",
    "s upper/1 '-' .. s ..",
    "s 'KR' starts_with u 'x' contains and",
    "s 'KR' 'JP' in/3 j 120 < or",
    "s len/1 u len/1 +",
    "b s u if/3 'none' coalesce/2",
    "d 'month' trunc year/1 e 2.5 * greatest",
    "u 3 '0' lpad/3 u 'a' 'bb' replace/3 ..",
    "j 120 < f 0e0 > and s 'a' < and",
};

/* Compiles, evaluates every vector of the view and filters by predicates. */
static blt_status run_all(const char *text, blt_error *err) {
  static uint16_t sel[BLT_VECTOR_ROWS];
  blt_expr *e = NULL;
  blt_eval *ev = NULL;
  blt_vec v;
  uint32_t n;
  bool all;
  blt_status status = fx_compile(&x, text, &e, err);
  if (status == BLT_OK) status = blt_eval_new(x.ctx, x.view, &ev, err);
  for (uint32_t g = 0; g < x.view->ngroups && status == BLT_OK; g++) {
    for (uint32_t at = 0; at < x.view->group_rows[g] && status == BLT_OK; at += BLT_VECTOR_ROWS) {
      uint32_t rows = x.view->group_rows[g] - at;
      if (rows > BLT_VECTOR_ROWS) rows = BLT_VECTOR_ROWS;
      blt_eval_reset(ev);
      status = blt_expr_eval(ev, e, g, at, NULL, rows, &v, err);
      if (status == BLT_OK && blt_expr_type(e).id == BLT_BOOL)
        status = blt_expr_filter(ev, e, g, at, rows, sel, &n, &all, err);
    }
  }
  blt_eval_free(ev);
  blt_expr_free(e);
  return status;
}

static void every_failing_allocation_is_reported(void) {
  blt_error err;
  for (size_t i = 0; i < sizeof heavy / sizeof *heavy; i++) {
    blt_status first = run_all(heavy[i], &err);
    CHECK_AT(first == BLT_OK, "%s: %s", heavy[i], err.message);
    if (first != BLT_OK) continue; /* the dictionaries' own tables exist from here on */
    size_t before = blt_ctx_memory_used(x.ctx);
    blt_status status = BLT_ENOMEM;
    uint64_t n = 0;
    while (status == BLT_ENOMEM && n < 2000) {
      blt_ctx_fail_allocation(x.ctx, ++n);
      status = run_all(heavy[i], &err);
      blt_ctx_fail_allocation(x.ctx, 0);
      CHECK_AT(blt_ctx_memory_used(x.ctx) == before, "%s: allocation %d leaks", heavy[i], (int)n);
      CHECK_AT(status == BLT_OK || status == BLT_ENOMEM, "%s: %s", heavy[i], err.message);
    }
    CHECK_AT(status == BLT_OK && n > 2, "%s: %d allocations", heavy[i], (int)n);
  }
}

/* ---- errors ---- */

static void errors_name_their_node(void) {
  static const struct {
    const char *text;
    int node;
    blt_status code;
  } cases[] = {{"i 1 + s *", 4, BLT_ETYPE},
               {"i 9223372036854775807 1 + +", 3, BLT_EOVERFLOW},
               {"i nope/1 1 +", 1, BLT_ENAME},
               {"i 1 + s '2012-01-01' < b and and", 0, BLT_OK},
               {"i 1 + 2", -1, BLT_EINVAL}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    blt_expr *e = NULL;
    blt_error err = {.code = BLT_OK};
    blt_status status = fx_compile(&x, cases[i].text, &e, &err);
    if (cases[i].code == BLT_OK) {
      CHECK(status != BLT_OK); /* bool and int64 */
    } else {
      CHECK_AT(status == cases[i].code && err.position == cases[i].node, "%s: %d at %d, %s", cases[i].text,
               (int)status, (int)err.position, err.message);
    }
    blt_expr_free(e);
  }
}

static void deep_expressions_are_refused(void) {
  enum { LEVELS = 1200 };
  static blt_node nodes[LEVELS + 1];
  blt_expr *e = NULL;
  blt_error err;
  nodes[0] = (blt_node){.kind = BLT_NODE_COLUMN, .column = FX_I};
  for (int i = 1; i <= LEVELS; i++) nodes[i] = (blt_node){.kind = BLT_NODE_CALL, .name = "abs", .nargs = 1};
  CHECK(blt_expr_compile(x.ctx, x.view, nodes, LEVELS + 1, &e, &err) == BLT_EINVAL);
  CHECK(blt_expr_compile(x.ctx, x.view, nodes, 901, &e, &err) == BLT_OK);
  blt_expr_free(e);
}

/* An error in a row that is not asked for is no error. */
static void unselected_rows_do_not_fail(void) {
  blt_expr *e = NULL;
  blt_eval *ev = NULL;
  blt_error err;
  blt_vec v;
  uint16_t sel[1];
  REQUIRE(fx_compile(&x, "i 9223372036854775807 +", &e, &err) == BLT_OK);
  REQUIRE(blt_eval_new(x.ctx, x.view, &ev, &err) == BLT_OK);
  CHECK(blt_expr_eval(ev, e, 0, 0, NULL, BLT_VECTOR_ROWS, &v, &err) == BLT_EOVERFLOW);
  for (uint16_t row = 0; row < 200; row++) {
    blt_value i = cell_of(x.view, FX_I, 0, row);
    sel[0] = row;
    blt_eval_reset(ev);
    blt_status status = blt_expr_eval(ev, e, 0, 0, sel, 1, &v, &err);
    CHECK((status == BLT_OK) == (i.null || i.u.i <= 0));
  }
  blt_eval_free(ev);
  blt_expr_free(e);
}

/* ---- filters ---- */

static void groups_are_skipped_by_their_range(void) {
  static const struct {
    const char *text;
    bool may;
  } cases[] = {{"j 100 <", false},
               {"j 149 <=", true},
               {"j 150 >=", false},
               {"c 7 ~=", false},
               {"d @1990-01-01 <", false},
               {"d year/1 2050 ==", false},
               {"s 'nowhere' ==", false},
               {"s 'KR' ==", true},
               {"j 1 + 100 <=", false},
               {"c isnull/1", false},
               {"j isnull/1", true},
               {"j 200 300 in/3", false},
               {"j 100 < b or", true},
               {"j 100 < b and", false},
               {"f 1e301 >", true},
               {"i 0 >", true},
               {"d 10 fiscal_year 1980 <", false}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    blt_expr *e = NULL;
    blt_error err;
    REQUIRE(fx_compile(&x, cases[i].text, &e, &err) == BLT_OK);
    CHECK_AT(blt_expr_may_match(e, x.view, 0) == cases[i].may, "%s", cases[i].text);
    blt_expr_free(e);
  }
}

static void results_stand_side_by_side(void) {
  blt_expr *a = NULL, *b = NULL;
  blt_eval *ev = NULL;
  blt_error err;
  blt_vec va, vb;
  REQUIRE(fx_compile(&x, "j 1 +", &a, &err) == BLT_OK);
  REQUIRE(fx_compile(&x, "j 2 + string/1", &b, &err) == BLT_OK);
  REQUIRE(blt_eval_new(x.ctx, x.view, &ev, &err) == BLT_OK);
  REQUIRE(blt_expr_eval(ev, a, 0, 0, NULL, 2048, &va, &err) == BLT_OK);
  REQUIRE(blt_expr_eval(ev, b, 0, 0, NULL, 2048, &vb, &err) == BLT_OK);
  for (uint32_t i = 0; i < 2048; i++) {
    blt_value j = cell_of(x.view, FX_J, 0, i), v = fx_vec_value(&va, i), w = fx_vec_value(&vb, i);
    char text[64];
    CHECK_AT(v.null == j.null && w.null == j.null, "row %u", i);
    if (j.null) continue;
    CHECK_INT(v.u.i, j.u.i + 1);
    snprintf(text, sizeof text, "%.*s", (int)w.u.s.len, w.u.s.s);
    CHECK_INT(atoi(text), j.u.i + 2);
  }
  blt_eval_free(ev);
  blt_expr_free(a);
  blt_expr_free(b);
}

/* Deleted rows are neither found nor looked at: one of them overflows. */
static void deleted_rows_are_passed_over(void) {
  static uint16_t sel[BLT_VECTOR_ROWS];
  uint64_t rows[BLT_VECTOR_ROWS], n = 0, deleted;
  blt_expr *e = NULL;
  blt_eval *ev = NULL;
  blt_error err;
  uint32_t found;
  bool all;
  fixture y = fx_new(3000, 4);
  uint32_t left = 0;
  for (uint32_t i = 0; i < BLT_VECTOR_ROWS; i++) {
    blt_value v = cell_of(y.view, FX_I, 0, i);
    if (!v.null && v.u.i > 0) rows[n++] = i;
    left += !v.null && v.u.i <= 0;
  }
  blt_view_release(y.view);
  y.view = NULL;
  REQUIRE(blt_table_delete(y.table, rows, n, &deleted, &err) == BLT_OK && deleted == n);
  REQUIRE(blt_table_view(y.table, &y.view, &err) == BLT_OK);
  REQUIRE(fx_compile(&y, "i 9223372036854775807 + 0 > i 9223372036854775807 + 0 <= or", &e, &err) == BLT_OK);
  REQUIRE(blt_eval_new(y.ctx, y.view, &ev, &err) == BLT_OK);
  REQUIRE(blt_expr_filter(ev, e, 0, 0, BLT_VECTOR_ROWS, sel, &found, &all, &err) == BLT_OK);
  CHECK_INT(found, left);
  CHECK(!all);
  CHECK(blt_expr_filter(ev, NULL, 0, 0, BLT_VECTOR_ROWS, sel, &found, &all, &err) == BLT_OK);
  CHECK_INT(found, BLT_VECTOR_ROWS - n);
  blt_eval_free(ev);
  blt_expr_free(e);
  fx_free(&y);
}

int main(void) {
  x = fx_new(67000, 3);
  RUN(every_failing_allocation_is_reported);
  RUN(errors_name_their_node);
  RUN(deep_expressions_are_refused);
  RUN(unselected_rows_do_not_fail);
  RUN(groups_are_skipped_by_their_range);
  RUN(results_stand_side_by_side);
  RUN(deleted_rows_are_passed_over);
  fx_free(&x);
  return check_report();
}

/* Plans as an embedder makes them: bound, rewritten, shown, run; with every allocation refused in turn. */
#include "check.h"

#include "base/mem.h"
#include "exec/run.h"
#include "plan/explain.h"
#include "plan/rules.h"
#include "plan/tree.h"
#include "store/table/change.h"
#include "store/table/table.h"

static blt_table *texts(blt_ctx *ctx, uint32_t rows, uint32_t distinct) {
  static const blt_field fields[] = {{"s", {.id = BLT_STRING}}, {"n", {.id = BLT_INT64}}};
  blt_schema *schema;
  blt_table *t = NULL;
  blt_error err;
  char text[40];
  CHECK(blt_schema_new(ctx, fields, 2, NULL, 0, false, &schema, &err) == BLT_OK);
  CHECK(blt_table_new(ctx, schema, &t, &err) == BLT_OK);
  blt_schema_free(schema);
  for (uint32_t i = 0; i < rows; i++) {
    int n = snprintf(text, sizeof text, "text %u", i % distinct);
    CHECK(blt_table_begin_row(t, &err) == BLT_OK);
    CHECK(blt_table_push_str(t, 0, text, (uint32_t)n, &err) == BLT_OK);
    CHECK(blt_table_push_i64(t, 1, i, &err) == BLT_OK);
    CHECK(blt_table_end_row(t, &err) == BLT_OK);
  }
  return t;
}

static const blt_plan_column columns[] = {{"s", {.id = BLT_STRING}}, {"n", {.id = BLT_INT64}}};
static const blt_node column_s = {.kind = BLT_NODE_COLUMN, .column = 0},
                      column_n = {.kind = BLT_NODE_COLUMN, .column = 1};
static const blt_node upper_s[] = {{.kind = BLT_NODE_COLUMN, .column = 0},
                                   {.kind = BLT_NODE_CALL, .name = "upper", .nargs = 1}};
static const blt_node n_below[] = {
    {.kind = BLT_NODE_COLUMN, .column = 1},
    {.kind = BLT_NODE_VALUE, .value = {.type = {.id = BLT_INT64}, .u = {.i = 1000}}},
    {.kind = BLT_NODE_CALL, .name = "<", .nargs = 2}};

/* limit 3 of order by sum of group upper(s) of filter n < 1000 of scan */
static blt_status make(blt_plan_arena *a, const blt_plan **out, blt_error *err) {
  const blt_plan *p = NULL;
  blt_term below = {n_below, 3, 1}, sum = {&column_n, 1, 2}, upper = {upper_s, 2, 3};
  blt_plan_item key = {"k", upper};
  blt_plan_aggregate total = {.name = "total", .kind = "sum", .nargs = 1, .args = {sum}, .origin = 4};
  blt_plan_order by = {.term = {&column_n, 1, 5}, .descending = true};
  blt_status status =
      blt_plan_make(a, &(blt_plan){.kind = BLT_PLAN_SCAN, .ncolumns = 2, .columns = columns}, &p, NULL, err);
  if (status == BLT_OK)
    status = blt_plan_make(a, &(blt_plan){.kind = BLT_PLAN_FILTER, .input = p, .u.filter = {1, &below}}, &p,
                           NULL, err);
  if (status == BLT_OK)
    status =
        blt_plan_make(a, &(blt_plan){.kind = BLT_PLAN_GROUP, .input = p, .u.group = {1, 1, &key, &total, 0}},
                      &p, NULL, err);
  if (status == BLT_OK)
    status =
        blt_plan_make(a, &(blt_plan){.kind = BLT_PLAN_ORDER, .input = p, .u.order = {1, &by, 0, UINT64_MAX}},
                      &p, NULL, err);
  if (status == BLT_OK)
    status =
        blt_plan_make(a, &(blt_plan){.kind = BLT_PLAN_LIMIT, .input = p, .u.limit = {0, 3}}, out, NULL, err);
  return status;
}

static void a_plan_is_made_shown_and_run(void) {
  blt_ctx *ctx = blt_ctx_new();
  blt_table *t = texts(ctx, 2000, 10), *answer = NULL;
  blt_plan_arena *a;
  const blt_plan *p = NULL;
  blt_error err;
  char *text;
  size_t bytes;
  REQUIRE(blt_plan_arena_new(ctx, &a, &err) == BLT_OK);
  REQUIRE(make(a, &p, &err) == BLT_OK);
  CHECK_INT(p->ncolumns, 2);
  CHECK_STR(p->columns[1].name, "total");
  CHECK_INT(p->columns[0].type.id, BLT_STRING);
  REQUIRE(blt_plan_rewrite(a, p, NULL, &p, &err) == BLT_OK);
  CHECK_INT(blt_plan_nodes(p), 4);
  CHECK_INT(blt_plan_sources(p), 1);
  REQUIRE(blt_plan_explain(ctx, p, NULL, NULL, &text, &bytes, &err) == BLT_OK);
  CHECK_STR(text, "order total desc, the first 3\n"
                  "└ group k = upper(s): total = sum(n)\n"
                  "  └ filter n < 1000\n"
                  "    └ scan s, n");
  blt_free(ctx, text, bytes);
  REQUIRE(blt_plan_run(ctx, p, &t, 1, &answer, NULL, &err) == BLT_OK);
  CHECK_INT(blt_table_rows(answer), 3);
  blt_value v;
  CHECK(blt_table_cell(answer, 1, 0, &v, &err) == BLT_OK);
  CHECK_INT(v.u.i, 50400); /* 9 + 19 + … + 999 */
  blt_table_release(answer);
  blt_plan_arena_free(a);
  blt_table_release(t);
  CHECK_INT(blt_ctx_memory_used(ctx), 0);
  blt_ctx_release(ctx);
}

static void mistakes_say_where_they_stand(void) {
  static const blt_node wrong[] = {{.kind = BLT_NODE_COLUMN, .column = 0},
                                   {.kind = BLT_NODE_COLUMN, .column = 1},
                                   {.kind = BLT_NODE_CALL, .name = "<", .nargs = 2}};
  blt_ctx *ctx = blt_ctx_new();
  blt_plan_arena *a;
  const blt_plan *scan = NULL, *p = NULL;
  blt_error err;
  uint32_t origin = 0;
  blt_term terms[] = {{n_below, 3, 7}, {wrong, 3, 8}, {&column_s, 1, 9}};
  REQUIRE(blt_plan_arena_new(ctx, &a, &err) == BLT_OK);
  REQUIRE(blt_plan_make(a, &(blt_plan){.kind = BLT_PLAN_SCAN, .ncolumns = 2, .columns = columns}, &scan, NULL,
                        &err) == BLT_OK);
  blt_plan draft = {.kind = BLT_PLAN_FILTER, .input = scan, .u.filter = {2, terms}};
  CHECK_INT(blt_plan_make(a, &draft, &p, &origin, &err), BLT_ETYPE);
  CHECK_INT(origin, 8);
  CHECK_INT(err.position, 2);
  draft.u.filter.terms = terms + 2;
  draft.u.filter.n = 1;
  CHECK_INT(blt_plan_make(a, &draft, &p, &origin, &err), BLT_ETYPE);
  CHECK_INT(origin, 9);
  blt_plan_aggregate sum = {
      .name = "x", .kind = "sum", .nargs = 1, .args = {{&column_s, 1, 3}}, .origin = 12};
  blt_plan group = {.kind = BLT_PLAN_GROUP, .input = scan, .u.group = {0, 1, NULL, &sum, 0}};
  CHECK_INT(blt_plan_make(a, &group, &p, &origin, &err), BLT_ETYPE);
  CHECK_INT(origin, 12);
  CHECK(p == NULL);
  CHECK_INT(blt_plan_make(a, &(blt_plan){.kind = BLT_PLAN_LIMIT}, &p, &origin, &err), BLT_EINVAL);
  CHECK_INT(blt_plan_make(a, &(blt_plan){.kind = BLT_PLAN_GROUP, .input = scan}, &p, &origin, &err),
            BLT_EINVAL);
  blt_plan_arena_free(a);
  blt_ctx_release(ctx);
}

static blt_status whole_life(blt_ctx *ctx, blt_error *err) {
  blt_plan_arena *a = NULL;
  const blt_plan *p = NULL;
  char *text;
  size_t bytes;
  blt_status status = blt_plan_arena_new(ctx, &a, err);
  if (status == BLT_OK) status = make(a, &p, err);
  if (status == BLT_OK) status = blt_plan_rewrite(a, p, NULL, &p, err);
  if (status == BLT_OK) {
    status = blt_plan_explain(ctx, p, NULL, NULL, &text, &bytes, err);
    if (status == BLT_OK) blt_free(ctx, text, bytes);
  }
  blt_plan_arena_free(a);
  return status;
}

static void refused_allocations_leave_nothing(void) {
  blt_ctx *ctx = blt_ctx_new();
  blt_status status = BLT_ENOMEM;
  uint64_t n = 1;
  for (; status == BLT_ENOMEM && n < 2000; n++) {
    blt_error err;
    blt_ctx_fail_allocation(ctx, n);
    status = whole_life(ctx, &err);
    blt_ctx_fail_allocation(ctx, 0);
    CHECK_INT(blt_ctx_memory_used(ctx), 0);
  }
  CHECK_INT(status, BLT_OK);
  CHECK(n > 10);
  blt_ctx_release(ctx);
}

static blt_status stop(void *arg, uint64_t done, uint64_t total, blt_error *err) {
  (void)done, (void)total;
  ++*(int *)arg;
  return blt_fail(err, BLT_EINTR, "stopped");
}

/* The dictionary of upper(s) is made before the first row is read, on all threads: those that still work when
 * the poll says no are waited for, and polled for, too. */
static void preparing_hears_the_poll(void) {
  blt_ctx *ctx = blt_ctx_new();
  blt_table *t = texts(ctx, 600000, 200000);
  blt_view *view;
  blt_expr *e = NULL;
  blt_error err;
  int polls = 0;
  REQUIRE(blt_table_view(t, &view, &err) == BLT_OK);
  blt_ctx_set_poll(ctx, stop, &polls);
  CHECK_INT(blt_expr_compile(ctx, view, upper_s, 2, &e, &err), BLT_EINTR);
  CHECK(polls >= 1);
  blt_ctx_set_poll(ctx, NULL, NULL);
  CHECK_INT(blt_expr_compile(ctx, view, upper_s, 2, &e, &err), BLT_OK);
  blt_expr_free(e);
  blt_view_release(view);
  blt_table_release(t);
  CHECK_INT(blt_ctx_memory_used(ctx), 0);
  blt_ctx_release(ctx);
}

int main(void) {
  RUN(a_plan_is_made_shown_and_run);
  RUN(mistakes_say_where_they_stand);
  RUN(refused_allocations_leave_nothing);
  RUN(preparing_hears_the_poll);
  return check_report();
}

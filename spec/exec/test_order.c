/* Orders and limits, and aggregates whose answers are lists: order, limit, top, string_agg. */
#include "cells.h"
#include "check.h"

#include "asked.h"

#define ROWS 5000u

static int compare_rows(const blt_view *v, uint64_t a, uint64_t b, const asked_order *order, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) {
    blt_value x = cell_at(v, order[i].column, a), y = cell_at(v, order[i].column, b);
    int c = cell_compare(&x, &y, order[i].descending, order[i].nulls_first);
    if (c) return c;
  }
  return 0;
}

/* Columns i f s u d and, last, a row's number in the view, by `order`. */
static blt_table *ordered(const fixture *x, const asked_order *order, uint32_t norder, uint64_t skip,
                          uint64_t limit) {
  static const char *const texts[] = {"i", "f", "s", "u", "d", "j"};
  blt_plan_item items[6];
  blt_table *out = NULL;
  blt_error err;
  asked q = asked_of(x->ctx, x->table);
  for (int i = 0; i < 6; i++) items[i] = (blt_plan_item){texts[i], asked_text(&q, texts[i])};
  asked_columns(&q, items, 6);
  asked_sorted(&q, order, norder, skip, limit);
  CHECK_AT(asked_run(&q, &out, NULL, &err) == BLT_OK, "%s", err.message);
  asked_free(&q);
  return out;
}

static bool same_cell(const blt_value *a, const blt_value *b) {
  if (a->null || b->null) return a->null == b->null;
  if (a->type.id == BLT_STRING) return a->u.s.len == b->u.s.len && !memcmp(a->u.s.s, b->u.s.s, a->u.s.len);
  return a->u.i == b->u.i;
}

static const asked_order orders[][2] = {
    {{1, false, false}, {3, false, false}}, {{1, true, true}, {2, false, true}},
    {{2, true, false}, {0, true, true}},    {{4, false, true}, {1, true, false}},
    {{3, true, true}, {4, false, false}},   {{0, false, false}, {5, true, true}},
};

static void rows_come_in_the_order_asked_for(void) {
  fixture x = fx_new(ROWS, 21);
  for (size_t i = 0; i < sizeof orders / sizeof *orders; i++)
    for (uint32_t n = 1; n <= 2; n++) {
      blt_table *t = ordered(&x, orders[i], n, 0, UINT64_MAX);
      blt_view *v;
      blt_error err;
      REQUIRE(t && blt_table_view(t, &v, &err) == BLT_OK);
      CHECK_INT(v->rows, ROWS);
      for (uint64_t r = 1; r < v->rows && check_ok; r++)
        CHECK_AT(compare_rows(v, r - 1, r, orders[i], n) <= 0, "order %zu of %u keys: row %u", i, n,
                 (unsigned)r);
      blt_view_release(v);
      blt_table_release(t);
    }
  fx_free(&x);
}

/* The beginning of an order is found without sorting all: the rows are those of the whole order. */
static void a_limit_gives_the_beginning_of_the_order(void) {
  static const uint64_t cuts[][2] = {{0, 1}, {0, 10}, {7, 20}, {0, 0}, {4990, 100}, {6000, 5}, {0, 1300}};
  fixture x = fx_new(ROWS, 22);
  for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
    blt_table *whole = ordered(&x, orders[i], 2, 0, UINT64_MAX);
    blt_view *w, *v;
    blt_error err;
    REQUIRE(whole && blt_table_view(whole, &w, &err) == BLT_OK);
    for (size_t c = 0; c < sizeof cuts / sizeof *cuts; c++) {
      uint64_t skip = cuts[c][0] < ROWS ? cuts[c][0] : ROWS,
               n = ROWS - skip < cuts[c][1] ? ROWS - skip : cuts[c][1];
      blt_table *t = ordered(&x, orders[i], 2, cuts[c][0], cuts[c][1]);
      REQUIRE(t && blt_table_view(t, &v, &err) == BLT_OK);
      CHECK_INT(v->rows, n);
      for (uint64_t r = 0; r < v->rows; r++)
        for (uint32_t col = 0; col < 6; col++) {
          blt_value a = cell_at(w, col, skip + r), b = cell_at(v, col, r);
          CHECK_AT(same_cell(&a, &b), "order %zu, cut %zu, row %u, column %u", i, c, (unsigned)r, col);
        }
      blt_view_release(v);
      blt_table_release(t);
    }
    blt_view_release(w);
    blt_table_release(whole);
  }
  fx_free(&x);
}

static blt_table *grouped(const fixture *x, const char *key, const char *kind, const char *arg,
                          const char *parameter) {
  blt_table *out = NULL;
  blt_error err;
  asked q = asked_of(x->ctx, x->table);
  blt_plan_item k = {"k", asked_text(&q, key)};
  blt_plan_aggregate a = {.name = "a", .kind = kind, .nargs = parameter ? 2 : 1};
  a.args[0] = asked_text(&q, arg);
  a.args[1] = asked_text(&q, parameter);
  asked_by(&q, &k, 1, &a, 1);
  CHECK_AT(asked_run(&q, &out, NULL, &err) == BLT_OK, "%s", err.message);
  asked_free(&q);
  return out;
}

/* `top` gives each group's largest values, one a row, largest first; short and long lists take different
 * ways. */
static void top_gives_the_largest_values_of_each_group(void) {
  static const char *const sizes[] = {"1", "2", "5", "40"};
  static const char *const keys[] = {"j", "j 1000000007 *"};
  fixture x = fx_new(ROWS, 23);
  for (int c = 0; c < 16; c++) {
    bool bottom = c & 1;
    uint32_t most = (uint32_t)atoi(sizes[c >> 2 & 3]);
    asked_order order = {0, !bottom, false};
    blt_table *t =
        grouped(&x, keys[c >> 1 & 1], bottom ? "bottom" : "top", c & 1 ? "f" : "e", sizes[c >> 2 & 3]);
    blt_view *v;
    blt_error err;
    REQUIRE(t && blt_table_view(t, &v, &err) == BLT_OK);
    uint32_t col = bottom ? FX_F : FX_E;
    for (uint64_t r = 0, n; r < v->rows; r += n) {
      blt_value key = cell_at(v, 0, r);
      for (n = 1; r + n < v->rows; n++) {
        blt_value next = cell_at(v, 0, r + n);
        if (!same_cell(&key, &next)) break;
      }
      blt_value last = cell_at(v, 1, r + n - 1);
      uint32_t values = 0, before = 0;
      for (uint32_t i = 0; i < ROWS; i++) {
        blt_value j = cell_at(x.view, FX_J, i), value = cell_at(x.view, col, i);
        if (!j.null && c & 2) j.u.i *= 1000000007;
        if (!same_cell(&j, &key) || value.null) continue;
        values++;
        before += cell_compare(&value, &last, order.descending, order.nulls_first) < 0;
      }
      CHECK_INT(n, values < most ? values : most);
      CHECK_AT(before < n, "case %d: %u values come before the last of %u", c, before, (unsigned)n);
      for (uint64_t i = 1; i < n; i++) {
        blt_value a = cell_at(v, 1, r + i - 1), b = cell_at(v, 1, r + i);
        CHECK(cell_compare(&a, &b, order.descending, order.nulls_first) <= 0);
      }
    }
    blt_view_release(v);
    blt_table_release(t);
  }
  fx_free(&x);
}

static void string_agg_joins_in_row_order(void) {
  fixture x = fx_new(300, 24);
  blt_table *t = grouped(&x, "b", "string_agg", "s", "'+'");
  blt_view *v;
  blt_error err;
  REQUIRE(t && blt_table_view(t, &v, &err) == BLT_OK);
  CHECK_INT(v->rows, 3);
  for (uint64_t g = 0; g < v->rows; g++) {
    char want[8192];
    size_t len = 0;
    blt_value key = cell_at(v, 0, g), got = cell_at(v, 1, g);
    for (uint32_t i = 0; i < 300; i++) {
      blt_value b = cell_at(x.view, FX_B, i), s = cell_at(x.view, FX_S, i);
      if (!same_cell(&b, &key) || s.null) continue;
      if (len) want[len++] = '+';
      memcpy(want + len, s.u.s.s, s.u.s.len);
      len += s.u.s.len;
    }
    CHECK_INT(got.u.s.len, len);
    CHECK(len == got.u.s.len && memcmp(want, got.u.s.s, len) == 0);
  }
  blt_view_release(v);
  blt_table_release(t);
  fx_free(&x);
}

/* Many more values than are counted exactly: within four standard errors. */
static void approx_distinct_is_close(void) {
  fixture x = fx_new(100000, 26);
  blt_table *exact = grouped(&x, "b", "count_distinct", "u", NULL),
            *rough = grouped(&x, "b", "approx_distinct", "u", NULL);
  blt_view *v, *w;
  blt_error err;
  REQUIRE(exact && rough && blt_table_view(exact, &v, &err) == BLT_OK &&
          blt_table_view(rough, &w, &err) == BLT_OK);
  CHECK_INT(v->rows, 3);
  for (uint64_t r = 0; r < v->rows; r++) {
    double want = (double)cell_at(v, 1, r).u.i, got = (double)cell_at(w, 1, r).u.i;
    CHECK_AT(fabs(got - want) <= 0.035 * want, "about %g instead of %g", got, want);
  }
  CHECK(cell_at(v, 1, 0).u.i > 10000);
  blt_view_release(v);
  blt_view_release(w);
  blt_table_release(exact);
  blt_table_release(rough);
  fx_free(&x);
}

static void wrong_arguments_are_named(void) {
  static const struct {
    const char *kind, *x, *y;
    blt_status status;
  } wrong[] = {{"median", "s", NULL, BLT_ETYPE},    {"sum", "d", NULL, BLT_ETYPE},
               {"quantile", "j", "2", BLT_EINVAL},  {"quantile", "j", "j", BLT_EINVAL},
               {"top", "j", "0", BLT_EINVAL},       {"corr", "j", NULL, BLT_EINVAL},
               {"any", "j", NULL, BLT_ETYPE},       {"string_agg", "j", NULL, BLT_ETYPE},
               {"frobnicate", "j", NULL, BLT_ENAME}};
  fixture x = fx_new(10, 25);
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    asked q = asked_of(x.ctx, x.table);
    blt_plan_aggregate list[] = {
        {.name = "n", .kind = "count"},
        {.name = "a", .kind = wrong[i].kind, .nargs = wrong[i].y ? 2 : 1, .origin = 7}};
    list[1].args[0] = asked_text(&q, wrong[i].x);
    list[1].args[1] = asked_text(&q, wrong[i].y);
    asked_by(&q, NULL, 0, list, 2);
    CHECK_INT(q.status, wrong[i].status);
    CHECK_INT(q.origin, 7);
    CHECK_AT(strstr(q.err.message, wrong[i].kind), "%s", q.err.message);
    asked_free(&q);
  }
  fx_free(&x);
}

int main(void) {
  RUN(rows_come_in_the_order_asked_for);
  RUN(a_limit_gives_the_beginning_of_the_order);
  RUN(top_gives_the_largest_values_of_each_group);
  RUN(string_agg_joins_in_row_order);
  RUN(approx_distinct_is_close);
  RUN(wrong_arguments_are_named);
  return check_report();
}

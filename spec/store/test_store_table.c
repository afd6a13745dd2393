/* Tables against a plain array of rows: random rows of every type around block edges, views, results
 * reopened, and the n-th allocation failing for every n. */
#include "cells.h"
#include "check.h"
#include "store/table/table.h"
#include "base/bits.h"
#include "base/mem.h"

#include <math.h>
#include <stdlib.h>

static blt_ctx *ctx;
static blt_error err;
static uint64_t seed = 0x9e3779b97f4a7c15u;

static uint64_t rnd(uint64_t n) {
  seed += 0x9e3779b97f4a7c15u;
  return blt_mix64(seed) % n;
}

enum { COLUMNS = 6 };
static const blt_field fields[COLUMNS] = {
    {"flag", {.id = BLT_BOOL}},   {"n", {.id = BLT_INT64}},
    {"x", {.id = BLT_FLOAT64}},   {"price", {.id = BLT_DECIMAL, .precision = 6, .scale = 2}},
    {"city", {.id = BLT_STRING}}, {"day", {.id = BLT_DATE, .required = true}},
};

typedef struct row {
  blt_value v[COLUMNS];
  char text[24];
} row;

/* `spread`: how many distinct strings and how wide the integers are. */
static void random_row(row *r, uint64_t spread) {
  for (int c = 0; c < COLUMNS; c++) {
    r->v[c] = (blt_value){.type = fields[c].type, .null = !fields[c].type.required && rnd(7) == 0};
    r->v[c].u.i = (int64_t)rnd(spread);
  }
  r->v[0].u.i &= 1;
  if (rnd(50) == 0) r->v[1].u.i = rnd(2) ? INT64_MIN : INT64_MAX;
  r->v[2].u.f = rnd(9) == 0 ? NAN : rnd(9) == 0 ? -INFINITY : (double)rnd(1000) / 8;
  r->v[3].u.i = (int64_t)rnd(1999999) - 999999;
  snprintf(r->text, sizeof r->text, "city %u", (unsigned)rnd(spread));
  r->v[4].u.s = (blt_str){r->text, (uint32_t)strlen(r->text)};
  r->v[5].u.i = (int64_t)rnd(20000);
}

static bool same(const blt_value *a, const blt_value *b) {
  if (a->null || b->null) return a->null == b->null;
  if (a->type.id == BLT_STRING) return a->u.s.len == b->u.s.len && !memcmp(a->u.s.s, b->u.s.s, a->u.s.len);
  return a->u.i == b->u.i;
}

static bool holds(blt_table *t, const row *rows, uint64_t n) {
  blt_view *v;
  if (blt_table_rows(t) != n || blt_table_view(t, &v, &err) != BLT_OK) return false;
  bool ok = v->rows == n;
  for (uint64_t r = 0; ok && r < n; r++)
    for (uint32_t c = 0; c < COLUMNS; c++) {
      blt_value got = cell_of(v, c, (uint32_t)(r / BLT_BLOCK_ROWS), (uint32_t)(r % BLT_BLOCK_ROWS));
      ok = ok && same(&got, &rows[r].v[c]);
    }
  blt_view_release(v);
  return ok && blt_table_validate(t, &err) == BLT_OK;
}

static blt_table *new_table(void) {
  blt_schema s = {.ncols = COLUMNS, .fields = (blt_field *)fields};
  blt_table *t = NULL;
  CHECK(blt_table_new(ctx, &s, &t, &err) == BLT_OK);
  return t;
}

static row *random_rows(uint64_t n, uint64_t spread) {
  row *rows = malloc(n * sizeof *rows);
  for (uint64_t i = 0; i < n; i++) random_row(&rows[i], spread);
  return rows;
}

static void rows_come_back_as_they_went_in(void) {
  static const uint64_t sizes[] = {0, 1, 63, 64, 65, 65535, 65536, 65537, 140000};
  static const uint64_t spreads[] = {1, 200, 60000, UINT64_C(1) << 40};
  for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++)
    for (size_t p = 0; p < sizeof spreads / sizeof *spreads; p++) {
      row *rows = random_rows(sizes[k] + 1, spreads[p]);
      blt_table *t = new_table();
      for (uint64_t i = 0; i < sizes[k]; i++) CHECK(blt_table_append(t, rows[i].v, &err) == BLT_OK);
      CHECK_AT(holds(t, rows, sizes[k]), "%u rows, spread %u: %s", (unsigned)sizes[k], (unsigned)p,
               err.message);
      blt_table_release(t);
      free(rows);
    }
}

static void hardly_repeating_strings_become_plain_text(void) {
  row *rows = random_rows(200001, UINT64_C(1) << 40);
  for (uint64_t i = 0; i < 200000; i++) rows[i].v[4].null = false;
  blt_table *t = new_table();
  CHECK(blt_table_interns(t, 4));
  for (uint64_t i = 0; i < 200000; i++) CHECK(blt_table_append(t, rows[i].v, &err) == BLT_OK);
  CHECK(!blt_table_interns(t, 4));
  CHECK(holds(t, rows, 200000));
  CHECK(blt_table_dict(t, 4)->count < 140000);
  blt_table_release(t);
  free(rows);
}

static void a_refused_row_leaves_no_trace(void) {
  row *rows = random_rows(200, 10);
  blt_table *t = new_table();
  for (uint64_t i = 0; i < 100; i++) CHECK(blt_table_append(t, rows[i].v, &err) == BLT_OK);
  row bad = rows[100];
  bad.v[5].null = true;
  CHECK_INT(blt_table_append(t, bad.v, &err), BLT_ENULL);
  bad = rows[100];
  bad.v[1] = (blt_value){.type = {.id = BLT_INT64}, .u.i = INT64_MAX};
  bad.v[3] = (blt_value){.type = fields[3].type, .u.i = 1000000};
  CHECK_INT(blt_table_append(t, bad.v, &err), BLT_EOVERFLOW);
  bad = rows[100];
  bad.v[0] = (blt_value){.type = fields[1].type, .u.i = 1};
  CHECK_INT(blt_table_append(t, bad.v, &err), BLT_ETYPE);
  bad = rows[100];
  bad.v[5].u.i = INT64_C(1) << 40;
  CHECK_INT(blt_table_append(t, bad.v, &err), BLT_EINVAL);
  CHECK(holds(t, rows, 100));
  CHECK(blt_table_append(t, rows[100].v, &err) == BLT_OK);
  CHECK(holds(t, rows, 101));
  blt_table_release(t);
  free(rows);
}

static void a_view_holds_the_table_still(void) {
  row *rows = random_rows(10, 10);
  blt_table *t = new_table();
  blt_view *v;
  CHECK(blt_table_append(t, rows[0].v, &err) == BLT_OK);
  REQUIRE(blt_table_view(t, &v, &err) == BLT_OK);
  CHECK_INT(blt_table_append(t, rows[1].v, &err), BLT_EBUSY);
  blt_view_release(v);
  CHECK(blt_table_append(t, rows[1].v, &err) == BLT_OK);
  CHECK(holds(t, rows, 2));
  blt_table_release(t);
  free(rows);
}

/* Blocks of one table added to another as groups, the last short, then more rows. */
static void groups_are_added_and_reopened(void) {
  uint64_t n = BLT_BLOCK_ROWS + 1000;
  row *rows = random_rows(n + 500, 300);
  blt_table *from = new_table(), *to = new_table();
  blt_view *v;
  for (uint64_t i = 0; i < n; i++) CHECK(blt_table_append(from, rows[i].v, &err) == BLT_OK);
  CHECK(blt_table_share_dict(to, 4, blt_table_dict(from, 4), &err) == BLT_OK);
  REQUIRE(blt_table_view(from, &v, &err) == BLT_OK);
  for (uint32_t g = 0; g < v->ngroups; g++) {
    uint32_t k = v->group_rows[g];
    blt_block *blocks[COLUMNS];
    int64_t *ints = malloc(k * 8);
    uint32_t *codes = malloc(k * 4);
    for (uint32_t c = 0; c < COLUMNS; c++) {
      const blt_block *b = block_of(v, c, g);
      if (c == 4) {
        blt_block_read_codes(b, 0, k, codes);
        CHECK(blt_block_from_codes(ctx, codes, b->valid, k, &blocks[c], &err) == BLT_OK);
      } else if (c == 2) {
        blt_block_read_f64(b, 0, k, (double *)ints);
        CHECK(blt_block_from_f64(ctx, (double *)ints, b->valid, k, &blocks[c], &err) == BLT_OK);
      } else {
        blt_block_read_i64(b, 0, k, ints);
        CHECK(blt_block_from_i64(ctx, ints, b->valid, k, &blocks[c], &err) == BLT_OK);
      }
    }
    free(ints);
    free(codes);
    CHECK(blt_table_add_group(to, blocks, k, &err) == BLT_OK);
  }
  blt_view_release(v);
  CHECK(holds(to, rows, n));
  for (uint64_t i = n; i < n + 500; i++) CHECK(blt_table_append(to, rows[i].v, &err) == BLT_OK);
  CHECK_AT(holds(to, rows, n + 500), "%s", err.message);
  CHECK(holds(from, rows, n));
  blt_table_release(from);
  blt_table_release(to);
  free(rows);
}

/* Every allocation in turn fails once; the row is then appended again, and nothing is lost or doubled. */
static void allocation_may_fail_anywhere(void) {
  uint64_t n = BLT_BLOCK_ROWS + 70;
  row *rows = random_rows(n, 90000);
  uint32_t failures = 0;
  blt_table *t = new_table();
  for (uint64_t i = 0; i < n; i++) {
    blt_status status = BLT_OK;
    for (uint64_t k = 1; blt_table_rows(t) == i; k++) {
      blt_ctx_fail_allocation(ctx, k);
      status = blt_table_append(t, rows[i].v, &err);
      blt_ctx_fail_allocation(ctx, 0);
      if (status == BLT_OK) break;
      CHECK_INT(status, BLT_ENOMEM);
      CHECK_INT(blt_table_rows(t), i);
      failures++;
    }
  }
  CHECK(failures > 50);
  CHECK_AT(holds(t, rows, n), "%s", err.message);
  blt_table_release(t);
  free(rows);
}

int main(void) {
  ctx = blt_ctx_new();
  RUN(rows_come_back_as_they_went_in);
  RUN(hardly_repeating_strings_become_plain_text);
  RUN(a_refused_row_leaves_no_trace);
  RUN(a_view_holds_the_table_still);
  RUN(groups_are_added_and_reopened);
  RUN(allocation_may_fail_anywhere);
  if (blt_ctx_memory_used(ctx) != 0) printf("leaked %zu bytes\n", blt_ctx_memory_used(ctx)), check_failed++;
  blt_ctx_release(ctx);
  return check_report();
}

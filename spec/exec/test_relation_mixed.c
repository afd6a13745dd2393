/* Relations of relations over a column of text whose blocks have codes, then plain text, or the other way
 * round: each cell is what a list of numbers says. */
#include "cells.h"
#include "check.h"

#include "base/mem.h"
#include "exec/relation/collect.h"
#include "exec/relation/pair.h"
#include "exec/relation/selected.h"
#include "exec/relation/stacked.h"
#include "random.h"
#include "store/table/table.h"

#define GROUP BLT_BLOCK_ROWS
#define LAST 700u
#define NOTHING UINT32_MAX

static blt_ctx *ctx;
static blt_error err;

/* Row r holds the text of number v[r], NOTHING for null. */
typedef struct model {
  uint32_t *v;
  uint64_t n;
} model;

static blt_str text_of(uint32_t number, char room[24]) {
  return (blt_str){room, (uint32_t)sprintf(room, "text %u", number)};
}

/* The rows first to first + n - 1 of the model as a block of either kind. */
static blt_block *make_block(blt_table *t, const uint32_t *v, uint32_t n, bool coded) {
  static uint32_t codes[GROUP];
  static blt_str texts[GROUP];
  static char room[GROUP][24];
  static uint64_t valid[GROUP / 64];
  blt_block *b = NULL;
  memset(valid, 0, sizeof valid);
  for (uint32_t i = 0; i < n; i++) {
    codes[i] = 0;
    texts[i] = (blt_str){"", 0};
    if (v[i] == NOTHING) continue;
    valid[i / 64] |= UINT64_C(1) << (i % 64);
    texts[i] = text_of(v[i], room[i]);
    if (coded)
      CHECK(blt_dict_intern(blt_table_dict(t, 0), texts[i].s, texts[i].len, &codes[i], &err) == BLT_OK);
  }
  CHECK((coded ? blt_block_from_codes(ctx, codes, valid, n, &b, &err)
               : blt_block_from_text(ctx, texts, valid, n, &b, &err)) == BLT_OK);
  return b;
}

/* Three groups; bit g of `coded` says which have codes. */
static blt_table *make_table(rng *g, uint32_t coded, model *m) {
  static const blt_field field = {"s", {.id = BLT_STRING}};
  blt_schema *schema;
  blt_table *t = NULL;
  m->n = 2 * GROUP + LAST;
  m->v = malloc(m->n * sizeof *m->v);
  for (uint64_t r = 0; r < m->n; r++) m->v[r] = rng_below(g, 20) ? (uint32_t)rng_below(g, 5000) : NOTHING;
  CHECK(blt_schema_new(ctx, &field, 1, NULL, 0, false, &schema, &err) == BLT_OK);
  CHECK(blt_table_new(ctx, schema, &t, &err) == BLT_OK);
  blt_schema_free(schema);
  for (uint32_t i = 0; i < 3; i++) {
    uint32_t n = i < 2 ? GROUP : LAST;
    blt_block *b = make_block(t, m->v + (size_t)i * GROUP, n, coded >> i & 1);
    CHECK_AT(blt_table_add_group(t, &b, n, &err) == BLT_OK, "%s", err.message);
  }
  return t;
}

static blt_view *view_of(blt_table *t) {
  blt_view *v = NULL;
  CHECK_AT(blt_table_view(t, &v, &err) == BLT_OK, "%s", err.message);
  return v;
}

static void compare(const blt_view *v, uint32_t col, const model *m, const char *what) {
  char room[24];
  CHECK_INT(v->rows, m->n);
  for (uint64_t r = 0; r < m->n && check_ok; r++) {
    blt_value got = cell_of(v, col, (uint32_t)(r / GROUP), (uint32_t)(r % GROUP));
    bool null = m->v[r] == NOTHING;
    blt_str want = null ? (blt_str){"", 0} : text_of(m->v[r], room);
    CHECK_AT(got.null == null && (null || (got.u.s.len == want.len && !memcmp(got.u.s.s, want.s, want.len))),
             "%s: row %llu", what, (unsigned long long)r);
  }
}

static uint32_t *draw(rng *g, uint64_t rows, uint64_t n, bool loose) {
  uint32_t *out = blt_alloc(ctx, n * sizeof *out);
  for (uint64_t i = 0; i < n; i++)
    out[i] = loose && rng_below(g, 10) == 0 ? BLT_NO_ROW : (uint32_t)rng_below(g, rows);
  return out;
}

static model pick(const model *m, const uint32_t *rows, uint64_t n) {
  model out = {malloc(n * sizeof *out.v), n};
  for (uint64_t i = 0; i < n; i++) out.v[i] = rows[i] == BLT_NO_ROW ? NOTHING : m->v[rows[i]];
  return out;
}

static blt_view *listed(rng *g, blt_view *v, model *m) {
  uint64_t n = 1 + rng_below(g, 70000);
  uint32_t *rows = draw(g, m->n, n, false);
  model out = pick(m, rows, n);
  free(m->v);
  *m = out;
  CHECK_AT(blt_selected_rows(v, rows, n, n, &v, &err) == BLT_OK, "%s", err.message);
  return v;
}

static blt_view *all(blt_view *v) {
  CHECK_AT(blt_selected_rows(v, NULL, v->rows, 0, &v, &err) == BLT_OK, "%s", err.message);
  return v;
}

static blt_view *stacked(blt_view *v, model *m, blt_table *t, const model *other) {
  m->v = realloc(m->v, (m->n + other->n) * sizeof *m->v);
  memcpy(m->v + m->n, other->v, other->n * sizeof *m->v);
  m->n += other->n;
  CHECK_AT(blt_stacked_new(v, view_of(t), &v, &err) == BLT_OK, "%s", err.message);
  return v;
}

/* The first column alone. */
static blt_view *first_column(blt_view *v) {
  blt_node node = {.kind = BLT_NODE_COLUMN, .column = 0};
  blt_expr **exprs = blt_calloc(ctx, 2, sizeof *exprs);
  CHECK(blt_expr_compile(ctx, v, &node, 1, &exprs[0], &err) == BLT_OK);
  CHECK_AT(blt_selected_new(v, exprs, 1, NULL, v->rows, 0, &v, &err) == BLT_OK, "%s", err.message);
  return v;
}

/* Some rows beside some of another table, whose column is looked at, too; the first stays. */
static blt_view *paired(rng *g, blt_view *v, model *m, blt_table *t, const model *other) {
  uint64_t n = 1 + rng_below(g, 70000);
  uint32_t *left = draw(g, m->n, n, false), *right = draw(g, other->n, n, true);
  model l = pick(m, left, n), r = pick(other, right, n);
  blt_pair_side a = {v, left, n, false}, b = {view_of(t), right, n, true};
  CHECK_AT(blt_pair_new(ctx, a, b, n, &v, &err) == BLT_OK, "%s", err.message);
  compare(v, 1, &r, "the right side");
  free(r.v);
  free(m->v);
  *m = l;
  return first_column(v);
}

static blt_view *collected(blt_view *v, blt_table **kept) {
  static const char *const names[] = {"s"};
  blt_table *t = NULL;
  CHECK_AT(blt_collect(v, 1, names, &t, &err) == BLT_OK, "%s", err.message);
  blt_view_release(v);
  v = view_of(t);
  CHECK_AT(blt_table_validate(t, &err) == BLT_OK, "%s", err.message);
  blt_table_release(*kept);
  *kept = t;
  return v;
}

static void chain(rng *g, blt_table *const *tables, const model *models) {
  uint32_t from = (uint32_t)rng_below(g, 4);
  model m = {malloc(models[from].n * sizeof *m.v), models[from].n};
  blt_view *v = view_of(tables[from]);
  blt_table *kept = NULL;
  char what[80] = "";
  memcpy(m.v, models[from].v, m.n * sizeof *m.v);
  for (uint32_t i = 0; i < 4 && check_ok; i++) {
    static const char *const names[] = {"list ", "all ", "stack ", "pair ", "collect "};
    uint32_t op = (uint32_t)rng_below(g, 5), other = (uint32_t)rng_below(g, 4);
    strcat(what, names[op]);
    if (op == 0) v = listed(g, v, &m);
    if (op == 1) v = all(v);
    if (op == 2) v = stacked(v, &m, tables[other], &models[other]);
    if (op == 3) v = paired(g, v, &m, tables[other], &models[other]);
    if (op == 4) v = collected(v, &kept);
    if (rng_below(g, 2)) compare(v, 0, &m, what);
  }
  compare(v, 0, &m, what);
  blt_view_release(v);
  blt_table_release(kept);
  free(m.v);
}

static void relations_of_relations_keep_every_text(void) {
  static const uint32_t coded[] = {1, 3, 6, 4}; /* codes then text, late text, text then codes, codes last */
  rng g = {11};
  blt_table *tables[4];
  model models[4];
  for (uint32_t i = 0; i < 4; i++) {
    tables[i] = make_table(&g, coded[i], &models[i]);
    CHECK_AT(blt_table_validate(tables[i], &err) == BLT_OK, "%s", err.message);
  }
  for (uint64_t k = 0, n = check_rounds(25, 1000); k < n && check_ok; k++) chain(&g, tables, models);
  for (uint32_t i = 0; i < 4; i++) {
    blt_table_release(tables[i]);
    free(models[i].v);
  }
}

/* Codes that the column's dictionary does not have never get into a table. */
static void codes_of_another_dictionary_are_refused(void) {
  rng g = {12};
  model m;
  blt_table *t = make_table(&g, 7, &m), *to;
  CHECK(blt_table_new(ctx, blt_table_schema(t), &to, &err) == BLT_OK);
  blt_block *b = make_block(t, m.v, GROUP, true);
  CHECK(blt_table_add_group(to, &b, GROUP, &err) == BLT_EINVAL);
  CHECK_STR(err.message, "the codes of column 's' are not those of its dictionary");
  blt_table_release(t);
  blt_table_release(to);
  free(m.v);
}

int main(void) {
  ctx = blt_ctx_new();
  RUN(relations_of_relations_keep_every_text);
  RUN(codes_of_another_dictionary_are_refused);
  CHECK(blt_ctx_memory_used(ctx) == 0);
  blt_ctx_release(ctx);
  return check_report();
}

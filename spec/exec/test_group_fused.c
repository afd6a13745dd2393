/* Grouped sums, sets and moments over narrow columns, which have loops of their own: every width of key,
 * every form of record, words looked up and words computed, blocks with and without nulls, whole blocks and
 * filtered slices. Each answer is compared with sums added up row by row. */
#include "cells.h"
#include "check.h"

#include "asked.h"
#include "same_table.h"

#include <math.h>
#include <stdlib.h>

#define BLOCKS 3u
#define ROWS (2 * BLT_BLOCK_ROWS + 777)

/* a, m, w: keys of 1, 2 and 4 bytes; s: a key of few strings; v, x, h: arguments of few values; y, z: of
 * many; g, k: bools; f: doubles. */
enum { A, M, W, V, X, H, Y, Z, G, K, F, S, COLUMNS };
static const char names[] = "amwvxhyzgkfs";
static const int64_t lows[] = {3, -7, 0, -2, 10, 0, 1, -(INT64_C(1) << 40), 0, 0, 0, 0};
static const uint32_t spans[] = {100, 40000, 100000, 5, 15, 40, 3000, 0, 2, 2, 0, 12};

typedef enum kind { NO_NULLS, NULL_ARGUMENTS, NULLS, CONSTANT_BLOCK, KINDS } kind;

typedef struct data {
  blt_ctx *ctx;
  blt_table *table;
  blt_view *view;
  int64_t (*ints)[ROWS];
  bool (*null)[ROWS];
  double *f;
  uint64_t span; /* f are multiples of .0001, so many; 0: of 1/1024 */
  bool plain;    /* and kept as doubles, whatever they are */
} data;

static void *get(size_t n, size_t size) {
  void *p = calloc(n, size);
  if (!p) exit(1);
  return p;
}

/* Nulls and constants stand in the middle block only, so that blocks of both ways meet in one answer. */
static void draw(data *d, kind k, rng *r) {
  for (uint32_t c = 0; c < COLUMNS; c++)
    for (uint32_t i = 0; i < ROWS; i++) {
      bool middle = i / BLT_BLOCK_ROWS == 1, key = c == A || c == M || c == W || c == S;
      uint64_t offset = spans[c] ? rng_below(r, spans[c]) : rng_next(r) >> 23;
      if (k == CONSTANT_BLOCK && middle && (c == A || c == V || c == Y)) offset = 1;
      d->ints[c][i] = lows[c] + (int64_t)offset;
      d->null[c][i] = middle && (k == NULLS || (k == NULL_ARGUMENTS && !key)) && rng_below(r, 9) == 0;
      if (c == F) d->f[i] = d->span ? (double)(offset % d->span) / 1e4 - 1 : (double)offset / 1024 - 1e5;
    }
}

static blt_type type_of(uint32_t c) {
  return (blt_type){.id = c == S             ? BLT_STRING
                          : c == F           ? BLT_FLOAT64
                          : c == G || c == K ? BLT_BOOL
                                             : BLT_INT64};
}

static blt_status make_block(const data *d, uint32_t c, uint32_t first, uint32_t n, blt_block **out,
                             blt_error *err) {
  uint64_t *valid = get(BLT_BLOCK_ROWS / 64, 8);
  uint32_t *codes = get(n, sizeof *codes), nulls = 0;
  for (uint32_t i = 0; i < n; i++) {
    nulls += d->null[c][first + i];
    if (!d->null[c][first + i]) valid[i / 64] |= UINT64_C(1) << (i % 64);
    codes[i] = (uint32_t)d->ints[c][first + i];
  }
  blt_status status =
      c == S   ? blt_block_from_codes(d->ctx, codes, nulls ? valid : NULL, n, out, err)
      : c == F ? (d->plain ? blt_block_plain_f64 : blt_block_from_f64)(d->ctx, d->f + first,
                                                                       nulls ? valid : NULL, n, out, err)
               : blt_block_from_i64(d->ctx, d->ints[c] + first, nulls ? valid : NULL, n, out, err);
  free(valid);
  free(codes);
  return status;
}

static blt_status fill(data *d, blt_error *err) {
  blt_status status = BLT_OK;
  for (uint32_t i = 0; i < spans[S] && status == BLT_OK; i++) {
    char text[2] = {(char)('a' + i), 0};
    uint32_t code;
    status = blt_dict_intern(blt_table_dict(d->table, S), text, 1, &code, err);
  }
  for (uint32_t b = 0; b < BLOCKS && status == BLT_OK; b++) {
    blt_block *blocks[COLUMNS];
    uint32_t first = b * BLT_BLOCK_ROWS, n = ROWS - first < BLT_BLOCK_ROWS ? ROWS - first : BLT_BLOCK_ROWS;
    for (uint32_t c = 0; c < COLUMNS && status == BLT_OK; c++)
      status = make_block(d, c, first, n, &blocks[c], err);
    if (status == BLT_OK) status = blt_table_add_group(d->table, blocks, n, err);
  }
  return status == BLT_OK ? blt_table_view(d->table, &d->view, err) : status;
}

static data new_data(kind k, uint64_t seed, uint64_t span, bool plain) {
  data d = {.ctx = blt_ctx_new(), .span = span, .plain = plain};
  rng r = {seed};
  blt_error err;
  blt_schema *schema;
  blt_field fields[COLUMNS];
  char text[COLUMNS][2];
  d.ints = get(COLUMNS, sizeof *d.ints);
  d.null = get(COLUMNS, sizeof *d.null);
  d.f = get(ROWS, sizeof *d.f);
  draw(&d, k, &r);
  for (uint32_t c = 0; c < COLUMNS; c++) {
    text[c][0] = names[c], text[c][1] = 0;
    fields[c] = (blt_field){text[c], type_of(c)};
  }
  blt_status status = blt_schema_new(d.ctx, fields, COLUMNS, NULL, 0, false, &schema, &err);
  if (status == BLT_OK) {
    status = blt_table_new(d.ctx, schema, &d.table, &err);
    blt_schema_free(schema);
  }
  if (status == BLT_OK) status = fill(&d, &err);
  if (status != BLT_OK) {
    printf("no table: %s\n", err.message);
    exit(1);
  }
  return d;
}

static void free_data(data *d) {
  blt_view_release(d->view);
  blt_table_release(d->table);
  blt_ctx_release(d->ctx);
  free(d->ints);
  free(d->null);
  free(d->f);
}

/* ---- questions ---- */

typedef struct wanted {
  const char *kind;
  int x, y;
} wanted;

/* The form of record that each list asks for. */
static const struct {
  const char *form;
  wanted aggregates[4];
} lists[] = {
    {"32 bits, looked up", {{"sum", X, -1}}},
    {"32 bits, computed", {{"sum", Y, -1}}},
    {"a set of 32 bits, looked up", {{"max", V, -1}, {"min", X, -1}}},
    {"a set of 32 bits, computed", {{"max", V, -1}, {"min", X, -1}, {"any", G, -1}, {"all", K, -1}}},
    {"64 bits, looked up", {{"sum", V, -1}, {"mean", X, -1}}},
    {"64 bits, computed", {{"sum", Y, -1}, {"count", -1, -1}, {"count", Y, -1}}},
    {"a set of 64 bits, looked up", {{"max", H, -1}}},
    {"a set of 64 bits, computed", {{"max", H, -1}, {"min", X, -1}}},
    {"a word and a double, looked up", {{"sum", V, -1}, {"sum", X, -1}, {"mean", F, -1}}},
    {"a word and a double, computed", {{"sum", Y, -1}, {"mean", F, -1}}},
    {"a count and a double", {{"sum", F, -1}}},
    {"a count", {{"count", -1, -1}}},
    {"counts in two words", {{"count", -1, -1}, {"count", X, -1}, {"count", Y, -1}, {"count", V, -1}}},
    {"counts and a double", {{"count", X, -1}, {"mean", F, -1}, {"count", -1, -1}}},
    {"two words", {{"variance", V, -1}, {"sum", X, -1}}},
    {"four words", {{"regr_r2", V, X}}},
    {"words in halves and plain ones", {{"sum", Z, -1}, {"sum", V, -1}}},
};
#define NLISTS (sizeof lists / sizeof *lists)

static const int keys[][3] = {{A, -1, -1}, {M, -1, -1}, {W, -1, -1}, {S, -1, -1}, {A, S, -1}, {G, A, S}};
#define NKEYS (sizeof keys / sizeof *keys)

typedef struct bound {
  uint32_t nkeys, naggregates;
  bool filtered;
  char labels[7][8];
  asked asked;
} bound;

/* Rows with x > 12. */
static void ask_for_some(asked *q) {
  blt_node nodes[] = {{.kind = BLT_NODE_COLUMN, .column = X},
                      {.kind = BLT_NODE_VALUE, .value = {.type = {.id = BLT_INT64}, .u.i = 12}},
                      {.kind = BLT_NODE_CALL, .nargs = 2, .name = ">"}};
  asked_filter(q, (blt_term){.nodes = nodes, .n = 3});
}

static void bind(const data *d, const int *by, const wanted *list, bool filtered, bound *b) {
  blt_plan_item items[3];
  blt_plan_aggregate aggregates[4];
  memset(b, 0, sizeof *b);
  b->asked = asked_of(d->ctx, d->table);
  b->filtered = filtered;
  if (filtered) ask_for_some(&b->asked);
  for (; b->nkeys < 3 && by[b->nkeys] >= 0; b->nkeys++) {
    snprintf(b->labels[b->nkeys], 8, "k%u", b->nkeys);
    items[b->nkeys] = (blt_plan_item){b->labels[b->nkeys], asked_column(&b->asked, (uint32_t)by[b->nkeys])};
  }
  for (; b->naggregates < 4 && list[b->naggregates].kind; b->naggregates++) {
    const wanted *w = &list[b->naggregates];
    blt_plan_aggregate *a = &aggregates[b->naggregates];
    *a = (blt_plan_aggregate){.name = b->labels[3 + b->naggregates], .kind = w->kind};
    snprintf(b->labels[3 + b->naggregates], 8, "a%u", b->naggregates);
    if (w->x >= 0) a->args[a->nargs++] = asked_column(&b->asked, (uint32_t)w->x);
    if (w->y >= 0) a->args[a->nargs++] = asked_column(&b->asked, (uint32_t)w->y);
  }
  asked_by(&b->asked, items, b->nkeys, aggregates, b->naggregates);
}

static void unbind(bound *b) {
  asked_free(&b->asked);
}

/* ---- sums row by row ---- */

/* Number of a row's group, below GROUPS; null is a value of its own. */
#define GROUPS 200000u
static uint32_t place(const int *by, uint32_t nkeys, const int64_t *values, const bool *null) {
  uint32_t at = 0;
  for (uint32_t k = 0; k < nkeys; k++)
    at = at * (spans[by[k]] + 1) + (null[k] ? spans[by[k]] : (uint32_t)(values[k] - lows[by[k]]));
  return at;
}

typedef struct sums {
  double n, x, y, xx, yy, xy, max, min;
  __int128 whole;
} sums;

static double value_at(const data *d, int c, uint32_t row) {
  return c == F ? d->f[row] : (double)d->ints[c][row];
}

static void add_row(const data *d, const wanted *w, uint32_t row, sums *s) {
  if ((w->x >= 0 && d->null[w->x][row]) || (w->y >= 0 && d->null[w->y][row])) return;
  double x = w->x < 0 ? 0 : value_at(d, w->x, row), y = w->y < 0 ? 0 : value_at(d, w->y, row);
  if (s->n == 0 || x > s->max) s->max = x;
  if (s->n == 0 || x < s->min) s->min = x;
  s->n++, s->x += x, s->y += y, s->xx += x * x, s->yy += y * y, s->xy += x * y;
  if (w->x >= 0) s->whole += d->ints[w->x][row];
}

static bool result(const wanted *w, const sums *s, double *out) {
  double xx = s->xx - s->x * s->x / s->n, yy = s->yy - s->y * s->y / s->n, xy = s->xy - s->x * s->y / s->n;
  *out = s->n;
  if (!strcmp(w->kind, "count")) return true;
  *out = !strcmp(w->kind, "sum") ? (w->x == F ? s->x : (double)s->whole) : s->x / s->n;
  if (!strcmp(w->kind, "max") || !strcmp(w->kind, "any")) *out = s->max;
  if (!strcmp(w->kind, "min") || !strcmp(w->kind, "all")) *out = s->min;
  if (!strcmp(w->kind, "variance")) *out = xx / (s->n - 1);
  if (!strcmp(w->kind, "regr_r2")) *out = xx > 1e-9 ? xy * xy / (xx * yy) : 1;
  if (!strcmp(w->kind, "variance")) return s->n > 1;
  return s->n > 0 && (strcmp(w->kind, "regr_r2") || yy > 1e-9);
}

static double shown(const blt_value *v) {
  return v->type.id == BLT_FLOAT64 ? v->u.f : (double)v->u.i;
}

static void check_column(const data *d, const bound *b, const int *by, const wanted *w, uint32_t c,
                         const blt_view *answer, const char *label) {
  sums *all = get(GROUPS, sizeof *all);
  bool *there = get(GROUPS, 1);
  uint32_t ngroups = 0;
  for (uint32_t row = 0; row < ROWS; row++) {
    int64_t values[3];
    bool null[3];
    if (b->filtered && (d->null[X][row] || d->ints[X][row] <= 12)) continue;
    for (uint32_t k = 0; k < b->nkeys; k++) values[k] = d->ints[by[k]][row], null[k] = d->null[by[k]][row];
    uint32_t at = place(by, b->nkeys, values, null);
    ngroups += !there[at];
    there[at] = true;
    add_row(d, w, row, &all[at]);
  }
  CHECK_AT(answer->rows == ngroups, "%s: %u groups instead of %u", label, (uint32_t)answer->rows, ngroups);
  for (uint32_t i = 0; i < answer->rows; i++) {
    int64_t values[3];
    bool null[3];
    for (uint32_t k = 0; k < b->nkeys; k++) {
      blt_value v = cell_of(answer, k, i / BLT_BLOCK_ROWS, i % BLT_BLOCK_ROWS);
      null[k] = v.null;
      values[k] = v.null ? 0 : by[k] == S ? v.u.s.s[0] - 'a' : v.u.i;
    }
    uint32_t at = place(by, b->nkeys, values, null);
    double want;
    bool some = result(w, &all[at], &want);
    blt_value got = cell_of(answer, b->nkeys + c, i / BLT_BLOCK_ROWS, i % BLT_BLOCK_ROWS);
    bool same = some ? !got.null && fabs(shown(&got) - want) <= 1e-6 * (1 + fabs(want)) : got.null;
    CHECK_AT(there[at] && same, "%s: group %u, %s is %.17g, not %.17g", label, i, w->kind, shown(&got), want);
    there[at] = false; /* each group once */
    if (!check_ok) break;
  }
  free(all);
  free(there);
}

static blt_table *run(const bound *b, const char *label) {
  blt_table *answer = NULL;
  blt_error err;
  CHECK_AT(asked_run(&b->asked, &answer, NULL, &err) == BLT_OK, "%s: %s", label, err.message);
  return answer;
}

static void check_answer(const data *d, const bound *b, const int *by, const wanted *list, blt_table *answer,
                         const char *label) {
  blt_view *view;
  blt_error err;
  REQUIRE(blt_table_view(answer, &view, &err) == BLT_OK);
  for (uint32_t c = 0; c < b->naggregates && check_ok; c++) check_column(d, b, by, &list[c], c, view, label);
  blt_view_release(view);
}

static void check_question(const data *d, kind k, const int *by, size_t list, bool filtered) {
  static const uint32_t threads[] = {1, 2, 5, 16};
  char label[120], why[160];
  bound b;
  bind(d, by, lists[list].aggregates, filtered, &b);
  snprintf(label, sizeof label, "%s, by %c and %u more keys, table %u%s", lists[list].form, names[by[0]],
           b.nkeys - 1, (unsigned)k, filtered ? ", filtered" : "");
  blt_ctx_set_threads(d->ctx, 1);
  blt_table *one = run(&b, label);
  if (one) check_answer(d, &b, by, lists[list].aggregates, one, label);
  for (size_t t = 1; t < (k == NO_NULLS ? 4 : 2) && check_ok; t++) {
    blt_ctx_set_threads(d->ctx, threads[t]);
    blt_table *many = run(&b, label);
    if (many) CHECK_AT(same_table(one, many, why), "%s, %u threads: %s", label, threads[t], why);
    blt_table_release(many);
  }
  blt_table_release(one);
  unbind(&b);
}

static void check_table(kind k) {
  data d = new_data(k, 31 + k, 0, false);
  for (size_t by = 0; by < NKEYS; by += k == NO_NULLS ? 1 : 2)
    for (size_t list = 0; list < NLISTS; list++) check_question(&d, k, keys[by], list, by == 2 && list % 2);
  free_data(&d);
}

static void columns_without_nulls(void) {
  check_table(NO_NULLS);
}
static void a_block_with_null_arguments(void) {
  check_table(NULL_ARGUMENTS);
}
static void a_block_with_nulls(void) {
  check_table(NULLS);
}
static void a_block_of_one_value(void) {
  check_table(CONSTANT_BLOCK);
}

/* ---- decimals ---- */

static const wanted of_decimals[][4] = {{{"sum", Y, -1}, {"mean", F, -1}},
                                        {{"sum", V, -1}, {"mean", F, -1}},
                                        {{"sum", F, -1}},
                                        {{"sum", V, -1}, {"stddev", F, -1}},
                                        {{"median", F, -1}, {"max", F, -1}},
                                        {{"regr_slope", F, V}, {"count_distinct", F, -1}}};

static void compare_answers(const data *small, const data *plain, const int *by, const wanted *list,
                            bool filtered, const char *label) {
  char why[160];
  bound a, b;
  bind(small, by, list, filtered, &a);
  bind(plain, by, list, filtered, &b);
  blt_ctx_set_threads(small->ctx, 1 + (uint32_t)filtered);
  blt_table *x = run(&a, label), *y = run(&b, label);
  if (x && y) CHECK_AT(same_table(x, y, why), "%s: %s", label, why);
  blt_table_release(x);
  blt_table_release(y);
  unbind(&a);
  unbind(&b);
}

/* Sums of decimals have the bits that sums of doubles have, whatever the width of offsets. */
static void decimals_are_as_doubles(void) {
  static const uint64_t widths[] = {200, 40000, UINT64_C(4000000000)};
  static const int none[3] = {-1, -1, -1};
  for (size_t w = 0; w < 3; w++)
    for (kind k = NO_NULLS; k <= NULL_ARGUMENTS; k++) {
      data small = new_data(k, 77 + w, widths[w], false), plain = new_data(k, 77 + w, widths[w], true);
      for (size_t by = 0; by <= NKEYS; by++)
        for (size_t list = 0; list < sizeof of_decimals / sizeof *of_decimals; list++) {
          char label[80];
          snprintf(label, sizeof label, "below %llu, key %zu, list %zu", (unsigned long long)widths[w], by,
                   list);
          compare_answers(&small, &plain, by < NKEYS ? keys[by] : none, of_decimals[list], list % 2 == by % 2,
                          label);
        }
      free_data(&small);
      free_data(&plain);
    }
}

int main(void) {
  RUN(columns_without_nulls);
  RUN(a_block_with_null_arguments);
  RUN(a_block_with_nulls);
  RUN(a_block_of_one_value);
  RUN(decimals_are_as_doubles);
  return check_report();
}

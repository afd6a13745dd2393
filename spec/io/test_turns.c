/* Columns of strings that several threads read: the same dictionary in the order of first appearance, the
 * same blocks, whoever read what; failures and refused memory in the middle. The format is one of this test.
 */
#include "base/mem.h"
#include "check.h"
#include "io/columnar/waves.h"
#include "store/table/change.h"

enum { COLUMNS = 6, BLOCKS = 9, ROWS = BLOCKS * (int)BLT_BLOCK_ROWS + 777, LONGEST = 40 };

static blt_error err;

/* What the fake file is asked to do. */
typedef struct fake {
  blt_ctx *ctx;
  uint64_t rows;
  uint64_t broken; /* a row that can not be read; UINT64_MAX: none */
} fake;

typedef struct fake_column {
  const fake *file;
  uint32_t col;
  blt_str *texts; /* of the block at hand */
  char *bytes;
} fake_column;

static uint32_t mixed(uint64_t row) {
  return (uint32_t)((row * UINT64_C(0x9e3779b97f4a7c15)) >> 33);
}

/* Text `row` of a column, and its length; -1: null. */
static int put_text(uint32_t col, uint64_t row, char *text) {
  switch (col) {
  case 0: /* few words, some empty, and nulls */
    return mixed(row) % 11 == 0 ? -1 : snprintf(text, LONGEST, "%.*s", (int)(mixed(row) % 5), "word");
  case 1: /* names with numbers */
    return snprintf(text, LONGEST, "id%08u", mixed(row) % 70000);
  case 2: /* nothing repeats */
    return snprintf(text, LONGEST, "only here: %u", (uint32_t)row);
  case 3: /* a tenth of the first texts repeats, none of the later ones */
    return snprintf(text, LONGEST, "a text of some length %u",
                    (uint32_t)(row - (row && row < 2 * BLT_BLOCK_ROWS && row % 10 == 0)));
  default: /* nothing but nulls, then new words in the last block */
    return row < (BLOCKS - 1) * (uint64_t)BLT_BLOCK_ROWS ? -1
                                                         : snprintf(text, LONGEST, "late %u", mixed(row) % 9);
  }
}

static blt_status way_of(const void *file, uint32_t col, blt_dict *dict, blt_column_way *out, blt_error *e) {
  (void)file, (void)dict, (void)e;
  *out = col == 4 ? BLT_COLUMN_WHOLE : BLT_COLUMN_APART;
  return BLT_OK;
}

static bool is_edge(const void *file, uint64_t row) {
  (void)file;
  return row / BLT_BLOCK_ROWS % 3 == 0;
}

static blt_status open_column(const void *file, uint32_t col, void **out, blt_error *e) {
  const fake *f = file;
  fake_column *c = blt_calloc(f->ctx, 1, sizeof *c);
  if (!c) return blt_fail_memory(e, sizeof *c);
  *out = c;
  c->file = f;
  c->col = col;
  c->texts = blt_alloc(f->ctx, BLT_BLOCK_ROWS * sizeof *c->texts);
  c->bytes = blt_alloc(f->ctx, (size_t)BLT_BLOCK_ROWS * LONGEST);
  return c->texts && c->bytes ? BLT_OK : blt_fail_memory(e, (size_t)BLT_BLOCK_ROWS * LONGEST);
}

static void close_column(void *column) {
  fake_column *c = column;
  if (!c) return;
  if (c->texts) blt_free(c->file->ctx, c->texts, BLT_BLOCK_ROWS * sizeof *c->texts);
  if (c->bytes) blt_free(c->file->ctx, c->bytes, (size_t)BLT_BLOCK_ROWS * LONGEST);
  blt_free(c->file->ctx, c, sizeof *c);
}

static blt_status fill(fake_column *c, blt_named *names, blt_scratch *s, uint64_t first, uint32_t rows,
                       blt_error *e) {
  blt_status status = blt_scratch_start(c->file->ctx, s, e);
  char *to = c->bytes;
  uint32_t *codes = s->values;
  blt_str *texts = s->values;
  if (status != BLT_OK) return status;
  if (c->file->broken - first < rows)
    return blt_fail(e, BLT_EFORMAT, "row %u is broken", (unsigned)c->file->broken);
  for (uint32_t i = 0; status == BLT_OK && i < rows; i++, to += LONGEST) {
    int n = put_text(c->col, first + i, to);
    blt_str text = {to, n < 0 ? 0 : (uint32_t)n};
    if (n < 0) s->valid[i / 64] &= ~(UINT64_C(1) << i % 64);
    if (names && n >= 0) status = blt_named_texts(c->file->ctx, names, &text, 1, &codes[i], e);
    if (names && n < 0) codes[i] = 0;
    if (!names) texts[i] = text;
  }
  return status;
}

static blt_status read_codes(void *column, blt_named *names, blt_scratch *s, uint64_t first, uint32_t rows,
                             blt_error *e) {
  return fill(column, names, s, first, rows, e);
}

static blt_status read_block(void *column, blt_named *names, blt_scratch *s, uint64_t first, uint32_t rows,
                             blt_block **out, blt_error *e) {
  fake_column *c = column;
  static int64_t numbers[BLT_BLOCK_ROWS];
  blt_type text = {.id = BLT_STRING};
  if (c->col == COLUMNS - 1) return blt_block_from_i64(c->file->ctx, numbers, NULL, rows, out, e);
  blt_status status = fill(c, names, s, first, rows, e);
  return status == BLT_OK ? blt_fill_block(c->file->ctx, s, text, names, rows, out, e) : status;
}

static uint64_t met_rows(const void *column) {
  (void)column;
  return 0;
}

static const blt_column_ops ops = {way_of,     is_edge,  open_column, read_block,
                                   read_codes, met_rows, close_column};

static blt_status read_fake(blt_ctx *ctx, uint64_t rows, uint64_t broken, blt_table **out) {
  fake f = {.ctx = ctx, .rows = rows, .broken = broken};
  blt_field fields[COLUMNS] = {{"a", {.id = BLT_STRING}}, {"b", {.id = BLT_STRING}},
                               {"c", {.id = BLT_STRING}}, {"d", {.id = BLT_STRING}},
                               {"e", {.id = BLT_STRING}}, {"n", {.id = BLT_INT64}}};
  blt_columns c = {.ctx = ctx, .ops = &ops, .file = &f, .fields = fields, .ncols = COLUMNS, .rows = rows};
  *out = NULL;
  return blt_columns_read(&c, out, &err);
}

/* The dictionary that one gets who reads row after row, as long as blocks have codes. */
static void check_dictionary(blt_ctx *ctx, const blt_view *v, uint32_t col) {
  blt_dict *want = NULL, *got = v->columns[col].dict;
  char text[LONGEST];
  uint32_t code, coded = 0;
  REQUIRE(blt_dict_new(ctx, &want, &err) == BLT_OK);
  for (uint32_t g = 0; g < v->ngroups; g++) {
    const blt_block *b = NULL;
    CHECK(blt_view_block(v, col, g, &b, &err) == BLT_OK);
    bool text_block = b && b->enc == BLT_ENC_TEXT;
    CHECK_AT(!text_block || col == 2 || col == 3, "column %u, block %u is text", col, g);
    if (text_block) continue;
    CHECK_AT(coded++ == g, "column %u, block %u has codes again", col, g);
    for (uint64_t row = (uint64_t)g * BLT_BLOCK_ROWS; b && row < (uint64_t)g * BLT_BLOCK_ROWS + b->rows;
         row++) {
      int n = put_text(col, row, text);
      if (n >= 0) CHECK(blt_dict_intern(want, text, (size_t)n, &code, &err) == BLT_OK);
    }
  }
  CHECK_INT(coded, col == 2 ? 2 : col == 3 ? 7 : v->ngroups);
  bool same = got->count >= want->count;
  for (uint32_t i = 0; same && i < want->count; i++) {
    blt_str x = blt_dict_at(want, i), y = blt_dict_at(got, i);
    same = x.len == y.len && memcmp(x.s, y.s, x.len) == 0;
  }
  CHECK_AT(same, "column %u: the order of its words is another", col);
  CHECK_INT(got->count, want->count);
  blt_dict_release(want);
}

static void check_rows(blt_table *t, uint64_t rows) {
  char text[LONGEST];
  for (uint64_t row = 0; row < rows; row += row % BLT_BLOCK_ROWS < 3 ? 1 : 61)
    for (uint32_t col = 0; col < COLUMNS - 1; col++) {
      blt_value v;
      int n = put_text(col, row, text);
      REQUIRE(blt_table_cell(t, col, row, &v, &err) == BLT_OK);
      bool same = v.null ? n < 0 : n == (int)v.u.s.len && memcmp(v.u.s.s, text, v.u.s.len) == 0;
      CHECK_AT(same, "column %u, row %u", col, (unsigned)row);
      if (!same) return;
    }
}

static void threads_change_nothing(void) {
  static const uint32_t threads[] = {1, 2, 5};
  for (uint32_t i = 0; i < 3; i++) {
    blt_ctx *ctx = blt_ctx_new();
    blt_table *t;
    blt_view *v = NULL;
    blt_ctx_set_threads(ctx, threads[i]);
    CHECK_AT(read_fake(ctx, ROWS, UINT64_MAX, &t) == BLT_OK, "%s", err.message);
    REQUIRE(t && blt_table_view(t, &v, &err) == BLT_OK);
    CHECK(blt_table_validate(t, &err) == BLT_OK);
    for (uint32_t col = 0; col < COLUMNS - 1; col++) check_dictionary(ctx, v, col);
    check_rows(t, ROWS);
    blt_view_release(v);
    blt_table_release(t);
    CHECK_AT(blt_ctx_memory_used(ctx) == 0, "%u threads: %zu", threads[i], blt_ctx_memory_used(ctx));
    blt_ctx_release(ctx);
  }
}

static void a_broken_row_ends_it(void) {
  static const uint64_t rows[] = {0, 3 * BLT_BLOCK_ROWS, ROWS - 1};
  for (uint32_t i = 0; i < 3; i++) {
    blt_ctx *ctx = blt_ctx_new();
    blt_table *t;
    blt_ctx_set_threads(ctx, 3);
    CHECK(read_fake(ctx, ROWS, rows[i], &t) == BLT_EFORMAT && strstr(err.message, "is broken"));
    CHECK(!t);
    CHECK_INT(blt_ctx_memory_used(ctx), 0);
    blt_ctx_release(ctx);
  }
}

static void refused_memory_leaves_nothing(void) {
  blt_ctx *ctx = blt_ctx_new();
  blt_table *t;
  blt_status status = BLT_ENOMEM;
  blt_ctx_set_threads(ctx, 1);
  for (uint64_t n = 1; status != BLT_OK && n < 5000; n++) {
    blt_ctx_fail_allocation(ctx, n);
    status = read_fake(ctx, 150, UINT64_MAX, &t);
    blt_ctx_fail_allocation(ctx, 0);
    CHECK_AT(status == BLT_OK || status == BLT_ENOMEM, "%s", err.message);
    if (status != BLT_OK) CHECK_INT(blt_ctx_memory_used(ctx), 0);
  }
  CHECK(status == BLT_OK);
  blt_table_release(t);
  blt_ctx_release(ctx);
}

int main(void) {
  RUN(threads_change_nothing);
  RUN(a_broken_row_ends_it);
  RUN(refused_memory_leaves_nothing);
  return check_report();
}

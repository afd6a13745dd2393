#include "gather.h"

#include "base/bits.h"
#include "base/mem.h"
#include "gather_runs.h"
#include <string.h>

#define NO_ROW UINT32_MAX
#define AHEAD 24u /* rows */

/* The block of the row, which is asked for again only when the group changes; where rows jump, only once. */
typedef struct cursor {
  const blt_view *view;
  uint32_t column, group;
  const blt_block *block;
  const blt_block **met; /* by group; NULL: none is kept */
} cursor;

static inline blt_status seek(cursor *c, uint32_t group, blt_error *err) {
  if (c->block && c->group == group) return BLT_OK;
  c->group = group;
  c->block = c->met ? c->met[group] : NULL;
  if (c->block) return BLT_OK;
  blt_status status = blt_view_block(c->view, c->column, group, &c->block, err);
  if (status == BLT_OK && c->met) c->met[group] = c->block;
  return status;
}

/* ---- values of a fixed width, at rows in any order ---- */

/* What a loop over rows needs of a block. width 0: every value is `base`; 8: the values themselves. */
typedef struct lane {
  const char *data;
  uint64_t base;
  const uint64_t *valid; /* NULL: no null, or only nulls */
  double power;          /* above 0: doubles, (base + what is there) / power */
  uint8_t width;
  bool ready, only_nulls;
} lane;

static void lane_of(const blt_block *b, lane *out) {
  bool constant = b->enc == BLT_ENC_CONST;
  *out = (lane){.data = b->data, .valid = b->valid, .ready = true, .only_nulls = b->nulls == b->rows};
  out->width = constant ? 0 : b->width;
  if (constant || b->enc == BLT_ENC_FOR || b->enc == BLT_ENC_SCALED) out->base = (uint64_t)b->base;
  if (b->enc == BLT_ENC_SCALED) out->power = blt_scaled_power(b->scale);
}

static inline uint64_t lane_word(const lane *l, uint32_t row) {
  switch (l->width) {
  case 0:
    return l->base;
  case 1:
    return l->base + ((const uint8_t *)(const void *)l->data)[row];
  case 2:
    return l->base + ((const uint16_t *)(const void *)l->data)[row];
  case 4:
    return l->base + ((const uint32_t *)(const void *)l->data)[row];
  default:
    return ((const uint64_t *)(const void *)l->data)[row];
  }
}

static inline uint64_t lane_value(const lane *l, uint32_t row) {
  uint64_t word = lane_word(l, row);
  if (l->power > 0) memcpy(&word, &(double){(double)(int64_t)word / l->power}, sizeof word);
  return word;
}

static inline bool lane_null(const lane *l, uint32_t row) {
  return l->only_nulls || (l->valid && !blt_bit(l->valid, row));
}

static inline void store(blt_builder *b, uint32_t i, uint64_t word) {
  if (b->codes)
    b->codes[i] = (uint32_t)word;
  else
    memcpy(b->ints ? (void *)&b->ints[i] : (void *)&b->doubles[i], &word, sizeof word);
}

static void fetch_ahead(const lane *lanes, uint32_t row) {
  if (row == NO_ROW) return;
  const lane *l = &lanes[row / BLT_BLOCK_ROWS];
  if (l->ready && l->width) __builtin_prefetch(l->data + (size_t)(row % BLT_BLOCK_ROWS) * l->width);
}

/* Validity of the builder's next values from + 0 to from + n - 1, from a multiple of 64 and n at most 64. */
static void put_bits(blt_builder *b, uint32_t from, uint32_t n, uint64_t bits) {
  uint32_t at = b->n + from, shift = at % 64;
  b->valid[at / 64] |= bits << shift;
  if (shift && shift + n > 64) b->valid[at / 64 + 1] |= bits >> (64 - shift);
}

/* The values at the rows, of blocks whose lanes are made as they are met. */
static blt_status gather_lanes(cursor *c, lane *lanes, const uint32_t *rows, uint32_t n, blt_builder *b,
                               blt_error *err) {
  uint64_t bits = 0;
  for (uint32_t i = 0; i < n; i++) {
    uint32_t row = rows[i], at = row % BLT_BLOCK_ROWS;
    if (i + AHEAD < n) fetch_ahead(lanes, rows[i + AHEAD]);
    lane *l = row == NO_ROW ? NULL : &lanes[row / BLT_BLOCK_ROWS];
    if (l && !l->ready) {
      blt_status status = seek(c, row / BLT_BLOCK_ROWS, err);
      if (status != BLT_OK) return status;
      lane_of(c->block, l);
    }
    bool null = !l || lane_null(l, at);
    store(b, b->n + i, null ? 0 : lane_value(l, at));
    bits |= (uint64_t)!null << (i % 64);
    if (i % 64 < 63 && i + 1 < n) continue;
    put_bits(b, i / 64 * 64, i % 64 + 1, bits);
    bits = 0;
  }
  b->n += n;
  return BLT_OK;
}

static blt_status gather_rows(cursor *c, const uint32_t *rows, uint32_t n, blt_builder *b, blt_error *err) {
  uint32_t ngroups = c->view->ngroups + 1;
  lane *lanes = blt_calloc(c->view->ctx, ngroups, sizeof *lanes);
  if (!lanes) return blt_fail_memory(err, ngroups * sizeof *lanes);
  blt_status status = gather_lanes(c, lanes, rows, n, b, err);
  blt_free(c->view->ctx, lanes, ngroups * sizeof *lanes);
  return status;
}

/* ---- the same of rows one behind the other ---- */

static void note_valid(const blt_block *block, uint32_t at, uint32_t n, blt_builder *b) {
  for (uint32_t i = 0; i < n; i++)
    if (!blt_block_is_null(block, at + i)) blt_bit_set(b->valid, b->n + i);
  b->n += n;
}

static blt_status gather_run(cursor *c, uint32_t first, uint32_t n, blt_builder *b, blt_error *err) {
  while (n) {
    uint32_t at = first % BLT_BLOCK_ROWS, part = BLT_BLOCK_ROWS - at < n ? BLT_BLOCK_ROWS - at : n;
    blt_status status = seek(c, first / BLT_BLOCK_ROWS, err);
    if (status != BLT_OK) return status;
    if (b->doubles)
      blt_block_read_f64(c->block, at, part, b->doubles + b->n);
    else if (b->ints)
      blt_block_read_i64(c->block, at, part, b->ints + b->n);
    else
      blt_block_read_codes(c->block, at, part, b->codes + b->n);
    if (c->block->nulls)
      note_valid(c->block, at, part, b);
    else
      blt_builder_extend(b, NULL, part);
    first += part;
    n -= part;
  }
  return BLT_OK;
}

static blt_status gather_values(cursor *c, const uint32_t *rows, uint32_t first, uint32_t n, blt_builder *b,
                                blt_error *err) {
  return rows ? gather_rows(c, rows, n, b, err) : gather_run(c, first, n, b, err);
}

/* ---- texts ---- */

/* The text of a row, from a block of either kind. */
static blt_str text_at(const cursor *c, uint32_t row) {
  if (c->block->enc == BLT_ENC_TEXT) return blt_block_text(c->block, row);
  return blt_dict_at(c->view->columns[c->column].dict, (uint32_t)blt_block_i64(c->block, row));
}

/* Asks for the place of a text, when its block is at hand. */
static inline void ask_for_text(const cursor *c, uint32_t row) {
  const blt_block *b = row == NO_ROW ? NULL : c->met[row / BLT_BLOCK_ROWS];
  if (b && b->enc == BLT_ENC_TEXT) __builtin_prefetch((const uint32_t *)b->data + row % BLT_BLOCK_ROWS);
}

/* n of them, where they lie; `valid` is zeroed. */
static blt_status find_texts(cursor *c, const uint32_t *rows, uint32_t first, uint32_t n, blt_str *texts,
                             uint64_t *valid, blt_error *err) {
  for (uint32_t i = 0; i < n; i++) {
    uint32_t row = rows ? rows[i] : first + i;
    if (rows && c->met && n - i > AHEAD) ask_for_text(c, rows[i + AHEAD]);
    blt_status status = row == NO_ROW ? BLT_OK : seek(c, row / BLT_BLOCK_ROWS, err);
    if (status != BLT_OK) return status;
    bool null = row == NO_ROW || blt_block_is_null(c->block, row % BLT_BLOCK_ROWS);
    texts[i] = null ? (blt_str){"", 0} : text_at(c, row % BLT_BLOCK_ROWS);
    if (!null) blt_bit_set(valid, i);
  }
  return BLT_OK;
}

static blt_status gather_texts(cursor *c, const uint32_t *rows, uint32_t first, uint32_t n, blt_builder *b,
                               blt_error *err) {
  blt_str texts[BLT_VECTOR_ROWS];
  for (uint32_t i = 0, part; i < n; i += part) {
    uint64_t valid[BLT_VECTOR_ROWS / 64] = {0};
    part = n - i < BLT_VECTOR_ROWS ? n - i : BLT_VECTOR_ROWS;
    blt_status status = find_texts(c, rows ? rows + i : NULL, first + i, part, texts, valid, err);
    blt_vec v = {.type = b->type,
                 .form = BLT_VEC_TEXT,
                 .width = sizeof *texts,
                 .n = part,
                 .data = texts,
                 .valid = valid};
    if (status == BLT_OK) status = blt_builder_append(b, &v, err);
    if (status != BLT_OK) return status;
  }
  return BLT_OK;
}

/* A block of texts, each copied once, from where it lies. */
static blt_status gather_text_block(const blt_view *view, uint32_t column, const uint32_t *rows,
                                    uint32_t first, uint32_t n, blt_block **out, blt_error *err) {
  blt_ctx *ctx = view->ctx;
  size_t words = blt_bits_words(n), groups = (size_t)view->ngroups + 1;
  blt_str *texts = blt_alloc(ctx, n * sizeof *texts);
  uint64_t *valid = blt_calloc(ctx, words, sizeof *valid);
  cursor c = {.view = view, .column = column, .met = blt_calloc(ctx, groups, sizeof *c.met)};
  blt_status status = texts && valid && c.met ? find_texts(&c, rows, first, n, texts, valid, err)
                                              : blt_fail_memory(err, n * sizeof *texts);
  if (status == BLT_OK) {
    bool whole = blt_bits_count(valid, n) == n;
    status = blt_block_from_text(ctx, texts, whole ? NULL : valid, n, out, err);
  }
  blt_free(ctx, texts, n * sizeof *texts);
  blt_free(ctx, valid, words * sizeof *valid);
  blt_free(ctx, (void *)c.met, groups * sizeof *c.met);
  return status;
}

blt_status blt_gather_into(const blt_view *view, uint32_t column, const uint32_t *rows, uint32_t first,
                           uint32_t n, blt_builder *b, blt_error *err) {
  cursor c = {.view = view, .column = column};
  return (b->text ? gather_texts : gather_values)(&c, rows, first, n, b, err);
}

blt_status blt_gather(const blt_view *view, uint32_t column, const uint32_t *rows, uint32_t first, uint32_t n,
                      blt_dict *dict, blt_block **out, blt_error *err) {
  blt_builder b;
  blt_status status = BLT_OK;
  *out = NULL;
  bool text = !dict && view->columns[column].type.id == BLT_STRING;
  if (text) return gather_text_block(view, column, rows, first, n, out, err);
  if (rows) status = blt_gather_runs(view, column, rows, n, out, err);
  if (status != BLT_OK || *out) return status;
  status = blt_builder_init(&b, view->ctx, view->columns[column].type, dict, n, err);
  if (status == BLT_OK) status = blt_gather_into(view, column, rows, first, n, &b, err);
  if (status == BLT_OK) status = blt_builder_block(&b, out, err);
  blt_builder_free(&b);
  return status;
}

blt_status blt_gather_block(const blt_view *view, uint32_t column, uint32_t group, blt_block **out,
                            blt_error *err) {
  const blt_block *block;
  blt_status status = blt_view_block(view, column, group, &block, err);
  if (status != BLT_OK) return status;
  if (view->table && group + 1 == view->ngroups) {
    blt_dict *dict = block->enc == BLT_ENC_TEXT ? NULL : view->columns[column].dict;
    return blt_gather(view, column, NULL, group * BLT_BLOCK_ROWS, view->group_rows[group], dict, out, err);
  }
  *out = blt_block_retain((blt_block *)(uintptr_t)block);
  return BLT_OK;
}

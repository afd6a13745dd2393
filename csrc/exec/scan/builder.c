#include "builder.h"

#include "base/bits.h"
#include "base/mem.h"
#include <string.h>

blt_status blt_builder_init(blt_builder *b, blt_ctx *ctx, blt_type type, blt_dict *dict, uint32_t capacity,
                            blt_error *err) {
  *b = (blt_builder){.ctx = ctx, .type = type, .dict = dict, .capacity = capacity};
  size_t n = capacity, words = blt_bits_words(n);
  bool ok = (b->valid = blt_calloc(ctx, words, sizeof *b->valid)) != NULL;
  if (type.id == BLT_FLOAT64)
    ok = ok && (b->doubles = blt_alloc(ctx, n * sizeof *b->doubles));
  else if (type.id != BLT_STRING)
    ok = ok && (b->ints = blt_alloc(ctx, n * sizeof *b->ints));
  else if (dict)
    ok = ok && (b->codes = blt_alloc(ctx, n * sizeof *b->codes));
  else
    ok = ok && (b->text = blt_alloc(ctx, n * sizeof *b->text));
  return ok ? BLT_OK : blt_fail_memory(err, n * sizeof *b->text);
}

void blt_builder_free(blt_builder *b) {
  if (!b->ctx) return;
  size_t n = b->capacity;
  blt_free(b->ctx, b->valid, blt_bits_words(n) * sizeof *b->valid);
  blt_free(b->ctx, b->doubles, n * sizeof *b->doubles);
  blt_free(b->ctx, b->ints, n * sizeof *b->ints);
  blt_free(b->ctx, b->codes, n * sizeof *b->codes);
  blt_free(b->ctx, b->text, n * sizeof *b->text);
  blt_free(b->ctx, b->bytes, b->bytes_cap);
  *b = (blt_builder){0};
}

blt_builder blt_builder_part(const blt_builder *b, uint32_t start) {
  return (blt_builder){.ctx = b->ctx,
                       .type = b->type,
                       .dict = b->dict,
                       .capacity = b->capacity - start,
                       .ints = b->ints ? b->ints + start : NULL,
                       .doubles = b->doubles ? b->doubles + start : NULL,
                       .codes = b->codes ? b->codes + start : NULL,
                       .valid = b->valid + start / 64};
}

static blt_status copy_text(blt_builder *b, blt_str s, uint32_t at, blt_error *err) {
  blt_status status = blt_grow(b->ctx, &b->bytes, &b->bytes_cap, b->bytes_n + s.len, 1, err);
  if (status != BLT_OK) return status;
  if (s.len) memcpy(b->bytes + b->bytes_n, s.s, s.len);
  b->text[at] = (blt_str){(const char *)b->bytes_n, s.len};
  b->bytes_n += s.len;
  return BLT_OK;
}

static blt_str text_at(const blt_vec *v, const uint32_t *codes, uint32_t i) {
  if (v->form == BLT_VEC_TEXT) return ((const blt_str *)v->data)[i];
  return v->dict ? blt_dict_at(v->dict, codes[i]) : v->str;
}

static blt_status append_text(blt_builder *b, const blt_vec *v, blt_error *err) {
  uint32_t room[BLT_VECTOR_ROWS];
  const uint32_t *codes = v->dict && v->form != BLT_VEC_TEXT ? blt_vec_codes(v, room) : NULL;
  for (uint32_t i = 0; i < v->n; i++) {
    bool null = v->valid && !blt_bit(v->valid, i);
    blt_status status = copy_text(b, null ? (blt_str){"", 0} : text_at(v, codes, i), b->n + i, err);
    if (status != BLT_OK) return status;
  }
  return BLT_OK;
}

static blt_status append_strings(blt_builder *b, const blt_vec *v, blt_error *err) {
  if (!b->dict) return append_text(b, v, err);
  if (v->dict != b->dict) return blt_fail(err, BLT_EINVAL, "a string vector has an unexpected dictionary");
  const uint32_t *codes = blt_vec_codes(v, b->codes + b->n);
  if (codes != b->codes + b->n) memcpy(b->codes + b->n, codes, v->n * sizeof *codes);
  return BLT_OK;
}

void blt_builder_extend(blt_builder *b, const uint64_t *valid, uint32_t n) {
  uint32_t i = 0;
  if ((b->n & 63) == 0)
    for (; i + 64 <= n; i += 64) b->valid[(b->n + i) >> 6] = valid ? valid[i >> 6] : UINT64_MAX;
  for (; i < n; i++)
    if (!valid || blt_bit(valid, i)) blt_bit_set(b->valid, b->n + i);
  b->n += n;
}

/* Nulls: values of no meaning, no bits. */
static blt_status append_nulls(blt_builder *b, uint32_t n, blt_error *err) {
  if (b->ints) memset(b->ints + b->n, 0, n * sizeof *b->ints);
  if (b->doubles) memset(b->doubles + b->n, 0, n * sizeof *b->doubles);
  if (b->codes) memset(b->codes + b->n, 0, n * sizeof *b->codes);
  for (uint32_t i = 0; b->text && i < n; i++) {
    blt_status status = copy_text(b, (blt_str){"", 0}, b->n + i, err);
    if (status != BLT_OK) return status;
  }
  b->n += n;
  return BLT_OK;
}

blt_status blt_builder_append(blt_builder *b, const blt_vec *v, blt_error *err) {
  blt_status status = BLT_OK;
  if (v->all_null) return append_nulls(b, v->n, err);
  if (b->ints) {
    const int64_t *values = blt_vec_i64(v, b->ints + b->n);
    if (values != b->ints + b->n) memcpy(b->ints + b->n, values, v->n * sizeof *values);
  } else if (b->doubles) {
    const double *values = blt_vec_f64(v, b->doubles + b->n);
    if (values != b->doubles + b->n) memcpy(b->doubles + b->n, values, v->n * sizeof *values);
  } else {
    status = append_strings(b, v, err);
  }
  if (status != BLT_OK) return status;
  blt_builder_extend(b, v->valid, v->n);
  return BLT_OK;
}

blt_status blt_builder_block(blt_builder *b, blt_block **out, blt_error *err) {
  size_t words = blt_bits_words(b->n);
  const uint64_t *valid = blt_bits_count(b->valid, b->n) == b->n ? NULL : b->valid;
  blt_status status;
  if (b->ints) {
    status = blt_block_from_i64(b->ctx, b->ints, valid, b->n, out, err);
  } else if (b->doubles) {
    status = blt_block_from_f64(b->ctx, b->doubles, valid, b->n, out, err);
  } else if (b->codes) {
    status = blt_block_from_codes(b->ctx, b->codes, valid, b->n, out, err);
  } else {
    for (uint32_t i = 0; i < b->n; i++) b->text[i].s = b->bytes ? b->bytes + (size_t)b->text[i].s : "";
    status = blt_block_from_text(b->ctx, b->text, valid, b->n, out, err);
  }
  memset(b->valid, 0, words * sizeof *b->valid);
  b->n = 0;
  b->bytes_n = 0;
  return status;
}

/* ---- the answer ---- */

blt_status blt_answer_init(blt_answer *a, blt_ctx *ctx, const blt_answer_column *columns, uint32_t ncols,
                           uint64_t rows, blt_error *err) {
  *a = (blt_answer){.ctx = ctx, .ncols = ncols, .columns = columns};
  uint64_t nblocks = (rows + BLT_BLOCK_ROWS - 1) / BLT_BLOCK_ROWS;
  a->blocks = blt_calloc(ctx, nblocks * ncols + 1, sizeof *a->blocks);
  if (!a->blocks) return blt_fail_memory(err, nblocks * ncols * sizeof *a->blocks);
  a->nblocks = (uint32_t)nblocks;
  return BLT_OK;
}

void blt_answer_free(blt_answer *a) {
  if (!a->blocks) return;
  size_t n = (size_t)a->nblocks * a->ncols;
  for (size_t i = 0; i < n; i++) blt_block_release(a->blocks[i]);
  blt_free(a->ctx, a->blocks, (n + 1) * sizeof *a->blocks);
  a->blocks = NULL;
}

static blt_status empty_table(const blt_answer *a, blt_table **out, blt_error *err) {
  blt_field *fields = blt_alloc(a->ctx, (a->ncols + 1) * sizeof *fields);
  if (!fields) return blt_fail_memory(err, a->ncols * sizeof *fields);
  for (uint32_t i = 0; i < a->ncols; i++) {
    fields[i] = (blt_field){a->columns[i].name, a->columns[i].type};
    fields[i].type.required = false;
    if (fields[i].type.id == BLT_NULLTYPE) fields[i].type.id = BLT_INT64; /* a column of the literal nil */
  }
  blt_schema *schema = NULL;
  blt_status status = blt_schema_new(a->ctx, fields, a->ncols, NULL, 0, false, &schema, err);
  if (status == BLT_OK) status = blt_table_new(a->ctx, schema, out, err);
  blt_schema_free(schema);
  blt_free(a->ctx, fields, (a->ncols + 1) * sizeof *fields);
  return status;
}

static blt_status fill_table(blt_answer *a, blt_table *t, blt_error *err) {
  blt_status status = BLT_OK;
  for (uint32_t i = 0; i < a->ncols && status == BLT_OK; i++)
    if (a->columns[i].type.id == BLT_STRING && a->columns[i].dict)
      status = blt_table_share_dict(t, i, a->columns[i].dict, err);
  for (uint32_t b = 0; b < a->nblocks && status == BLT_OK; b++) {
    blt_block **blocks = blt_answer_blocks(a, b);
    status = blt_table_add_group(t, blocks, blocks[0]->rows, err);
    memset(blocks, 0, a->ncols * sizeof *blocks); /* the table has taken them, or released them */
  }
  return status;
}

blt_status blt_answer_table(blt_answer *a, blt_table **out, blt_error *err) {
  blt_table *t = NULL;
  blt_status status = empty_table(a, &t, err);
  if (status == BLT_OK) status = fill_table(a, t, err);
  if (status != BLT_OK) {
    blt_table_release(t);
    return status;
  }
  *out = t;
  return BLT_OK;
}

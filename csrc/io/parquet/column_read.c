#include "column_read.h"

#include "base/bits.h"
#include "base/isa.h"
#include "base/mem.h"
#include <string.h>

blt_status blt_pq_scratch_take(blt_ctx *ctx, blt_pq_scratch *s, blt_error *err) {
  size_t bytes = BLT_BLOCK_ROWS * sizeof(blt_str);
  if (!s->values) s->values = blt_alloc(ctx, bytes);
  return s->values ? BLT_OK : blt_fail_memory(err, bytes);
}

void blt_pq_scratch_free(blt_ctx *ctx, blt_pq_scratch *s) {
  blt_free(ctx, s->values, BLT_BLOCK_ROWS * sizeof(blt_str));
  s->values = NULL;
}

/* --- memory that texts point into -------------------------------------------------------------- */

static blt_status hold(blt_pq_column *c, blt_pq_room *r, blt_error *err) {
  if (!r->p) return BLT_OK;
  blt_status status = blt_grow(c->set->ctx, &c->held, &c->held_cap, c->nheld + 1, sizeof *c->held, err);
  if (status != BLT_OK) return status;
  c->held[c->nheld++] = *r;
  *r = (blt_pq_room){0};
  return BLT_OK;
}

static blt_status hold_page(blt_pq_column *c, blt_error *err) {
  blt_status status = hold(c, &c->pages.stored, err);
  if (status == BLT_OK) status = hold(c, &c->pages.whole, err);
  return status == BLT_OK ? hold(c, &c->pages.values.own, err) : status;
}

static blt_status hold_dictionary(blt_pq_column *c, blt_error *err) {
  blt_status status = hold(c, &c->pages.dictionary_bytes, err);
  return status == BLT_OK ? hold(c, &c->pages.dictionary.own, err) : status;
}

static void let_go(blt_pq_column *c) {
  while (c->nheld) blt_pq_room_free(c->set->ctx, &c->held[--c->nheld]);
}

/* --- values of a page to those of a block ------------------------------------------------------ */

/* Rows from `from` of the page, n of them, which go to `at`; `skip` values of the page come before them. */
typedef struct piece {
  uint32_t from, n, at, skip;
} piece;

#define DEFINE_MOVE(NAME, T)                                                                                 \
  BLT_CLONES static void gather_##NAME(T *restrict out, const T *restrict v, const uint32_t *restrict codes, \
                                       uint32_t n) {                                                         \
    for (uint32_t i = 0; i < n; i++) out[i] = v[codes[i]];                                                   \
  }                                                                                                          \
  static void move_##NAME(T *out, const T *v, const uint32_t *codes, uint32_t n) {                           \
    if (codes)                                                                                               \
      gather_##NAME(out, v, codes, n);                                                                       \
    else if (n)                                                                                              \
      memcpy(out, v, n * sizeof *v);                                                                         \
  }                                                                                                          \
  /* The values of n rows lie at the beginning: each goes to its row, the last one first. */                 \
  static void spread_##NAME(T *v, uint32_t present, const uint64_t *valid, uint32_t from, uint32_t n) {      \
    for (uint32_t i = n; i-- > 0 && present < i + 1;)                                                        \
      v[i] = blt_bit(valid, from + i) ? v[--present] : (T){0};                                               \
  }
DEFINE_MOVE(ints, int64_t)
DEFINE_MOVE(doubles, double)
DEFINE_MOVE(codes, uint32_t)
DEFINE_MOVE(texts, blt_str)

static void mark_nulls(blt_pq_scratch *s, const blt_pq_pages *p, piece k) {
  for (uint32_t i = 0; i < k.n; i++)
    if (!blt_bit(p->valid, k.from + i)) blt_bit_clear(s->valid, k.at + i);
}

static uint32_t present_in(const blt_pq_pages *p, piece k) {
  if (!p->valid) return k.n;
  return (uint32_t)(blt_bits_count(p->valid, k.from + k.n) - blt_bits_count(p->valid, k.from));
}

/* Codes that the strings of the chunk's dictionary have in the table's. */
static blt_status map_dictionary(blt_pq_column *c, blt_error *err) {
  const blt_pq_values *v = &c->pages.dictionary;
  if (c->mapped) return BLT_OK;
  blt_status status = blt_pq_room_for(c->set->ctx, &c->map, (size_t)v->n * 4, err);
  if (status == BLT_OK) status = blt_dict_intern_many(c->dict, v->texts.p, v->n, c->map.p, err);
  c->mapped = status == BLT_OK;
  return status;
}

static blt_status put_codes(blt_pq_column *c, blt_pq_scratch *s, piece k, uint32_t present, blt_error *err) {
  blt_pq_pages *p = &c->pages;
  uint32_t *out = (uint32_t *)s->values + k.at;
  blt_status status;
  if (p->coded) {
    status = map_dictionary(c, err);
    if (status == BLT_OK) move_codes(out, c->map.p, (const uint32_t *)p->codes.p + k.skip, present);
  } else {
    status = blt_dict_intern_many(c->dict, (const blt_str *)p->values.texts.p + k.skip, present, out, err);
  }
  if (status == BLT_OK && p->valid) spread_codes(out, present, p->valid, k.from, k.n);
  return status;
}

static void put_texts(const blt_pq_pages *p, blt_pq_scratch *s, piece k, uint32_t present) {
  blt_str *out = (blt_str *)s->values + k.at;
  const blt_str *v = p->coded ? p->dictionary.texts.p : (const blt_str *)p->values.texts.p + k.skip;
  move_texts(out, v, p->coded ? (const uint32_t *)p->codes.p + k.skip : NULL, present);
  if (p->valid) spread_texts(out, present, p->valid, k.from, k.n);
}

static void put_doubles(const blt_pq_pages *p, blt_pq_scratch *s, piece k, uint32_t present) {
  double *out = (double *)s->values + k.at;
  const double *v = p->coded ? p->dictionary.doubles.p : (const double *)p->values.doubles.p + k.skip;
  move_doubles(out, v, p->coded ? (const uint32_t *)p->codes.p + k.skip : NULL, present);
  if (p->valid) spread_doubles(out, present, p->valid, k.from, k.n);
}

static void put_ints(const blt_pq_pages *p, blt_pq_scratch *s, piece k, uint32_t present) {
  int64_t *out = (int64_t *)s->values + k.at;
  const int64_t *v = p->coded ? p->dictionary.ints.p : (const int64_t *)p->values.ints.p + k.skip;
  move_ints(out, v, p->coded ? (const uint32_t *)p->codes.p + k.skip : NULL, present);
  if (p->valid) spread_ints(out, present, p->valid, k.from, k.n);
}

static blt_status put_piece(blt_pq_column *c, blt_pq_scratch *s, piece k, blt_error *err) {
  const blt_pq_pages *p = &c->pages;
  blt_type type = c->set->fields[c->col].type;
  uint32_t present = present_in(p, k);
  if (p->valid) {
    k.skip = (uint32_t)blt_bits_count(p->valid, k.from);
    mark_nulls(s, p, k);
  }
  if (type.id == BLT_STRING && c->dict) return put_codes(c, s, k, present, err);
  if (type.id == BLT_STRING)
    put_texts(p, s, k, present);
  else if (type.id == BLT_FLOAT64)
    put_doubles(p, s, k, present);
  else
    put_ints(p, s, k, present);
  return BLT_OK;
}

/* --- blocks ------------------------------------------------------------------------------------ */

static blt_status open_part(blt_pq_column *c, uint32_t part, blt_error *err) {
  const blt_pq_part *at = &c->set->parts[part];
  const blt_pq_file *f = &c->set->files[at->file];
  const blt_pq_leaf *leaf = &f->leaves[c->col];
  const blt_pq_group *g = &f->footer.groups[at->group];
  blt_pq_place place = {.ctx = c->set->ctx,
                        .source = f->source,
                        .chunk = &g->chunks[leaf->chunk],
                        .kind = &leaf->kind,
                        .rows = g->rows,
                        .most = leaf->most,
                        .exact = f->footer.summed,
                        .name = c->set->fields[c->col].name,
                        .group = at->group};
  blt_status status = hold_dictionary(c, err); /* texts of the block at hand may be in it */
  if (status != BLT_OK) return status;
  c->open = true;
  c->part = part;
  c->mapped = false;
  return blt_pq_pages_open(&c->pages, &place, err);
}

/* Rows from `row` on, up to `end`, that one page has. */
static blt_status read_piece(blt_pq_column *c, blt_pq_scratch *s, uint64_t first, uint64_t *row, uint64_t end,
                             blt_error *err) {
  blt_pq_pages *p = &c->pages;
  uint32_t part = blt_pq_set_part(c->set, *row);
  blt_status status = !c->open || part != c->part ? open_part(c, part, err) : BLT_OK;
  uint64_t in_part = *row - c->set->parts[part].first;
  if (status == BLT_OK) status = blt_pq_pages_to(p, in_part, err);
  if (status != BLT_OK) return status;
  uint64_t left = p->seen - in_part, n = left < end - *row ? left : end - *row;
  piece k = {.from = (uint32_t)(in_part - p->first), .n = (uint32_t)n, .at = (uint32_t)(*row - first)};
  k.skip = k.from;
  status = put_piece(c, s, k, err);
  *row += n;
  if (status == BLT_OK && n == left && !c->dict) status = hold_page(c, err);
  return status;
}

static blt_status encode(const blt_pq_column *c, const blt_pq_scratch *s, uint32_t rows, blt_block **out,
                         blt_error *err) {
  blt_ctx *ctx = c->set->ctx;
  blt_type type = c->set->fields[c->col].type;
  bool full = blt_bits_count(s->valid, rows) == rows;
  const uint64_t *valid = full ? NULL : s->valid;
  if (type.id == BLT_FLOAT64) return blt_block_from_f64(ctx, s->values, valid, rows, out, err);
  if (type.id != BLT_STRING) return blt_block_from_i64(ctx, s->values, valid, rows, out, err);
  if (c->dict) return blt_block_from_codes(ctx, s->values, valid, rows, out, err);
  return blt_block_from_text(ctx, s->values, valid, rows, out, err);
}

blt_status blt_pq_column_block(blt_pq_column *c, blt_pq_scratch *s, uint64_t first, uint32_t rows,
                               blt_block **out, blt_error *err) {
  blt_status status = blt_pq_scratch_take(c->set->ctx, s, err);
  uint64_t row = first, end = first + rows;
  memset(s->valid, 0xff, sizeof s->valid);
  while (status == BLT_OK && row < end) status = read_piece(c, s, first, &row, end, err);
  if (status == BLT_OK) status = encode(c, s, rows, out, err);
  let_go(c);
  return status;
}

void blt_pq_column_free(blt_pq_column *c) {
  if (!c->set) return;
  let_go(c);
  blt_free(c->set->ctx, c->held, c->held_cap * sizeof *c->held);
  blt_pq_room_free(c->set->ctx, &c->map);
  blt_pq_pages_free(&c->pages);
}

#include "agg.h"

#include "base/bits.h"
#include "base/isa.h"
#include "base/mem.h"
#include "base/words.h"
#include <string.h>

#define ROWS BLT_VECTOR_ROWS
#define MASK_WORDS (ROWS / 64)

typedef double __attribute__((may_alias)) word_double; /* a slot's 64 bits as a double */

/* ---- scratch ---- */

static bool allocate(const blt_agg_plan *p, blt_agg_work *w) {
  size_t n = w->ninputs ? w->ninputs : 1, slots = p->nslots ? p->nslots : 1;
  bool interned = false;
  for (size_t i = 0; i < p->inputs->n; i++) interned |= p->inputs->items[i].codes != NULL;
  w->vecs = blt_alloc(p->ctx, n * sizeof *w->vecs);
  w->masks = blt_alloc(p->ctx, p->nmasks * MASK_WORDS * sizeof *w->masks);
  w->mask_states = blt_alloc(p->ctx, p->nmasks);
  w->contributions = blt_alloc(p->ctx, slots * ROWS * sizeof *w->contributions);
  w->columns = blt_alloc(p->ctx, slots * sizeof *w->columns);
  if (!w->vecs || !w->masks || !w->mask_states || !w->contributions || !w->columns) return false;
  if (!interned) return true;
  w->codes = blt_alloc(p->ctx, n * ROWS * sizeof *w->codes);
  w->valids = blt_alloc(p->ctx, n * MASK_WORDS * sizeof *w->valids);
  return w->codes && w->valids;
}

blt_status blt_agg_work_new(const blt_agg_plan *p, blt_agg_work **out, blt_error *err) {
  blt_agg_work *w = blt_alloc(p->ctx, sizeof *w);
  if (!w) return blt_fail_memory(err, sizeof *w);
  memset(w, 0, offsetof(blt_agg_work, gids));
  w->plan = p;
  w->ninputs = p->inputs->n;
  if (!allocate(p, w)) {
    blt_agg_work_free(w);
    return blt_fail_memory(err, p->nslots * ROWS * sizeof *w->contributions);
  }
  for (size_t s = 0; s < p->nslots; s++) w->columns[s] = w->contributions + s * ROWS;
  for (size_t s = 0; s < p->nslots; s++)
    for (size_t i = 0; p->slots[s].constant && i < ROWS; i++)
      w->contributions[s * ROWS + i] = p->slots[s].value;
  *out = w;
  return BLT_OK;
}

void blt_agg_work_free(blt_agg_work *w) {
  if (!w) return;
  const blt_agg_plan *p = w->plan;
  size_t n = w->ninputs ? w->ninputs : 1, slots = p->nslots ? p->nslots : 1;
  blt_free(p->ctx, w->vecs, n * sizeof *w->vecs);
  blt_free(p->ctx, w->masks, p->nmasks * MASK_WORDS * sizeof *w->masks);
  blt_free(p->ctx, w->mask_states, p->nmasks);
  blt_free(p->ctx, w->contributions, slots * ROWS * sizeof *w->contributions);
  blt_free(p->ctx, w->columns, slots * sizeof *w->columns);
  blt_free(p->ctx, w->codes, n * ROWS * sizeof *w->codes);
  blt_free(p->ctx, w->valids, n * MASK_WORDS * sizeof *w->valids);
  blt_free(p->ctx, w, sizeof *w);
}

/* ---- masks ---- */

/* Bits of a bool vector's true values, nulls not yet taken out. */
static void true_bits(const blt_vec *v, uint64_t *bits) {
  uint64_t words[ROWS];
  blt_vec_offsets(v, 0, words);
  memset(bits, 0, MASK_WORDS * sizeof *bits);
  for (uint32_t i = 0; i < v->n; i++) bits[i >> 6] |= (words[i] & 1) << (i & 63);
}

/* Takes the nulls of `v` out of the mask. False when nothing is left. */
static bool mask_valid(const blt_vec *v, uint64_t *bits, bool *all) {
  if (v->all_null) return false;
  if (!v->valid) return true;
  size_t words = blt_bits_words(v->n);
  if (*all)
    memcpy(bits, v->valid, words * sizeof *bits);
  else
    for (size_t i = 0; i < words; i++) bits[i] &= v->valid[i];
  *all = false;
  return true;
}

static uint8_t load_mask(const blt_agg_work *w, const blt_agg_mask *m, uint64_t *bits) {
  bool all = true;
  if (m->where >= 0) {
    true_bits(&w->vecs[m->where], bits);
    all = false;
    if (!mask_valid(&w->vecs[m->where], bits, &all)) return BLT_MASK_NONE;
  }
  if (m->a >= 0 && !mask_valid(&w->vecs[m->a], bits, &all)) return BLT_MASK_NONE;
  if (m->b >= 0 && !mask_valid(&w->vecs[m->b], bits, &all)) return BLT_MASK_NONE;
  return all ? BLT_MASK_ALL : BLT_MASK_SOME;
}

blt_status blt_agg_load(blt_agg_work *w, blt_eval *ev, const blt_slice *slice, blt_error *err) {
  const blt_agg_plan *p = w->plan;
  for (size_t i = 0; i < w->ninputs; i++) {
    uint32_t *codes = w->codes ? w->codes + i * ROWS : NULL;
    uint64_t *valid = w->valids ? w->valids + i * MASK_WORDS : NULL;
    blt_status status = blt_inputs_load(p->inputs, (uint32_t)i, ev, slice, codes, valid, &w->vecs[i], err);
    if (status != BLT_OK) return status;
  }
  for (size_t i = 0; i < p->nparts; i++) {
    if (p->parts[i].kind != BLT_PART_TEXT) continue;
    blt_status status = blt_agg_texts_open(p->parts[i].texts, slice->group, err);
    if (status != BLT_OK) return status;
  }
  for (size_t m = 0; m < p->nmasks; m++)
    w->mask_states[m] = load_mask(w, &p->masks[m], w->masks + m * MASK_WORDS);
  return BLT_OK;
}

/* ---- contributions ---- */

/* c[i] = start + (d[i] + add << shift), or the same added to c[i]. */
#define FIELD_KERNEL(name, type)                                                                             \
  BLT_CLONES static void name(const type *d, uint64_t add, int shift, uint64_t start, bool first,            \
                              uint32_t n, uint64_t *c) {                                                     \
    if (first)                                                                                               \
      for (uint32_t i = 0; i < n; i++) c[i] = start + (((uint64_t)d[i] + add) << shift);                     \
    else                                                                                                     \
      for (uint32_t i = 0; i < n; i++) c[i] += ((uint64_t)d[i] + add) << shift;                              \
  }
FIELD_KERNEL(field_u8, uint8_t)
FIELD_KERNEL(field_u16, uint16_t)
FIELD_KERNEL(field_u32, uint32_t)
FIELD_KERNEL(field_u64, uint64_t)

/* c[i] += (a[i] + add_a) * (b[i] + add_b) << shift, or that and a start. */
#define PRODUCT_KERNEL(name, type_a, type_b)                                                                 \
  BLT_CLONES static void name(const type_a *a, const type_b *b, uint32_t add_a, uint32_t add_b, int shift,   \
                              uint64_t start, bool first, uint32_t n, uint64_t *c) {                         \
    if (first)                                                                                               \
      for (uint32_t i = 0; i < n; i++)                                                                       \
        c[i] = start + ((uint64_t)(((uint32_t)a[i] + add_a) * ((uint32_t)b[i] + add_b)) << shift);           \
    else                                                                                                     \
      for (uint32_t i = 0; i < n; i++)                                                                       \
        c[i] += (uint64_t)(((uint32_t)a[i] + add_a) * ((uint32_t)b[i] + add_b)) << shift;                    \
  }
PRODUCT_KERNEL(product_8_8, uint8_t, uint8_t)
PRODUCT_KERNEL(product_8_16, uint8_t, uint16_t)
PRODUCT_KERNEL(product_16_8, uint16_t, uint8_t)
PRODUCT_KERNEL(product_16_16, uint16_t, uint16_t)

BLT_CLONES static void apply_mask(const uint64_t *bits, uint32_t n, uint64_t *c) {
  for (uint32_t i = 0; i < n; i++) c[i] &= 0 - ((bits[i >> 6] >> (i & 63)) & 1);
}

BLT_CLONES static void mask_words(const uint64_t *bits, uint32_t n, uint64_t *c) {
  for (uint32_t i = 0; i < n; i++) c[i] = (bits[i >> 6] >> (i & 63)) & 1;
}

BLT_CLONES static void multiply(const uint64_t *b, uint32_t n, uint64_t *c) {
  for (uint32_t i = 0; i < n; i++) c[i] *= b[i];
}

BLT_CLONES static void multiply_doubles(const word_double *b, uint32_t n, word_double *c) {
  for (uint32_t i = 0; i < n; i++) c[i] *= b[i];
}

BLT_CLONES static void take_from_doubles(double centre, uint32_t n, word_double *c) {
  for (uint32_t i = 0; i < n; i++) c[i] -= centre;
}

BLT_CLONES static void bit_of(uint32_t n, int shift, uint64_t *c) {
  for (uint32_t i = 0; i < n; i++) c[i] = UINT64_C(1) << ((c[i] + (uint64_t)shift) & 63);
}

BLT_CLONES static void complement(uint64_t limit, uint64_t add, uint32_t n, uint64_t *c) {
  for (uint32_t i = 0; i < n; i++) c[i] = limit - c[i] + add;
}

BLT_CLONES static void increment(uint32_t n, uint64_t *c) {
  for (uint32_t i = 0; i < n; i++) c[i]++;
}

/* Doubles as words that sort alike, all NaN as one above the others; never 0 and never all ones. */
BLT_CLONES static void order_doubles(uint32_t n, uint64_t *c) {
  for (uint32_t i = 0; i < n; i++) c[i] = blt_word_of_double(c[i]);
}

static void map_ranks(const uint32_t *ranks, uint32_t n, uint64_t *c) {
  for (uint32_t i = 0; i < n; i++) c[i] = ranks[c[i]];
}

static void row_words(const blt_slice *slice, bool first, uint64_t *c) {
  for (uint32_t i = 0; i < slice->n; i++) {
    uint64_t row = blt_slice_row(slice, i);
    c[i] = first ? ~row : row + 1;
  }
}

/* Words of MAX, MIN, TOP and BOTTOM. */
static void order_words(const blt_agg_work *w, const blt_agg_part *part, uint32_t n, uint64_t *c) {
  const blt_vec *a = &w->vecs[part->a];
  bool reverse = part->kind == BLT_PART_MIN || part->kind == BLT_PART_BOTTOM;
  if (a->type.id == BLT_FLOAT64) {
    blt_vec_doubles(a, (double *)c);
    order_doubles(n, c);
    if (reverse) complement(UINT64_MAX, 0, n, c);
    return;
  }
  blt_vec_offsets(a, part->base_a, c);
  if (part->ranks && !a->all_null) map_ranks(part->ranks, n, c);
  if (reverse)
    complement(part->limit_a, part->above_zero, n, c);
  else if (part->above_zero)
    increment(n, c);
}

/* What each row contributes to a part, not yet shifted or masked. */
static void part_words(const blt_agg_work *w, const blt_agg_part *part, const blt_slice *slice, uint64_t *c) {
  uint64_t other[ROWS];
  uint32_t n = slice->n;
  switch (part->kind) {
  case BLT_PART_COUNT:
    for (uint32_t i = 0; i < n; i++) c[i] = 1;
    break;
  case BLT_PART_SUM:
  case BLT_PART_LOW:
  case BLT_PART_HIGH:
    blt_vec_offsets(&w->vecs[part->a], part->base_a, c);
    if (part->kind == BLT_PART_LOW)
      for (uint32_t i = 0; i < n; i++) c[i] &= UINT32_MAX;
    if (part->kind == BLT_PART_HIGH)
      for (uint32_t i = 0; i < n; i++) c[i] >>= 32;
    break;
  case BLT_PART_PRODUCT:
    blt_vec_offsets(&w->vecs[part->a], part->base_a, c);
    blt_vec_offsets(&w->vecs[part->b], part->base_b, other);
    multiply(other, n, c);
    break;
  case BLT_PART_FSUM:
    blt_vec_doubles(&w->vecs[part->a], (double *)c);
    if (part->centre != 0) take_from_doubles(part->centre, n, (word_double *)c);
    break;
  case BLT_PART_FPRODUCT:
    blt_vec_doubles(&w->vecs[part->a], (double *)c);
    blt_vec_doubles(&w->vecs[part->b], (double *)other);
    multiply_doubles((const word_double *)other, n, (word_double *)c);
    break;
  case BLT_PART_BITS:
    blt_vec_offsets(&w->vecs[part->a], part->base_a, c);
    if (part->ranks && !w->vecs[part->a].all_null) map_ranks(part->ranks, n, c);
    bit_of(n, part->shift, c);
    break;
  case BLT_PART_TEXT:
    if (w->plan->inputs->items[part->a].cls == BLT_INPUT_TEXT)
      row_words(slice, false, c);
    else
      blt_vec_offsets(&w->vecs[part->a], -1, c);
    break;
  case BLT_PART_FIRST:
  case BLT_PART_LAST:
    row_words(slice, part->kind == BLT_PART_FIRST, c);
    break;
  default:
    order_words(w, part, n, c);
  }
}

/* A plain sum without nulls goes straight from the encoded values into its field. */
static bool add_field(const blt_agg_work *w, const blt_agg_part *part, uint32_t n, uint64_t start, bool first,
                      uint64_t *c) {
  if (part->kind != BLT_PART_SUM || w->mask_states[part->mask] != BLT_MASK_ALL) return false;
  const blt_vec *v = &w->vecs[part->a];
  uint64_t add = (uint64_t)v->base - (uint64_t)part->base_a;
  if (v->form == BLT_VEC_OFFSETS && v->width == 1)
    field_u8(v->data, add, part->shift, start, first, n, c);
  else if (v->form == BLT_VEC_OFFSETS && v->width == 2)
    field_u16(v->data, add, part->shift, start, first, n, c);
  else if (v->form == BLT_VEC_OFFSETS && v->width == 4)
    field_u32(v->data, add, part->shift, start, first, n, c);
  else if (v->form == BLT_VEC_VALUES)
    field_u64(v->data, 0 - (uint64_t)part->base_a, part->shift, start, first, n, c);
  else
    return false;
  return true;
}

/* The same for a product of small offsets, whose values fit 32 bits. */
static bool add_product(const blt_agg_work *w, const blt_agg_part *part, uint32_t n, uint64_t start,
                        bool first, uint64_t *c) {
  if (part->kind != BLT_PART_PRODUCT || w->mask_states[part->mask] != BLT_MASK_ALL) return false;
  const blt_vec *a = &w->vecs[part->a], *b = &w->vecs[part->b];
  if (a->form != BLT_VEC_OFFSETS || b->form != BLT_VEC_OFFSETS || a->width > 2 || b->width > 2) return false;
  if (part->limit_a > UINT16_MAX || part->limit_b > UINT16_MAX) return false;
  uint32_t add_a = (uint32_t)((uint64_t)a->base - (uint64_t)part->base_a);
  uint32_t add_b = (uint32_t)((uint64_t)b->base - (uint64_t)part->base_b);
  if (a->width == 1 && b->width == 1)
    product_8_8(a->data, b->data, add_a, add_b, part->shift, start, first, n, c);
  else if (a->width == 1)
    product_8_16(a->data, b->data, add_a, add_b, part->shift, start, first, n, c);
  else if (b->width == 1)
    product_16_8(a->data, b->data, add_a, add_b, part->shift, start, first, n, c);
  else
    product_16_16(a->data, b->data, add_a, add_b, part->shift, start, first, n, c);
  return true;
}

static void set_words(uint64_t value, uint32_t n, uint64_t *c) {
  for (uint32_t i = 0; i < n; i++) c[i] = value;
}

/* A plain sum of doubles is the column itself. */
static bool lend_column(blt_agg_work *w, const blt_agg_part *part) {
  const blt_vec *v = &w->vecs[part->a];
  if (w->mask_states[part->mask] != BLT_MASK_ALL || part->centre != 0) return false;
  if (v->form != BLT_VEC_VALUES || v->type.id != BLT_FLOAT64) return false;
  w->columns[part->slot] = v->data;
  return true;
}

/* Adds one part to its slot's contributions. `first`: nothing has been written for this slice yet. */
static void contribute(blt_agg_work *w, const blt_agg_part *part, const blt_slice *slice, bool first) {
  const blt_agg_slot *slot = &w->plan->slots[part->slot];
  uint64_t words[ROWS], *c = w->contributions + part->slot * ROWS;
  uint32_t n = slice->n;
  uint8_t state = w->mask_states[part->mask];
  if (part->kind == BLT_PART_FSUM && lend_column(w, part)) return;
  if (first) w->columns[part->slot] = c;
  if (state == BLT_MASK_NONE) {
    if (first) set_words(slot->value, n, c);
    return;
  }
  if (add_field(w, part, n, slot->value, first, c) || add_product(w, part, n, slot->value, first, c)) return;
  const uint64_t *bits = w->masks + part->mask * MASK_WORDS;
  bool alone = slot->op != BLT_SLOT_ADD && slot->op != BLT_SLOT_OR;
  uint64_t *to = alone || (first && part->kind == BLT_PART_BITS) ? c : words;
  if (part->kind == BLT_PART_COUNT && state == BLT_MASK_SOME) {
    mask_words(bits, n, to);
  } else {
    part_words(w, part, slice, to);
    if (state == BLT_MASK_SOME) apply_mask(bits, n, to);
  }
  if (to == c) return;
  if (part->kind != BLT_PART_BITS) {
    field_u64(words, 0, part->shift, slot->value, first, n, c);
  } else {
    for (uint32_t i = 0; i < n; i++) c[i] |= words[i];
  }
}

void blt_agg_contribute(blt_agg_work *w, const blt_slice *slice, size_t nslots) {
  const blt_agg_plan *p = w->plan;
  for (size_t i = 0; i < p->nparts; i++) {
    const blt_agg_part *part = &p->parts[i];
    if (part->slot >= nslots || p->slots[part->slot].constant || blt_part_is_constant(part)) continue;
    bool first = true;
    for (size_t j = 0; j < i && first; j++)
      first = p->parts[j].slot != part->slot || blt_part_is_constant(&p->parts[j]);
    contribute(w, part, slice, first);
  }
}

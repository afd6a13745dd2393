#include "agg.h"

#include "../base/bits.h"
#include "../base/isa.h"
#include "../base/mem.h"
#include <string.h>

#define ROWS BLT_VECTOR_ROWS
#define MASK_WORDS (ROWS / 64)

typedef double __attribute__((may_alias)) word_double; /* a slot's 64 bits as a double */

/* --- scratch -------------------------------------------------------------------------------------------- */

static bool allocate(const blt_agg_plan *p, blt_agg_work *w) {
  size_t n = w->ninputs ? w->ninputs : 1, slots = p->nslots ? p->nslots : 1;
  bool interned = false;
  for (size_t i = 0; i < p->inputs->n; i++) interned |= p->inputs->items[i].codes != NULL;
  w->vecs = blt_alloc(p->ctx, n * sizeof *w->vecs);
  w->masks = blt_alloc(p->ctx, p->nmasks * MASK_WORDS * sizeof *w->masks);
  w->mask_states = blt_alloc(p->ctx, p->nmasks);
  w->contributions = blt_alloc(p->ctx, slots * ROWS * sizeof *w->contributions);
  if (!w->vecs || !w->masks || !w->mask_states || !w->contributions) return false;
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
  for (size_t s = 0; s < p->nslots; s++)
    for (size_t i = 0; i < ROWS; i++) w->contributions[s * ROWS + i] = p->slots[s].value;
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
  blt_free(p->ctx, w->codes, n * ROWS * sizeof *w->codes);
  blt_free(p->ctx, w->valids, n * MASK_WORDS * sizeof *w->valids);
  blt_free(p->ctx, w, sizeof *w);
}

/* --- masks ------------------------------------------------------------------------------------------------
 */

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
  for (size_t m = 0; m < p->nmasks; m++)
    w->mask_states[m] = load_mask(w, &p->masks[m], w->masks + m * MASK_WORDS);
  return BLT_OK;
}

/* --- contributions ----------------------------------------------------------------------------------------
 */

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
  const uint64_t sign = UINT64_C(1) << 63, nan = UINT64_C(0x7ff8) << 48;
  for (uint32_t i = 0; i < n; i++) {
    uint64_t x = (c[i] & ~sign) > UINT64_C(0x7ff0) << 48 ? nan : c[i];
    c[i] = x & sign ? ~x : x | sign;
  }
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

static void set_words(uint64_t value, uint32_t n, uint64_t *c) {
  for (uint32_t i = 0; i < n; i++) c[i] = value;
}

/* Adds one part to its slot's contributions. `first`: nothing has been written for this slice yet. */
static void contribute(const blt_agg_work *w, const blt_agg_part *part, const blt_slice *slice, bool first) {
  const blt_agg_slot *slot = &w->plan->slots[part->slot];
  uint64_t words[ROWS], *c = blt_agg_contribution(w, part->slot);
  uint32_t n = slice->n;
  if (part->kind == BLT_PART_COUNT && part->mask == 0) {
    if (first && !slot->constant) set_words(slot->value, n, c);
    return; /* its ones are in the slot's constant */
  }
  uint8_t state = w->mask_states[part->mask];
  if (state == BLT_MASK_NONE) {
    if (first) set_words(slot->value, n, c);
    return;
  }
  if (add_field(w, part, n, slot->value, first, c)) return;
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

void blt_agg_contribute(blt_agg_work *w, const blt_slice *slice) {
  const blt_agg_plan *p = w->plan;
  for (size_t i = 0; i < p->nparts; i++) {
    const blt_agg_part *part = &p->parts[i];
    if (p->slots[part->slot].constant) continue;
    bool first = true;
    for (size_t j = 0; j < i && first; j++) first = p->parts[j].slot != part->slot;
    contribute(w, part, slice, first);
  }
}

/* --- records
 * ------------------------------------------------------------------------------------------------ */

static inline double as_double(uint64_t word) {
  double d;
  memcpy(&d, &word, sizeof d);
  return d;
}

static inline uint64_t as_word(double d) {
  uint64_t word;
  memcpy(&word, &d, sizeof word);
  return word;
}

static inline uint64_t combine(uint8_t op, uint64_t a, uint64_t b) {
  if (op == BLT_SLOT_ADD) return a + b;
  if (op == BLT_SLOT_FADD) return as_word(as_double(a) + as_double(b));
  if (op == BLT_SLOT_OR) return a | b;
  return a > b ? a : b;
}

/* Puts x among the n largest words, largest first. */
static inline void top_insert(uint64_t *top, uint32_t n, uint64_t x) {
  if (x <= top[n - 1]) return;
  uint32_t i = n - 1;
  for (; i > 0 && top[i - 1] < x; i--) top[i] = top[i - 1];
  top[i] = x;
}

/* Records that begin with `adds` integer and `fadds` double slots, both constants of the caller. */
static inline __attribute__((always_inline)) void scatter_sums(const uint64_t *c, const uint32_t *gids,
                                                               uint32_t n, uint64_t *records, size_t stride,
                                                               int adds, int fadds) {
  for (uint32_t i = 0; i < n; i++) {
    uint64_t *r = records + gids[i] * stride;
    for (int s = 0; s < adds; s++) r[s] += c[s * ROWS + i];
    for (int s = adds; s < adds + fadds; s++) ((word_double *)r)[s] += ((const word_double *)c)[s * ROWS + i];
  }
}

#define SUMS_CASE(adds, fadds)                                                                               \
  case (adds)*4 + (fadds):                                                                                   \
    if (stride == (adds) + (fadds))                                                                          \
      scatter_sums(c, gids, n, records, (adds) + (fadds), adds, fadds);                                      \
    else                                                                                                     \
      scatter_sums(c, gids, n, records, stride, adds, fadds);                                                \
    return true;

static bool scatter_prefix(const uint64_t *c, const uint32_t *gids, uint32_t n, uint64_t *records,
                           size_t stride, uint32_t adds, uint32_t fadds) {
  if (adds > 3 || fadds > 3) return false;
  switch (adds * 4 + fadds) {
    SUMS_CASE(0, 1)
    SUMS_CASE(0, 2)
    SUMS_CASE(0, 3)
    SUMS_CASE(1, 0) SUMS_CASE(1, 1) SUMS_CASE(1, 2) SUMS_CASE(1, 3) SUMS_CASE(2, 0) SUMS_CASE(2, 1)
        SUMS_CASE(2, 2) SUMS_CASE(2, 3) SUMS_CASE(3, 0) SUMS_CASE(3, 1) SUMS_CASE(3, 2)
            SUMS_CASE(3, 3) default : return true; /* none at all */
  }
}

/* One slot of records `stride` words apart. */
static void scatter_slot(const blt_agg_slot *slot, const uint64_t *c, const uint32_t *gids, uint32_t n,
                         uint64_t *r, size_t stride) {
  switch (slot->op) {
  case BLT_SLOT_ADD:
    for (uint32_t i = 0; i < n; i++) r[gids[i] * stride] += c[i];
    break;
  case BLT_SLOT_FADD:
    for (uint32_t i = 0; i < n; i++) ((word_double *)r)[gids[i] * stride] += ((const word_double *)c)[i];
    break;
  case BLT_SLOT_OR:
    for (uint32_t i = 0; i < n; i++) r[gids[i] * stride] |= c[i];
    break;
  case BLT_SLOT_MAX:
    for (uint32_t i = 0; i < n; i++) {
      uint64_t *to = r + gids[i] * stride;
      *to = c[i] > *to ? c[i] : *to;
    }
    break;
  case BLT_SLOT_TOP:
    for (uint32_t i = 0; i < n; i++) top_insert(r + gids[i] * stride, slot->n, c[i]);
    break;
  default:
    break;
  }
}

/* How many slots of the record's beginning are of an operation. */
static uint32_t count_from(const blt_agg_plan *p, size_t from, blt_slot_op op) {
  size_t i = from;
  while (i < p->nslots && p->slots[i].op == op) i++;
  return (uint32_t)(i - from);
}

void blt_agg_scatter(const blt_agg_work *w, uint32_t n, uint64_t *records) {
  const blt_agg_plan *p = w->plan;
  uint32_t adds = count_from(p, 0, BLT_SLOT_ADD), fadds = count_from(p, adds, BLT_SLOT_FADD);
  size_t s = 0;
  if (scatter_prefix(w->contributions, w->gids, n, records, p->nslots, adds, fadds)) s = adds + fadds;
  for (; s < p->nslots; s++)
    scatter_slot(&p->slots[s], blt_agg_contribution(w, s), w->gids, n, records + s, p->nslots);
}

BLT_CLONES static uint64_t reduce_add(const uint64_t *c, uint32_t n) {
  uint64_t sum = 0;
  for (uint32_t i = 0; i < n; i++) sum += c[i];
  return sum;
}

/* Eight sums side by side, folded in a fixed order: fast, and the same bits whatever the instruction set. */
BLT_CLONES static double reduce_fadd(const word_double *c, uint32_t n) {
  double s[8] = {0};
  uint32_t i = 0;
  for (; i + 8 <= n; i += 8)
    for (int j = 0; j < 8; j++) s[j] += c[i + j];
  for (; i < n; i++) s[i & 7] += c[i];
  return ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]));
}

BLT_CLONES static uint64_t reduce_or(const uint64_t *c, uint32_t n) {
  uint64_t all = 0;
  for (uint32_t i = 0; i < n; i++) all |= c[i];
  return all;
}

BLT_CLONES static uint64_t reduce_max(const uint64_t *c, uint32_t n) {
  uint64_t max = 0;
  for (uint32_t i = 0; i < n; i++) max = c[i] > max ? c[i] : max;
  return max;
}

void blt_agg_reduce(const blt_agg_work *w, uint32_t n, uint64_t *record) {
  const blt_agg_plan *p = w->plan;
  for (size_t s = 0; s < p->nslots; s++) {
    const blt_agg_slot *slot = &p->slots[s];
    const uint64_t *c = blt_agg_contribution(w, s);
    if (slot->op == BLT_SLOT_ADD)
      record[s] += slot->constant ? slot->value * n : reduce_add(c, n);
    else if (slot->op == BLT_SLOT_FADD)
      record[s] = as_word(as_double(record[s]) + reduce_fadd((const word_double *)c, n));
    else if (slot->op == BLT_SLOT_OR)
      record[s] |= reduce_or(c, n);
    else if (slot->op == BLT_SLOT_MAX)
      record[s] = combine(BLT_SLOT_MAX, record[s], reduce_max(c, n));
    else if (slot->op == BLT_SLOT_TOP)
      for (uint32_t i = 0; i < n; i++) top_insert(record + s, slot->n, c[i]);
  }
}

/* --- columns of slots
 * --------------------------------------------------------------------------------------- */

#define ACCUMULATE(update)                                                                                   \
  for (uint32_t i = 0; i < n; i++) {                                                                         \
    uint32_t g = gids[i];                                                                                    \
    uint64_t x = v[i];                                                                                       \
    if (g == next)                                                                                           \
      v[next++] = x;                                                                                         \
    else                                                                                                     \
      v[g] = update;                                                                                         \
  }

static void accumulate_constant(uint64_t value, uint64_t *v, const uint32_t *gids, uint32_t n) {
  uint32_t next = 0;
  for (uint32_t i = 0; i < n; i++) {
    if (gids[i] == next)
      v[next++] = value;
    else
      v[gids[i]] += value;
  }
}

static void accumulate_top(uint64_t *const *columns, uint32_t k, const uint32_t *gids, uint32_t n) {
  uint32_t next = 0;
  for (uint32_t i = 0; i < n; i++) {
    uint32_t g = gids[i], r = k - 1;
    uint64_t x = columns[0][i];
    if (g == next) {
      columns[0][next] = x;
      for (uint32_t j = 1; j < k; j++) columns[j][next] = 0;
      next++;
      continue;
    }
    if (x <= columns[r][g]) continue;
    for (; r > 0 && columns[r - 1][g] < x; r--) columns[r][g] = columns[r - 1][g];
    columns[r][g] = x;
  }
}

static void accumulate_slot(const blt_agg_slot *slot, uint64_t *const *columns, const uint32_t *gids,
                            uint32_t n) {
  uint64_t *v = columns[0];
  uint32_t next = 0;
  if (slot->constant)
    accumulate_constant(slot->value, v, gids, n);
  else if (slot->op == BLT_SLOT_ADD)
    ACCUMULATE(v[g] + x)
  else if (slot->op == BLT_SLOT_FADD)
    ACCUMULATE(as_word(as_double(v[g]) + as_double(x)))
  else if (slot->op == BLT_SLOT_OR)
    ACCUMULATE(v[g] | x)
  else if (slot->op == BLT_SLOT_MAX)
    ACCUMULATE(v[g] > x ? v[g] : x)
  else if (slot->op == BLT_SLOT_TOP)
    accumulate_top(columns, slot->n, gids, n);
}

void blt_agg_accumulate(const blt_agg_plan *p, uint64_t *const *columns, const uint32_t *gids, uint32_t n) {
  for (size_t s = 0; s < p->nslots; s++) accumulate_slot(&p->slots[s], columns + s, gids, n);
}

static inline uint64_t field_mask(const blt_agg_part *part) {
  return part->bits == 64 ? UINT64_MAX : (UINT64_C(1) << part->bits) - 1;
}

static void merge_top(const blt_agg_part *part, size_t slots, uint64_t *const *lanes, uint32_t nlanes,
                      uint32_t first, uint32_t n, uint64_t *const *columns) {
  uint64_t top[BLT_TOP_SLOTS];
  for (uint32_t i = first; i < first + n; i++) {
    memset(top, 0, sizeof top);
    for (uint32_t l = 0; l < nlanes; l++) {
      const uint64_t *from = lanes[l] + i * slots + part->slot;
      for (uint32_t r = 0; r < part->n && from[r]; r++) top_insert(top, part->n, from[r]);
    }
    for (uint32_t r = 0; r < part->n; r++) columns[r][i] = top[r];
  }
}

void blt_agg_merge(const blt_agg_plan *p, uint32_t part, uint64_t *const *lanes, uint32_t nlanes,
                   uint32_t first, uint32_t n, uint64_t *const *columns) {
  const blt_agg_part *q = &p->parts[part];
  size_t slots = p->nslots;
  uint8_t op = p->slots[q->slot].op;
  if (op == BLT_SLOT_TOP) {
    merge_top(q, slots, lanes, nlanes, first, n, columns);
    return;
  }
  uint64_t mask = field_mask(q), *out = columns[0] + first;
  memset(out, 0, n * sizeof *out);
  for (uint32_t l = 0; l < nlanes; l++) {
    const uint64_t *from = lanes[l] + first * slots + q->slot;
    if (op == BLT_SLOT_ADD)
      for (uint32_t i = 0; i < n; i++) out[i] += (from[i * slots] >> q->shift) & mask;
    else if (op == BLT_SLOT_OR)
      for (uint32_t i = 0; i < n; i++) out[i] |= (from[i * slots] >> q->shift) & mask;
    else
      for (uint32_t i = 0; i < n; i++) out[i] = combine(op, out[i], from[i * slots]);
  }
}

#include "group.h"

#include "base/bits.h"
#include "base/isa.h"
#include "base/mem.h"
#include "base/rising.h"
#include "base/words.h"
#include <string.h>

#define ROWS BLT_VECTOR_ROWS
#define DIRECT_BYTES ((uint64_t)16 << 20)       /* records of one lane */
#define DIRECT_BYTES_MANY ((uint64_t)128 << 20) /* the same when there are many rows for each place */
#define SEGMENT_DOMAIN 131072u /* more places than this are too many to scatter values to at once */

/* ---- keys ---- */

static void describe_key(const blt_input *in, blt_group_key *k) {
  uint64_t domain = blt_input_domain(in);
  k->step = in->cls == BLT_INPUT_INT && domain > 1 ? in->step : 1;
  if (k->step > 1) domain = (domain - 1) / k->step + 1;
  k->nullable = in->nullable;
  k->low = in->cls == BLT_INPUT_INT && in->low <= in->high ? in->low : 0;
  k->domain = domain && domain <= UINT64_MAX - 1 ? domain + k->nullable : 0;
  k->wide = in->cls == BLT_INPUT_INT && k->domain == 0;
  k->bits = k->domain ? (uint8_t)(k->domain == 1 ? 1 : 64 - __builtin_clzll(k->domain - 1)) : 64;
}

/* Finds a word with room for `bits`, first fit. */
static void place(blt_grouping *g, uint8_t *used, uint8_t bits, uint32_t *word, uint8_t *shift) {
  uint32_t w = 0;
  while (w < g->nwords && used[w] + bits > 64) w++;
  if (w == g->nwords) used[g->nwords++] = 0;
  *word = w;
  *shift = used[w];
  used[w] = (uint8_t)(used[w] + bits);
}

static blt_status pack_keys(blt_grouping *g, blt_error *err) {
  uint8_t *used = blt_alloc(g->scan->ctx, 2 * (size_t)g->nkeys + 1);
  if (!used) return blt_fail_memory(err, 2 * (size_t)g->nkeys);
  for (uint32_t i = 0; i < g->nkeys; i++) {
    blt_group_key *k = &g->keys[i];
    place(g, used, k->bits, &k->word, &k->shift);
    if (k->wide && k->nullable) place(g, used, 1, &k->null_word, &k->null_shift);
  }
  blt_free(g->scan->ctx, used, 2 * (size_t)g->nkeys + 1);
  return BLT_OK;
}

void blt_group_split(blt_grouping *g) {
  uint32_t total = 0, split = 0, bits = g->partition_bits;
  for (uint32_t i = 0; i < g->nkeys; i++) {
    if (g->keys[i].bits == 64) return;
    total += g->keys[i].bits;
    if (g->keys[i].bits > g->keys[split].bits) split = i;
  }
  if (g->nwords != 2 || bits == 0 || g->keys[split].bits <= bits || total - bits > 64) return;
  g->split = (int32_t)split;
  g->nwords = 1;
  uint8_t used = 0;
  for (uint32_t i = 0; i < g->nkeys; i++) {
    g->keys[i].word = 0;
    g->keys[i].shift = used;
    used = (uint8_t)(used + g->keys[i].bits - (i == split ? bits : 0));
  }
}

/* Direct indexing pays while a lane's records stay near the cache and are not mostly empty. */
static bool prefer_direct(const blt_grouping *g) {
  uint64_t rows = g->scan->view->rows;
  if (!g->domain || g->domain > (UINT64_C(1) << 24)) return false;
  if (g->domain > 2 * rows + 1024) return false;
  if (g->agg->nsegments && g->domain > SEGMENT_DOMAIN) return false;
  uint64_t bytes = g->domain * (g->agg->nslots + 1) * 8;
  return bytes <= DIRECT_BYTES || (bytes <= DIRECT_BYTES_MANY && rows / 4 >= g->domain);
}

static blt_status choose(blt_grouping *g, blt_error *err) {
  uint64_t domain = 1;
  for (uint32_t i = 0; i < g->nkeys; i++)
    if (__builtin_mul_overflow(domain, g->keys[i].domain, &domain)) domain = 0;
  g->domain = domain;
  blt_status status = blt_agg_layout(g->agg, g->scan->view->rows, err);
  if (status == BLT_OK) g->direct = prefer_direct(g);
  return status;
}

blt_status blt_grouping_init(blt_grouping *g, blt_scan *scan, blt_inputs *inputs, blt_agg_plan *agg,
                             const blt_group_term *keys, uint32_t nkeys, blt_error *err) {
  *g = (blt_grouping){.scan = scan, .inputs = inputs, .agg = agg, .nkeys = nkeys, .split = -1};
  if (nkeys) {
    g->keys = blt_calloc(scan->ctx, nkeys, sizeof *g->keys);
    if (!g->keys) return blt_fail_memory(err, nkeys * sizeof *g->keys);
  }
  for (uint32_t i = 0; i < nkeys; i++) {
    blt_status status = blt_inputs_add(inputs, keys[i].expr, &g->keys[i].input, err);
    if (status != BLT_OK) return status;
    describe_key(&inputs->items[g->keys[i].input], &g->keys[i]);
  }
  blt_status status = pack_keys(g, err);
  return status == BLT_OK ? choose(g, err) : status;
}

static void free_columns(blt_ctx *ctx, void *columns, size_t n, uint64_t capacity) {
  void **c = columns;
  if (!c) return;
  for (size_t i = 0; i < n; i++) blt_free(ctx, c[i], capacity * sizeof(uint64_t));
  blt_free(ctx, c, n * sizeof *c);
}

void blt_grouping_free(blt_grouping *g) {
  if (!g->scan) return;
  blt_ctx *ctx = g->scan->ctx;
  blt_free(ctx, g->keys, g->nkeys * sizeof *g->keys);
  blt_free(ctx, g->order, g->ngroups * sizeof *g->order);
  blt_free(ctx, g->starts, (g->npartitions + 1) * sizeof *g->starts);
  blt_free(ctx, g->counts, g->npartitions * sizeof *g->counts);
  blt_free(ctx, g->before, (g->npartitions + 1) * sizeof *g->before);
  free_columns(ctx, g->words, g->nwords, g->capacity);
  free_columns(ctx, g->columns, g->ncolumns, g->capacity);
  blt_group_segments_free(g);
  *g = (blt_grouping){0};
}

/* ---- numbers of a slice ---- */

#define ID_KERNEL(name, type)                                                                                \
  BLT_CLONES static void name(const type *d, uint32_t add, uint32_t domain, bool first, uint32_t n,          \
                              uint32_t *g) {                                                                 \
    if (first)                                                                                               \
      for (uint32_t i = 0; i < n; i++) g[i] = (uint32_t)d[i] + add;                                          \
    else                                                                                                     \
      for (uint32_t i = 0; i < n; i++) g[i] = g[i] * domain + (uint32_t)d[i] + add;                          \
  }
ID_KERNEL(id_u8, uint8_t)
ID_KERNEL(id_u16, uint16_t)
ID_KERNEL(id_u32, uint32_t)
ID_KERNEL(id_u64, uint64_t)

BLT_CLONES static void null_is_zero(const uint64_t *valid, uint32_t n, uint64_t *c) {
  for (uint32_t i = 0; i < n; i++) c[i] &= 0 - ((valid[i >> 6] >> (i & 63)) & 1);
}

BLT_CLONES static void canonical_doubles(uint32_t n, uint64_t *c) {
  for (uint32_t i = 0; i < n; i++) c[i] = blt_word_canonical(c[i]);
}

static void double_numbers(const blt_vec *v, uint64_t *out) {
  blt_vec_doubles(v, (double *)out);
  canonical_doubles(v->n, out);
  for (uint32_t i = 0; i < v->n; i++)
    if (v->all_null || (v->valid && !blt_bit(v->valid, i))) out[i] = BLT_WORD_NULL;
}

/* x with step * x = 1 modulo 2^64, of an odd step: each round doubles the bits that are right. */
static uint64_t inverse_of(uint64_t step) {
  uint64_t x = step;
  for (int i = 0; i < 5; i++) x *= 2 - step * x;
  return x;
}

/* Divides multiples of the step by it, which takes no division: a shift, and a multiplication by the inverse.
 */
BLT_CLONES static void divide(int shift, uint64_t inverse, uint64_t add, uint32_t n, uint64_t *c) {
  for (uint32_t i = 0; i < n; i++) c[i] = (c[i] >> shift) * inverse + add;
}

static void stepped_numbers(const blt_group_key *k, const blt_vec *v, uint64_t *out) {
  int shift = __builtin_ctzll(k->step);
  blt_vec_offsets(v, k->low, out);
  divide(shift, inverse_of(k->step >> shift), k->nullable, v->n, out);
}

void blt_group_numbers(const blt_group_key *k, const blt_vec *v, uint64_t *out) {
  if (v->type.id == BLT_FLOAT64) {
    double_numbers(v, out);
    return;
  }
  if (k->step > 1)
    stepped_numbers(k, v, out);
  else
    blt_vec_offsets(v, k->wide ? 0 : (int64_t)((uint64_t)k->low - k->nullable), out);
  if (v->valid) null_is_zero(v->valid, v->n, out);
  if (v->all_null) memset(out, 0, v->n * sizeof *out);
}

/* The usual case: small encoded values without nulls. */
static bool direct_fast(const blt_group_key *k, const blt_vec *v, bool first, uint32_t n, uint32_t *out) {
  uint32_t domain = (uint32_t)k->domain, add = k->nullable;
  if (v->valid || v->all_null || k->step > 1) return false;
  if (v->form == BLT_VEC_OFFSETS)
    add += (uint32_t)((uint64_t)v->base - (uint64_t)k->low);
  else if (v->form != BLT_VEC_CODES)
    return false;
  if (v->width == 1)
    id_u8(v->data, add, domain, first, n, out);
  else if (v->width == 2)
    id_u16(v->data, add, domain, first, n, out);
  else
    id_u32(v->data, add, domain, first, n, out);
  return true;
}

void blt_group_direct_ids(const blt_grouping *g, const blt_vec *vecs, uint32_t n, uint32_t *out) {
  uint64_t numbers[ROWS];
  bool first = true;
  for (uint32_t i = 0; i < g->nkeys; i++) {
    const blt_group_key *k = &g->keys[i];
    const blt_vec *v = &vecs[k->input];
    if (k->domain == 1) continue;
    if (!direct_fast(k, v, first, n, out)) {
      blt_group_numbers(k, v, numbers);
      id_u64(numbers, 0, (uint32_t)k->domain, first, n, out);
    }
    first = false;
  }
  if (first) memset(out, 0, n * sizeof *out);
}

int32_t blt_group_only_key(const blt_grouping *g) {
  int32_t only = -1;
  for (uint32_t i = 0; i < g->nkeys; i++) {
    if (g->keys[i].domain == 1) continue;
    if (only >= 0) return -1;
    only = (int32_t)i;
  }
  return only;
}

#define PACK_KERNEL(name, type)                                                                              \
  BLT_CLONES static void name(const type *d, uint64_t add, int shift, bool first, uint32_t n,                \
                              uint64_t *out) {                                                               \
    if (first)                                                                                               \
      for (uint32_t i = 0; i < n; i++) out[i] = ((uint64_t)d[i] + add) << shift;                             \
    else                                                                                                     \
      for (uint32_t i = 0; i < n; i++) out[i] |= ((uint64_t)d[i] + add) << shift;                            \
  }
PACK_KERNEL(pack_u8, uint8_t)
PACK_KERNEL(pack_u16, uint16_t)
PACK_KERNEL(pack_u32, uint32_t)
PACK_KERNEL(pack_u64, uint64_t)

/* The usual case again: small encoded values without nulls. */
static bool pack_fast(const blt_group_key *k, const blt_vec *v, bool first, uint32_t n, uint64_t *out) {
  uint64_t add = k->nullable;
  if (v->valid || v->all_null || k->wide || k->step > 1) return false;
  if (v->form == BLT_VEC_OFFSETS)
    add += (uint64_t)v->base - (uint64_t)k->low;
  else if (v->form != BLT_VEC_CODES)
    return false;
  if (v->width == 1)
    pack_u8(v->data, add, k->shift, first, n, out);
  else if (v->width == 2)
    pack_u16(v->data, add, k->shift, first, n, out);
  else
    pack_u32(v->data, add, k->shift, first, n, out);
  return true;
}

/* The upper bits of the split key to its word, the lower ones by themselves. */
BLT_CLONES static void pack_split(const uint64_t *numbers, uint32_t bits, int shift, bool first, uint32_t n,
                                  uint64_t *out, uint64_t *lower) {
  uint64_t mask = (UINT64_C(1) << bits) - 1;
  for (uint32_t i = 0; i < n; i++) {
    out[i] = (first ? 0 : out[i]) | (numbers[i] >> bits) << shift;
    lower[i] = numbers[i] & mask;
  }
}

/* A key's fields are written in the order of keys; the first one in a word sets it. */
static bool first_in_word(const blt_grouping *g, uint32_t key, uint32_t word) {
  for (uint32_t i = 0; i < key; i++) {
    const blt_group_key *k = &g->keys[i];
    if (k->word == word || (k->wide && k->nullable && k->null_word == word)) return false;
  }
  return true;
}

void blt_group_pack(const blt_grouping *g, const blt_vec *vecs, uint32_t n, uint64_t *out) {
  uint64_t numbers[ROWS];
  for (uint32_t i = 0; i < g->nkeys; i++) {
    const blt_group_key *k = &g->keys[i];
    const blt_vec *v = &vecs[k->input];
    bool first = first_in_word(g, i, k->word);
    if ((int32_t)i == g->split) {
      blt_group_numbers(k, v, numbers);
      pack_split(numbers, g->partition_bits, k->shift, first, n, out, out + g->nwords * ROWS);
      continue;
    }
    if (pack_fast(k, v, first, n, out + k->word * ROWS)) continue;
    blt_group_numbers(k, v, numbers);
    pack_u64(numbers, 0, k->shift, first, n, out + k->word * ROWS);
    if (!k->wide || !k->nullable) continue;
    for (uint32_t j = 0; j < n; j++) numbers[j] = v->all_null || (v->valid && !blt_bit(v->valid, j));
    first = k->null_word != k->word && first_in_word(g, i, k->null_word);
    pack_u64(numbers, 0, k->null_shift, first, n, out + k->null_word * ROWS);
  }
}

blt_status blt_group_load_keys(const blt_grouping *g, blt_agg_work *w, blt_eval *ev, const blt_slice *slice,
                               blt_error *err) {
  blt_status status = BLT_OK;
  for (uint32_t k = 0; k < g->nkeys && status == BLT_OK; k++) {
    uint32_t i = g->keys[k].input;
    uint32_t *codes = w->codes ? w->codes + (size_t)i * ROWS : NULL;
    uint64_t *valid = w->valids ? w->valids + (size_t)i * (ROWS / 64) : NULL;
    status = blt_inputs_load(g->inputs, i, ev, slice, codes, valid, &w->vecs[i], err);
  }
  return status;
}

/* ---- the answer ---- */

uint32_t blt_group_partition_at(const blt_grouping *g, uint32_t position) {
  return blt_rising_piece(g->starts, sizeof *g->starts, g->npartitions, position);
}

BLT_CLONES static void count_up(uint32_t from, uint32_t n, uint32_t *out) {
  for (uint32_t i = 0; i < n; i++) out[i] = from + i;
}

void blt_group_positions(const blt_grouping *g, uint64_t first, uint32_t n, uint32_t *out) {
  if (g->order) {
    memcpy(out, g->order + first, n * sizeof *out);
    return;
  }
  uint32_t low = blt_rising_piece(g->before, sizeof *g->before, g->npartitions, first);
  for (uint32_t i = 0; i < n; low++) {
    uint64_t skip = first + i - g->before[low], take = g->counts[low] - skip;
    if (take > n - i) take = n - i;
    count_up((uint32_t)(g->starts[low] + skip), (uint32_t)take, out + i);
    i += (uint32_t)take;
  }
}

/* positions / divisor % domain. Places of direct groups and what is left of them are below 2^31: a half more,
 * times a reciprocal, is nearer to the quotient than to any other integer, so that vectors can compute it. */
BLT_CLONES static void digits(const uint32_t *positions, uint32_t divisor, uint32_t domain, uint32_t n,
                              uint64_t *out) {
  double per_divisor = 1.0 / divisor, per_domain = 1.0 / domain;
  for (uint32_t i = 0; i < n; i++) {
    int32_t above = (int32_t)(((int32_t)positions[i] + 0.5) * per_divisor);
    int32_t turns = (int32_t)((above + 0.5) * per_domain);
    out[i] = (uint64_t)(above - turns * (int32_t)domain);
  }
}

static void direct_numbers(const blt_grouping *g, uint32_t key, const uint32_t *positions, uint32_t n,
                           uint64_t *out) {
  uint32_t divisor = 1;
  for (uint32_t i = key + 1; i < g->nkeys; i++) divisor *= (uint32_t)g->keys[i].domain;
  if (g->nkeys > 1)
    digits(positions, divisor, (uint32_t)g->keys[key].domain, n, out);
  else
    for (uint32_t i = 0; i < n; i++) out[i] = positions[i];
}

/* Positions one after the other, as they mostly are in partitions, are read without looking each one up. */
static bool contiguous(const blt_grouping *g, const uint32_t *positions, uint32_t n) {
  return !g->order && !g->repeated && positions[n - 1] - positions[0] == n - 1;
}

BLT_CLONES static void read_codes(const uint64_t *from, int shift, uint64_t mask, uint32_t add, uint32_t n,
                                  uint32_t *out) {
  for (uint32_t i = 0; i < n; i++) out[i] = (uint32_t)((from[i] >> shift) & mask) + add;
}

BLT_CLONES static void read_ints(const uint64_t *from, int shift, uint64_t mask, uint64_t add, uint32_t n,
                                 uint64_t *out) {
  for (uint32_t i = 0; i < n; i++) out[i] = ((from[i] >> shift) & mask) + add;
}

BLT_CLONES static void read_field(const uint64_t *from, int shift, uint64_t mask, uint32_t n, uint64_t *out) {
  for (uint32_t i = 0; i < n; i++) out[i] = (from[i] >> shift) & mask;
}

static uint64_t field_mask(int bits) {
  return bits == 64 ? UINT64_MAX : (UINT64_C(1) << bits) - 1;
}

/* A field at positions: n of them. */
static void gather_field(const blt_grouping *g, const blt_group_field *f, const uint32_t *positions,
                         uint32_t n, uint64_t *out) {
  if (contiguous(g, positions, n))
    read_field(f->words + positions[0], f->shift, f->mask, n, out);
  else
    for (uint32_t i = 0; i < n; i++) out[i] = (f->words[positions[i]] >> f->shift) & f->mask;
}

/* Numbers of the split key at positions one after the other inside a partition. */
BLT_CLONES static void split_numbers(const uint64_t *words, uint32_t bits, int shift, uint64_t mask,
                                     uint32_t partition, uint32_t n, uint64_t *out) {
  for (uint32_t i = 0; i < n; i++) {
    uint64_t turned = blt_hash_words(words + i, 0, 1) >> (64 - bits);
    out[i] = ((words[i] >> shift) & mask) << bits | (turned ^ partition);
  }
}

static void read_split(const blt_grouping *g, const blt_group_key *k, const uint32_t *positions, uint32_t n,
                       uint64_t *out) {
  uint64_t mask = field_mask(k->bits - (int)g->partition_bits);
  for (uint32_t i = 0, run; i < n; i += run) {
    uint32_t p = blt_group_partition_at(g, positions[i]);
    for (run = 1; i + run < n && positions[i + run] == positions[i] + run; run++)
      if (positions[i + run] >= g->starts[p + 1]) break;
    split_numbers(g->words[0] + positions[i], g->partition_bits, k->shift, mask, p, run, out + i);
  }
}

void blt_group_key_numbers(const blt_grouping *g, uint32_t key, const uint32_t *positions, uint32_t n,
                           uint64_t *out) {
  const blt_group_key *k = &g->keys[key];
  if ((int32_t)key == g->split)
    read_split(g, k, positions, n, out);
  else if (g->direct)
    direct_numbers(g, key, positions, n, out);
  else
    gather_field(g, &(blt_group_field){g->words[k->word], field_mask(k->bits), 0, k->shift}, positions, n,
                 out);
}

bool blt_group_key_values(const blt_grouping *g, uint32_t key, const uint32_t *positions, uint32_t n,
                          uint64_t *ints, uint32_t *codes) {
  const blt_group_key *k = &g->keys[key];
  if (g->direct || k->nullable || k->step > 1 || (int32_t)key == g->split || !contiguous(g, positions, n))
    return false;
  const uint64_t *from = g->words[k->word] + positions[0];
  if (codes)
    read_codes(from, k->shift, field_mask(k->bits), (uint32_t)k->low, n, codes);
  else
    read_ints(from, k->shift, field_mask(k->bits), k->wide ? 0 : (uint64_t)k->low, n, ints);
  return true;
}

blt_group_field blt_group_part_field(const blt_grouping *g, uint32_t part, uint32_t r) {
  const blt_agg_part *q = &g->agg->parts[part];
  if (g->direct) {
    size_t column = r;
    for (uint32_t i = 0; i < part; i++) column += blt_part_words(&g->agg->parts[i]);
    return (blt_group_field){.words = g->columns[column], .mask = UINT64_MAX};
  }
  blt_group_field f = {.words = g->columns[q->slot + r], .mask = field_mask(q->bits), .shift = q->shift};
  if (!f.words) f.value = (g->agg->slots[q->slot + r].value >> f.shift) & f.mask;
  return f;
}

const uint64_t *blt_group_part_words(const blt_grouping *g, uint32_t part, uint32_t r,
                                     const uint32_t *positions, uint32_t n, uint64_t *room) {
  blt_group_field f = blt_group_part_field(g, part, r);
  if (f.words && f.mask == UINT64_MAX && contiguous(g, positions, n)) return f.words + positions[0];
  if (f.words)
    gather_field(g, &f, positions, n, room);
  else
    for (uint32_t i = 0; i < n; i++) room[i] = f.value;
  return room;
}

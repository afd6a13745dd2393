#include "agg.h"

#include "base/isa.h"
#include "base/words.h"
#include <string.h>

#define ROWS BLT_VECTOR_ROWS

typedef double __attribute__((may_alias)) word_double; /* a slot's 64 bits as a double */

/* ---- records ---- */

static inline uint64_t combine(const blt_agg_slot *slot, uint64_t a, uint64_t b) {
  uint8_t op = slot->op;
  if (op == BLT_SLOT_ADD) return a + b;
  if (op == BLT_SLOT_FADD) return blt_bits_of_double(blt_double_of_bits(a) + blt_double_of_bits(b));
  if (op == BLT_SLOT_OR) return a | b;
  if (op == BLT_SLOT_TEXT) return blt_agg_texts_better(slot->texts, a, b);
  return a > b ? a : b;
}

/* Puts x among the n largest words, largest first. */
static inline void top_insert(uint64_t *top, uint32_t n, uint64_t x) {
  if (x <= top[n - 1]) return;
  uint32_t i = n - 1;
  for (; i > 0 && top[i - 1] < x; i--) top[i] = top[i - 1];
  top[i] = x;
}

/* The same for two, without a branch. */
static inline void top_two(uint64_t *top, uint64_t x) {
  uint64_t a = top[0], b = top[1], low = x < a ? x : a;
  top[0] = x > a ? x : a;
  top[1] = low > b ? low : b;
}

#define AHEAD 24u /* rows by which far records are fetched ahead */

static void scatter_top_two(const uint64_t *c, const uint32_t *gids, uint32_t n, uint64_t *r, size_t stride,
                            bool far) {
  uint32_t i = 0;
  for (; far && i + AHEAD < n; i++) {
    __builtin_prefetch(r + gids[i + AHEAD] * stride, 1);
    top_two(r + gids[i] * stride, c[i]);
  }
  for (; i < n; i++) top_two(r + gids[i] * stride, c[i]);
}

/* Records that begin with `adds` integer and `fadds` double slots, both constants of the caller. */
static inline __attribute__((always_inline)) void scatter_sums(const uint64_t *const *columns,
                                                               const uint32_t *gids, uint32_t n,
                                                               uint64_t *records, size_t stride, int adds,
                                                               int fadds) {
  const uint64_t *c[6];
  for (int s = 0; s < adds + fadds; s++) c[s] = columns[s];
  for (uint32_t i = 0; i < n; i++) {
    uint64_t *r = records + gids[i] * stride;
    for (int s = 0; s < adds; s++) r[s] += c[s][i];
    for (int s = adds; s < adds + fadds; s++) ((word_double *)r)[s] += ((const word_double *)c[s])[i];
  }
}

/* clang-format off */
#define SUMS_CASE(adds, fadds)                                                                               \
  case (adds) * 4 + (fadds):                                                                                 \
    if (stride == (adds) + (fadds))                                                                          \
      scatter_sums(c, gids, n, records, (adds) + (fadds), adds, fadds);                                      \
    else                                                                                                     \
      scatter_sums(c, gids, n, records, stride, adds, fadds);                                                \
    return true;

static bool scatter_prefix(const uint64_t *const *c, const uint32_t *gids, uint32_t n, uint64_t *records,
                           size_t stride, uint32_t adds, uint32_t fadds) {
  if (adds > 3 || fadds > 3) return false;
  switch (adds * 4 + fadds) {
    SUMS_CASE(0, 1) SUMS_CASE(0, 2) SUMS_CASE(0, 3)
    SUMS_CASE(1, 0) SUMS_CASE(1, 1) SUMS_CASE(1, 2) SUMS_CASE(1, 3)
    SUMS_CASE(2, 0) SUMS_CASE(2, 1) SUMS_CASE(2, 2) SUMS_CASE(2, 3)
    SUMS_CASE(3, 0) SUMS_CASE(3, 1) SUMS_CASE(3, 2) SUMS_CASE(3, 3)
  default:
    return true; /* none at all */
  }
}
/* clang-format on */

/* One slot of records `stride` words apart. */
static void scatter_slot(const blt_agg_slot *slot, const uint64_t *c, const uint32_t *gids, uint32_t n,
                         uint64_t *r, size_t stride, bool far) {
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
  case BLT_SLOT_TEXT:
    for (uint32_t i = 0; i < n; i++)
      if (c[i]) r[gids[i] * stride] = blt_agg_texts_better(slot->texts, r[gids[i] * stride], c[i]);
    break;
  case BLT_SLOT_TOP:
    if (slot->n == 2)
      scatter_top_two(c, gids, n, r, stride, far);
    else
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

typedef uint32_t __attribute__((may_alias)) word32; /* a narrow record */

static void scatter_narrow(bool add, const uint64_t *c, const uint32_t *gids, uint32_t n, word32 *r) {
  if (add)
    for (uint32_t i = 0; i < n; i++) r[gids[i]] += (uint32_t)c[i];
  else
    for (uint32_t i = 0; i < n; i++) r[gids[i]] |= (uint32_t)c[i];
}

void blt_agg_scatter(const blt_agg_work *w, uint32_t n, uint64_t *records) {
  const blt_agg_plan *p = w->plan;
  if (p->narrow) {
    scatter_narrow(p->slots[0].op == BLT_SLOT_ADD, w->columns[0], w->gids, n, (word32 *)records);
    return;
  }
  uint32_t adds = count_from(p, 0, BLT_SLOT_ADD), fadds = count_from(p, adds, BLT_SLOT_FADD);
  size_t s = 0;
  if (scatter_prefix(w->columns, w->gids, n, records, p->stride, adds, fadds)) s = adds + fadds;
  for (; s < p->nslots; s++)
    scatter_slot(&p->slots[s], blt_agg_contribution(w, s), w->gids, n, records + s, p->stride, p->far);
}

BLT_CLONES static uint64_t reduce_add(const uint64_t *c, uint32_t n) {
  uint64_t sum = 0;
  for (uint32_t i = 0; i < n; i++) sum += c[i];
  return sum;
}

/* Eight sums side by side, folded in a fixed order: fast, and the same bits whatever the instruction set. */
BLT_CLONES static double reduce_some(const word_double *c, uint32_t n) {
  double s[8] = {0};
  uint32_t i = 0;
  for (; i + 8 <= n; i += 8)
    for (int j = 0; j < 8; j++) s[j] += c[i + j];
  for (; i < n; i++) s[i & 7] += c[i];
  return ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]));
}

/* Halves are added up by themselves, so that no sum grows long before it meets another of its size. */
static double reduce_fadd(const word_double *c, uint32_t n) {
  if (n <= 512) return reduce_some(c, n);
  uint32_t half = n / 2;
  return reduce_fadd(c, half) + reduce_fadd(c + half, n - half);
}

double blt_agg_sum_doubles(const double *v, uint32_t n) {
  return reduce_fadd(v, n);
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
      record[s] = blt_bits_of_double(blt_double_of_bits(record[s]) + reduce_fadd((const word_double *)c, n));
    else if (slot->op == BLT_SLOT_OR)
      record[s] |= reduce_or(c, n);
    else if (slot->op == BLT_SLOT_MAX)
      record[s] = combine(slot, record[s], reduce_max(c, n));
    else if (slot->op == BLT_SLOT_TEXT)
      record[s] = blt_agg_texts_best(slot->texts, record[s], c, n);
    else if (slot->op == BLT_SLOT_TOP)
      for (uint32_t i = 0; i < n; i++) top_insert(record + s, slot->n, c[i]);
  }
}

/* ---- columns of slots ---- */

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
    ACCUMULATE(blt_bits_of_double(blt_double_of_bits(v[g]) + blt_double_of_bits(x)))
  else if (slot->op == BLT_SLOT_OR)
    ACCUMULATE(v[g] | x)
  else if (slot->op == BLT_SLOT_MAX)
    ACCUMULATE(v[g] > x ? v[g] : x)
  else if (slot->op == BLT_SLOT_TEXT)
    ACCUMULATE(blt_agg_texts_better(slot->texts, v[g], x))
  else if (slot->op == BLT_SLOT_TOP)
    accumulate_top(columns, slot->n, gids, n);
}

void blt_agg_accumulate(const blt_agg_plan *p, uint64_t *const *columns, const uint32_t *gids, uint32_t n) {
  for (size_t s = 0; s < p->nslots; s++) accumulate_slot(&p->slots[s], columns + s, gids, n);
}

/* ---- lanes ---- */

BLT_CLONES static void fold_adds(const uint64_t *from, size_t n, uint64_t *to) {
  for (size_t i = 0; i < n; i++) to[i] += from[i];
}

static void fold_narrow(bool add, const word32 *from, uint32_t n, word32 *to) {
  if (add)
    for (uint32_t i = 0; i < n; i++) to[i] += from[i];
  else
    for (uint32_t i = 0; i < n; i++) to[i] |= from[i];
}

static void fold_pairs(const uint64_t *from, uint32_t n, uint64_t *to) {
  for (uint32_t i = 0; i < n; i++) {
    to[2 * i] += from[2 * i];
    ((word_double *)to)[2 * i + 1] += ((const word_double *)from)[2 * i + 1];
  }
}

static void fold_slot(const blt_agg_slot *slot, const uint64_t *from, uint32_t n, size_t stride,
                      uint64_t *to) {
  for (uint32_t i = 0; i < n; i++) to[i * stride] = combine(slot, to[i * stride], from[i * stride]);
}

static void fold_lane(const blt_agg_plan *p, const uint64_t *from, uint32_t first, uint32_t n, uint64_t *to) {
  uint32_t adds = count_from(p, 0, BLT_SLOT_ADD);
  if (p->narrow) {
    fold_narrow(adds == 1, (const word32 *)from + first, n, (word32 *)to + first);
    return;
  }
  from += (size_t)first * p->stride;
  to += (size_t)first * p->stride;
  if (adds == p->nslots)
    fold_adds(from, (size_t)n * p->stride, to);
  else if (adds == 1 && p->stride == 2 && p->slots[1].op == BLT_SLOT_FADD)
    fold_pairs(from, n, to);
  else
    for (size_t s = 0; s < p->nslots; s++) fold_slot(&p->slots[s], from + s, n, p->stride, to + s);
}

/* Each half by itself, so that a sum of doubles meets one of its size. */
static void fold_halves(const blt_agg_plan *p, uint64_t *const *lanes, uint32_t nlanes, uint32_t first,
                        uint32_t n) {
  if (nlanes < 2) return;
  uint32_t half = nlanes / 2;
  fold_halves(p, lanes, half, first, n);
  fold_halves(p, lanes + half, nlanes - half, first, n);
  fold_lane(p, lanes[half], first, n, lanes[0]);
}

static bool has_op(const blt_agg_plan *p, blt_slot_op op) {
  for (size_t s = 0; s < p->nslots; s++)
    if (p->slots[s].op == op) return true;
  return false;
}

bool blt_agg_fold(const blt_agg_plan *p, uint64_t *const *lanes, uint32_t nlanes, uint32_t first,
                  uint32_t n) {
  if (has_op(p, BLT_SLOT_TOP)) return false;
  if (has_op(p, BLT_SLOT_FADD))
    fold_halves(p, lanes, nlanes, first, n);
  else
    for (uint32_t l = 1; l < nlanes; l++) fold_lane(p, lanes[l], first, n, lanes[0]);
  return true;
}

bool blt_agg_settles(const blt_agg_plan *p) {
  return has_op(p, BLT_SLOT_FADD) && !has_op(p, BLT_SLOT_TOP);
}

void blt_agg_settle(blt_agg_settling *s) {
  uint64_t *const lanes[] = {s->total, s->recent};
  if (s->pending) blt_agg_fold(s->plan, lanes, 2, 0, s->groups);
  if (s->pending) memset(s->recent, 0, (size_t)s->groups * s->plan->stride * sizeof *s->recent);
  s->pending = 0;
}

void blt_agg_added(blt_agg_settling *s, uint32_t rows) {
  s->pending += rows;
  if (s->pending >= s->quota) blt_agg_settle(s);
}

static inline uint64_t field_mask(const blt_agg_part *part) {
  return part->bits == 64 ? UINT64_MAX : (UINT64_C(1) << part->bits) - 1;
}

static void merge_top(const blt_agg_part *part, size_t stride, uint64_t *const *lanes, uint32_t nlanes,
                      uint32_t first, uint32_t n, uint64_t *const *columns) {
  uint64_t top[BLT_TOP_SLOTS];
  for (uint32_t i = first; i < first + n; i++) {
    memset(top, 0, sizeof top);
    for (uint32_t l = 0; l < nlanes; l++) {
      const uint64_t *from = lanes[l] + i * stride + part->slot;
      for (uint32_t r = 0; r < part->n && from[r]; r++) top_insert(top, part->n, from[r]);
    }
    for (uint32_t r = 0; r < part->n; r++) columns[r][i] = top[r];
  }
}

/* The sums of doubles of one slot, as fold_halves. */
static void fold_field(const blt_agg_slot *slot, uint64_t *const *lanes, uint32_t nlanes, size_t at,
                       uint32_t n, size_t stride) {
  if (nlanes < 2) return;
  uint32_t half = nlanes / 2;
  fold_field(slot, lanes, half, at, n, stride);
  fold_field(slot, lanes + half, nlanes - half, at, n, stride);
  fold_slot(slot, lanes[half] + at, n, stride, lanes[0] + at);
}

void blt_agg_merge(const blt_agg_plan *p, uint32_t part, uint64_t *const *lanes, uint32_t nlanes,
                   uint32_t first, uint32_t n, uint64_t *const *columns) {
  const blt_agg_part *q = &p->parts[part];
  size_t stride = p->stride;
  uint8_t op = p->slots[q->slot].op;
  if (op == BLT_SLOT_TOP) {
    merge_top(q, stride, lanes, nlanes, first, n, columns);
    return;
  }
  if (op == BLT_SLOT_FADD) {
    fold_field(&p->slots[q->slot], lanes, nlanes, first * stride + q->slot, n, stride);
    nlanes = 1;
  }
  uint64_t mask = field_mask(q), *out = columns[0] + first;
  memset(out, 0, n * sizeof *out);
  for (uint32_t l = 0; l < nlanes; l++) {
    const word32 *narrow = (const word32 *)lanes[l] + first;
    const uint64_t *from = lanes[l] + first * stride + q->slot;
    if (p->narrow && op == BLT_SLOT_ADD)
      for (uint32_t i = 0; i < n; i++) out[i] += (narrow[i] >> q->shift) & mask;
    else if (p->narrow)
      for (uint32_t i = 0; i < n; i++) out[i] |= (narrow[i] >> q->shift) & mask;
    else if (op == BLT_SLOT_ADD)
      for (uint32_t i = 0; i < n; i++) out[i] += (from[i * stride] >> q->shift) & mask;
    else if (op == BLT_SLOT_OR)
      for (uint32_t i = 0; i < n; i++) out[i] |= (from[i * stride] >> q->shift) & mask;
    else
      for (uint32_t i = 0; i < n; i++) out[i] = combine(&p->slots[q->slot], out[i], from[i * stride]);
  }
}

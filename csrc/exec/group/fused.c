#include "fused.h"

#include "base/isa.h"
#include "base/mem.h"
#include <string.h>

#define STEP 512u /* rows for which keys, indices and words are put in scratch */

/* ---- which questions ---- */

static int find_argument(const blt_fused *f, int32_t input) {
  for (uint32_t i = 0; i < f->nargs; i++)
    if (f->args[i] == (uint32_t)input) return (int)i;
  return -1;
}

static const blt_input *input_of(const blt_fused *f, int32_t i) {
  return &f->g->inputs->items[i];
}

static int64_t low_of(const blt_input *in) {
  return in->type.id == BLT_BOOL || in->cls != BLT_INPUT_INT || in->low > in->high ? 0 : in->low;
}

/* Notes an integer argument. The table is given up when there are too many combinations of values. */
static void add_argument(blt_fused *f, int32_t input) {
  if (input < 0 || !f->tabled || find_argument(f, input) >= 0) return;
  const blt_input *in = input_of(f, input);
  uint64_t domain = in->type.id == BLT_BOOL ? 2 : blt_input_domain(in);
  f->tabled = in->low <= in->high && domain >= 1 && f->nargs < BLT_FUSED_ARGUMENTS &&
              domain <= BLT_FUSED_COMBINATIONS / f->entries;
  if (!f->tabled) return;
  f->args[f->nargs] = (uint32_t)input;
  f->domains[f->nargs++] = (uint32_t)domain;
  f->entries *= (uint32_t)domain;
}

/* False: a part that cannot be added here. */
static bool add_part(blt_fused *f, const blt_agg_part *part) {
  if (f->g->agg->masks[part->mask].where >= 0) return false;
  switch (part->kind) {
  case BLT_PART_COUNT:
    return true;
  case BLT_PART_SUM:
  case BLT_PART_PRODUCT:
  case BLT_PART_BITS:
    add_argument(f, part->a);
    add_argument(f, part->b);
    return true;
  case BLT_PART_LOW:
  case BLT_PART_HIGH:
    f->tabled = false;
    return true;
  case BLT_PART_FSUM:
    f->summed = part->a;
    f->centre = part->centre;
    return true;
  default:
    return false;
  }
}

static blt_fused_shape shape_of(const blt_fused *f) {
  const blt_agg_plan *p = f->g->agg;
  uint32_t adds = 0;
  while (adds < p->nslots && p->slots[adds].op == BLT_SLOT_ADD) adds++;
  bool all = adds == p->nslots, small = p->nslots == 1 && p->slots[0].used <= 32;
  if (all && adds == 1) return small ? BLT_FUSED_ADD_32 : BLT_FUSED_ADD_64;
  if (p->nslots == 1 && p->slots[0].op == BLT_SLOT_OR) return small ? BLT_FUSED_OR_32 : BLT_FUSED_OR_64;
  if (adds == 1 && p->nslots == 2 && p->slots[1].op == BLT_SLOT_FADD) return BLT_FUSED_ADD_SUM;
  if (!f->tabled || f->nargs == 0) return BLT_FUSED_NONE; /* vectors of words are looked up only */
  if (all && adds == 2) return BLT_FUSED_ADD_TWO;
  if (all && (adds == 3 || adds == 4)) return BLT_FUSED_ADD_FOUR;
  return BLT_FUSED_NONE;
}

/* ---- the table ---- */

/* What a part adds for values that are x and y above the lowest of its arguments. */
static uint64_t word_of(const blt_fused *f, const blt_agg_part *part, uint64_t x, uint64_t y) {
  if (part->kind == BLT_PART_COUNT) return UINT64_C(1) << part->shift;
  x += (uint64_t)low_of(input_of(f, part->a)) - (uint64_t)part->base_a;
  if (part->kind == BLT_PART_SUM) return x << part->shift;
  if (part->kind == BLT_PART_BITS)
    return UINT64_C(1) << (((part->ranks ? part->ranks[x] : x) + part->shift) & 63);
  y += (uint64_t)low_of(input_of(f, part->b)) - (uint64_t)part->base_b;
  return x * y << part->shift;
}

/* Distance of an argument's value from its lowest, in entry `e`. */
static uint64_t digit(const blt_fused *f, int32_t input, uint32_t e) {
  int a = input < 0 ? -1 : find_argument(f, input);
  for (int i = (int)f->nargs - 1; i > a; i--) e /= f->domains[i];
  return a < 0 ? 0 : e % f->domains[a];
}

static void fill_table(blt_fused *f) {
  const blt_agg_plan *p = f->g->agg;
  for (uint32_t e = 0; e < f->entries; e++) {
    uint64_t words[4] = {0};
    for (size_t i = 0; i < p->nparts; i++) {
      const blt_agg_part *part = &p->parts[i];
      if (part->kind != BLT_PART_FSUM)
        words[part->slot] += word_of(f, part, digit(f, part->a, e), digit(f, part->b, e));
    }
    if (p->narrow && f->nargs > 0)
      ((uint32_t *)f->table)[e] = (uint32_t)words[0];
    else if (p->narrow || f->shape == BLT_FUSED_ADD_SUM)
      ((uint64_t *)f->table)[e] = words[0];
    else
      memcpy(f->table + e * p->stride * sizeof *words, words, p->stride * sizeof *words);
  }
}

#define TABLE_BYTES (BLT_FUSED_COMBINATIONS * 4 * sizeof(uint64_t))

blt_status blt_fused_init(blt_fused *f, const blt_grouping *g, blt_error *err) {
  blt_agg_plan *p = g->agg;
  *f = (blt_fused){.g = g, .tabled = true, .columns = true, .summed = -1, .entries = 1};
  bool possible = g->nkeys && g->domain > 1;
  for (size_t i = 0; i < p->nparts && possible; i++) possible = add_part(f, &p->parts[i]);
  f->shape = possible ? shape_of(f) : BLT_FUSED_NONE;
  if (f->shape == BLT_FUSED_NONE) return BLT_OK;
  for (size_t i = 0; i < g->inputs->n; i++)
    f->columns &= g->inputs->items[i].column >= 0 && !g->inputs->items[i].codes;
  p->narrow = f->shape == BLT_FUSED_ADD_32 || f->shape == BLT_FUSED_OR_32;
  if (f->shape == BLT_FUSED_ADD_FOUR) p->stride = 4;
  if (!f->tabled) return BLT_OK;
  f->table = blt_alloc(p->ctx, TABLE_BYTES);
  if (!f->table) return blt_fail_memory(err, TABLE_BYTES);
  fill_table(f);
  return BLT_OK;
}

void blt_fused_free(blt_fused *f) {
  if (f->table) blt_free(f->g->scan->ctx, f->table, TABLE_BYTES);
  f->table = NULL;
}

/* ---- some rows ---- */

static bool has_nulls(const blt_agg_work *w, int32_t input) {
  return input >= 0 && (w->vecs[input].valid || w->vecs[input].all_null);
}

static bool is_scaled(const blt_fused *f, const blt_agg_work *w) {
  return f->summed >= 0 && w->vecs[f->summed].form == BLT_VEC_SCALED;
}

/* No nulls among the arguments, and doubles as they stand in the block. */
static bool usable(const blt_fused *f, const blt_agg_work *w) {
  const blt_agg_plan *p = f->g->agg;
  for (size_t m = 0; m < p->nmasks; m++)
    if (has_nulls(w, p->masks[m].a) || has_nulls(w, p->masks[m].b)) return false;
  return f->summed < 0 || w->vecs[f->summed].form == BLT_VEC_VALUES || is_scaled(f, w);
}

static bool is_encoded(const blt_vec *v, uint8_t most) {
  return (v->form == BLT_VEC_OFFSETS || v->form == BLT_VEC_CODES) && v->width <= most;
}

static uint64_t base_of(const blt_vec *v) {
  return v->form == BLT_VEC_OFFSETS ? (uint64_t)v->base : 0;
}

/* The one key as it stands in the block; false: numbers must be made. */
static bool key_as_is(const blt_fused *f, const blt_agg_work *w, blt_fused_rows *rows, size_t record_bytes) {
  int32_t only = blt_group_only_key(f->g);
  if (only < 0) return false;
  const blt_group_key *k = &f->g->keys[only];
  const blt_vec *v = &w->vecs[k->input];
  if (k->step > 1 || v->valid || v->all_null || !is_encoded(v, 4)) return false;
  rows->keys = v->data;
  rows->key_width = v->width;
  rows->records +=
      (base_of(v) - (v->form == BLT_VEC_OFFSETS ? (uint64_t)k->low : 0) + k->nullable) * record_bytes;
  return true;
}

/* The same for the one argument, or where there is none. */
static bool index_as_is(const blt_fused *f, const blt_agg_work *w, blt_fused_rows *rows, size_t entry_bytes) {
  if (!f->tabled || f->nargs > 1) return false;
  if (f->nargs == 0) {
    rows->words = (uintptr_t)f->table;
    return rows->one = true;
  }
  const blt_vec *v = &w->vecs[f->args[0]];
  if (!is_encoded(v, 1)) return false;
  rows->index = v->data;
  rows->words =
      (uintptr_t)f->table + (base_of(v) - (uint64_t)low_of(input_of(f, (int32_t)f->args[0]))) * entry_bytes;
  return true;
}

#define COMBINE_KERNEL(name, type)                                                                           \
  BLT_CLONES static void name(const type *d, uint8_t add, uint8_t domain, bool first, uint32_t n,            \
                              uint8_t *index) {                                                              \
    if (first)                                                                                               \
      for (uint32_t i = 0; i < n; i++) index[i] = (uint8_t)(d[i] + add);                                     \
    else                                                                                                     \
      for (uint32_t i = 0; i < n; i++) index[i] = (uint8_t)(index[i] * domain + d[i] + add);                 \
  }
COMBINE_KERNEL(combine_u8, uint8_t)
COMBINE_KERNEL(combine_u64, uint64_t)

/* Indices of rows in the table; all numbers are below 256, so bytes may wrap on the way. */
static void make_index(const blt_fused *f, const blt_agg_work *w, uint32_t n, uint8_t *index) {
  uint64_t words[STEP];
  for (uint32_t a = 0; a < f->nargs; a++) {
    blt_vec v = w->vecs[f->args[a]];
    int64_t low = low_of(input_of(f, (int32_t)f->args[a]));
    v.n = n;
    if (is_encoded(&v, 1)) {
      combine_u8(v.data, (uint8_t)(base_of(&v) - (uint64_t)low), (uint8_t)f->domains[a], a == 0, n, index);
      continue;
    }
    blt_vec_offsets(&v, low, words);
    combine_u64(words, 0, (uint8_t)f->domains[a], a == 0, n, index);
  }
}

/* Lets all vectors begin `skip` rows later, a multiple of 64, and have n values. */
static void move_on(blt_agg_work *w, uint32_t skip, uint32_t n) {
  for (size_t i = 0; i < w->ninputs; i++) {
    blt_vec *v = &w->vecs[i];
    if (v->data) v->data = (const char *)v->data + (size_t)skip * v->width;
    if (v->valid) v->valid += skip / 64;
    v->n = n;
  }
}

/* Words of the integer slot by row. */
static const uint64_t *make_words(blt_agg_work *w, uint32_t n) {
  blt_slice slice = {.n = n};
  memset(w->mask_states, BLT_MASK_ALL, w->plan->nmasks);
  blt_agg_contribute(w, &slice, 1);
  return blt_agg_contribution(w, 0);
}

static size_t bytes_of_record(const blt_agg_plan *p) {
  return p->narrow ? sizeof(uint32_t) : p->stride * sizeof(uint64_t);
}

/* Fetches what the step after the next will read: loops over a few hundred bytes are too short for the
 * hardware to see that columns are read in order. */
static void fetch_ahead(const blt_agg_work *w, uint32_t left) {
  if (left < 3 * STEP) return;
  for (size_t i = 0; i < w->ninputs; i++) {
    const blt_vec *v = &w->vecs[i];
    if (!v->data || v->width != 1) continue;
    for (uint32_t at = 0; at < STEP; at += 64) __builtin_prefetch((const char *)v->data + 2 * STEP + at);
  }
}

/* The keys of the rows that the vectors stand at. */
static const void *make_keys(const blt_fused *f, blt_agg_work *w, uint32_t n) {
  blt_group_direct_ids(f->g, w->vecs, n, w->gids);
  return w->gids;
}

BLT_CLONES static void take_centre(const double *d, double centre, uint32_t n, double *out) {
  for (uint32_t i = 0; i < n; i++) out[i] = d[i] - centre;
}

/* The doubles of the rows that the vectors stand at; decimals are left to the loop, as long as they are only
 * added up. */
static void find_doubles(const blt_fused *f, const blt_vec *v, double *room, blt_fused_rows *rows) {
  bool made = v->form == BLT_VEC_SCALED && f->centre == 0;
  rows->doubles = made ? NULL : blt_vec_f64(v, room);
  rows->offsets = v->data;
  if (f->centre == 0) return;
  take_centre(rows->doubles, f->centre, rows->n, room);
  rows->doubles = room;
}

static void prepare_scaled(const blt_vec *v, blt_fused_rows *rows) {
  rows->reader = blt_scaled_reader_of(&(blt_scaled){v->base, v->scale, v->width});
  rows->offset_width = v->width;
}

bool blt_fused_add(const blt_fused *f, blt_agg_work *w, uint32_t n, uint64_t *records,
                   blt_agg_settling *settling) {
  if (f->shape == BLT_FUSED_NONE || !usable(f, w)) return false;
  size_t bytes = bytes_of_record(f->g->agg), entry = f->shape == BLT_FUSED_ADD_SUM ? sizeof(uint64_t) : bytes;
  uint8_t index[STEP];
  double doubles[STEP];
  blt_fused_rows rows = {.records = (uintptr_t)records, .key_width = 4, .far = f->g->agg->far};
  bool keyed = key_as_is(f, w, &rows, bytes), indexed = index_as_is(f, w, &rows, entry);
  const blt_vec *key = &w->vecs[f->g->keys[keyed ? blt_group_only_key(f->g) : 0].input],
                *argument = &w->vecs[f->args[0]];
  uint32_t step = keyed && indexed && f->centre == 0 ? n : STEP;
  if (is_scaled(f, w)) prepare_scaled(&w->vecs[f->summed], &rows);
  if (settling && step > settling->quota) step = settling->quota;
  for (uint32_t start = 0; start < n; start += step) {
    rows.n = n - start < step ? n - start : step;
    rows.ahead = keyed ? n - start : rows.n;
    move_on(w, start ? step : 0, rows.n);
    if (step == STEP) fetch_ahead(w, n - start);
    rows.keys = keyed ? key->data : make_keys(f, w, rows.n);
    if (f->summed >= 0) find_doubles(f, &w->vecs[f->summed], doubles, &rows);
    if (!f->tabled) {
      rows.words = (uintptr_t)make_words(w, rows.n);
    } else if (indexed) {
      rows.index = rows.one ? NULL : argument->data;
    } else {
      make_index(f, w, rows.n, index);
      rows.index = index;
      rows.words = (uintptr_t)f->table;
    }
    blt_fused_add_rows(f->shape, &rows);
    if (settling) blt_agg_added(settling, rows.n);
  }
  return true;
}

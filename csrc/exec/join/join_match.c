#include "join_match.h"

#include "base/bits.h"
#include "base/isa.h"
#include "base/mem.h"
#include <string.h>

#define ROWS BLT_VECTOR_ROWS
#define WORDS (ROWS / 64)
#define NONE BLT_NO_BUCKET

typedef struct matching {
  blt_matches *m;
  const blt_join_index *x;
  blt_passed *left;
  blt_match_kind kind;
  uint64_t *nkept, *nfound; /* of each group */
} matching;

/* ---- one key that is its own place ---- */

#define LOOK_UP(name, type)                                                                                  \
  BLT_CLONES static void name(const void *in, uint64_t add, uint64_t limit, const uint32_t *first,           \
                              uint32_t n, uint32_t *rows) {                                                  \
    const type *x = in;                                                                                      \
    for (uint32_t i = 0; i < n; i++) {                                                                       \
      uint64_t at = (uint64_t)x[i] + add;                                                                    \
      uint32_t row = first[at <= limit ? at : 0];                                                            \
      rows[i] = at <= limit ? row : NONE;                                                                    \
    }                                                                                                        \
  }
LOOK_UP(look_up_1, uint8_t)
LOOK_UP(look_up_2, uint16_t)
LOOK_UP(look_up_4, uint32_t)
LOOK_UP(look_up_8, uint64_t)

#define TRANSLATE(name, type)                                                                                \
  BLT_CLONES static void name(const void *in, const uint32_t *map, const uint32_t *first, uint32_t n,        \
                              uint32_t *rows) {                                                              \
    const type *x = in;                                                                                      \
    for (uint32_t i = 0; i < n; i++) {                                                                       \
      uint32_t code = map[x[i]], row = first[code != UINT32_MAX ? code : 0];                                 \
      rows[i] = code != UINT32_MAX ? row : NONE;                                                             \
    }                                                                                                        \
  }
TRANSLATE(translate_1, uint8_t)
TRANSLATE(translate_2, uint16_t)
TRANSLATE(translate_4, uint32_t)

/* The key is one number, a place of the index, and null is none. */
static bool is_place(const blt_join_index *x) {
  const blt_join_field *f = x->keys->fields;
  return x->direct && x->keys->n == 1 && !f->is_float && !f->nulls && !f->none;
}

static bool look_up_places(const blt_join_index *x, const blt_vec *v, uint32_t *rows) {
  const blt_join_field *f = x->keys->fields;
  const uint32_t *first = x->first;
  uint64_t add = (v->form == BLT_VEC_OFFSETS ? (uint64_t)v->base : 0) - (uint64_t)f->low;
  if (v->form == BLT_VEC_CODES && f->map)
    (v->width == 1   ? translate_1
     : v->width == 2 ? translate_2
                     : translate_4)(v->data, f->map, first, v->n, rows);
  else if (v->form == BLT_VEC_OFFSETS || v->form == BLT_VEC_CODES || v->form == BLT_VEC_VALUES)
    (v->width == 1   ? look_up_1
     : v->width == 2 ? look_up_2
     : v->width == 4 ? look_up_4
                     : look_up_8)(v->data, add, f->limit, first, v->n, rows);
  else
    return false;
  if (v->valid)
    for (uint32_t i = 0; i < v->n; i++) rows[i] = blt_bit(v->valid, i) ? rows[i] : NONE;
  return true;
}

static blt_status match_places(const blt_join_index *x, blt_eval *ev, const blt_slice *slice, uint32_t *rows,
                               bool *done, blt_error *err) {
  const blt_join_keys *keys = x->keys;
  uint32_t codes[ROWS];
  uint64_t valid[WORDS];
  blt_vec v;
  blt_status status = blt_inputs_load(&keys->left, keys->fields[0].left, ev, slice, codes, valid, &v, err);
  if (status == BLT_OK) *done = look_up_places(x, &v, rows);
  return status;
}

/* ---- any keys ---- */

static blt_status match_words(const blt_join_index *x, bool right, blt_eval *ev, const blt_slice *slice,
                              uint32_t *rows, blt_error *err) {
  const blt_join_keys *keys = x->keys;
  uint64_t room[ROWS], *words = room;
  uint8_t ok[ROWS];
  size_t bytes = (size_t)keys->nwords * ROWS * sizeof *words;
  if (keys->nwords > 1) words = blt_alloc(keys->ctx, bytes);
  if (!words) return blt_fail_memory(err, bytes);
  blt_status status = blt_join_words(keys, right, ev, slice, words, ok, err);
  if (status == BLT_OK) blt_join_find(x, words, ok, slice->n, rows);
  for (uint32_t i = 0; i < slice->n && status == BLT_OK; i++)
    rows[i] = rows[i] == NONE ? NONE : x->first[rows[i]];
  if (keys->nwords > 1) blt_free(keys->ctx, words, bytes);
  return status;
}

blt_status blt_join_partners(const blt_join_index *x, bool right, blt_eval *ev, const blt_slice *slice,
                             uint32_t *rows, blt_error *err) {
  bool done = false;
  blt_status status = !right && is_place(x) ? match_places(x, ev, slice, rows, &done, err) : BLT_OK;
  return status == BLT_OK && !done ? match_words(x, right, ev, slice, rows, err) : status;
}

/* ---- what is kept ---- */

/* A slice of all rows: one bit after the other. */
BLT_CLONES static void found_bytes(const uint32_t *rows, uint32_t n, uint8_t *out) {
  for (uint32_t i = 0; i < n; i++) out[i] = rows[i] != NONE;
}

typedef struct slice_bits {
  uint64_t read[WORDS], found[WORDS];
} slice_bits;

static void bits_of(const blt_slice *slice, const uint32_t *rows, slice_bits *b) {
  uint8_t bytes[ROWS];
  memset(b, 0, sizeof *b);
  found_bytes(rows, slice->n, bytes);
  if (!slice->sel) {
    blt_bits_pack(bytes, slice->n, b->found);
    blt_bits_fill(b->read, slice->n);
    return;
  }
  for (uint32_t i = 0; i < slice->n; i++) {
    blt_bit_set(b->read, slice->sel[i]);
    b->found[slice->sel[i] / 64] |= (uint64_t)bytes[i] << slice->sel[i] % 64;
  }
}

static void keep(const matching *k, const blt_slice *slice, const slice_bits *b) {
  size_t at = (size_t)slice->row / 64;
  const uint64_t *all = k->kind == BLT_MATCH_INNER || k->kind == BLT_MATCH_SEMI ? b->found : b->read;
  for (uint32_t w = 0; w < WORDS; w++) {
    uint64_t kept = k->kind == BLT_MATCH_ANTI ? all[w] & ~b->found[w] : all[w];
    k->m->kept[at + w] = kept;
    k->nkept[slice->group] += (uint64_t)__builtin_popcountll(kept);
    k->nfound[slice->group] += (uint64_t)__builtin_popcountll(b->found[w]);
  }
  if (k->m->found) memcpy(k->m->found + at, b->found, sizeof b->found);
}

static blt_status match_slice(void *arg, blt_eval *ev, const blt_slice *slice, blt_error *err) {
  matching *k = arg;
  uint32_t room[ROWS], *rows = k->m->right && !slice->sel ? k->m->right + slice->row : room;
  slice_bits bits;
  blt_status status = blt_join_partners(k->x, false, ev, slice, rows, err);
  if (status != BLT_OK) return status;
  bits_of(slice, rows, &bits);
  keep(k, slice, &bits);
  if (k->m->right && slice->sel)
    for (uint32_t i = 0; i < slice->n; i++) k->m->right[blt_slice_row(slice, i)] = rows[i];
  return BLT_OK;
}

/* Rows without partner stand beside one that some other row has, so that what is read blindly is there and
 * lies within the bounds of the rest. */
BLT_CLONES static void fill_blind(uint32_t *rows, uint32_t n, uint32_t blind) {
  for (uint32_t i = 0; i < n; i++) rows[i] = rows[i] == NONE ? blind : rows[i];
}

static blt_status match_group(void *arg, uint32_t task, uint32_t worker, blt_error *err) {
  matching *k = arg;
  uint32_t n = k->left->view->group_rows[task], blind = 0;
  uint32_t *rows = k->m->right ? k->m->right + (size_t)task * BLT_BLOCK_ROWS : NULL;
  if (rows && !blt_passed_all(k->left)) memset(rows, 0xff, n * sizeof *rows);
  blt_status status = blt_scan_groups(&k->left->scan, worker, task, task + 1, match_slice, k, err);
  if (status != BLT_OK || !rows) return status;
  for (uint32_t i = 0; i < n && k->nfound[task]; i++) {
    blind = rows[i];
    if (blind != NONE) break;
  }
  if (k->nfound[task] < n) fill_blind(rows, n, blind);
  return BLT_OK;
}

blt_status blt_join_match(blt_matches *m, const blt_join_index *x, blt_passed *left, blt_match_kind kind,
                          blt_error *err) {
  const blt_view *view = left->view;
  size_t n = view->ngroups + 1;
  bool partners = kind == BLT_MATCH_INNER || kind == BLT_MATCH_LEFT;
  matching k = {.m = m, .x = x, .left = left, .kind = kind};
  blt_status status = blt_matches_init(m, view, kind == BLT_MATCH_LEFT, partners, err);
  k.nkept = blt_calloc(x->ctx, n, sizeof *k.nkept);
  k.nfound = blt_calloc(x->ctx, n, sizeof *k.nfound);
  if (status == BLT_OK && (!k.nkept || !k.nfound)) status = blt_fail_memory(err, n * sizeof *k.nkept);
  if (status == BLT_OK) status = blt_scan_run(&left->scan, view->rows, view->ngroups, match_group, &k, err);
  for (uint32_t g = 0; g < view->ngroups && status == BLT_OK; g++) {
    m->nkept += k.nkept[g];
    m->nfound += k.nfound[g];
  }
  blt_free(x->ctx, k.nkept, n * sizeof *k.nkept);
  blt_free(x->ctx, k.nfound, n * sizeof *k.nfound);
  return status;
}

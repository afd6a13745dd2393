/* One open-addressing table a key: slots of 8 bytes, the upper half of the key's hash above, row + 1 below; 0
 * is free. A slot's home is its hash & mask, so growing needs no key. Deleting moves back what had been
 * pushed on. */
#include "index_inside.h"
#include "change.h"
#include "strings.h"
#include "base/bits.h"
#include "base/text/civil.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/text/num.h"
#include "base/par.h"
#include "base/words.h"

#include <stdio.h>
#include <string.h>

#define POLL_SLOTS (1u << 20) /* of an index that grows, between two looks at whether to go on */
#define POLL_ROWS (1u << 17)  /* and rows of one that is built */
#define LOOK_SECONDS 0.01     /* between two looks at the file of a table that rows are appended to */
#define SLOTS_MIN 64u
#define ROWS_MAX (UINT32_MAX - 1u)

typedef struct blt_index {
  uint64_t *slots; /* mask + 1; NULL: not built */
  uint32_t mask, count;
} blt_index;

struct blt_keys {
  uint32_t nkeys;
  blt_index index[];
};

static inline uint64_t slot_make(uint32_t hash, uint64_t row) {
  return (uint64_t)hash << 32 | (row + 1);
}
static inline uint32_t slot_hash(uint64_t slot) {
  return (uint32_t)(slot >> 32);
}
static inline uint64_t slot_row(uint64_t slot) {
  return (slot & UINT32_MAX) - 1;
}

/* ---- hashing and comparing keys ---- */

static uint64_t hash_value(const blt_value *v) {
  if (v->type.id == BLT_STRING) return blt_dict_hash(v->u.s.s, v->u.s.len);
  if (v->type.id != BLT_FLOAT64) return blt_mix64((uint64_t)v->u.i + 1);
  double f = v->u.f == 0 ? 0.0 : v->u.f;
  return blt_mix64(f != f ? 1 : blt_bits_of_double(f) + 1);
}

static inline uint64_t hash_more(uint64_t h, uint64_t value) {
  return blt_mix64(h * 31 + value);
}

static bool same_value(const blt_value *a, const blt_value *b) {
  if (a->null || b->null) return false;
  if (a->type.id == BLT_STRING)
    return a->u.s.len == b->u.s.len && memcmp(a->u.s.s, b->u.s.s, a->u.s.len) == 0;
  if (a->type.id != BLT_FLOAT64) return a->u.i == b->u.i;
  return a->u.f == b->u.f || (a->u.f != a->u.f && b->u.f != b->u.f);
}

/* The value of a row whose block was opened when the index was built, or made since (or of the tail). */
static blt_value cell(const blt_table *t, uint32_t col, uint64_t row) {
  uint32_t g = (uint32_t)(row / BLT_BLOCK_ROWS), r = (uint32_t)(row % BLT_BLOCK_ROWS);
  const blt_column *c = &t->columns[col];
  if (g >= t->ngroups) return blt_tail_value(t, col, (uint32_t)(row - t->sealed_rows));
  const blt_block *b = blt_unread_opened(c->blocks[g]);
  return b ? blt_block_value(b, c->type, c->dict, r) : (blt_value){.null = true, .type = c->type};
}

/* The key's values in a row; false when one is null. */
static bool key_of(const blt_table *t, const blt_key *key, uint64_t row, blt_value *values) {
  for (uint32_t i = 0; i < key->ncols; i++) {
    values[i] = cell(t, key->cols[i], row);
    if (values[i].null) return false;
  }
  return true;
}

static uint32_t hash_key(const blt_key *key, const blt_value *values) {
  uint64_t h = 0;
  for (uint32_t i = 0; i < key->ncols; i++) h = hash_more(h, hash_value(&values[i]));
  return (uint32_t)(h >> 32);
}

static bool row_has(const blt_table *t, const blt_key *key, uint64_t row, const blt_value *values) {
  for (uint32_t i = 0; i < key->ncols; i++) {
    blt_value v = cell(t, key->cols[i], row);
    if (!same_value(&v, &values[i])) return false;
  }
  return true;
}

/* The slot with the key, or the free one where it belongs. */
static uint32_t probe(const blt_table *t, const blt_index *x, const blt_key *key, const blt_value *values,
                      uint32_t hash) {
  for (uint32_t i = hash & x->mask;; i = (i + 1) & x->mask) {
    uint64_t slot = x->slots[i];
    if (!slot || (slot_hash(slot) == hash && row_has(t, key, slot_row(slot), values))) return i;
  }
}

/* ---- messages ---- */

static void write_value(const blt_value *v, char out[64]) {
  char date[BLT_DATE_TEXT];
  char time[BLT_TIMESTAMP_TEXT];
  if (v->type.id == BLT_STRING)
    snprintf(out, 64, "'%.*s'%s", v->u.s.len > 40 ? 40 : (int)v->u.s.len, v->u.s.s,
             v->u.s.len > 40 ? "…" : "");
  else if (v->type.id == BLT_FLOAT64)
    blt_format_f64(v->u.f, out);
  else if (v->type.id == BLT_DATE)
    blt_date_format(v->u.i, date), snprintf(out, 64, "%s", date);
  else if (v->type.id == BLT_TIMESTAMP)
    blt_timestamp_format(v->u.i, time), snprintf(out, 64, "%s", time);
  else
    snprintf(out, 64, "%lld", (long long)v->u.i);
}

static blt_status fail_repeat(const blt_table *t, uint32_t k, const blt_value *values, uint64_t row,
                              blt_error *err) {
  const blt_key *key = &t->schema->keys[k];
  char text[240] = "", one[64];
  for (uint32_t i = 0; i < key->ncols; i++) {
    size_t at = strlen(text);
    write_value(&values[i], one);
    snprintf(text + at, sizeof text - at, "%s%.60s = %s", i ? ", " : "", t->schema->fields[key->cols[i]].name,
             one);
  }
  return blt_fail_at(err, BLT_EKEY, (int64_t)row, "the %s key %s is there already, in row %llu",
                     k == 0 && t->schema->primary ? "primary" : "unique", text, (unsigned long long)row + 1);
}

/* ---- one table of slots ---- */

static void index_drop(const blt_table *t, blt_index *x) {
  if (x->slots) blt_free(t->ctx, x->slots, ((size_t)x->mask + 1) * sizeof *x->slots);
  *x = (blt_index){0};
}

static void put_slot(blt_index *x, uint64_t slot) {
  uint32_t i = slot_hash(slot) & x->mask;
  while (x->slots[i]) i = (i + 1) & x->mask;
  x->slots[i] = slot;
}

/* Room for `rows` entries, at most half full. */
static blt_status index_reserve(const blt_table *t, blt_index *x, uint64_t rows, blt_error *err) {
  if (rows > ROWS_MAX) return blt_fail(err, BLT_EINVAL, "a table with keys holds at most %u rows", ROWS_MAX);
  uint64_t n = blt_pow2(rows * 2);
  if (n < SLOTS_MIN) n = SLOTS_MIN;
  if (x->slots && n <= (uint64_t)x->mask + 1) return BLT_OK;
  if (n > (uint64_t)UINT32_MAX + 1) n = (uint64_t)UINT32_MAX + 1;
  blt_index grown = {
      .slots = blt_calloc(t->ctx, n, sizeof *grown.slots), .mask = (uint32_t)(n - 1), .count = x->count};
  if (!grown.slots) return blt_fail_memory(err, n * sizeof *grown.slots);
  blt_status status = BLT_OK;
  for (uint64_t i = 0; x->slots && i <= x->mask && status == BLT_OK; i++) {
    if (x->slots[i]) put_slot(&grown, x->slots[i]);
    if (i % POLL_SLOTS == POLL_SLOTS - 1) status = blt_poll(t->ctx, i, x->mask, err);
  }
  if (status == BLT_OK) {
    index_drop(t, x);
    *x = grown;
  } else {
    index_drop(t, &grown);
  }
  return status;
}

/* Enters a row; BLT_EKEY when its key is there. Rows with a null are passed over. */
static blt_status enter(const blt_table *t, uint32_t k, uint64_t row, blt_error *err) {
  blt_index *x = &t->keys->index[k];
  const blt_key *key = &t->schema->keys[k];
  blt_value values[BLT_MAX_KEY_COLUMNS];
  if (!key_of(t, key, row, values)) return BLT_OK;
  uint32_t hash = hash_key(key, values), i = probe(t, x, key, values, hash);
  if (x->slots[i]) return fail_repeat(t, k, values, slot_row(x->slots[i]), err);
  x->slots[i] = slot_make(hash, row);
  x->count++;
  return BLT_OK;
}

static void leave(const blt_table *t, uint32_t k, uint64_t row) {
  blt_index *x = &t->keys->index[k];
  const blt_key *key = &t->schema->keys[k];
  blt_value values[BLT_MAX_KEY_COLUMNS];
  if (!x->slots || !key_of(t, key, row, values)) return;
  uint32_t hash = hash_key(key, values), hole = hash & x->mask;
  uint64_t want = slot_make(hash, row);
  while (x->slots[hole] && x->slots[hole] != want) hole = (hole + 1) & x->mask;
  if (!x->slots[hole]) return;
  for (uint32_t i = (hole + 1) & x->mask; x->slots[i]; i = (i + 1) & x->mask) {
    uint32_t home = slot_hash(x->slots[i]) & x->mask;
    if (((i - home) & x->mask) < ((i - hole) & x->mask)) continue;
    x->slots[hole] = x->slots[i];
    hole = i;
  }
  x->slots[hole] = 0;
  x->count--;
}

/* ---- building ---- */

/* The blocks of a key's columns may come from a file: looked at before the index trusts them. */
static blt_status check_blocks(blt_table *t, const blt_key *key, blt_error *err) {
  blt_status there = blt_table_intact(t, err);
  if (there == BLT_OK) there = blt_table_open_strings(t, key->cols, key->ncols, err);
  if (there != BLT_OK) return there;
  for (uint32_t i = 0; i < key->ncols; i++) {
    for (uint32_t g = 0; g < t->ngroups; g++) {
      const blt_block *b;
      blt_status status = blt_table_block(t, key->cols[i], g, &b, err);
      if (status != BLT_OK) return status;
    }
  }
  return BLT_OK;
}

static blt_status build(blt_table *t, uint32_t k, blt_error *err) {
  blt_index *x = &t->keys->index[k];
  uint64_t rows = t->sealed_rows + t->tail_rows;
  blt_status status = check_blocks(t, &t->schema->keys[k], err);
  if (status == BLT_OK) status = index_reserve(t, x, rows, err);
  for (uint64_t row = 0; status == BLT_OK && row < rows; row++) {
    if (blt_table_lives(t, row)) status = enter(t, k, row, err);
    if (status == BLT_OK && row % POLL_ROWS == POLL_ROWS - 1) status = blt_poll(t->ctx, row, rows, err);
  }
  if (status != BLT_OK) index_drop(t, x);
  return status;
}

static size_t keys_bytes(uint32_t nkeys) {
  return sizeof(struct blt_keys) + nkeys * sizeof(blt_index);
}

static blt_status built(blt_table *t, uint32_t k, blt_error *err) {
  if (!t->keys) {
    t->keys = blt_calloc(t->ctx, 1, keys_bytes(t->schema->nkeys));
    if (!t->keys) return blt_fail_memory(err, keys_bytes(t->schema->nkeys));
    t->keys->nkeys = t->schema->nkeys;
  }
  return t->keys->index[k].slots ? BLT_OK : build(t, k, err);
}

blt_status blt_keys_reserve(blt_table *t, size_t more, blt_error *err) {
  for (uint32_t k = 0; k < t->schema->nkeys; k++) {
    blt_status status = built(t, k, err);
    if (status == BLT_OK) status = index_reserve(t, &t->keys->index[k], t->keys->index[k].count + more, err);
    if (status != BLT_OK) return status;
  }
  return BLT_OK;
}

blt_status blt_table_check_keys(blt_table *t, blt_error *err) {
  return blt_keys_reserve(t, 0, err);
}

/* ---- keeping up to date ---- */

/* A key's rows are compared in the file: it is looked at, but not for each of a million rows. */
static blt_status intact_lately(blt_table *t, blt_error *err) {
  double now = t->intact ? blt_seconds_coarse() : 0;
  if (now - t->looked < LOOK_SECONDS) return BLT_OK;
  blt_status status = blt_table_intact(t, err);
  if (status == BLT_OK) t->looked = now;
  return status;
}

/* The open row, at the end of the tail: all its keys are new, or none is entered. */
static blt_status enter_row(blt_table *t, blt_error *err) {
  uint64_t row = t->sealed_rows + t->tail_rows;
  blt_status status = intact_lately(t, err);
  if (status == BLT_OK) status = blt_keys_reserve(t, 1, err);
  for (uint32_t k = 0; status == BLT_OK && k < t->schema->nkeys; k++) {
    status = enter(t, k, row, err);
    if (status == BLT_OK) continue;
    while (k-- > 0) leave(t, k, row);
    break;
  }
  return status;
}

static void free_keys(blt_table *t) {
  if (!t->keys) return;
  blt_keys_drop(t);
  blt_free(t->ctx, t->keys, keys_bytes(t->keys->nkeys));
  t->keys = NULL;
}

void blt_keys_attach(blt_table *t) {
  t->enter_keys = enter_row;
  t->free_keys = free_keys;
}

void blt_keys_drop(blt_table *t) {
  for (uint32_t k = 0; t->keys && k < t->keys->nkeys; k++) index_drop(t, &t->keys->index[k]);
}

void blt_keys_remove(blt_table *t, uint64_t row) {
  for (uint32_t k = 0; t->keys && k < t->keys->nkeys; k++) leave(t, k, row);
}

void blt_keys_restore(blt_table *t, uint64_t row) {
  blt_error ignored;
  for (uint32_t k = 0; t->keys && k < t->keys->nkeys; k++)
    if (t->keys->index[k].slots && enter(t, k, row, &ignored) != BLT_OK) index_drop(t, &t->keys->index[k]);
}

void blt_keys_cut(blt_table *t, uint64_t rows) {
  uint64_t all = t->sealed_rows + t->tail_rows;
  if (!t->keys) return;
  if (all - rows > all / 4 + 1000) blt_keys_drop(t);
  for (uint64_t row = rows; row < all; row++)
    if (blt_table_lives(t, row)) blt_keys_remove(t, row);
}

bool blt_keys_touch(const blt_table *t, const uint32_t *cols, uint32_t ncols) {
  for (uint32_t k = 0; k < t->schema->nkeys; k++)
    for (uint32_t i = 0; i < t->schema->keys[k].ncols; i++)
      for (uint32_t j = 0; j < ncols; j++)
        if (t->schema->keys[k].cols[i] == cols[j]) return true;
  return false;
}

blt_status blt_keys_enter_all(blt_table *t, const uint64_t *rows, size_t n, blt_error *err) {
  for (uint32_t k = 0; k < t->schema->nkeys; k++) {
    for (size_t i = 0; i < n; i++) {
      blt_status status = enter(t, k, rows[i], err);
      if (status == BLT_OK) continue;
      while (i-- > 0) leave(t, k, rows[i]);
      while (k-- > 0)
        for (size_t j = 0; j < n; j++) leave(t, k, rows[j]);
      return status;
    }
  }
  return BLT_OK;
}

/* ---- finding ---- */

blt_status blt_table_find(blt_table *t, uint32_t k, const blt_value *values, bool *found, uint64_t *row,
                          blt_error *err) {
  if (k >= t->schema->nkeys) return blt_fail(err, BLT_EINVAL, "the table has no key number %u", k + 1);
  if (t->row_open) return blt_fail(err, BLT_EBUSY, "a row is being appended");
  const blt_key *key = &t->schema->keys[k];
  *found = false;
  for (uint32_t i = 0; i < key->ncols; i++) {
    blt_status status = blt_table_fits(t, key->cols[i], &values[i], err);
    if (status == BLT_ENULL || values[i].null) return BLT_OK; /* null equals nothing */
    if (status != BLT_OK) return status;
  }
  blt_status status = blt_table_intact(t, err);
  if (status == BLT_OK) status = built(t, k, err);
  if (status != BLT_OK) return status;
  const blt_index *x = &t->keys->index[k];
  uint64_t slot = x->slots[probe(t, x, key, values, hash_key(key, values))];
  *found = slot != 0;
  if (slot) *row = slot_row(slot);
  return BLT_OK;
}

size_t blt_table_index_bytes(const blt_table *t) {
  size_t bytes = t->keys ? keys_bytes(t->keys->nkeys) : 0;
  for (uint32_t k = 0; t->keys && k < t->keys->nkeys; k++)
    if (t->keys->index[k].slots) bytes += ((size_t)t->keys->index[k].mask + 1) * sizeof(uint64_t);
  return bytes;
}

static blt_status validate_index(blt_table *t, uint32_t k, blt_error *err) {
  const blt_index *x = &t->keys->index[k];
  const blt_key *key = &t->schema->keys[k];
  uint64_t rows = blt_table_all_rows(t), entries = 0;
  blt_value values[BLT_MAX_KEY_COLUMNS];
  for (uint64_t row = 0; row < rows; row++) {
    if (!blt_table_lives(t, row) || !key_of(t, key, row, values)) continue;
    uint64_t slot = x->slots[probe(t, x, key, values, hash_key(key, values))];
    if (!slot || slot_row(slot) != row)
      return blt_fail_at(err, BLT_EFORMAT, (int64_t)row, "broken index: row %llu is not found by its key %u",
                         (unsigned long long)row + 1, k + 1);
    entries++;
  }
  if (entries != x->count)
    return blt_fail(err, BLT_EFORMAT, "broken index: key %u has entries too many", k + 1);
  return BLT_OK;
}

blt_status blt_keys_validate(blt_table *t, blt_error *err) {
  blt_status status = blt_table_check_keys(t, err);
  for (uint32_t k = 0; status == BLT_OK && k < t->schema->nkeys; k++) status = validate_index(t, k, err);
  return status;
}

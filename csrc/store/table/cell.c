/* Single values of a table: reading any, writing one in the tail, deleting and counting rows. */
#include "change.h"
#include "index_inside.h"
#include "strings.h"
#include "undo.h"
#include "base/bits.h"
#include "base/mem.h"

#include <string.h>

uint64_t blt_table_all_rows(const blt_table *t) {
  return t->sealed_rows + t->tail_rows;
}

bool blt_table_lives(const blt_table *t, uint64_t row) {
  const uint64_t *live = t->deleted ? t->live[row / BLT_BLOCK_ROWS] : NULL;
  return !live || blt_bit(live, row % BLT_BLOCK_ROWS);
}

blt_value blt_tail_value(const blt_table *t, uint32_t col, uint32_t row) {
  const blt_column *c = &t->columns[col];
  blt_value v = {.null = !blt_bit(c->tail.valid, row), .type = c->type};
  if (v.null) return v;
  if (c->type.id == BLT_FLOAT64) {
    v.u.f = ((const double *)c->tail.data)[row];
  } else if (c->type.id != BLT_STRING) {
    v.u.i = ((const int64_t *)c->tail.data)[row];
  } else if (c->plain) {
    const uint32_t *offsets = (const uint32_t *)c->tail.data + row;
    v.u.s = (blt_str){c->tail.text ? c->tail.text + offsets[0] : "", offsets[1] - offsets[0]};
  } else {
    v.u.s = blt_dict_at(c->dict, ((const uint32_t *)c->tail.data)[row]);
  }
  return v;
}

blt_status blt_table_cell(blt_table *t, uint32_t col, uint64_t row, blt_value *out, blt_error *err) {
  if (col >= t->schema->ncols || row >= blt_table_all_rows(t))
    return blt_fail(err, BLT_EINVAL, "the table has no cell in column %u, row %llu", col + 1,
                    (unsigned long long)row + 1);
  const blt_column *c = &t->columns[col];
  blt_status status = blt_table_open_strings(t, &col, 1, err);
  if (status != BLT_OK) return status;
  if (row >= t->sealed_rows) {
    *out = blt_tail_value(t, col, (uint32_t)(row - t->sealed_rows));
    return BLT_OK;
  }
  const blt_block *b;
  status = blt_table_block(t, col, (uint32_t)(row / BLT_BLOCK_ROWS), &b, err);
  if (status == BLT_OK) *out = blt_block_value(b, c->type, c->dict, (uint32_t)(row % BLT_BLOCK_ROWS));
  return status;
}

/* True when the value that goes away may have been the only smallest or largest. */
static bool was_bound(const blt_column *c, bool null, blt_scalar v) {
  if (null) return false;
  if (c->type.id == BLT_FLOAT64) return !(v.f > c->tail.min.f && v.f < c->tail.max.f);
  return v.i == c->tail.min.i || v.i == c->tail.max.i;
}

blt_scalar blt_tail_scalar(const blt_table *t, uint32_t col, uint32_t row) {
  const blt_column *c = &t->columns[col];
  if (c->type.id == BLT_FLOAT64) return (blt_scalar){.f = ((const double *)c->tail.data)[row]};
  if (c->type.id == BLT_STRING) return (blt_scalar){.i = ((const uint32_t *)c->tail.data)[row]};
  return (blt_scalar){.i = ((const int64_t *)c->tail.data)[row]};
}

void blt_tail_put(blt_table *t, uint32_t col, uint32_t row, bool null, blt_scalar v) {
  blt_column *c = &t->columns[col];
  bool was_null = !blt_bit(c->tail.valid, row);
  if (row < c->tail.measured && was_bound(c, was_null, blt_tail_scalar(t, col, row)))
    blt_tail_reset_bounds(c);
  if (null) v.i = 0; /* also the bits of 0.0 */
  if (c->type.id == BLT_STRING)
    ((uint32_t *)c->tail.data)[row] = (uint32_t)v.i;
  else
    ((int64_t *)c->tail.data)[row] = v.i;
  blt_bit_put(c->tail.valid, row, !null);
  c->tail.nulls += (uint32_t)null - (uint32_t)was_null;
  if (!null && row < c->tail.measured) blt_tail_widen(c, v);
  blt_tail_touch(t, col, row);
}

/* ---- deleting ---- */

blt_status blt_rows_check(const blt_table *t, const uint64_t *rows, size_t n, blt_error *err) {
  uint64_t all = blt_table_all_rows(t);
  for (size_t i = 0; i < n; i++)
    if (rows[i] >= all || (i && rows[i] <= rows[i - 1]))
      return blt_fail_at(err, BLT_EINVAL, (int64_t)i, "row numbers must rise and be below %llu",
                         (unsigned long long)all);
  return BLT_OK;
}

static blt_status need_bitmap(blt_table *t, uint32_t g, blt_error *err) {
  if (t->live[g]) return BLT_OK;
  uint64_t *live = blt_calloc(t->ctx, BLT_BLOCK_ROWS / 64, sizeof *live);
  if (!live) return blt_fail_memory(err, BLT_BLOCK_ROWS / 8);
  blt_bits_fill(live, g < t->ngroups ? t->group_rows[g] : t->tail_rows);
  t->live[g] = live;
  return BLT_OK;
}

/* Past the limit nobody knows which rows died, only how many. */
static void note_dead(blt_table *t, uint64_t row) {
  blt_error ignored;
  if (row >= t->sealed_rows || t->ndying == BLT_NOTES) return;
  if (blt_grow(t->ctx, &t->dying, &t->dying_cap, t->ndying + 1, sizeof row, &ignored) == BLT_OK)
    t->dying[t->ndying++] = row;
}

blt_status blt_table_bury(blt_table *t, uint64_t row, blt_error *err) {
  uint32_t g = (uint32_t)(row / BLT_BLOCK_ROWS);
  blt_status status = need_bitmap(t, g, err);
  if (status != BLT_OK) return status;
  t->deleted += blt_bit(t->live[g], row % BLT_BLOCK_ROWS);
  blt_bit_clear(t->live[g], row % BLT_BLOCK_ROWS);
  return BLT_OK;
}

blt_status blt_table_delete(blt_table *t, const uint64_t *rows, size_t n, uint64_t *deleted, blt_error *err) {
  uint64_t count = 0;
  blt_status status = blt_table_changeable(t, err);
  if (status == BLT_OK) status = blt_rows_check(t, rows, n, err);
  if (status == BLT_OK) status = blt_undo_reserve(t, n, err);
  for (size_t i = 0; status == BLT_OK && i < n; i++)
    status = need_bitmap(t, (uint32_t)(rows[i] / BLT_BLOCK_ROWS), err);
  if (status != BLT_OK) return status;
  for (size_t i = 0; i < n; i++) {
    uint64_t *live = t->live[rows[i] / BLT_BLOCK_ROWS];
    if (!blt_bit(live, rows[i] % BLT_BLOCK_ROWS)) continue;
    blt_keys_remove(t, rows[i]);
    blt_undo_delete(t, rows[i]);
    blt_bit_clear(live, rows[i] % BLT_BLOCK_ROWS);
    note_dead(t, rows[i]);
    count++;
  }
  t->deleted += count;
  t->version += count != 0;
  *deleted = count;
  return BLT_OK;
}

/* ---- cutting off ---- */

/* Takes the bits from `rows` on out of a group's bitmap; frees it when `rows` is 0. */
static void cut_bitmap(blt_table *t, uint32_t g, uint32_t had, uint32_t rows) {
  uint64_t *live = t->live[g];
  if (!live) return;
  t->deleted -= had - blt_bits_count(live, had);
  if (rows) {
    for (uint32_t r = rows; r < had; r++) blt_bit_clear(live, r);
    t->deleted += rows - blt_bits_count(live, rows);
    return;
  }
  blt_free(t->ctx, live, BLT_BLOCK_ROWS / 8);
  t->live[g] = NULL;
}

static void drop_last_group(blt_table *t) {
  uint32_t g = --t->ngroups;
  cut_bitmap(t, g, t->group_rows[g], 0);
  t->sealed_rows -= t->group_rows[g];
  for (uint32_t i = 0; i < t->schema->ncols; i++) blt_unread_release(t->columns[i].blocks[g]);
}

static void cut_tail(blt_table *t, uint32_t rows) {
  if (t->tail_rows == rows) return;
  cut_bitmap(t, t->ngroups, t->tail_rows, rows);
  blt_table_cut_tail(t, rows);
}

blt_status blt_table_cut(blt_table *t, uint64_t rows, blt_error *err) {
  blt_status status = blt_table_changeable(t, err);
  if (status != BLT_OK || rows >= blt_table_all_rows(t)) return status;
  blt_keys_cut(t, rows);
  t->version++;
  if (rows >= t->sealed_rows) {
    cut_tail(t, (uint32_t)(rows - t->sealed_rows));
    return BLT_OK;
  }
  cut_tail(t, 0);
  while (t->ngroups && t->sealed_rows - t->group_rows[t->ngroups - 1] >= rows) drop_last_group(t);
  if (t->sealed_rows == rows) return BLT_OK;
  uint32_t g = t->ngroups - 1, had = t->group_rows[g], keep = (uint32_t)(rows % BLT_BLOCK_ROWS);
  status = blt_table_unseal(t, keep, err);
  if (status == BLT_OK) cut_bitmap(t, g, had, keep);
  return status;
}

#include "spent.h"
#include "base/bits.h"
#include "base/mem.h"

/* Room for the values of one block. */
typedef union values {
  int64_t ints[BLT_BLOCK_ROWS];
  double doubles[BLT_BLOCK_ROWS];
  uint32_t codes[BLT_BLOCK_ROWS];
} values;

/* The first word tells of most groups that some row lives. */
static bool none_lives(const blt_table *t, uint32_t g) {
  const uint64_t *live = t->live[g];
  return live && !(live[0] & 1) && blt_bits_count(live, t->group_rows[g]) == 0;
}

static bool is_empty(const blt_table *t, uint32_t g) {
  for (uint32_t i = 0; i < t->schema->ncols; i++) {
    blt_block_head head = blt_unread_head(t->columns[i].blocks[g]);
    if (head.enc != BLT_ENC_CONST || head.nulls) return false;
  }
  return true;
}

/* A block of one value, the smallest of the old one, so that no bound of the column widens. */
static blt_status constant(const blt_table *t, uint32_t col, uint32_t g, values *v, blt_block **out,
                           blt_error *err) {
  const blt_column *c = &t->columns[col];
  uint32_t rows = t->group_rows[g];
  blt_block_head head = blt_unread_head(c->blocks[g]);
  if (c->type.id == BLT_STRING) {
    bool coded = head.enc != BLT_ENC_TEXT && head.nulls < rows;
    for (uint32_t r = 0; r < rows; r++) v->codes[r] = coded ? (uint32_t)head.min.i : 0;
    return blt_block_from_codes(t->ctx, v->codes, NULL, rows, out, err);
  }
  if (c->type.id == BLT_FLOAT64) {
    for (uint32_t r = 0; r < rows; r++) v->doubles[r] = head.min.f <= head.max.f ? head.min.f : 0;
    return blt_block_from_f64(t->ctx, v->doubles, NULL, rows, out, err);
  }
  for (uint32_t r = 0; r < rows; r++) v->ints[r] = head.min.i <= head.max.i ? head.min.i : 0;
  return blt_block_from_i64(t->ctx, v->ints, NULL, rows, out, err);
}

static bool can_be_empty(const blt_table *t) {
  for (uint32_t i = 0; i < t->schema->ncols; i++)
    if (t->columns[i].dict && t->columns[i].dict->count == 0) return false; /* no code to give */
  return true;
}

/* All columns of the group or none. */
static blt_status empty(blt_table *t, uint32_t g, values *v, blt_block **made, blt_error *err) {
  uint32_t n = t->schema->ncols, done = 0;
  blt_status status = BLT_OK;
  while (status == BLT_OK && done < n) {
    status = constant(t, done, g, v, &made[done], err);
    done += status == BLT_OK;
  }
  for (uint32_t i = 0; i < done; i++) {
    if (status != BLT_OK) {
      blt_block_release(made[i]);
      continue;
    }
    blt_unread_release(t->columns[i].blocks[g]);
    t->columns[i].blocks[g] = blt_unread_of(made[i]);
  }
  return status;
}

static void empty_all(blt_table *t, values *v, blt_block **made) {
  blt_error ignored;
  for (uint32_t g = 0; g < t->ngroups; g++)
    if (none_lives(t, g) && !is_empty(t, g) && empty(t, g, v, made, &ignored) != BLT_OK) return;
}

static bool any_spent(const blt_table *t) {
  for (uint32_t g = 0; g < t->ngroups; g++)
    if (none_lives(t, g) && !is_empty(t, g)) return true;
  return false;
}

void blt_table_empty_spent(blt_table *t) {
  if (t->pins || t->row_open || t->undo || t->readonly || !t->deleted) return;
  if (!can_be_empty(t) || !any_spent(t)) return;
  size_t bytes = t->schema->ncols * sizeof(blt_block *);
  values *v = blt_alloc(t->ctx, sizeof *v);
  blt_block **made = blt_alloc(t->ctx, bytes);
  if (v && made) empty_all(t, v, made);
  blt_free(t->ctx, v, sizeof *v);
  blt_free(t->ctx, made, bytes);
}

#include "strings.h"
#include "index_inside.h"
#include "base/bits.h"
#include "base/mem.h"
#include "base/par.h"

#include <string.h>

#define SPARE 64u                /* entries that a small table may have too many */
#define MANY (UINT64_C(1) << 14) /* strings: fewer are not worth waking anybody */

/* ---- opening ---- */

typedef struct opening {
  blt_table *t;
  const uint32_t *cols; /* NULL: all */
} opening;

static blt_dict *postponed(const opening *o, uint32_t i) {
  blt_dict *d = o->t->columns[o->cols ? o->cols[i] : i].dict;
  return d && !blt_dict_is_open(d) ? d : NULL;
}

static blt_status open_one(void *arg, uint32_t i, uint32_t worker, blt_error *err) {
  blt_dict *d = postponed(arg, i);
  (void)worker;
  return d ? blt_dict_open(d, err) : BLT_OK;
}

static bool any_postponed(const blt_table *t) {
  for (uint32_t i = 0; i < t->schema->ncols; i++)
    if (postponed(&(opening){(blt_table *)(uintptr_t)t, NULL}, i)) return true;
  return false;
}

blt_status blt_table_open_strings(blt_table *t, const uint32_t *cols, uint32_t n, blt_error *err) {
  opening o = {t, cols};
  uint64_t strings = 0;
  if (!t->postponed) return BLT_OK;
  if (!cols) n = t->schema->ncols;
  for (uint32_t i = 0; i < n; i++) strings += postponed(&o, i) ? postponed(&o, i)->count : 0;
  if (strings == 0) return BLT_OK;
  blt_status status = BLT_OK;
  if (strings >= MANY) status = blt_par(t->ctx, n, open_one, &o, err);
  for (uint32_t i = 0; status == BLT_OK && i < n; i++) status = open_one(&o, i, 0, err);
  t->postponed = any_postponed(t);
  return status;
}

/* ---- giving up ---- */

/* New codes for one column on their way. */
typedef struct renewal {
  blt_table *t;
  uint32_t col;
  blt_dict *dict;
  uint32_t *codes;    /* new code of each old one; UINT32_MAX: not met yet */
  blt_unread *blocks; /* of each group */
  uint32_t done;
  uint32_t *tail; /* codes of the tail's rows */
} renewal;

static blt_status recode(renewal *n, uint32_t old, uint32_t *out, blt_error *err) {
  if (n->codes[old] == UINT32_MAX) {
    blt_str s = blt_dict_at(n->t->columns[n->col].dict, old);
    blt_status status = blt_dict_intern(n->dict, s.s, s.len, &n->codes[old], err);
    if (status != BLT_OK) return status;
  }
  *out = n->codes[old];
  return BLT_OK;
}

static blt_status recode_block(renewal *n, const blt_block *b, uint32_t *v, blt_block **out, blt_error *err) {
  uint64_t valid[BLT_BLOCK_ROWS / 64] = {0};
  blt_status status = BLT_OK;
  blt_block_read_codes(b, 0, b->rows, v);
  for (uint32_t r = 0; status == BLT_OK && r < b->rows; r++) {
    bool null = blt_block_is_null(b, r);
    blt_bit_put(valid, r, !null);
    if (null)
      v[r] = 0;
    else
      status = recode(n, v[r], &v[r], err);
  }
  return status == BLT_OK ? blt_block_from_codes(n->t->ctx, v, valid, b->rows, out, err) : status;
}

static blt_status recode_groups(renewal *n, blt_error *err) {
  blt_table *t = n->t;
  blt_status status = BLT_OK;
  uint32_t *v = blt_alloc(t->ctx, BLT_BLOCK_ROWS * sizeof *v);
  if (!v) return blt_fail_memory(err, BLT_BLOCK_ROWS * sizeof *v);
  for (; status == BLT_OK && n->done < t->ngroups; n->done += status == BLT_OK) {
    const blt_block *b;
    blt_block *made = NULL;
    status = blt_table_block(t, n->col, n->done, &b, err);
    if (status != BLT_OK) break;
    if (b->enc == BLT_ENC_TEXT) {
      n->blocks[n->done] = blt_unread_retain(t->columns[n->col].blocks[n->done]);
      continue;
    }
    status = recode_block(n, b, v, &made, err);
    n->blocks[n->done] = blt_unread_of(made);
  }
  blt_free(t->ctx, v, BLT_BLOCK_ROWS * sizeof *v);
  return status;
}

static blt_status recode_tail(renewal *n, blt_error *err) {
  const blt_column *c = &n->t->columns[n->col];
  const uint32_t *codes = c->tail.data;
  blt_status status = BLT_OK;
  for (uint32_t r = 0; status == BLT_OK && r < n->t->tail_rows; r++) {
    n->tail[r] = 0;
    if (blt_bit(c->tail.valid, r)) status = recode(n, codes[r], &n->tail[r], err);
  }
  return status;
}

/* Nothing can fail any more. */
static void take_over(renewal *n) {
  blt_table *t = n->t;
  blt_column *c = &t->columns[n->col];
  for (uint32_t g = 0; g < t->ngroups; g++) {
    blt_unread_release(c->blocks[g]);
    c->blocks[g] = n->blocks[g];
  }
  if (t->tail_rows) memcpy(c->tail.data, n->tail, t->tail_rows * sizeof *n->tail);
  blt_tail_reset_bounds(c);
  blt_dict_release(c->dict);
  c->dict = n->dict;
  c->dict_kept = 0;
  t->recoded = true;
  blt_keys_drop(t);
  n->dict = NULL;
  n->done = 0;
}

static void renew(blt_table *t, uint32_t col) {
  blt_error ignored;
  uint32_t ncodes = t->columns[col].dict->count;
  if (blt_table_open_strings(t, &col, 1, &ignored) != BLT_OK) return;
  size_t codes = ncodes * sizeof(uint32_t), blocks = (t->ngroups + (size_t)1) * sizeof(blt_unread),
         tail = (t->tail_rows + (size_t)1) * sizeof(uint32_t);
  renewal n = {.t = t,
               .col = col,
               .codes = blt_alloc(t->ctx, codes),
               .blocks = blt_calloc(t->ctx, 1, blocks),
               .tail = blt_alloc(t->ctx, tail)};
  if (n.codes && n.blocks && n.tail && blt_dict_new(t->ctx, &n.dict, &ignored) == BLT_OK) {
    memset(n.codes, 0xff, codes);
    if (recode_groups(&n, &ignored) == BLT_OK && recode_tail(&n, &ignored) == BLT_OK) take_over(&n);
  }
  while (n.done-- > 0) blt_unread_release(n.blocks[n.done]);
  blt_dict_release(n.dict);
  blt_free(t->ctx, n.codes, codes);
  blt_free(t->ctx, n.blocks, blocks);
  blt_free(t->ctx, n.tail, tail);
}

void blt_table_renew_strings(blt_table *t) {
  uint64_t rows = t->sealed_rows + t->tail_rows, most = rows + rows / 4 + SPARE;
  if (t->pins || t->row_open || t->undo || t->readonly) return;
  for (uint32_t i = 0; i < t->schema->ncols; i++) {
    const blt_column *c = &t->columns[i];
    if (c->dict && !c->plain && c->dict->count > most) renew(t, i);
  }
}

#include "join_check.h"

#include "base/bits.h"
#include "base/mem.h"
#include <stdio.h>
#include <string.h>

#define NAMED 3u     /* keys that a message names */
#define LOOKED 1000u /* rows that are looked at for them */

/* The text of a row's keys, "KR, 2012". */
static blt_status key_text(blt_passed *side, const blt_term *terms, uint32_t n, uint32_t row, char *out,
                           size_t room, blt_error *err) {
  blt_ctx *ctx = side->run->ctx;
  size_t at = 0;
  out[0] = 0;
  for (uint32_t i = 0; i < n; i++) {
    blt_node *nodes = blt_alloc(ctx, (terms[i].n + 1) * sizeof *nodes);
    blt_expr *e = NULL;
    blt_eval *ev = NULL;
    blt_vec v;
    if (!nodes) return blt_fail_memory(err, (terms[i].n + 1) * sizeof *nodes);
    memcpy(nodes, terms[i].nodes, terms[i].n * sizeof *nodes);
    nodes[terms[i].n] = (blt_node){.kind = BLT_NODE_CALL, .name = "string", .nargs = 1};
    blt_status status = blt_passed_expr(side, &(blt_term){.nodes = nodes, .n = terms[i].n + 1}, &e, err);
    if (status == BLT_OK) status = blt_eval_new(ctx, side->view, &ev, err);
    uint16_t offset = (uint16_t)(row % BLT_BLOCK_ROWS % BLT_VECTOR_ROWS);
    if (status == BLT_OK)
      status = blt_expr_eval(ev, e, row / BLT_BLOCK_ROWS,
                             row % BLT_BLOCK_ROWS / BLT_VECTOR_ROWS * BLT_VECTOR_ROWS, &offset, 1, &v, err);
    if (status == BLT_OK && at < room) {
      blt_str s, null = {"null", 4};
      const blt_str *text = blt_vec_is_null(&v, 0) ? &null : blt_vec_text(&v, &s);
      at += (size_t)snprintf(out + at, room - at, "%s%.*s", i ? ", " : "",
                             text->len < 60 ? (int)text->len : 60, text->s);
    }
    blt_eval_free(ev);
    blt_expr_free(e);
    blt_free(ctx, nodes, (terms[i].n + 1) * sizeof *nodes);
    if (status != BLT_OK) return status;
  }
  return BLT_OK;
}

static blt_status refuse_repeated(blt_passed *side, const blt_term *terms, const blt_join_hits *h,
                                  uint32_t row, const char *which, blt_error *err) {
  char text[200];
  blt_status status = key_text(side, terms, h->index->keys->n, row, text, sizeof text, err);
  if (status != BLT_OK) return status;
  return blt_fail(err, BLT_EKEY,
                  "the join would multiply rows: the key %s stands in several rows of the %s side", text,
                  which);
}

/* A left row with several partners. */
static blt_status check_right_unique(const blt_join_hits *h, blt_passed *right, const blt_plan_join *join,
                                     blt_error *err) {
  if (h->index->unique) return BLT_OK;
  for (uint64_t i = 0; i < h->left->view->rows; i++) {
    const uint32_t *rows;
    if (h->buckets[i] < BLT_NOT_READ && blt_join_bucket(h->index, h->buckets[i], &rows) > 1)
      return refuse_repeated(right, join->right, h, rows[0], "right", err);
  }
  return BLT_OK;
}

/* Two left rows with the same partner. */
static blt_status check_left_unique(const blt_join_hits *h, const blt_plan_join *join, blt_error *err) {
  size_t words = blt_bits_words(h->index->nbuckets + 1);
  uint64_t *seen = blt_calloc(h->ctx, words, sizeof *seen);
  blt_status status = seen ? BLT_OK : blt_fail_memory(err, words * sizeof *seen);
  for (uint64_t i = 0; i < h->left->view->rows && status == BLT_OK; i++) {
    uint32_t bucket = h->buckets[i];
    if (bucket >= BLT_NOT_READ) continue;
    if (blt_bit(seen, bucket)) status = refuse_repeated(h->left, join->left, h, (uint32_t)i, "left", err);
    if (status == BLT_OK) blt_bit_set(seen, bucket);
  }
  blt_free(h->ctx, seen, words * sizeof *seen);
  return status;
}

/* Rows without partner: the first of their different keys. */
typedef struct alone {
  blt_passed *side;
  const blt_term *terms;
  uint32_t nkeys, n, looked;
  bool more; /* there are other keys, or rows that were not looked at */
  char keys[NAMED][110];
} alone;

static bool is_noted(const alone *a, const char *key) {
  for (uint32_t i = 0; i < a->n; i++)
    if (strcmp(a->keys[i], key) == 0) return true;
  return false;
}

static blt_status note_alone(alone *a, uint32_t row, blt_error *err) {
  char key[sizeof a->keys[0]];
  if (a->more || a->looked++ == LOOKED) {
    a->more = true;
    return BLT_OK;
  }
  blt_status status = key_text(a->side, a->terms, a->nkeys, row, key, sizeof key, err);
  if (status != BLT_OK || is_noted(a, key)) return status;
  if (a->n == NAMED)
    a->more = true;
  else
    strcpy(a->keys[a->n++], key);
  return BLT_OK;
}

static blt_status refuse_alone(const alone *a, uint64_t rows, const char *which, blt_error *err) {
  char text[NAMED * (sizeof a->keys[0] + 2)] = "";
  for (uint32_t i = 0; i < a->n; i++) {
    if (i) strcat(text, "; ");
    strcat(text, a->keys[i]);
  }
  return blt_fail(err, BLT_EKEY, "%llu row%s of the %s side %s no partner: %s%s", (unsigned long long)rows,
                  rows == 1 ? "" : "s", which, rows == 1 ? "has" : "have", text, a->more ? "; …" : "");
}

static blt_status check_left_matched(const blt_join_hits *h, const blt_plan_join *join, blt_error *err) {
  alone a = {.side = h->left, .terms = join->left, .nkeys = h->index->keys->n};
  blt_status status = BLT_OK;
  for (uint64_t i = 0; i < h->left->view->rows && h->nalone && !a.more && status == BLT_OK; i++)
    if (h->buckets[i] == BLT_NO_BUCKET) status = note_alone(&a, (uint32_t)i, err);
  return status == BLT_OK && h->nalone ? refuse_alone(&a, h->nalone, "left", err) : status;
}

static blt_status check_right_matched(const blt_join_hits *h, blt_passed *right, const blt_plan_join *join,
                                      blt_error *err) {
  alone a = {.side = right, .terms = join->right, .nkeys = h->index->keys->n};
  uint64_t total = right->view->rows, nalone = 0;
  size_t words = blt_bits_words(total + 1), nrows = 0;
  uint64_t *matched = blt_calloc(h->ctx, words, sizeof *matched);
  uint32_t *list = NULL;
  if (!matched) return blt_fail_memory(err, words * sizeof *matched);
  for (uint64_t i = 0; i < h->left->view->rows; i++) {
    const uint32_t *rows;
    uint32_t n = h->buckets[i] < BLT_NOT_READ ? blt_join_bucket(h->index, h->buckets[i], &rows) : 0;
    for (uint32_t k = 0; k < n; k++) blt_bit_set(matched, rows[k]);
  }
  blt_status status = blt_passed_rows(right, &(blt_passed_order){.most = UINT64_MAX}, &list, &nrows, err);
  for (size_t i = 0; i < nrows && status == BLT_OK; i++) {
    if (blt_bit(matched, list[i])) continue;
    nalone++;
    status = note_alone(&a, list[i], err);
  }
  blt_free(h->ctx, list, nrows * sizeof *list);
  blt_free(h->ctx, matched, words * sizeof *matched);
  return status == BLT_OK && nalone ? refuse_alone(&a, nalone, "right", err) : status;
}

blt_status blt_join_check(const blt_join_hits *h, blt_passed *right, const blt_plan_join *join,
                          blt_error *err) {
  blt_status status = BLT_OK;
  if (join->right_unique) status = check_right_unique(h, right, join, err);
  if (status == BLT_OK && join->left_unique) status = check_left_unique(h, join, err);
  if (status == BLT_OK && join->left_matched) status = check_left_matched(h, join, err);
  if (status == BLT_OK && join->right_matched) status = check_right_matched(h, right, join, err);
  return status;
}

#include "named.h"

#include "base/mem.h"
#include <string.h>

#define BATCH 1024u
#define COPIED 64u        /* texts that are laid one behind the other at a time */
#define COPIED_MOST 8192u /* bytes of them */

static void start(blt_ctx *ctx, blt_named *k) {
  if (!k->own.ctx) blt_intern_init(&k->own, ctx);
}

/* What is new to the reader's own dictionary gets its codes. */
static blt_status learn(blt_ctx *ctx, blt_named *k, blt_error *err) {
  blt_status status = blt_grow(ctx, &k->codes, &k->cap, k->own.count + 1, sizeof *k->codes, err);
  for (; status == BLT_OK && k->known < k->own.count; k->known++) {
    blt_str s = blt_intern_at(&k->own, k->known);
    status = blt_dict_intern(k->dict, s.s, s.len, &k->codes[k->known], err);
    if (status != BLT_OK) break;
    k->moved += k->codes[k->known] != k->known;
  }
  return status;
}

static blt_status own_empty(blt_named *k, uint32_t *code, blt_error *err) {
  char around[2 * BLT_NAMED_ROOM] = {0};
  return blt_intern_one(&k->own, (blt_str){around + BLT_NAMED_ROOM, 0}, 0, code, err);
}

/* Empty texts are not looked up with the others. */
static blt_status put_empty(blt_named *k, const blt_str *texts, uint32_t n, uint32_t *out, blt_error *err) {
  uint32_t code;
  blt_status status = k->dict ? blt_dict_intern(k->dict, "", 0, &code, err) : own_empty(k, &code, err);
  for (uint32_t i = 0; status == BLT_OK && i < n; i++)
    if (texts[i].len == 0) out[i] = code;
  return status;
}

static blt_status batch(blt_ctx *ctx, blt_named *k, const blt_str *texts, uint32_t n, uint32_t gap,
                        uint32_t *out, blt_error *err) {
  uint32_t ends[BATCH + 1];
  const char *base = texts[0].s - gap;
  bool empty = false;
  ends[0] = 0;
  for (uint32_t i = 0; i < n; i++) ends[i + 1] = (uint32_t)(texts[i].s + texts[i].len - base);
  blt_intern_fields f = {.text = base, .ends = ends + 1, .stride = 1, .gap = gap, .n = n};
  blt_status status = blt_intern_fields_of(&k->own, &f, out, &empty, err);
  if (status == BLT_OK && k->dict) status = learn(ctx, k, err);
  if (status == BLT_OK && k->dict && k->moved)
    for (uint32_t i = 0; i < n; i++) out[i] = k->codes[out[i]];
  return status == BLT_OK && empty ? put_empty(k, texts, n, out, err) : status;
}

blt_status blt_named_codes(blt_ctx *ctx, blt_named *k, const blt_str *texts, uint32_t n, uint32_t gap,
                           uint32_t *out, blt_error *err) {
  blt_status status = BLT_OK;
  start(ctx, k);
  for (uint32_t at = 0; status == BLT_OK && at < n;) {
    uint32_t part = n - at < BATCH ? n - at : BATCH;
    while (part > 1 && texts[at + part - 1].s - texts[at].s > INT32_MAX) part /= 2;
    status = batch(ctx, k, texts + at, part, gap, out + at, err);
    at += part;
  }
  return status;
}

/* Lays texts one behind the other, as many as there is room for; *used gets how many. */
static blt_status copied(blt_ctx *ctx, blt_named *k, const blt_str *texts, uint32_t n, uint32_t *out,
                         uint32_t *used, blt_error *err) {
  char bytes[COPIED_MOST + 2 * BLT_NAMED_ROOM];
  blt_str lying[COPIED];
  size_t at = BLT_NAMED_ROOM;
  uint32_t m = 0;
  memset(bytes, 0, BLT_NAMED_ROOM);
  for (; m < n && m < COPIED && texts[m].len <= COPIED_MOST + BLT_NAMED_ROOM - at; m++) {
    if (texts[m].len) memcpy(bytes + at, texts[m].s, texts[m].len);
    lying[m] = (blt_str){bytes + at, texts[m].len};
    at += texts[m].len;
  }
  memset(bytes + at, 0, BLT_NAMED_ROOM);
  *used = m ? m : 1;
  /* A long text is looked up as it lies: nothing around it is read. */
  return m ? batch(ctx, k, lying, m, 0, out, err) : blt_intern_one(&k->own, texts[0], 0, out, err);
}

blt_status blt_named_texts(blt_ctx *ctx, blt_named *k, const blt_str *texts, uint32_t n, uint32_t *out,
                           blt_error *err) {
  blt_status status = BLT_OK;
  if (k->dict) return blt_dict_intern_many(k->dict, texts, n, out, err);
  start(ctx, k);
  for (uint32_t at = 0, used; status == BLT_OK && at < n; at += used)
    status = copied(ctx, k, texts + at, n - at, out + at, &used, err);
  return status;
}

void blt_named_free(blt_ctx *ctx, blt_named *k) {
  blt_intern_free(&k->own);
  blt_free(ctx, k->codes, k->cap * sizeof *k->codes);
  *k = (blt_named){0};
}

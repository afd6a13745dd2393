#include "named.h"

#include "base/mem.h"

#define BATCH 1024u

/* What is new to the reader's own dictionary gets its codes. */
static blt_status learn(blt_ctx *ctx, blt_named *k, blt_dict *dict, blt_error *err) {
  blt_status status = blt_grow(ctx, &k->codes, &k->cap, k->own.count + 1, sizeof *k->codes, err);
  for (; status == BLT_OK && k->known < k->own.count; k->known++) {
    blt_str s = blt_intern_at(&k->own, k->known);
    status = blt_dict_intern(dict, s.s, s.len, &k->codes[k->known], err);
    if (status != BLT_OK) break;
    k->moved += k->codes[k->known] != k->known;
  }
  return status;
}

/* Empty texts are not looked up by their own dictionary. */
static blt_status put_empty(blt_dict *dict, const blt_str *texts, uint32_t n, uint32_t *out, blt_error *err) {
  uint32_t code;
  blt_status status = blt_dict_intern(dict, "", 0, &code, err);
  for (uint32_t i = 0; status == BLT_OK && i < n; i++)
    if (texts[i].len == 0) out[i] = code;
  return status;
}

static blt_status batch(blt_ctx *ctx, blt_named *k, blt_dict *dict, const blt_str *texts, uint32_t n,
                        uint32_t gap, uint32_t *out, blt_error *err) {
  uint32_t ends[BATCH + 1];
  const char *base = texts[0].s - gap;
  bool empty = false;
  ends[0] = 0;
  for (uint32_t i = 0; i < n; i++) ends[i + 1] = (uint32_t)(texts[i].s + texts[i].len - base);
  blt_intern_fields f = {.text = base, .ends = ends + 1, .stride = 1, .gap = gap, .n = n};
  blt_status status = blt_intern_fields_of(&k->own, &f, out, &empty, err);
  if (status == BLT_OK) status = learn(ctx, k, dict, err);
  if (status == BLT_OK && k->moved)
    for (uint32_t i = 0; i < n; i++) out[i] = k->codes[out[i]];
  return status == BLT_OK && empty ? put_empty(dict, texts, n, out, err) : status;
}

blt_status blt_named_codes(blt_ctx *ctx, blt_named *k, blt_dict *dict, const blt_str *texts, uint32_t n,
                           uint32_t gap, uint32_t *out, blt_error *err) {
  blt_status status = BLT_OK;
  if (!k->own.ctx) blt_intern_init(&k->own, ctx);
  for (uint32_t at = 0; status == BLT_OK && at < n;) {
    uint32_t part = n - at < BATCH ? n - at : BATCH;
    while (part > 1 && texts[at + part - 1].s - texts[at].s > INT32_MAX) part /= 2;
    status = batch(ctx, k, dict, texts + at, part, gap, out + at, err);
    at += part;
  }
  return status;
}

void blt_named_free(blt_ctx *ctx, blt_named *k) {
  blt_intern_free(&k->own);
  blt_free(ctx, k->codes, k->cap * sizeof *k->codes);
  *k = (blt_named){0};
}

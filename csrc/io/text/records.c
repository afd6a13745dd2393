#include "records.h"
#include "base/bits.h"
#include "base/mem.h"

#include <string.h>

const char *blt_bad_phrase(blt_bad_reason reason) {
  switch (reason) {
  case BLT_BAD_FEW:
    return "too few fields";
  case BLT_BAD_MANY:
    return "too many fields";
  case BLT_BAD_QUOTE_OPEN:
    return "a quote that is never closed";
  case BLT_BAD_QUOTE_TEXT:
    return "text follows a closing quote; a quote inside quotes is doubled";
  case BLT_BAD_UTF8:
    return "text that is not UTF-8";
  case BLT_BAD_JSON:
    return "not a JSON object";
  case BLT_BAD_KEY:
    return "the object has the same key twice";
  case BLT_BAD_VALUE:
    return "a text that the type cannot hold";
  case BLT_BAD_NULL:
    return "null where a value is required";
  }
  return "";
}

const char *blt_bad_advice(blt_bad_reason reason) {
  return reason == BLT_BAD_UTF8
             ? " (encoding = 'windows-1252' reads western text; 'euc-kr', 'shift_jis' and others their own)"
             : "";
}

void blt_rows_init(blt_rows *w, blt_ctx *ctx) {
  *w = (blt_rows){.ctx = ctx};
}

void blt_rows_free(blt_rows *w) {
  blt_ctx *ctx = w->ctx;
  if (!ctx) return;
  blt_free(ctx, w->raw, w->raw_cap);
  blt_free(ctx, w->marks, w->marks_cap * sizeof *w->marks);
  blt_free(ctx, w->unquoted, w->unquoted_cap);
  blt_free(ctx, w->record_at, w->record_at_cap * sizeof *w->record_at);
  blt_free(ctx, w->quoted_bits, w->quoted_cap * sizeof *w->quoted_bits);
  blt_free(ctx, w->own_ends, w->own_ends_cap * sizeof *w->own_ends);
  blt_free(ctx, w->bad, w->bad_cap * sizeof *w->bad);
  *w = (blt_rows){0};
}

void blt_rows_copied(blt_rows *w, size_t bytes) {
  memset(w->unquoted + bytes, 0, BLT_ROWS_PAD);
  w->own_ends[0] = BLT_ROWS_PAD - 1;
  w->ends = w->own_ends + 1;
  w->text = w->unquoted;
  w->quoted = w->quoted_bits;
  w->gap = 1;
  w->copied = true;
}

blt_status blt_rows_load(blt_rows *w, const blt_source *s, uint64_t from, uint64_t to, blt_error *err) {
  uint64_t size = blt_source_size(s);
  if (to > size) to = size;
  if (to < from) to = from;
  bool more = w->raw && from == w->raw_at && to >= from + w->raw_len && w->raw_len > 0;
  size_t have = more ? w->raw_len : 0;
  if (to - from > UINT32_MAX / 2)
    return blt_fail_at(err, BLT_EFORMAT, -1,
                       "%s: the record at byte %llu is longer than 2 GiB (an open quote?)",
                       blt_source_name(s), (unsigned long long)from);
  blt_status status = blt_grow(w->ctx, &w->raw, &w->raw_cap, (size_t)(to - from) + 2 * BLT_ROWS_PAD, 1, err);
  if (status == BLT_OK)
    status = blt_source_read(s, from + have, w->raw + BLT_ROWS_PAD + have, (size_t)(to - from) - have, err);
  if (status != BLT_OK) return status;
  w->raw_at = from;
  w->raw_len = (size_t)(to - from);
  memset(w->raw, 0, BLT_ROWS_PAD);
  memset(w->raw + BLT_ROWS_PAD + w->raw_len, 0, BLT_ROWS_PAD);
  return BLT_OK;
}

static void move_bit(uint64_t *bits, size_t from, size_t to) {
  blt_bit_put(bits, to, blt_bit(bits, from));
}

blt_status blt_rows_drop(blt_rows *w, const uint64_t *keep, blt_error *err) {
  uint32_t kept = 0, c = w->ncols;
  if (!w->copied) { /* fields must follow each other without holes: copy what stays */
    size_t total = (size_t)w->nrows * c;
    blt_status status =
        blt_grow(w->ctx, &w->unquoted, &w->unquoted_cap, w->raw_len + total + 2 * BLT_ROWS_PAD, 1, err);
    if (status == BLT_OK)
      status =
          blt_grow(w->ctx, &w->record_at, &w->record_at_cap, (size_t)w->nrows + 1, sizeof *w->record_at, err);
    if (status != BLT_OK) return status;
  }
  uint32_t at = BLT_ROWS_PAD, first = w->ends[-1] + w->gap, gap = w->gap;
  char *out = w->unquoted;
  for (uint32_t r = 0; r < w->nrows; r++) {
    uint32_t *from = w->ends + (size_t)r * c, *to = w->ends + (size_t)kept * c;
    uint32_t start = first;
    uint32_t record = w->copied ? w->record_at[r] : start - BLT_ROWS_PAD;
    first = from[c - 1] + gap; /* of the next row, read before the ends are overwritten */
    if (!blt_bit(keep, r)) continue;
    for (uint32_t k = 0; k < c; k++) {
      uint32_t end = from[k], len = end - start;
      memmove(out + at, w->text + start, len);
      at += len;
      to[k] = at++;
      start = end + 1;
      if (w->quoted) move_bit(w->quoted_bits, (size_t)r * c + k, (size_t)kept * c + k);
    }
    w->record_at[kept++] = record;
  }
  w->ends[-1] = BLT_ROWS_PAD - 1;
  memset(out + at, 0, BLT_ROWS_PAD);
  w->nrows = kept;
  w->gap = 1;
  w->text = out;
  w->copied = true;
  return BLT_OK;
}

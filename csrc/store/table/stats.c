#include "stats.h"
#include "change.h"
#include "strings.h"

#include "base/text/text_order.h"
#include <string.h>

const char *blt_encoding_name(uint8_t enc) {
  static const char *const names[] = {"?", "const", "for", "plain", "dict", "text", "scaled"};
  return names[enc < BLT_ENCODINGS ? enc : 0];
}

/* Smallest and largest over a column, in the column's own form: of strings the codes. */
typedef struct bounds {
  bool any;
  blt_scalar min, max;
} bounds;

static void widen(bounds *b, blt_type t, blt_scalar min, blt_scalar max) {
  bool is_float = t.id == BLT_FLOAT64;
  if (is_float ? !(min.f <= max.f) : min.i > max.i) return;
  if (!b->any || (is_float ? min.f < b->min.f : min.i < b->min.i)) b->min = min;
  if (!b->any || (is_float ? max.f > b->max.f : max.i > b->max.i)) b->max = max;
  b->any = true;
}

/* Codes are in order of appearance: the smallest and largest string is looked for among all in the range. */
static void string_bounds(const blt_column *c, const bounds *b, blt_column_stats *out) {
  for (int64_t code = b->min.i; code <= b->max.i; code++) {
    blt_str s = blt_dict_at(c->dict, (uint32_t)code);
    if (code == b->min.i || blt_text_order(s, out->min.u.s) < 0)
      out->min = (blt_value){.type = c->type, .u.s = s};
    if (code == b->min.i || blt_text_order(s, out->max.u.s) > 0)
      out->max = (blt_value){.type = c->type, .u.s = s};
  }
}

/* Blocks don't know which zeros they have: one without a sign is told. */
static void number_bounds(blt_type t, const bounds *b, blt_column_stats *out) {
  out->min = out->max = (blt_value){.type = t};
  memcpy(&out->min.u, &b->min, sizeof b->min);
  memcpy(&out->max.u, &b->max, sizeof b->max);
  if (t.id != BLT_FLOAT64) return;
  out->min.u.f += 0.0;
  out->max.u.f += 0.0;
}

blt_status blt_table_stats(blt_table *t, uint32_t col, blt_column_stats *out, blt_error *err) {
  if (col >= t->schema->ncols) return blt_fail(err, BLT_EINVAL, "the table has no column %u", col + 1);
  blt_column *c = &t->columns[col];
  blt_status status = blt_table_open_strings(t, &col, 1, err);
  if (status != BLT_OK) return status;
  blt_tail_settle(c, t->tail_rows);
  bool text = c->plain && t->tail_rows;
  bounds b = {0};
  *out = (blt_column_stats){.nulls = c->tail.nulls, .distinct = c->dict ? c->dict->count : 0};
  for (uint32_t g = 0; g < t->ngroups; g++) {
    blt_block_head head = blt_unread_head(c->blocks[g]);
    out->bytes += sizeof(blt_block) + head.bytes;
    out->nulls += head.nulls;
    out->blocks[head.enc]++;
    text |= head.enc == BLT_ENC_TEXT;
    widen(&b, c->type, head.min, head.max);
  }
  if (t->tail_rows) widen(&b, c->type, c->tail.min, c->tail.max);
  if (c->tail.data) out->bytes += ((size_t)c->tail.cap + 1) * blt_tail_width(c) + c->tail.text_cap;
  if (c->dict) out->bytes += blt_dict_bytes(c->dict);
  out->has_bounds = b.any && !text;
  if (out->has_bounds && c->dict) string_bounds(c, &b, out);
  if (out->has_bounds && !c->dict) number_bounds(c->type, &b, out);
  return BLT_OK;
}

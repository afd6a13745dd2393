/* func_string.c: functions of strings. Positions and lengths count UTF-8 characters, the first is 1. A
 * function of one dictionary column runs once for each distinct string (expr_memo.c), so these loops are
 * plain. */
#include "func.h"
#include "text.h"

#include <stdio.h>
#include <string.h>

/* Row i of string argument `a`, of int64 argument `a`. */
typedef struct reader {
  const blt_str *text[4];
  const int64_t *number[4];
  bool constant[4];
} reader;

static reader read_args(const blt_call *c) {
  reader r = {0};
  for (uint32_t a = 0; a < c->nargs && a < 4; a++) {
    r.constant[a] = blt_call_constant(c, a);
    if (c->args[a].type.id == BLT_STRING)
      r.text[a] = blt_call_text(c, a);
    else
      r.number[a] = blt_call_i64(c, a);
  }
  return r;
}
static inline blt_str text(const reader *r, uint32_t a, uint32_t i) {
  return r->text[a][r->constant[a] ? 0 : i];
}
static inline int64_t number(const reader *r, uint32_t a, uint32_t i) {
  return r->number[a][r->constant[a] ? 0 : i];
}

static const blt_str nothing = {"", 0};

/* ---- lengths and tests ---- */

static blt_status loop_chars(blt_call *c, blt_error *err) {
  const blt_str *s = blt_call_text(c, 0);
  int64_t *out = c->out;
  for (uint32_t i = 0, end; i < c->n; i = end) {
    bool ascii = blt_text_run(s, i, c->n, &end);
    uint64_t bytes = 0;
    for (uint32_t k = i; k < end; k++) {
      out[k] = ascii ? s[k].len : blt_text_chars(s[k]);
      bytes += s[k].len;
    }
    if (blt_call_worked(c, bytes, err) != BLT_OK) return err->code;
  }
  return BLT_OK;
}
static BLT_STRICT(run_chars, loop_chars);

/* Lengths of entries: nobody looks at their texts. A null row may have code 0 of an empty dictionary. */
#define ENTRY_LENGTHS(name, type)                                                                            \
  BLT_CLONES static void name(const type *codes, const uint64_t *offsets, uint32_t n, int64_t *out) {        \
    for (uint32_t i = 0; i < n; i++) out[i] = (int64_t)(offsets[codes[i] + 1u] - offsets[codes[i]]);         \
  }
ENTRY_LENGTHS(lengths8, uint8_t)
ENTRY_LENGTHS(lengths16, uint16_t)
ENTRY_LENGTHS(lengths32, uint32_t)

static void entry_lengths(const blt_vec *v, int64_t *out) {
  if (v->dict->count == 0)
    memset(out, 0, v->n * sizeof *out);
  else if (v->width == 1)
    lengths8(v->data, v->dict->offsets, v->n, out);
  else if (v->width == 2)
    lengths16(v->data, v->dict->offsets, v->n, out);
  else
    lengths32(v->data, v->dict->offsets, v->n, out);
}

static blt_status loop_bytes(blt_call *c, blt_error *err) {
  (void)err;
  int64_t *out = c->out;
  if (c->args[0].form == BLT_VEC_CODES) {
    entry_lengths(&c->args[0], out);
    return BLT_OK;
  }
  const blt_str *s = blt_call_text(c, 0);
  for (uint32_t i = 0; i < c->n; i++) out[i] = s[i].len;
  return BLT_OK;
}
static BLT_STRICT(run_bytes, loop_bytes);

/* No text is longer than the longest; to find that of very many takes longer than knowing it saves. */
#define LOOKED_THROUGH (1u << 20)

static void range_len(const blt_scope *s, const blt_op *op, blt_range *out) {
  const blt_op *text = op->args[0];
  const blt_dict *dict = text->kind == BLT_OP_COLUMN ? blt_view_codes(s->view, text->column) : NULL;
  uint64_t longest = 0;
  *out = (blt_range){.known = true, .nulls = true, .high = BLT_MAX_STRING};
  if (!dict || dict->count > LOOKED_THROUGH) return;
  for (uint32_t i = 0; i < dict->count; i++) {
    uint64_t length = dict->offsets[i + 1] - dict->offsets[i];
    longest = length > longest ? length : longest;
  }
  out->high = (int64_t)longest;
}

blt_status blt_bind_len(blt_binder *b, blt_op *op, blt_error *err) {
  (void)b, (void)err;
  bool bytes = op->code == BLT_BYTES;
  op->run = bytes ? run_bytes : run_chars;
  op->range = range_len;
  op->direct = bytes && op->args[0]->kind == BLT_OP_COLUMN;
  return BLT_OK;
}

/* Argument `a` of row i as something to look for; the same one for all rows is made once. */
static inline const blt_needle *needle(const reader *r, uint32_t a, uint32_t i, blt_needle *room) {
  if (i == 0 || !r->constant[a]) *room = blt_needle_of(text(r, a, i));
  return room;
}

static inline const char *find_in(const blt_needle *n, blt_str s) {
  return blt_needle_find(n, s.s, s.s + s.len);
}

static blt_status loop_contains(const blt_call *c, const reader *r, uint8_t *out, blt_error *err) {
  blt_needle room = {0};
  if (r->constant[1] && !r->constant[0])
    return blt_text_search(c, needle(r, 1, 0, &room), r->text[0], c->n, out, err);
  for (uint32_t i = 0; i < c->n; i++) {
    if (blt_call_worked(c, text(r, 0, i).len, err) != BLT_OK) return err->code;
    out[i] = find_in(needle(r, 1, i, &room), text(r, 0, i)) != NULL;
  }
  return BLT_OK;
}

/* starts_with, ends_with, contains. */
static blt_status loop_search(blt_call *c, blt_error *err) {
  reader r = read_args(c);
  uint8_t *out = c->out;
  uint8_t what = c->op->code;
  if (what == BLT_ANYWHERE) return loop_contains(c, &r, out, err);
  for (uint32_t i = 0; i < c->n; i++) {
    blt_str s = text(&r, 0, i), p = text(&r, 1, i);
    if (blt_call_worked(c, p.len, err) != BLT_OK) return err->code;
    out[i] = p.len <= s.len && memcmp(what == BLT_AT_START ? s.s : s.s + s.len - p.len, p.s, p.len) == 0;
  }
  return BLT_OK;
}
BLT_STRICT(blt_run_search, loop_search);

/* Texts with a beginning lie between it and what follows the last byte of it that can be followed. */
static void range_starts(const blt_scope *s, const blt_op *op, blt_range *out) {
  const blt_str *ends = op->data;
  *out = (blt_range){.known = blt_range_lacks(s, op->args[0], ends[0], ends[1]), .nulls = true};
}

blt_status blt_bind_starts_with(blt_binder *b, blt_op *op, blt_error *err) {
  const blt_value *k = &op->args[1]->value;
  op->run = blt_run_search;
  if (op->args[1]->kind != BLT_OP_VALUE || k->null) return BLT_OK;
  uint32_t len = k->u.s.len;
  while (len && (uint8_t)k->u.s.s[len - 1] == UINT8_MAX) len--;
  blt_str *ends = blt_bind_alloc(b, 2 * sizeof *ends);
  char *next = blt_bind_alloc(b, len + 1);
  if (!ends || !next) return blt_fail_memory(err, len + 1);
  if (len) memcpy(next, k->u.s.s, len);
  if (len) next[len - 1] = (char)((uint8_t)next[len - 1] + 1);
  ends[0] = k->u.s;
  ends[1] = (blt_str){len ? next : NULL, len};
  op->data = ends;
  op->range = range_starts;
  return BLT_OK;
}

static blt_status loop_find(blt_call *c, blt_error *err) {
  reader r = read_args(c);
  blt_needle room = {0};
  int64_t *out = c->out;
  for (uint32_t i = 0; i < c->n; i++) {
    blt_str s = text(&r, 0, i);
    if (blt_call_worked(c, s.len, err) != BLT_OK) return err->code;
    const char *at = find_in(needle(&r, 1, i, &room), s);
    out[i] = at ? (int64_t)blt_text_chars((blt_str){s.s, (uint32_t)(at - s.s)}) + 1 : 0;
  }
  return BLT_OK;
}
static BLT_STRICT(run_find, loop_find);

static void range_find(const blt_scope *s, const blt_op *op, blt_range *out) {
  (void)s, (void)op;
  *out = (blt_range){.known = true, .nulls = true, .high = BLT_MAX_STRING};
}

blt_status blt_bind_find(blt_binder *b, blt_op *op, blt_error *err) {
  (void)b, (void)err;
  op->run = run_find;
  op->range = range_find;
  return BLT_OK;
}

static blt_status loop_like(blt_call *c, blt_error *err) {
  reader r = read_args(c);
  uint8_t *out = c->out;
  blt_like like;
  blt_status status = BLT_OK;
  for (uint32_t i = 0; i < c->n && status == BLT_OK; i++) {
    if (i == 0 || !r.constant[1]) blt_like_make(&like, text(&r, 1, i));
    if (i == 0 && r.constant[1] && !r.constant[0] && blt_like_is_search(&like))
      return blt_text_search(c, &like.pieces[1].needle, r.text[0], c->n, out, err);
    status = blt_like_match(c, &like, text(&r, 0, i), &out[i], err);
  }
  return status;
}
BLT_STRICT(blt_run_like, loop_like);

/* ---- parts ---- */

static blt_str slice(const char *from, const char *to) {
  return to > from ? (blt_str){from, (uint32_t)(to - from)} : nothing;
}

/* `count` characters (INT64_MAX: all) from position `start` (1 the first, -1 the last) on; those before the
 * text count, though there are none. */
static blt_str substring(blt_str s, int64_t start, int64_t count) {
  int64_t chars = blt_text_chars(s);
  if (start < 0) start += chars + 1;
  if (count < 0) count = 0;
  int64_t end = count == INT64_MAX || start > INT64_MAX - count ? INT64_MAX : start + count;
  if (start < 1) start = 1;
  if (end <= start || start > chars) return nothing;
  const char *from = blt_text_at(s, (uint64_t)start - 1);
  blt_str rest = {from, (uint32_t)(s.s + s.len - from)};
  return slice(from, blt_text_at(rest, (uint64_t)(end - start)));
}

static blt_status loop_substr(blt_call *c, blt_error *err) {
  reader r = read_args(c);
  blt_str *out = c->out;
  for (uint32_t i = 0; i < c->n; i++) {
    blt_str s = text(&r, 0, i);
    int64_t count = c->nargs > 2 ? number(&r, 2, i) : INT64_MAX;
    out[i] = blt_call_null(c, i) ? nothing : substring(s, number(&r, 1, i), count);
    if (blt_call_worked(c, s.len, err) != BLT_OK) return err->code;
  }
  return BLT_OK;
}
BLT_STRICT(blt_run_substr, loop_substr);

/* left(s, n), right(s, n): a negative n takes all but -n characters. */
static blt_status loop_end(blt_call *c, blt_error *err) {
  reader r = read_args(c);
  blt_str *out = c->out;
  bool left = c->op->code == BLT_LEFT_SIDE;
  for (uint32_t i = 0; i < c->n; i++) {
    blt_str s = text(&r, 0, i);
    int64_t chars = blt_text_chars(s), n = number(&r, 1, i);
    if (n < 0) n = n < -chars ? 0 : chars + n;
    if (n > chars) n = chars;
    const char *cut = blt_text_at(s, (uint64_t)(left ? n : chars - n));
    out[i] = left ? slice(s.s, cut) : slice(cut, s.s + s.len);
    if (blt_call_worked(c, s.len, err) != BLT_OK) return err->code;
  }
  return BLT_OK;
}
BLT_STRICT(blt_run_end, loop_end);

/* Whether the character at p is one of `set`. */
static bool in_set(const char *p, uint32_t bytes, blt_str set) {
  for (const char *q = set.s, *end = q + set.len; q < end; q += blt_char_bytes(q, end))
    if (blt_char_bytes(q, end) == bytes && memcmp(p, q, bytes) == 0) return true;
  return false;
}

static blt_status trim(const blt_call *c, blt_str s, blt_str set, blt_str *out, blt_error *err) {
  const char *p = s.s, *end = s.s + s.len;
  bool left = c->op->code != BLT_RIGHT_SIDE, right = c->op->code != BLT_LEFT_SIDE;
  while (left && p < end && in_set(p, blt_char_bytes(p, end), set)) {
    p += blt_char_bytes(p, end);
    if (blt_call_worked(c, set.len, err) != BLT_OK) return err->code;
  }
  while (right && p < end) {
    if (blt_call_worked(c, set.len, err) != BLT_OK) return err->code;
    const char *last = end - 1;
    while (last > p && ((unsigned char)*last & 0xc0) == 0x80 && end - last < 4) last--;
    if (blt_char_bytes(last, end) != (uint32_t)(end - last)) last = end - 1;
    if (!in_set(last, (uint32_t)(end - last), set)) break;
    end = last;
  }
  *out = slice(p, end);
  return BLT_OK;
}

static blt_status loop_trim(blt_call *c, blt_error *err) {
  static const blt_str blanks = {" \t\r\n\f\v", 6};
  reader r = read_args(c);
  blt_str *out = c->out;
  blt_status status = BLT_OK;
  for (uint32_t i = 0; i < c->n && status == BLT_OK; i++)
    status = trim(c, text(&r, 0, i), c->nargs > 1 ? text(&r, 1, i) : blanks, &out[i], err);
  return status;
}
BLT_STRICT(blt_run_trim, loop_trim);

/* Part k (from 1; from -1 at the end) between separators; empty when there is none. */
static blt_str split_part(blt_str s, const blt_needle *separator, int64_t k) {
  const char *end = s.s + s.len;
  if (separator->len == 0) return k == 1 || k == -1 ? s : nothing;
  if (k < 0) {
    int64_t parts = 1;
    blt_str rest = s;
    for (const char *at; (at = find_in(separator, rest)); parts++) rest = slice(at + separator->len, end);
    k = k < -parts ? 0 : parts + k + 1;
  }
  for (; k > 0; k--) {
    const char *at = find_in(separator, s);
    if (k == 1) return slice(s.s, at ? at : end);
    if (!at) break;
    s = slice(at + separator->len, end);
  }
  return nothing;
}

static blt_status loop_split_part(blt_call *c, blt_error *err) {
  reader r = read_args(c);
  blt_needle room = {0};
  blt_str *out = c->out;
  blt_status status = BLT_OK;
  for (uint32_t i = 0; i < c->n && status == BLT_OK; i++) {
    const blt_needle *separator = needle(&r, 1, i, &room);
    out[i] = blt_call_null(c, i) ? nothing : split_part(text(&r, 0, i), separator, number(&r, 2, i));
    status = blt_call_worked(c, text(&r, 0, i).len, err);
  }
  return status;
}
BLT_STRICT(blt_run_split_part, loop_split_part);

/* ---- new strings ---- */

/* Texts from … to - 1, which lie one behind the other and have no longer characters: they stay where they are
 * unless one of them changes. */
static blt_status ascii_case(blt_text_room *room, const blt_str *texts, uint32_t from, uint32_t to,
                             bool upper, blt_str *out, blt_error *err) {
  const char *start = texts[from].s;
  blt_str whole = {start, (uint32_t)(texts[to - 1].s + texts[to - 1].len - start)};
  if (blt_ascii_changes(whole, upper)) {
    char *p = blt_text_take(room, whole.len, err);
    if (!p) return err->code;
    start = blt_ascii_case(whole, upper, p).s;
  }
  for (uint32_t i = from; i < to; i++) out[i] = (blt_str){start + (texts[i].s - whole.s), texts[i].len};
  return BLT_OK;
}

static blt_status text_case(blt_text_room *room, blt_str s, bool upper, blt_str *out, blt_error *err) {
  char *p = blt_text_take(room, (size_t)s.len + s.len / 2, err); /* two bytes become three at most */
  if (p) *out = blt_text_case(s, upper, p);
  return p ? BLT_OK : err->code;
}

static blt_status loop_case(blt_call *c, blt_error *err) {
  const blt_str *texts = blt_call_text(c, 0);
  blt_text_room room = {.ev = c->frame->ev};
  blt_str *out = c->out;
  bool upper = c->op->code == BLT_UPPER;
  blt_status status = BLT_OK;
  for (uint32_t i = 0, end; i < c->n && status == BLT_OK; i = end) {
    bool ascii = blt_text_run(texts, i, c->n, &end);
    uint64_t bytes = 0;
    if (ascii) status = ascii_case(&room, texts, i, end, upper, out, err);
    for (uint32_t k = i; k < end && status == BLT_OK; k++) {
      if (!ascii) status = text_case(&room, texts[k], upper, &out[k], err);
      bytes += texts[k].len;
    }
    if (status == BLT_OK) status = blt_call_worked(c, bytes, err);
  }
  return status;
}
BLT_STRICT(blt_run_case, loop_case);

/* How often `from` stands in s, without overlap. */
static size_t occurrences(blt_str s, const blt_needle *from) {
  size_t n = 0;
  const char *end = s.s + s.len;
  for (const char *at; (at = find_in(from, s)); n++) s = slice(at + from->len, end);
  return n;
}

static blt_status replace(blt_text_room *room, blt_str s, const blt_needle *from, blt_str to, blt_str *out,
                          blt_error *err) {
  size_t n = from->len ? occurrences(s, from) : 0;
  *out = s;
  if (n == 0) return BLT_OK;
  size_t bytes = s.len - n * from->len + n * to.len;
  char *p = blt_text_take(room, bytes, err);
  const char *end = s.s + s.len;
  if (!p) return err->code;
  *out = (blt_str){p, (uint32_t)bytes};
  for (const char *at; (at = find_in(from, s));) {
    memcpy(p, s.s, (size_t)(at - s.s));
    p += at - s.s;
    memcpy(p, to.s, to.len);
    p += to.len;
    s = slice(at + from->len, end);
  }
  memcpy(p, s.s, s.len);
  return BLT_OK;
}

static blt_status loop_replace(blt_call *c, blt_error *err) {
  reader r = read_args(c);
  blt_needle from = {0};
  blt_text_room room = {.ev = c->frame->ev};
  blt_str *out = c->out;
  blt_status status = BLT_OK;
  for (uint32_t i = 0; i < c->n && status == BLT_OK; i++) {
    needle(&r, 1, i, &from);
    out[i] = nothing;
    if (!blt_call_null(c, i)) status = replace(&room, text(&r, 0, i), &from, text(&r, 2, i), &out[i], err);
    if (status == BLT_OK) status = blt_call_worked(c, (uint64_t)text(&r, 0, i).len + out[i].len, err);
  }
  return status;
}
BLT_STRICT(blt_run_replace, loop_replace);

/* Fills up to `width` characters; a longer text is cut to them. */
static blt_status pad(blt_text_room *room, blt_str s, int64_t width, blt_str fill, bool left, blt_str *out,
                      blt_error *err) {
  int64_t chars = blt_text_chars(s), each = blt_text_chars(fill);
  if (width <= chars || each == 0) {
    *out = slice(s.s, blt_text_at(s, width < 0 ? 0 : (uint64_t)width));
    return BLT_OK;
  }
  int64_t missing = width - chars;
  if (missing > BLT_MAX_STRING)
    return blt_fail(err, BLT_EOVERFLOW, "a string of %lld characters is longer than %u bytes",
                    (long long)width, BLT_MAX_STRING);
  size_t rest = (size_t)(blt_text_at(fill, (uint64_t)(missing % each)) - fill.s);
  size_t filled = (size_t)(missing / each) * fill.len + rest;
  char *p = blt_text_take(room, filled + s.len, err), *q = left ? p : p + s.len;
  if (!p) return err->code;
  memcpy(left ? p + filled : p, s.s, s.len);
  for (size_t at = 0; at < filled; at += fill.len)
    memcpy(q + at, fill.s, filled - at < fill.len ? filled - at : fill.len);
  *out = (blt_str){p, (uint32_t)(filled + s.len)};
  return BLT_OK;
}

static blt_status loop_pad(blt_call *c, blt_error *err) {
  static const blt_str blank = {" ", 1};
  reader r = read_args(c);
  blt_text_room room = {.ev = c->frame->ev};
  blt_str *out = c->out;
  blt_status status = BLT_OK;
  for (uint32_t i = 0; i < c->n && status == BLT_OK; i++) {
    out[i] = nothing;
    if (blt_call_null(c, i)) continue;
    blt_str fill = c->nargs > 2 ? text(&r, 2, i) : blank;
    status = pad(&room, text(&r, 0, i), number(&r, 1, i), fill, c->op->code == BLT_LEFT_SIDE, &out[i], err);
    if (status == BLT_OK) status = blt_call_worked(c, out[i].len, err);
  }
  return status;
}
BLT_STRICT(blt_run_pad, loop_pad);

/* ---- joining ---- */

/* a .. b */
static blt_status loop_join(blt_call *c, blt_error *err) {
  reader r = read_args(c);
  blt_text_room room = {.ev = c->frame->ev};
  blt_str *out = c->out;
  for (uint32_t i = 0; i < c->n; i++) {
    out[i] = nothing;
    if (blt_call_null(c, i)) continue;
    blt_str a = text(&r, 0, i), b = text(&r, 1, i);
    if (blt_call_worked(c, (uint64_t)a.len + b.len, err) != BLT_OK) return err->code;
    char *p = blt_text_take(&room, (size_t)a.len + b.len, err);
    if (!p) return err->code;
    memcpy(p, a.s, a.len);
    memcpy(p + a.len, b.s, b.len);
    out[i] = (blt_str){p, a.len + b.len};
  }
  return BLT_OK;
}
static BLT_STRICT(run_join, loop_join);

/* `..` takes values of any type, as Lua's takes numbers. */
blt_status blt_bind_join(blt_binder *b, blt_op *op, blt_error *err) {
  op->run = run_join;
  for (uint32_t i = 0; i < op->nargs; i++) {
    op->args[i] = blt_bind_call(b, "string", &op->args[i], 1, op->node, err);
    if (!op->args[i]) return err->code;
  }
  return BLT_OK;
}

/* concat(a, b, …): as `..`, but a null counts as empty. */
blt_status blt_bind_concat(blt_binder *b, blt_op *op, blt_error *err) {
  blt_value empty = {.type = {.id = BLT_STRING}, .u.s = nothing};
  blt_op *all = NULL;
  for (uint32_t i = 0; i < op->nargs; i++) {
    blt_op *pair[2] = {blt_bind_convert(b, op->args[i], empty.type, err),
                       blt_bind_value(b, &empty, op->node, err)};
    if (!pair[0] || !pair[1]) return err->code;
    pair[1] = blt_bind_call(b, "coalesce", pair, 2, op->node, err);
    pair[0] = all;
    all = all && pair[1] ? blt_bind_call(b, "..", pair, 2, op->node, err) : pair[1];
    if (!all) return err->code;
  }
  *op = *all;
  return BLT_OK;
}

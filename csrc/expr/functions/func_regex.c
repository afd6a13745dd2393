/* func_regex.c: matches(s, regex), extract(s, regex, group), regex_replace(s, regex, by). The regular
 * expression is a constant and is compiled with the expression. */
#include "func.h"
#include "regex.h"
#include "text.h"

#include <string.h>

static const blt_str nothing = {"", 0};

static inline blt_str text_at(const blt_call *c, const blt_str *values, uint32_t arg, uint32_t i) {
  return values[blt_call_constant(c, arg) ? 0 : i];
}

/* ---- matches ---- */

static blt_status match_rows(blt_call *c, blt_matcher *m, blt_error *err) {
  const blt_str *s = blt_call_text(c, 0);
  uint8_t *out = c->out;
  blt_status status = BLT_OK;
  for (uint32_t i = 0; i < c->n && status == BLT_OK; i++) {
    bool found = false;
    if (!blt_call_null(c, i)) {
      status = blt_matcher_find(m, text_at(c, s, 0, i), 0, false, &found);
      if (status == BLT_OK) status = blt_call_worked(c, text_at(c, s, 0, i).len, err);
    }
    out[i] = found;
  }
  return status;
}

/* ---- extract ---- */

static blt_status extract_rows(blt_call *c, blt_matcher *m, blt_error *err) {
  const blt_str *s = blt_call_text(c, 0);
  const uint32_t group = (uint32_t)c->op->low;
  blt_str *out = c->out;
  blt_status status = BLT_OK;
  for (uint32_t i = 0; i < c->n && status == BLT_OK; i++) {
    bool found = false;
    out[i] = nothing;
    if (blt_call_null(c, i)) continue;
    blt_str text = text_at(c, s, 0, i);
    status = blt_matcher_find(m, text, 0, false, &found);
    if (!found || !blt_matcher_group(m, text, group, &out[i])) blt_bit_clear(blt_call_nulls(c), i);
    if (status == BLT_OK) status = blt_call_worked(c, text.len, err);
  }
  return status;
}

/* ---- replace ---- */

/* A piece of what is put in: bytes as they stand, or the text of a group. */
typedef struct piece {
  blt_str bytes;
  uint32_t group;
  bool is_group;
} piece;

static bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/* The piece at *at, behind which it moves: `$1` and `${1}` a group, `${name}` one by name, `$$` a dollar.
 * False for a group that there is not. */
static bool next_piece(const blt_regex *r, const char **at, const char *end, piece *out) {
  const char *p = *at, *dollar = memchr(p, '$', (size_t)(end - p));
  if (dollar != p) {
    *at = dollar ? dollar : end;
    *out = (piece){.bytes = {p, (uint32_t)(*at - p)}};
    return true;
  }
  bool braced = ++p < end && *p == '{';
  if (p < end && *p == '$') {
    *out = (piece){.bytes = {p, 1}};
    *at = p + 1;
    return true;
  }
  p += braced;
  const char *name = p;
  if (braced)
    p = memchr(name, '}', (size_t)(end - name));
  else
    while (p < end && is_digit(*p) && p - name < 3) p++;
  if (!p || p == name) return false;
  *out = (piece){.is_group = true};
  for (const char *q = name; q < p && is_digit(*q) && out->group <= 1000; q++)
    out->group = out->group * 10 + (uint32_t)(*q - '0');
  if (!is_digit(*name)) out->group = blt_regex_named(r, (blt_str){name, (uint32_t)(p - name)});
  *at = p + braced;
  return (out->group > 0 || is_digit(*name)) && out->group <= blt_regex_groups(r);
}

static blt_status check_template(const blt_op *op, const blt_regex *r, blt_str by, blt_error *err) {
  piece piece;
  for (const char *at = by.s, *end = by.s + by.len; at < end;) {
    const char *before = at;
    if (next_piece(r, &at, end, &piece)) continue;
    return blt_fail_at(
        err, BLT_EINVAL, op->node,
        "%s: '%.*s' names no group of the regular expression, which has %u; a dollar is written $$", op->name,
        (int)(end - before < 20 ? end - before : 20), before, blt_regex_groups(r));
  }
  return BLT_OK;
}

/* A text that grows: `bytes` of `room` bytes at p. */
typedef struct growing {
  blt_text_room *room;
  char *p;
  size_t bytes, size;
} growing;

static blt_status put(growing *g, const char *from, size_t n, blt_error *err) {
  if (n == 0) return BLT_OK;
  if (g->size - g->bytes < n) {
    size_t size = (g->bytes + n) * 2 < BLT_MAX_STRING ? (g->bytes + n) * 2 : g->bytes + n;
    char *p = blt_text_take(g->room, size, err);
    if (!p) return err->code;
    if (g->bytes) memcpy(p, g->p, g->bytes);
    g->p = p;
    g->size = size;
  }
  memcpy(g->p + g->bytes, from, n);
  g->bytes += n;
  return BLT_OK;
}

/* Puts `by` in for the match of m. */
static blt_status put_template(growing *g, const blt_matcher *m, blt_str s, blt_str by, blt_error *err) {
  blt_status status = BLT_OK;
  piece piece;
  for (const char *at = by.s, *end = by.s + by.len; at < end && status == BLT_OK;) {
    next_piece(m->regex, &at, end, &piece);
    if (piece.is_group && !blt_matcher_group(m, s, piece.group, &piece.bytes)) continue;
    status = put(g, piece.bytes.s, piece.bytes.len, err);
  }
  return status;
}

static blt_status replace_all(blt_matcher *m, blt_text_room *room, blt_str s, blt_str by, blt_str *out,
                              blt_error *err) {
  growing g = {.room = room};
  size_t done = 0;
  bool found = false, empty = false;
  blt_status status = blt_matcher_find(m, s, 0, false, &found);
  *out = s;
  if (!found) return status;
  for (; found && status == BLT_OK;
       status = status == BLT_OK ? blt_matcher_find(m, s, done, empty, &found) : status) {
    size_t from = m->spans[0], to = m->spans[1];
    if (from < done || to < from) break; /* \K in a lookaround may say so */
    status = put(&g, s.s + done, from - done, err);
    if (status == BLT_OK) status = put_template(&g, m, s, by, err);
    empty = to == from;
    done = to;
  }
  if (status == BLT_OK) status = put(&g, s.s + done, s.len - done, err);
  *out = (blt_str){g.p ? g.p : "", (uint32_t)g.bytes};
  return status;
}

static blt_status replace_rows(blt_call *c, blt_matcher *m, blt_error *err) {
  const blt_str *s = blt_call_text(c, 0), *by = blt_call_text(c, 1);
  blt_text_room room = {.ev = c->frame->ev};
  blt_str *out = c->out;
  blt_status status = BLT_OK;
  for (uint32_t i = 0; i < c->n && status == BLT_OK; i++) {
    out[i] = nothing;
    if (blt_call_null(c, i)) continue;
    blt_str text = text_at(c, s, 0, i);
    status = check_template(c->op, m->regex, text_at(c, by, 1, i), err);
    if (status == BLT_OK) status = replace_all(m, &room, text, text_at(c, by, 1, i), &out[i], err);
    if (status == BLT_OK) status = blt_call_worked(c, (uint64_t)text.len + out[i].len, err);
  }
  return status;
}

/* ---- the frame of all three ---- */

static blt_status loop_regex(blt_call *c, blt_error *err) {
  static blt_status (*const rows[])(blt_call *, blt_matcher *, blt_error *) = {
      [BLT_MATCHES] = match_rows, [BLT_EXTRACT] = extract_rows, [BLT_REGEX_REPLACE] = replace_rows};
  blt_matcher m;
  blt_status status = blt_matcher_open(&m, c->op->data, c, err);
  if (status == BLT_OK) status = rows[c->op->code](c, &m, err);
  blt_matcher_close(&m);
  return status;
}
static BLT_STRICT(run_regex, loop_regex);

/* ---- binding ---- */

/* extract takes the group that is asked for by number or name, else the first one, else the whole match. */
static blt_status bind_group(const blt_regex *r, blt_op *op, blt_error *err) {
  const blt_op *arg = op->nargs > 2 ? op->args[2] : NULL;
  op->low = blt_regex_groups(r) > 0;
  if (!arg) return BLT_OK;
  if (arg->kind != BLT_OP_VALUE || (arg->type.id != BLT_INT64 && arg->type.id != BLT_STRING))
    return blt_fail_at(err, BLT_ETYPE, op->node, "extract: a group is a constant: its number or its name");
  op->low = arg->value.u.i;
  if (arg->type.id == BLT_STRING) op->low = blt_regex_named(r, arg->value.u.s);
  bool missing = arg->type.id == BLT_STRING && op->low == 0;
  if (!missing && op->low >= 0 && op->low <= blt_regex_groups(r)) return BLT_OK;
  return blt_fail_at(err, BLT_EINVAL, op->node,
                     "extract: the regular expression has %u group%s and not that one", blt_regex_groups(r),
                     blt_regex_groups(r) == 1 ? "" : "s");
}

blt_status blt_bind_regex(blt_binder *b, blt_op *op, blt_error *err) {
  const blt_op *pattern = op->args[1];
  blt_regex *r;
  if (pattern->kind != BLT_OP_VALUE)
    return blt_fail_at(err, BLT_EINVAL, op->node,
                       "%s: the regular expression is a constant: a text, or a parameter", op->name);
  blt_status status = blt_regex_new(b->ctx, pattern->value.u.s, b->view != NULL, pattern->node, &r, err);
  if (status != BLT_OK) return status;
  blt_regex_keep(b->expr, r);
  op->data = r;
  op->run = run_regex;
  if (op->code == BLT_EXTRACT) status = bind_group(r, op, err);
  if (op->code != BLT_REGEX_REPLACE) {
    op->nargs = 1;
    return status;
  }
  const blt_op *by = op->args[1] = op->args[2];
  op->nargs = 2;
  op->can_fail = by->kind != BLT_OP_VALUE;
  return op->can_fail ? BLT_OK : check_template(op, r, by->value.u.s, err);
}

/* func_layout.c: dates and timestamps in a writing of the user's: format(D, layout), date(s, layout),
 * timestamp(s, layout). The layout is a constant (base/layout.h). */
#include "func.h"
#include "text.h"

#include "base/text/civil.h"
#include "base/text/layout.h"

#include <string.h>

/* Reads the layout in argument 1 and takes the argument away. */
static blt_status take_layout(blt_binder *b, blt_op *op, bool reads, blt_error *err) {
  const blt_op *arg = op->args[1];
  blt_layout *l = blt_bind_alloc(b, sizeof *l);
  blt_error why;
  if (!l) return blt_fail_memory(err, sizeof *l);
  if (arg->kind != BLT_OP_VALUE || arg->type.id != BLT_STRING)
    return blt_fail_at(err, BLT_ETYPE, op->node, "%s: a layout is a constant text, such as 'dd.mm.yyyy'",
                       op->name);
  if (blt_layout_read(arg->value.u.s, reads, l, &why) != BLT_OK)
    return blt_fail_at(err, BLT_EINVAL, arg->node, "%s: the layout '%.*s': %s", op->name,
                       (int)(arg->value.u.s.len < 40 ? arg->value.u.s.len : 40), arg->value.u.s.s,
                       why.message);
  op->data = l;
  op->nargs = 1;
  return BLT_OK;
}

/* ---- writing ---- */

static blt_status loop_format(blt_call *c, blt_error *err) {
  const int64_t *a = blt_call_i64(c, 0);
  const bool date = c->op->args[0]->type.id == BLT_DATE;
  blt_text_room room = {.ev = c->frame->ev};
  char text[BLT_LAYOUT_TEXT];
  blt_str *out = c->out;
  for (uint32_t i = 0; i < c->n; i++) {
    out[i] = (blt_str){"", 0};
    if (blt_call_null(c, i)) continue;
    size_t n = blt_layout_format(c->op->data, date ? a[i] * BLT_DAY : a[i], text);
    char *p = blt_text_take(&room, n, err);
    if (!p || blt_call_worked(c, n, err) != BLT_OK) return err->code;
    memcpy(p, text, n);
    out[i] = (blt_str){p, (uint32_t)n};
  }
  return BLT_OK;
}
static BLT_STRICT(run_format, loop_format);

blt_status blt_bind_format(blt_binder *b, blt_op *op, blt_error *err) {
  op->run = run_format;
  blt_status status = take_layout(b, op, false, err);
  if (status != BLT_OK || op->args[0]->type.id != BLT_DATE || !((const blt_layout *)op->data)->timed)
    return status;
  return blt_fail_at(err, BLT_ETYPE, op->node, "format: a date has no time of day: use timestamp(x)");
}

/* ---- reading ---- */

static blt_status loop_parse(blt_call *c, blt_error *err) {
  const blt_str *s = blt_call_text(c, 0);
  const blt_str layout = c->op->value.u.s;
  int64_t *r = c->out;
  char shown[64];
  for (uint32_t i = 0; i < c->n; i++) {
    r[i] = 0;
    if (blt_call_null(c, i)) continue;
    if (!blt_layout_parse(c->op->data, s[i], &r[i])) {
      blt_call_show(c, 0, i, shown);
      return blt_fail_at(err, BLT_EFORMAT, c->op->node, "%s is no %s that exists, written %.*s", shown,
                         c->op->name, (int)layout.len, layout.s);
    }
    if (c->op->type.id == BLT_DATE) r[i] = blt_timestamp_date(r[i]);
  }
  return BLT_OK;
}
static BLT_STRICT(run_parse, loop_parse);

blt_status blt_bind_laid_out(blt_binder *b, blt_op *op, blt_error *err) {
  const uint8_t id = op->args[0]->type.id;
  if (id == BLT_DATE || id == BLT_TIMESTAMP)
    return blt_bind_mismatch(op, "it is one already, and needs no layout; to write it: format(x, layout)",
                             err);
  if (id != BLT_STRING) return blt_bind_mismatch(op, "a layout says how a text is written", err);
  op->value.u.s = op->args[1]->value.u.s; /* for messages; it lies in the expression's memory */
  op->run = run_parse;
  op->can_fail = true;
  blt_status status = take_layout(b, op, true, err);
  if (status != BLT_OK || op->type.id != BLT_DATE || !((const blt_layout *)op->data)->timed) return status;
  return blt_fail_at(err, BLT_EINVAL, op->node,
                     "date: a time of day would be lost: use date(timestamp(s, '%.*s'))",
                     (int)op->value.u.s.len, op->value.u.s.s);
}

/* func_host.c: lua(x, function, type): functions of the program that the engine is part of
 * (blt_ctx_set_host). They are asked for values that are not null only, in the order of rows, by the thread
 * that runs the query. */
#include "func.h"
#include "text.h"

#include <string.h>

#define AT_ONCE 64u      /* rows that are asked for together; then somebody is asked whether to go on */
#define CALL_BYTES 4096u /* of text that a call counts as */

static uint64_t row_of(const blt_call *c, uint32_t i) {
  const blt_frame *f = c->frame;
  return (uint64_t)f->group * BLT_BLOCK_ROWS + f->start + (f->sel ? f->sel[i] : i) + 1;
}

/* Writes the result of row i. */
static blt_status put(blt_call *c, uint32_t i, const blt_value *v, blt_text_room *room, blt_error *err) {
  if (v->null) {
    blt_bit_clear(blt_call_nulls(c), i);
    return BLT_OK;
  }
  switch (c->op->type.id) {
  case BLT_STRING: {
    char *p = blt_text_take(room, v->u.s.len, err);
    if (!p) return err->code;
    if (v->u.s.len) memcpy(p, v->u.s.s, v->u.s.len);
    ((blt_str *)c->out)[i] = (blt_str){p, v->u.s.len};
    return BLT_OK;
  }
  case BLT_BOOL:
    ((uint8_t *)c->out)[i] = v->u.i != 0;
    return BLT_OK;
  case BLT_FLOAT64:
    ((double *)c->out)[i] = v->u.f;
    return BLT_OK;
  default:
    ((int64_t *)c->out)[i] = v->u.i;
    return BLT_OK;
  }
}

static void put_nothing(blt_call *c, uint32_t i) {
  if (c->op->type.id == BLT_STRING)
    ((blt_str *)c->out)[i] = (blt_str){"", 0};
  else if (c->op->type.id == BLT_BOOL)
    ((uint8_t *)c->out)[i] = 0;
  else
    ((int64_t *)c->out)[i] = 0;
}

/* Asks for the next rows from *i on. */
static blt_status ask(blt_call *c, uint32_t *i, blt_text_room *room, blt_error *err) {
  blt_value in[AT_ONCE], out[AT_ONCE];
  uint64_t rows[AT_ONCE];
  uint32_t at[AT_ONCE], n = 0;
  for (; *i < c->n && n < AT_ONCE; ++*i) {
    put_nothing(c, *i);
    if (blt_call_null(c, *i)) continue;
    in[n] = blt_vec_value(&c->args[0], *i);
    rows[n] = row_of(c, *i);
    at[n++] = *i;
  }
  blt_host_call call = {.function = c->op->low,
                        .type = c->op->type,
                        .n = n,
                        .in = in,
                        .rows = c->frame->given ? NULL : rows,
                        .out = out};
  blt_status status = n ? blt_host_ask(blt_eval_ctx(c->frame->ev), &call, err) : BLT_OK;
  for (uint32_t k = 0; k < n && status == BLT_OK; k++) status = put(c, at[k], &out[k], room, err);
  return status == BLT_OK ? blt_call_worked(c, (uint64_t)n * CALL_BYTES, err) : status;
}

static blt_status loop_host(blt_call *c, blt_error *err) {
  blt_text_room room = {.ev = c->frame->ev};
  blt_status status = BLT_OK;
  for (uint32_t i = 0; i < c->n && status == BLT_OK;) status = ask(c, &i, &room, err);
  return status;
}
static BLT_STRICT(run_host, loop_host);

blt_status blt_bind_host(blt_binder *b, blt_op *op, blt_error *err) {
  (void)b;
  const blt_str type = op->args[2]->value.u.s;
  if (op->args[0]->type.id == BLT_NULLTYPE)
    return blt_fail_at(err, BLT_ETYPE, op->node, "lua: a value of some type expected");
  op->type = op->args[0]->type;
  if (type.len > 0 && !blt_type_parse(type.s, type.len, &op->type))
    return blt_fail_at(err, BLT_EINVAL, op->node, "lua: no type '%.*s'", (int)(type.len < 40 ? type.len : 40),
                       type.s);
  op->low = op->args[1]->value.u.i;
  op->nargs = 1;
  op->run = run_host;
  op->can_fail = true;
  op->host = op->direct =
      true; /* it remembers what it was asked for by itself, and knows the row that it is asked for */
  return BLT_OK;
}

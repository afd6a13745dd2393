/* expr_fixture.h: for tests of expressions: a table of every type, and expressions from postfix text.
 *
 *   columns  i int64 with extremes   j small int64   c one int64 for all   f float64 with NaN and infinities
 *            e decimal(9,2)   s string, 20 distinct   u string, nearly unique   d date   t timestamp   b bool
 *            all but c may be null
 *   text     "i 5 + j 0 == and": names, integers, 1.5e0 (float64), 2.50 (decimal), 'text' (without blanks),
 * @2012-01-31, nil, true, false; anything else is a function: name/arguments, two when not said. */
#ifndef BLOTTER_SPEC_EXPR_FIXTURE_H
#define BLOTTER_SPEC_EXPR_FIXTURE_H

#include "base/text/civil.h"
#include "base/text/num.h"
#include "expr/expr.h"
#include "random.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FX_I, FX_J, FX_C, FX_F, FX_E, FX_S, FX_U, FX_D, FX_T, FX_B, FX_COLUMNS };
static const char fx_names[] = "ijcfesudtb";

typedef struct fixture {
  blt_ctx *ctx;
  blt_table *table;
  blt_view *view;
} fixture;

static inline int64_t fx_extreme(rng *r) {
  static const int64_t odd[] = {INT64_MIN, INT64_MIN + 1, -1, 0, 1, 2, INT64_MAX - 1, INT64_MAX, 1 << 20};
  return rng_below(r, 4) ? (int64_t)rng_below(r, 2000000) - 1000000 : odd[rng_below(r, 9)];
}

static inline double fx_float(rng *r) {
  static const double odd[] = {0.0, -0.0, NAN, INFINITY, -INFINITY, 1e300, -1e300, 0.5, 1e-300};
  return rng_below(r, 4) ? (double)rng_below(r, 20000) / 16 - 500 : odd[rng_below(r, 9)];
}

static inline blt_value fx_value(rng *r, uint32_t column, char text[32]) {
  static const char *const words[] = {"Seoul", "Busan", "",       "a%b",    "a_b",  "KR",        "kr",
                                      "JP",    "Japan", "Zürich", "zürich", "北京", "two words", " pad ",
                                      "x",     "xx",    "xxx",    "KRKR",   "-",    "~"};
  static const uint8_t ids[] = {BLT_INT64,  BLT_INT64,  BLT_INT64, BLT_FLOAT64,   BLT_DECIMAL,
                                BLT_STRING, BLT_STRING, BLT_DATE,  BLT_TIMESTAMP, BLT_BOOL};
  blt_value v = {.type = {.id = ids[column]}};
  if (column == FX_E) v.type.precision = 9, v.type.scale = 2;
  v.null = column != FX_C && rng_below(r, 8) == 0;
  if (v.null) return v;
  switch (column) {
  case FX_I:
    v.u.i = fx_extreme(r);
    break;
  case FX_J:
    v.u.i = 100 + rng_below(r, 50);
    break;
  case FX_C:
    v.u.i = 7;
    break;
  case FX_F:
    v.u.f = fx_float(r);
    break;
  case FX_E:
    v.u.i = (int64_t)rng_below(r, 2000000) - 1000000;
    break;
  case FX_S:
    strcpy(text, words[rng_below(r, 20)]);
    v.u.s = (blt_str){text, (uint32_t)strlen(text)};
    break;
  case FX_U:
    snprintf(text, 32, "%u-%s", rng_below(r, 1000000), words[rng_below(r, 20)]);
    v.u.s = (blt_str){text, (uint32_t)strlen(text)};
    break;
  case FX_D:
    v.u.i = 10000 + rng_below(r, 8000);
    break;
  case FX_T:
    v.u.i = ((int64_t)rng_below(r, 20000) - 3000) * BLT_DAY + (int64_t)(rng_next(r) % (uint64_t)BLT_DAY);
    break;
  default:
    v.u.i = rng_below(r, 2);
  }
  return v;
}

static inline blt_status fx_fill(fixture *x, uint32_t rows, uint64_t seed, blt_error *err) {
  blt_field fields[FX_COLUMNS];
  char names[FX_COLUMNS][2], text[2][32];
  rng r = {seed};
  for (uint32_t c = 0; c < FX_COLUMNS; c++) {
    names[c][0] = fx_names[c], names[c][1] = 0;
    fields[c] = (blt_field){names[c], fx_value(&r, c, text[0]).type};
  }
  blt_schema *schema;
  blt_status status = blt_schema_new(x->ctx, fields, FX_COLUMNS, NULL, 0, false, &schema, err);
  if (status != BLT_OK) return status;
  status = blt_table_new(x->ctx, schema, &x->table, err);
  blt_schema_free(schema);
  for (uint32_t i = 0; i < rows && status == BLT_OK; i++) {
    blt_value row[FX_COLUMNS];
    for (uint32_t c = 0; c < FX_COLUMNS; c++) row[c] = fx_value(&r, c, text[c == FX_U]);
    status = blt_table_append(x->table, row, err);
  }
  return status == BLT_OK ? blt_table_view(x->table, &x->view, err) : status;
}

/* A table of `rows` rows. Exits when that fails: nothing can be tested then. */
static inline fixture fx_new(uint32_t rows, uint64_t seed) {
  fixture x = {.ctx = blt_ctx_new()};
  blt_error err;
  if (fx_fill(&x, rows, seed, &err) != BLT_OK) {
    printf("no table: %s\n", err.message);
    exit(1);
  }
  return x;
}

static inline void fx_free(fixture *x) {
  blt_view_release(x->view);
  blt_table_release(x->table);
  blt_ctx_release(x->ctx);
}

#define FX_NODES 256

typedef struct nodes {
  blt_node node[FX_NODES];
  char text[4096];
  uint32_t n;
} nodes;

static inline bool fx_literal(const char *w, size_t len, blt_value *v) {
  *v = (blt_value){.type = {.id = BLT_INT64}};
  if (strcmp(w, "nil") == 0) {
    v->null = true;
    v->type.id = BLT_NULLTYPE;
  } else if (strcmp(w, "true") == 0 || strcmp(w, "false") == 0) {
    v->type.id = BLT_BOOL;
    v->u.i = w[0] == 't';
  } else if (w[0] == '@') {
    v->type.id = len > 12 ? BLT_TIMESTAMP : BLT_DATE;
    return len > 12 ? blt_timestamp_parse(w + 1, len - 1, &v->u.i) : blt_date_parse(w + 1, len - 1, &v->u.i);
  } else if (w[0] == '\'') {
    v->type.id = BLT_STRING;
    v->u.s = (blt_str){w + 1, (uint32_t)len - 2};
  } else if (isdigit((unsigned char)w[0]) || (w[0] == '-' && isdigit((unsigned char)w[1]))) {
    const char *point = strchr(w, '.');
    if (strchr(w, 'e')) {
      v->type.id = BLT_FLOAT64;
      return blt_parse_f64(w, len, &v->u.f) == BLT_PARSED;
    }
    if (!point) return blt_parse_i64(w, len, &v->u.i) == BLT_PARSED;
    v->type = (blt_type){.id = BLT_DECIMAL, .precision = 18, .scale = (uint8_t)(w + len - point - 1)};
    return blt_parse_decimal(w, len, 18, v->type.scale, &v->u.i) == BLT_PARSED;
  } else {
    return false;
  }
  return true;
}

static inline void fx_parse(const char *text, nodes *out) {
  out->n = 0;
  strncpy(out->text, text, sizeof out->text - 1);
  out->text[sizeof out->text - 1] = 0;
  for (char *w = strtok(out->text, " "); w && out->n < FX_NODES; w = strtok(NULL, " ")) {
    blt_node *node = &out->node[out->n++];
    size_t len = strlen(w);
    const char *column = len == 1 ? strchr(fx_names, w[0]) : NULL;
    *node = (blt_node){0};
    if (column) {
      node->kind = BLT_NODE_COLUMN;
      node->column = (uint32_t)(column - fx_names);
    } else if (fx_literal(w, len, &node->value)) {
      node->kind = BLT_NODE_VALUE;
    } else {
      char *slash = len > 2 ? strrchr(w, '/') : NULL;
      if (slash && isdigit((unsigned char)slash[1]))
        *slash = 0;
      else
        slash = NULL;
      node->kind = BLT_NODE_CALL;
      node->name = w;
      node->nargs = slash ? (uint32_t)atoi(slash + 1) : 2;
    }
  }
}

static inline blt_status fx_compile(const fixture *x, const char *text, blt_expr **out, blt_error *err) {
  nodes n;
  fx_parse(text, &n);
  return blt_expr_compile(x->ctx, x->view, n.node, n.n, out, err);
}

/* A value as text, for messages and comparisons: "nil", numbers, 'text'. */
static inline const char *fx_show(const blt_value *v, char out[64]) {
  if (v->null) return "nil";
  switch (v->type.id) {
  case BLT_FLOAT64:
    blt_format_f64(v->u.f, out);
    break;
  case BLT_DECIMAL:
    blt_format_decimal(v->u.i, v->type.scale, out);
    break;
  case BLT_STRING:
    snprintf(out, 64, "'%.*s'", (int)v->u.s.len, v->u.s.s);
    break;
  case BLT_DATE:
    blt_date_format(v->u.i, out);
    break;
  case BLT_TIMESTAMP:
    blt_timestamp_format(v->u.i, out);
    break;
  case BLT_BOOL:
    strcpy(out, v->u.i ? "true" : "false");
    break;
  default:
    blt_format_i64(v->u.i, out);
  }
  return out;
}

/* Value i of a vector, read through the public widening functions. */
static inline blt_value fx_vec_value(const blt_vec *v, uint32_t i) {
  blt_value out = {.null = blt_vec_is_null(v, i), .type = v->type};
  if (out.null) return out;
  static _Thread_local union {
    int64_t i[BLT_VECTOR_ROWS];
    double f[BLT_VECTOR_ROWS];
    blt_str s[BLT_VECTOR_ROWS];
    uint8_t b[BLT_VECTOR_ROWS];
  } room;
  if (v->type.id == BLT_FLOAT64)
    out.u.f = blt_vec_f64(v, room.f)[i];
  else if (v->type.id == BLT_STRING)
    out.u.s = blt_vec_text(v, room.s)[i];
  else if (v->type.id == BLT_BOOL)
    out.u.i = blt_vec_bool(v, room.b)[i];
  else
    out.u.i = blt_vec_i64(v, room.i)[i];
  return out;
}

#endif

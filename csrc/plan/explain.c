#include "explain.h"

#include "base/mem.h"
#include "base/text/num.h"
#include "expr/functions/func.h"
#include "term.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

typedef struct writer {
  blt_ctx *ctx;
  char *text;
  size_t n, cap;
  blt_status status;
  blt_error *err;
  blt_plan_note note;
  void *arg;
  uint32_t *shared; /* numbers of shared groups that were written */
  size_t nshared, shared_cap;
} writer;

static void put_bytes(writer *w, const char *s, size_t n) {
  if (w->status == BLT_OK) w->status = blt_grow(w->ctx, &w->text, &w->cap, w->n + n + 1, 1, w->err);
  if (w->status != BLT_OK) return;
  if (n) memcpy(w->text + w->n, s, n);
  w->n += n;
  w->text[w->n] = 0;
}

static void put(writer *w, const char *s) {
  put_bytes(w, s, strlen(s));
}

static void putf(writer *w, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void putf(writer *w, const char *format, ...) {
  char line[400];
  va_list args;
  va_start(args, format);
  vsnprintf(line, sizeof line, format, args);
  va_end(args);
  put(w, line);
}

/* ---- names and values ---- */

static bool plain_name(const char *s) {
  if (!((*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z') || *s == '_')) return false;
  for (; *s; s++)
    if (!((*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z') || *s == '_' || (*s >= '0' && *s <= '9')))
      return false;
  return true;
}

static void put_name(writer *w, const char *s) {
  if (*s == '#' || plain_name(s))
    put(w, s);
  else
    putf(w, "`%.200s`", s);
}

static void put_string(writer *w, blt_str s) {
  put(w, "'");
  for (uint32_t i = 0; i < s.len && i < 60; i++) {
    char c = s.s[i];
    if (c == '\'' || c == '\\') put(w, "\\");
    put_bytes(w, (unsigned char)c < ' ' ? " " : &c, 1);
  }
  put(w, s.len > 60 ? "…'" : "'");
}

static void put_value(writer *w, const blt_value *v) {
  char text[BLT_TEXT_OF_VALUE + 1];
  if (v->null) {
    put(w, "nil");
  } else if (v->type.id == BLT_STRING) {
    put_string(w, v->u.s);
  } else {
    bool quoted = v->type.id == BLT_DATE || v->type.id == BLT_TIMESTAMP;
    size_t n = blt_value_text(v, text);
    if (quoted) put(w, v->type.id == BLT_DATE ? "date '" : "timestamp '");
    put_bytes(w, text, n);
    if (quoted) put(w, "'");
  }
}

/* ---- terms ---- */

/* Names of columns that a term reads: those of one node, or of two side by side. */
typedef struct names {
  const blt_plan *a, *b;
} names;

static void put_column(writer *w, names in, uint32_t column) {
  if (column < in.a->ncolumns)
    put_name(w, in.a->columns[column].name);
  else if (in.b && column - in.a->ncolumns < in.b->ncolumns)
    put_name(w, in.b->columns[column - in.a->ncolumns].name);
  else
    putf(w, "#%u", column + 1);
}

static int precedence(const blt_node *node) {
  static const struct {
    const char *name;
    int level;
  } binary[] = {{"or", 1}, {"and", 2}, {"==", 3}, {"~=", 3}, {"<", 3}, {"<=", 3}, {">", 3}, {">=", 3},
                {"..", 4}, {"+", 5},   {"-", 5},  {"*", 6},  {"/", 6}, {"//", 6}, {"%", 6}, {"^", 8}};
  if (node->kind != BLT_NODE_CALL || node->nargs != 2) return 0;
  for (size_t i = 0; i < sizeof binary / sizeof *binary; i++)
    if (strcmp(binary[i].name, node->name) == 0) return binary[i].level;
  return 0;
}

static void put_part(writer *w, names in, const blt_term *t, uint32_t last, int around);

/* The ends of the arguments of the call that ends at `last`: of the i-th counted from the last one. */
static uint32_t argument_end(const blt_term *t, uint32_t last, uint32_t from_last) {
  uint32_t end = last - 1;
  while (from_last-- > 0) end -= blt_term_part(t, end);
  return end;
}

static void put_arguments(writer *w, names in, const blt_term *t, uint32_t last, uint32_t first) {
  uint32_t n = t->nodes[last].nargs;
  for (uint32_t i = first; i < n; i++) {
    if (i > first) put(w, ", ");
    put_part(w, in, t, argument_end(t, last, n - 1 - i), 0);
  }
}

static void put_binary(writer *w, names in, const blt_term *t, uint32_t last, int level, int around) {
  if (level < around) put(w, "(");
  put_part(w, in, t, argument_end(t, last, 1), level);
  putf(w, " %s ", t->nodes[last].name);
  put_part(w, in, t, argument_end(t, last, 0), level + 1);
  if (level < around) put(w, ")");
}

static bool is_call(const blt_node *node, const char *name, uint32_t nargs) {
  return node->kind == BLT_NODE_CALL && node->nargs == nargs && strcmp(node->name, name) == 0;
}

static void put_test(writer *w, names in, const blt_term *t, uint32_t last, const char *test, int around) {
  if (around > 3) put(w, "(");
  put_part(w, in, t, last, 4);
  put(w, test);
  if (around > 3) put(w, ")");
}

static void put_call(writer *w, names in, const blt_term *t, uint32_t last, int around) {
  const blt_node *node = &t->nodes[last];
  int level = precedence(node);
  if (level) {
    put_binary(w, in, t, last, level, around);
  } else if (is_call(node, "neg", 1)) {
    put(w, "-");
    put_part(w, in, t, last - 1, 7);
  } else if (is_call(node, "isnull", 1)) {
    put_test(w, in, t, last - 1, " == nil", around);
  } else if (is_call(node, "not", 1) && is_call(node - 1, "isnull", 1)) {
    put_test(w, in, t, last - 2, " ~= nil", around);
  } else if (is_call(node, "not", 1)) {
    put(w, "not ");
    put_part(w, in, t, last - 1, 7);
  } else if (strcmp(node->name, "in") == 0 && node->nargs > 0) {
    put_part(w, in, t, argument_end(t, last, node->nargs - 1), 4);
    put(w, " in (");
    put_arguments(w, in, t, last, 1);
    put(w, ")");
  } else {
    putf(w, "%.60s(", node->name);
    put_arguments(w, in, t, last, 0);
    put(w, ")");
  }
}

static void put_part(writer *w, names in, const blt_term *t, uint32_t last, int around) {
  const blt_node *node = &t->nodes[last];
  if (w->status != BLT_OK) return;
  if (node->kind == BLT_NODE_COLUMN)
    put_column(w, in, node->column);
  else if (node->kind == BLT_NODE_VALUE)
    put_value(w, &node->value);
  else
    put_call(w, in, t, last, around);
}

static void put_term(writer *w, names in, const blt_term *t, int around) {
  put_part(w, in, t, t->n - 1, around);
}

/* ---- lists ---- */

static void put_terms(writer *w, names in, const blt_term *terms, uint32_t n, const char *between,
                      int around) {
  for (uint32_t i = 0; i < n; i++) {
    if (i) put(w, between);
    put_term(w, in, &terms[i], n > 1 ? around : 0);
  }
}

static void put_items(writer *w, names in, const blt_plan_item *items, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) {
    int64_t column = blt_term_column(&items[i].term);
    bool same =
        column >= 0 && column < in.a->ncolumns && strcmp(in.a->columns[column].name, items[i].name) == 0;
    if (i) put(w, ", ");
    put_name(w, items[i].name);
    if (same) continue;
    put(w, " = ");
    put_term(w, in, &items[i].term, 0);
  }
}

static void put_aggregates(writer *w, names in, const blt_plan_aggregate *list, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) {
    const blt_plan_aggregate *a = &list[i];
    if (i) put(w, ", ");
    put_name(w, a->name);
    putf(w, " = %.60s%s(", a->kind, a->where.n ? "_if" : "");
    put_terms(w, in, a->args, a->nargs, ", ", 0);
    if (a->where.n && a->nargs) put(w, ", ");
    if (a->where.n) put_term(w, in, &a->where, 0);
    put(w, ")");
  }
}

static void put_order(writer *w, names in, const blt_plan_order *keys, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) {
    if (i) put(w, ", ");
    put_term(w, in, &keys[i].term, 0);
    if (keys[i].descending) put(w, " desc");
    if (keys[i].nulls_first) put(w, " nulls first");
  }
}

static void put_rows(writer *w, uint64_t skip, uint64_t limit) {
  if (limit == UINT64_MAX)
    putf(w, "all but the first %" PRIu64, skip);
  else if (skip == 0)
    putf(w, "the first %" PRIu64, limit);
  else
    putf(w, "%" PRIu64 " after the first %" PRIu64, limit, skip);
}

/* ---- nodes ---- */

static void put_scan(writer *w, const blt_plan *p, bool several) {
  put(w, "scan ");
  if (several) putf(w, "%u: ", p->u.scan.source + 1);
  for (uint32_t i = 0; i < p->ncolumns; i++) {
    if (i) put(w, ", ");
    put_name(w, p->columns[i].name);
  }
}

static void put_group(writer *w, names in, const blt_plan *p) {
  put(w, p->u.group.shared ? "shared group" : "group");
  if (p->u.group.nkeys) put(w, " ");
  put_items(w, in, p->u.group.keys, p->u.group.nkeys);
  if (p->u.group.naggregates) put(w, ": ");
  put_aggregates(w, in, p->u.group.aggregates, p->u.group.naggregates);
}

static void put_join(writer *w, const blt_plan *p) {
  static const char *const kinds[] = {"", "inner", "left", "right", "full", "semi", "anti", "asof"};
  putf(w, "join %s on ", kinds[p->u.join.kind]);
  for (uint32_t i = 0; i < p->u.join.nkeys; i++) {
    bool last = i + 1 == p->u.join.nkeys;
    if (i) put(w, ", ");
    put_term(w, (names){p->input, NULL}, &p->u.join.left[i], 4);
    putf(w, " %s ", last && p->u.join.asof ? p->u.join.asof : "==");
    put_term(w, (names){p->other, NULL}, &p->u.join.right[i], 4);
  }
  if (!p->u.join.also.n) return;
  put(w, p->u.join.nkeys ? " and " : "");
  put_term(w, (names){p->input, p->other}, &p->u.join.also, 3);
}

static void put_window(writer *w, names in, const blt_plan *p) {
  put(w, "window");
  if (p->u.window.nkeys) put(w, " by ");
  put_terms(w, in, p->u.window.keys, p->u.window.nkeys, ", ", 0);
  if (p->u.window.norder) put(w, " order ");
  put_order(w, in, p->u.window.order, p->u.window.norder);
  put(w, ": ");
  put_aggregates(w, in, p->u.window.items, p->u.window.nitems);
}

static void put_heads(writer *w, names in, const blt_plan *p) {
  putf(w, "heads: the first %" PRIu64 " by ", p->u.heads.rows);
  put_terms(w, in, p->u.heads.keys, p->u.heads.nkeys, ", ", 0);
  put(w, " order ");
  put_order(w, in, p->u.heads.order, p->u.heads.norder);
}

static void put_share(writer *w, double share) {
  char text[BLT_F64_TEXT];
  blt_format_f64(share, text);
  putf(w, "sample %s of the rows", text);
}

static void put_node(writer *w, const blt_plan *p, bool several) {
  names in = {p->input, NULL};
  switch (p->kind) {
  case BLT_PLAN_SCAN:
    put_scan(w, p, several);
    break;
  case BLT_PLAN_FILTER:
    put(w, "filter ");
    put_terms(w, in, p->u.filter.terms, p->u.filter.n, " and ", 3);
    break;
  case BLT_PLAN_PROJECT:
    put(w, "project ");
    put_items(w, in, p->u.project.items, p->ncolumns);
    break;
  case BLT_PLAN_GROUP:
    put_group(w, in, p);
    break;
  case BLT_PLAN_ORDER:
    put(w, "order ");
    put_order(w, in, p->u.order.keys, p->u.order.n);
    if (p->u.order.skip == 0 && p->u.order.limit == UINT64_MAX) break;
    put(w, ", ");
    put_rows(w, p->u.order.skip, p->u.order.limit);
    break;
  case BLT_PLAN_LIMIT:
    put(w, "limit: ");
    put_rows(w, p->u.limit.skip, p->u.limit.limit);
    break;
  case BLT_PLAN_HEADS:
    put_heads(w, in, p);
    break;
  case BLT_PLAN_SAMPLE:
    if (p->u.sample.by_share)
      put_share(w, p->u.sample.share);
    else
      putf(w, "sample %" PRIu64 " rows", p->u.sample.rows);
    break;
  case BLT_PLAN_JOIN:
    put_join(w, p);
    break;
  case BLT_PLAN_WINDOW:
    put_window(w, in, p);
    break;
  case BLT_PLAN_UNION:
    put(w, "union");
  }
}

/* Whether a shared group was written before, with all that is below it; notes that it is. */
static bool written(writer *w, const blt_plan *p) {
  uint32_t number = p->kind == BLT_PLAN_GROUP ? p->u.group.shared : 0;
  if (!number || w->status != BLT_OK) return false;
  for (size_t i = 0; i < w->nshared; i++)
    if (w->shared[i] == number) return true;
  w->status = blt_grow(w->ctx, &w->shared, &w->shared_cap, w->nshared + 1, sizeof *w->shared, w->err);
  if (w->status == BLT_OK) w->shared[w->nshared++] = number;
  return false;
}

/* Lines of a node and what is below it. `before` stands before the lines below. */
static void put_tree(writer *w, const blt_plan *p, bool several, char *before, size_t depth) {
  char note[512] = "";
  put_node(w, p, several);
  if (w->note) w->note(w->arg, p, note, sizeof note);
  put(w, note);
  if (written(w, p)) return;
  const blt_plan *below[2] = {p->input, p->other};
  for (int i = 0; i < 2; i++) {
    bool last = i == 1 || !p->other;
    if (!below[i] || w->status != BLT_OK) continue;
    put(w, "\n");
    put_bytes(w, before, depth);
    put(w, last ? "└ " : "├ ");
    const char *more = last ? "  " : "│ ";
    size_t n = strlen(more);
    memcpy(before + depth, more, n);
    put_tree(w, below[i], several, before, depth + n);
  }
}

static uint32_t depth_of(const blt_plan *p) {
  if (!p) return 0;
  uint32_t a = depth_of(p->input), b = depth_of(p->other);
  return 1 + (a > b ? a : b);
}

static uint32_t scans_of(const blt_plan *p) {
  return !p ? 0 : p->kind == BLT_PLAN_SCAN ? 1 : scans_of(p->input) + scans_of(p->other);
}

blt_status blt_plan_explain(blt_ctx *ctx, const blt_plan *plan, blt_plan_note note, void *arg, char **out,
                            size_t *bytes, blt_error *err) {
  writer w = {.ctx = ctx, .err = err, .note = note, .arg = arg};
  size_t room = 4 * (size_t)depth_of(plan) + 4; /* a level takes four bytes at most */
  char *before = blt_alloc(ctx, room);
  if (!before) return blt_fail_memory(err, room);
  put_tree(&w, plan, scans_of(plan) > 1, before, 0);
  blt_free(ctx, before, room);
  blt_free(ctx, w.shared, w.shared_cap * sizeof *w.shared);
  if (w.status != BLT_OK) {
    blt_free(ctx, w.text, w.cap);
    return w.status;
  }
  *out = w.text;
  *bytes = w.cap;
  return BLT_OK;
}

#include "group_values.h"

#include "base/bits.h"
#include "base/mem.h"
#include "exec/aggregate/agg_segment.h"
#include "exec/scan/fetch.h"
#include <string.h>

#define ROWS BLT_VECTOR_ROWS

static size_t scratch_bytes(const blt_grouping *g) {
  return sizeof(blt_group_scratch) + g->agg->nparts * sizeof(uint64_t *);
}

blt_status blt_group_scratch_new(const blt_grouping *g, blt_group_scratch **out, blt_error *err) {
  *out = blt_alloc(g->scan->ctx, scratch_bytes(g));
  return *out ? BLT_OK : blt_fail_memory(err, scratch_bytes(g));
}

void blt_group_scratch_free(const blt_grouping *g, blt_group_scratch *s) {
  if (s) blt_free(g->scan->ctx, s, scratch_bytes(g));
}

/* ---- keys ---- */

static bool key_is_null(const blt_grouping *g, const blt_group_key *k, uint64_t number, uint32_t position) {
  if (g->inputs->items[k->input].cls == BLT_INPUT_FLOAT) return number == BLT_WORD_NULL;
  if (!k->nullable) return false;
  if (k->wide) return (g->words[k->null_word][position] >> k->null_shift) & 1;
  return number == 0;
}

/* Numbers of keys to values, null or not. */
static void put_numbers(blt_builder *b, const blt_group_key *k, const uint64_t *numbers, uint32_t n) {
  uint64_t add = k->wide ? 0 : (uint64_t)k->low - k->nullable * k->step;
  if (b->doubles) {
    memcpy(b->doubles + b->n, numbers, n * sizeof *numbers);
  } else if (b->codes) {
    uint32_t *to = b->codes + b->n;
    for (uint32_t i = 0; i < n; i++) to[i] = (uint32_t)(numbers[i] + add);
  } else {
    uint64_t *to = (uint64_t *)(b->ints + b->n);
    for (uint32_t i = 0; i < n; i++) to[i] = numbers[i] * k->step + add;
  }
}

static void append_key(const blt_grouping *g, uint32_t key, const uint32_t *positions, uint32_t n,
                       blt_builder *b) {
  uint64_t numbers[ROWS], valid[ROWS / 64];
  const blt_group_key *k = &g->keys[key];
  bool nulls = k->nullable || g->inputs->items[k->input].cls == BLT_INPUT_FLOAT;
  if (!nulls && blt_group_key_values(g, key, positions, n, (uint64_t *)(b->ints ? b->ints + b->n : NULL),
                                     b->codes ? b->codes + b->n : NULL)) {
    blt_builder_extend(b, NULL, n);
    return;
  }
  blt_group_key_numbers(g, key, positions, n, numbers);
  put_numbers(b, k, numbers, n);
  if (nulls) memset(valid, 0, sizeof valid);
  for (uint32_t i = 0; nulls && i < n; i++) {
    if (!key_is_null(g, k, numbers[i], positions[i]))
      blt_bit_set(valid, i);
    else if (b->codes)
      b->codes[b->n + i] = 0;
  }
  blt_builder_extend(b, nulls ? valid : NULL, n);
}

/* ---- aggregates of parts ---- */

static void gather_parts(const blt_grouping *g, const blt_agg_column *c, const uint32_t *positions,
                         uint32_t n, blt_group_scratch *s) {
  const int32_t wanted[] = {c->count, c->x, c->y, c->xx, c->yy, c->xy, c->high};
  for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
    if (wanted[i] < 0) continue;
    s->parts[wanted[i]] = blt_group_part_words(g, (uint32_t)wanted[i], 0, positions, n, s->room[i]);
  }
}

static void put_value(blt_builder *b, bool valid, blt_scalar v) {
  uint32_t at = b->n++;
  if (b->doubles)
    b->doubles[at] = valid ? v.f : 0;
  else if (b->codes)
    b->codes[at] = valid ? (uint32_t)v.i : 0;
  else
    b->ints[at] = valid ? v.i : 0;
  blt_bit_put(b->valid, at, valid);
}

/* FIRST and LAST, and extremes of plain text: the values of the rows that were found. */
static blt_status append_rows(const blt_grouping *g, uint32_t c, blt_eval *ev, const int64_t *found,
                              const uint64_t *valid, uint32_t n, blt_builder *b, blt_error *err) {
  const blt_input *in = &g->inputs->items[g->agg->columns[c].a];
  uint32_t rows[ROWS];
  for (uint32_t i = 0; i < n; i++) rows[i] = (uint32_t)found[i];
  if (!in->codes) return blt_fetch(ev, g->scan->view, in->expr, rows, valid, n, b, err);
  for (uint32_t i = 0; i < n; i++) put_value(b, blt_bit(valid, i), (blt_scalar){.i = in->codes[rows[i]]});
  return BLT_OK;
}

static blt_status append_parts(const blt_grouping *g, uint32_t c, blt_eval *ev, blt_group_scratch *s,
                               const uint32_t *positions, uint32_t n, blt_builder *b, blt_error *err) {
  const blt_agg_plan *p = g->agg;
  int64_t ints[ROWS];
  uint64_t valid[ROWS / 64];
  const blt_agg_column *column = &p->columns[c];
  bool rows = column->spec.kind == BLT_AGG_FIRST || column->spec.kind == BLT_AGG_LAST ||
              (column->a >= 0 && g->inputs->items[column->a].cls == BLT_INPUT_TEXT);
  gather_parts(g, column, positions, n, s);
  blt_agg_values values = {n, s->parts};
  blt_status status = blt_agg_final(p, c, &values, b->ints && !rows ? b->ints + b->n : ints,
                                    b->doubles ? b->doubles + b->n : NULL, valid, err);
  if (status != BLT_OK) return status;
  if (rows) return append_rows(g, c, ev, ints, valid, n, b, err);
  for (uint32_t i = 0; b->codes && i < n; i++) b->codes[b->n + i] = blt_bit(valid, i) ? (uint32_t)ints[i] : 0;
  blt_builder_extend(b, valid, n);
  return BLT_OK;
}

/* ---- top and bottom ---- */

void blt_group_count_top(const blt_grouping *g, uint32_t c, const uint32_t *positions, uint32_t n,
                         uint32_t *counts) {
  const blt_agg_column *column = &g->agg->columns[c];
  uint64_t room[ROWS];
  if (column->segment >= 0) {
    for (uint32_t i = 0; i < n; i++) counts[i] = (uint32_t)g->segment_words[c][positions[i]];
    return;
  }
  memset(counts, 0, n * sizeof *counts);
  for (uint32_t r = 0; r < column->spec.n; r++) {
    const uint64_t *words = blt_group_part_words(g, (uint32_t)column->x, r, positions, n, room);
    for (uint32_t i = 0; i < n; i++) counts[i] += words[i] != 0; /* 0 stands behind the last one */
  }
}

static void append_top_parts(const blt_grouping *g, const blt_agg_column *column, const uint32_t *positions,
                             const uint32_t *ranks, uint32_t n, blt_builder *b) {
  uint32_t part = (uint32_t)column->x;
  blt_group_field fields[BLT_TOP_SLOTS];
  for (uint32_t r = 0; r < column->spec.n; r++) fields[r] = blt_group_part_field(g, part, r);
  for (uint32_t i = 0; i < n; i++) {
    uint64_t word = ranks[i] < column->spec.n ? blt_group_field_at(&fields[ranks[i]], positions[i]) : 0;
    blt_scalar v = {0};
    bool valid = blt_part_value(g->agg, part, word, &v);
    put_value(b, valid, v);
  }
}

static void append_top_segment(const blt_grouping *g, uint32_t c, const uint32_t *positions,
                               const uint32_t *ranks, uint32_t n, blt_builder *b) {
  const blt_group_segment *seg = &g->segments[g->agg->columns[c].segment];
  for (uint32_t i = 0; i < n; i++) {
    blt_scalar v = {0};
    bool valid = ranks[i] < g->segment_words[c][positions[i]];
    if (valid) memcpy(&v, &seg->a[seg->starts[positions[i]] + ranks[i]], sizeof v);
    put_value(b, valid, v);
  }
}

/* ---- segments ---- */

static blt_status append_segment(const blt_grouping *g, uint32_t c, const uint32_t *positions, uint32_t n,
                                 blt_builder *b, blt_error *err) {
  for (uint32_t i = 0; i < n; i++) {
    uint64_t word = g->segment_words[c][positions[i]];
    bool valid = g->segment_valid[c][positions[i]];
    blt_scalar v;
    memcpy(&v, &word, sizeof v);
    if (!b->text) {
      put_value(b, valid, v);
      continue;
    }
    const blt_segment_text *text = (const blt_segment_text *)(uintptr_t)word;
    blt_vec one = {.type = b->type, .form = BLT_VEC_CONST, .n = 1, .all_null = !valid};
    if (valid) one.str = (blt_str){text->bytes, text->len};
    blt_status status = blt_builder_append(b, &one, err);
    if (status != BLT_OK) return status;
  }
  return BLT_OK;
}

/* ---- all ---- */

blt_status blt_group_append(const blt_grouping *g, uint32_t column, blt_eval *ev, blt_group_scratch *s,
                            const uint32_t *positions, const uint32_t *ranks, uint32_t n, blt_builder *b,
                            blt_error *err) {
  if (column < g->nkeys) {
    append_key(g, column, positions, n, b);
    return BLT_OK;
  }
  uint32_t c = column - g->nkeys;
  const blt_agg_column *aggregate = &g->agg->columns[c];
  bool top = blt_group_is_top(aggregate);
  if (top && aggregate->segment >= 0)
    append_top_segment(g, c, positions, ranks, n, b);
  else if (top)
    append_top_parts(g, aggregate, positions, ranks, n, b);
  else if (aggregate->segment >= 0)
    return append_segment(g, c, positions, n, b, err);
  else
    return append_parts(g, c, ev, s, positions, n, b, err);
  return BLT_OK;
}

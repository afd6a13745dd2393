/* From groups to the table of the answer: keys, then aggregates, one row a group (or one for each of a
 * group's top values). */
#include "group_answer.h"

#include "../base/bits.h"
#include "../base/mem.h"
#include "agg_segment.h"
#include "fetch.h"
#include <string.h>

#define ROWS BLT_VECTOR_ROWS
#define TASK_BLOCKS 32u /* of an answer that is large enough */

typedef struct answer_run {
  blt_grouping *g;
  const blt_stage *stage;
  blt_answer answer;
  blt_answer_column *columns;
  uint64_t first, rows; /* which rows of the answer are wanted */
  uint32_t *positions;  /* with top or bottom: the group of each row … */
  uint32_t *ranks;      /* … and which of its values it shows; otherwise NULL */
  uint64_t nrows;       /* of the whole answer */
} answer_run;

static uint32_t ncolumns(const answer_run *run) {
  return run->g->nkeys + run->g->agg->ncolumns;
}

/* ---- keys ---- */

static bool key_is_null(const blt_grouping *g, const blt_group_key *k, uint64_t number, uint32_t position) {
  if (g->inputs->items[k->input].cls == BLT_INPUT_FLOAT) return number == ((UINT64_C(0x7ff8) << 48) | 1);
  if (!k->nullable) return false;
  if (k->wide) return (g->words[k->null_word][position] >> k->null_shift) & 1;
  return number == 0;
}

/* Numbers of keys to values, null or not. */
static void put_numbers(blt_builder *b, const blt_group_key *k, const uint64_t *numbers, uint32_t n) {
  uint64_t add = k->wide ? 0 : (uint64_t)k->low - k->nullable;
  if (b->doubles) {
    memcpy(b->doubles + b->n, numbers, n * sizeof *numbers);
  } else if (b->codes) {
    uint32_t *to = b->codes + b->n;
    for (uint32_t i = 0; i < n; i++) to[i] = (uint32_t)(numbers[i] + add);
  } else {
    uint64_t *to = (uint64_t *)(b->ints + b->n);
    for (uint32_t i = 0; i < n; i++) to[i] = numbers[i] + add;
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

/* ---- aggregates ---- */

/* Scratch for a block: the positions of its groups, and words of the parts that a column needs for some of
 * them.
 */
typedef struct needed {
  uint32_t positions[BLT_BLOCK_ROWS];
  uint64_t room[8][ROWS];
  const uint64_t **parts;
} needed;

static void gather_parts(const blt_grouping *g, const blt_agg_column *c, const uint32_t *positions,
                         uint32_t n, needed *out) {
  const int32_t wanted[] = {c->count, c->x, c->y, c->xx, c->yy, c->xy, c->high};
  for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
    if (wanted[i] < 0) continue;
    out->parts[wanted[i]] = blt_group_part_words(g, (uint32_t)wanted[i], 0, positions, n, out->room[i]);
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

/* FIRST and LAST: the values of the rows that were found. */
static blt_status append_rows(answer_run *run, uint32_t c, blt_eval *ev, const int64_t *found,
                              const uint64_t *valid, uint32_t n, blt_builder *b, blt_error *err) {
  const blt_grouping *g = run->g;
  const blt_input *in = &g->inputs->items[g->agg->columns[c].a];
  uint32_t rows[ROWS];
  for (uint32_t i = 0; i < n; i++) rows[i] = (uint32_t)found[i];
  if (!in->codes) return blt_fetch(ev, g->scan->view, in->expr, rows, valid, n, b, err);
  for (uint32_t i = 0; i < n; i++) put_value(b, blt_bit(valid, i), (blt_scalar){.i = in->codes[rows[i]]});
  return BLT_OK;
}

static blt_status append_parts(answer_run *run, uint32_t c, blt_eval *ev, needed *room,
                               const uint32_t *positions, uint32_t n, blt_builder *b, blt_error *err) {
  const blt_agg_plan *p = run->g->agg;
  int64_t ints[ROWS];
  uint64_t valid[ROWS / 64];
  blt_agg_kind kind = p->columns[c].spec.kind;
  bool rows = kind == BLT_AGG_FIRST || kind == BLT_AGG_LAST;
  gather_parts(run->g, &p->columns[c], positions, n, room);
  blt_agg_values values = {n, room->parts};
  blt_status status = blt_agg_final(p, c, &values, b->ints && !rows ? b->ints + b->n : ints,
                                    b->doubles ? b->doubles + b->n : NULL, valid, err);
  if (status != BLT_OK) return status;
  if (rows) return append_rows(run, c, ev, ints, valid, n, b, err);
  for (uint32_t i = 0; b->codes && i < n; i++) b->codes[b->n + i] = blt_bit(valid, i) ? (uint32_t)ints[i] : 0;
  blt_builder_extend(b, valid, n);
  return BLT_OK;
}

/* ---- top and bottom ---- */

static bool is_top(const blt_agg_column *c) {
  return c->spec.n > 0;
}

/* How many values a group shows. */
static uint32_t count_top(const blt_grouping *g, uint32_t c, uint32_t position) {
  const blt_agg_column *column = &g->agg->columns[c];
  if (column->segment >= 0) return (uint32_t)g->segment_words[c][position];
  uint32_t n = 0;
  for (uint64_t word = 1; n < column->spec.n; n++) {
    word = *blt_group_part_words(g, (uint32_t)column->x, n, &position, 1, &word);
    if (word == 0) break;
  }
  return n;
}

static uint32_t group_rows(const blt_grouping *g, uint32_t position) {
  uint32_t most = 0;
  for (uint32_t c = 0; c < g->agg->ncolumns; c++) {
    if (!is_top(&g->agg->columns[c])) continue;
    uint32_t n = count_top(g, c, position);
    if (n > most) most = n;
  }
  return most;
}

/* Lists the rows of an answer in which groups have as many rows as their longest top or bottom. */
static blt_status list_rows(answer_run *run, blt_error *err) {
  const blt_grouping *g = run->g;
  uint64_t n = 0;
  uint32_t positions[ROWS];
  for (int fill = 0; fill <= 1; fill++) {
    n = 0;
    for (uint64_t first = 0; first < g->ngroups; first += ROWS) {
      uint32_t groups = g->ngroups - first < ROWS ? (uint32_t)(g->ngroups - first) : ROWS;
      blt_group_positions(g, first, groups, positions);
      for (uint32_t i = 0; i < groups; i++) {
        uint32_t rows = group_rows(g, positions[i]);
        for (uint32_t r = 0; fill && r < rows; r++) {
          run->positions[n + r] = positions[i];
          run->ranks[n + r] = r;
        }
        n += rows;
      }
    }
    if (fill) break;
    run->nrows = n;
    run->positions = blt_alloc(g->scan->ctx, n * sizeof *run->positions);
    run->ranks = blt_alloc(g->scan->ctx, n * sizeof *run->ranks);
    if (!run->positions || !run->ranks) return blt_fail_memory(err, n * sizeof *run->ranks);
  }
  return BLT_OK;
}

static void put_top(const blt_grouping *g, uint32_t c, uint32_t position, uint32_t rank, blt_builder *b) {
  const blt_agg_column *column = &g->agg->columns[c];
  blt_scalar v = {0};
  bool valid;
  if (column->segment >= 0) {
    const blt_group_segment *seg = &g->segments[column->segment];
    valid = rank < g->segment_words[c][position];
    if (valid) memcpy(&v, &seg->a[seg->starts[position] + rank], sizeof v);
  } else {
    uint64_t word = 0;
    if (rank < column->spec.n)
      word = *blt_group_part_words(g, (uint32_t)column->x, rank, &position, 1, &word);
    valid = blt_part_value(g->agg, (uint32_t)column->x, word, &v);
  }
  put_value(b, valid, v);
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

static blt_status append_aggregate(answer_run *run, uint32_t c, blt_eval *ev, needed *room, uint64_t first,
                                   const uint32_t *positions, uint32_t n, blt_builder *b, blt_error *err) {
  const blt_agg_column *column = &run->g->agg->columns[c];
  if (is_top(column)) {
    for (uint32_t i = 0; i < n; i++) put_top(run->g, c, positions[i], run->ranks[first + i], b);
    return BLT_OK;
  }
  if (column->segment >= 0) return append_segment(run->g, c, positions, n, b, err);
  return append_parts(run, c, ev, room, positions, n, b, err);
}

/* ---- blocks ---- */

static blt_status append_slice(answer_run *run, uint32_t column, blt_eval *ev, needed *room, uint64_t first,
                               const uint32_t *positions, uint32_t n, blt_builder *b, blt_error *err) {
  if (column >= run->g->nkeys)
    return append_aggregate(run, column - run->g->nkeys, ev, room, first, positions, n, b, err);
  append_key(run->g, column, positions, n, b);
  return BLT_OK;
}

static uint32_t block_rows(const answer_run *run, uint32_t block) {
  uint64_t left = run->rows - (uint64_t)block * BLT_BLOCK_ROWS;
  return left < BLT_BLOCK_ROWS ? (uint32_t)left : BLT_BLOCK_ROWS;
}

/* The groups of a block's rows. */
static void block_positions(const answer_run *run, uint32_t block, uint32_t *out) {
  uint64_t first = run->first + (uint64_t)block * BLT_BLOCK_ROWS;
  uint32_t n = block_rows(run, block);
  if (run->positions)
    memcpy(out, run->positions + first, n * sizeof *out);
  else
    blt_group_positions(run->g, first, n, out);
}

static blt_status make_block(answer_run *run, uint32_t block, uint32_t column, blt_eval *ev, needed *room,
                             blt_error *err) {
  uint64_t first = run->first + (uint64_t)block * BLT_BLOCK_ROWS;
  uint32_t n = block_rows(run, block);
  blt_builder b;
  const blt_answer_column *c = &run->columns[column];
  blt_status status = blt_builder_init(&b, run->g->scan->ctx, c->type, c->dict, n, err);
  for (uint32_t i = 0; i < n && status == BLT_OK; i += ROWS)
    status = append_slice(run, column, ev, room, first + i, room->positions + i, n - i < ROWS ? n - i : ROWS,
                          &b, err);
  if (status == BLT_OK) status = blt_builder_block(&b, &blt_answer_blocks(&run->answer, block)[column], err);
  blt_builder_free(&b);
  return status;
}

static blt_status make_row_of_blocks(answer_run *run, uint32_t block, uint32_t worker, blt_error *err) {
  blt_ctx *ctx = run->g->scan->ctx;
  blt_eval *ev;
  size_t nparts = run->g->agg->nparts + 1;
  blt_status status = blt_scan_check(run->g->scan, worker, err);
  if (status == BLT_OK) status = blt_scan_eval(run->g->scan, worker, &ev, err);
  if (status != BLT_OK) return status;
  needed *room = blt_alloc(ctx, sizeof *room);
  if (!room) return blt_fail_memory(err, sizeof *room);
  room->parts = blt_calloc(ctx, nparts, sizeof *room->parts);
  if (!room->parts) status = blt_fail_memory(err, nparts * sizeof *room->parts);
  block_positions(run, block, room->positions);
  for (uint32_t c = 0; c < ncolumns(run) && status == BLT_OK; c++) {
    status = make_block(run, block, c, ev, room, err);
    if (status != BLT_OK && c >= run->g->nkeys) err->position = c - run->g->nkeys;
  }
  blt_free(ctx, room->parts, nparts * sizeof *room->parts);
  blt_free(ctx, room, sizeof *room);
  return status;
}

/* Where the partitions' columns were read for the last time, their pages can serve for the answer. */
static void give_back(const answer_run *run, uint32_t first, uint32_t end) {
  const blt_grouping *g = run->g;
  if (g->direct || g->order || g->repeated) return;
  uint32_t from, last;
  uint64_t row = run->first + (uint64_t)(end - 1) * BLT_BLOCK_ROWS + block_rows(run, end - 1) - 1;
  blt_group_positions(g, run->first + (uint64_t)first * BLT_BLOCK_ROWS, 1, &from);
  blt_group_positions(g, row, 1, &last);
  size_t width = sizeof(uint64_t), bytes = g->capacity * width, start = from * width,
         stop = ((size_t)last + 1) * width;
  for (uint32_t w = 0; w < g->nwords; w++) blt_give_back(g->words[w], bytes, start, stop);
  for (size_t c = 0; c < g->ncolumns; c++)
    if (g->columns[c]) blt_give_back(g->columns[c], bytes, start, stop);
}

static uint32_t blocks_of_task(const answer_run *run) {
  return run->answer.nblocks >= 16 * TASK_BLOCKS ? TASK_BLOCKS : 1;
}

static blt_status make_blocks(void *arg, uint32_t task, uint32_t worker, blt_error *err) {
  answer_run *run = arg;
  uint32_t n = blocks_of_task(run), first = task * n, end = first + n;
  blt_status status = BLT_OK;
  if (end > run->answer.nblocks) end = run->answer.nblocks;
  for (uint32_t b = first; b < end && status == BLT_OK; b++) status = make_row_of_blocks(run, b, worker, err);
  if (status == BLT_OK && n > 1) give_back(run, first, end);
  return status;
}

static void describe_columns(answer_run *run) {
  const blt_grouping *g = run->g;
  for (uint32_t i = 0; i < g->nkeys; i++) {
    const blt_input *in = &g->inputs->items[g->keys[i].input];
    run->columns[i] = (blt_answer_column){run->stage->outputs[i].name, in->type, in->dict};
  }
  for (uint32_t i = 0; i < g->agg->ncolumns; i++) {
    const blt_agg_column *c = &g->agg->columns[i];
    bool coded = c->spec.type.id == BLT_STRING && c->spec.kind != BLT_AGG_STRING_AGG;
    blt_dict *dict = coded ? g->inputs->items[c->a].dict : NULL;
    run->columns[g->nkeys + i] = (blt_answer_column){run->stage->aggregates[i].name, c->spec.type, dict};
  }
}

static blt_status make_answer(answer_run *run, uint64_t skip, uint64_t limit, blt_table **out,
                              blt_error *err) {
  const blt_grouping *g = run->g;
  bool expand = false;
  blt_status status = BLT_OK;
  run->nrows = g->ngroups;
  for (uint32_t c = 0; c < g->agg->ncolumns; c++) expand |= is_top(&g->agg->columns[c]);
  run->g->repeated = expand;
  if (expand) status = list_rows(run, err);
  if (status != BLT_OK) return status;
  run->first = skip < run->nrows ? skip : run->nrows;
  run->rows = run->nrows - run->first < limit ? run->nrows - run->first : limit;
  status = blt_answer_init(&run->answer, g->scan->ctx, run->columns, ncolumns(run), run->rows, err);
  if (status != BLT_OK) return status;
  uint32_t tasks = (run->answer.nblocks + blocks_of_task(run) - 1) / blocks_of_task(run);
  status = blt_scan_run(g->scan, run->rows * ncolumns(run), tasks, make_blocks, run, err);
  return status == BLT_OK ? blt_answer_table(&run->answer, out, err) : status;
}

blt_status blt_group_answer(blt_grouping *g, const blt_stage *stage, uint64_t skip, uint64_t limit,
                            blt_table **out, blt_error *err) {
  answer_run run = {.g = g, .stage = stage};
  blt_ctx *ctx = g->scan->ctx;
  size_t n = ncolumns(&run);
  run.columns = blt_alloc(ctx, n * sizeof *run.columns);
  if (!run.columns) return blt_fail_memory(err, n * sizeof *run.columns);
  describe_columns(&run);
  blt_status status = make_answer(&run, skip, limit, out, err);
  blt_answer_free(&run.answer);
  blt_free(ctx, run.positions, run.nrows * sizeof *run.positions);
  blt_free(ctx, run.ranks, run.nrows * sizeof *run.ranks);
  blt_free(ctx, run.columns, n * sizeof *run.columns);
  return status;
}

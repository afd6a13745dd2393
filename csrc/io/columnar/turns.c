#include "turns.h"

#include "base/bits.h"
#include "base/isa.h"
#include "base/mem.h"
#include "base/par.h"
#include <string.h>

#define VALID_WORDS (BLT_BLOCK_ROWS / 64)

/* A span whose strings have codes of a thread's own, or nothing that was read of it yet. */
struct blt_draft {
  blt_draft *next;
  blt_span span;
  uint32_t number, worker;
  uint32_t n; /* blocks that have codes; the others are read in turn */
  blt_room codes, valid;
  uint32_t first_new, nnew;   /* codes that the thread met first here */
  blt_room texts, text_bytes; /* their texts */
  struct {
    uint32_t names; /* that the thread had behind the block */
    uint64_t met;   /* rows that have all of them */
    bool nulls;
  } blocks[BLT_SPAN];
};

/* ---- spans that need no turn ---- */

blt_status blt_span_blocks(const blt_columns *c, const blt_span *s, blt_scratch *scratch, uint32_t worker,
                           blt_error *err) {
  void *column = NULL;
  blt_status status = c->ops->open(c->file, s->col, &column, err);
  for (uint32_t i = 0; status == BLT_OK && i < s->n; i++) {
    uint64_t first = s->row + (uint64_t)i * BLT_BLOCK_ROWS;
    status = c->ops->block(column, NULL, scratch, first, blt_span_rows(s, i), &s->out[i * s->stride], err);
    if (status == BLT_OK) status = blt_par_check(c->ctx, worker, s->row, s->rows, err);
  }
  c->ops->close(column);
  return status;
}

/* ---- drafts ---- */

static uint32_t *codes_of(const blt_draft *d, uint32_t block) {
  return (uint32_t *)d->codes.p + (size_t)block * BLT_BLOCK_ROWS;
}

static uint64_t *valid_of(const blt_draft *d, uint32_t block) {
  return (uint64_t *)d->valid.p + (size_t)block * VALID_WORDS;
}

static blt_draft *take_spare(blt_turns *t) {
  pthread_mutex_lock(t->lock);
  blt_draft *d = t->spare;
  if (d) t->spare = d->next;
  pthread_mutex_unlock(t->lock);
  return d ? d : blt_calloc(t->c->ctx, 1, sizeof *d);
}

static blt_status new_draft(blt_turns *t, const blt_span *s, uint32_t number, uint32_t worker,
                            blt_draft **out, blt_error *err) {
  blt_draft *d = take_spare(t);
  if (!d) return blt_fail_memory(err, sizeof *d);
  d->span = *s;
  d->number = number;
  d->worker = worker;
  d->n = d->nnew = 0;
  *out = d;
  return BLT_OK;
}

static void drop_draft(blt_ctx *ctx, blt_draft *d) {
  blt_room *rooms[] = {&d->codes, &d->valid, &d->texts, &d->text_bytes};
  for (size_t i = 0; i < sizeof rooms / sizeof *rooms; i++) blt_room_free(ctx, rooms[i]);
  blt_free(ctx, d, sizeof *d);
}

static blt_status draft_room(const blt_turns *t, blt_draft *d, blt_error *err) {
  uint64_t rows = d->span.rows - d->span.row, most = (uint64_t)d->span.n * BLT_BLOCK_ROWS;
  if (rows > most) rows = most;
  blt_status status = blt_room_for(t->c->ctx, &d->codes, rows * 4, err);
  return status == BLT_OK ? blt_room_for(t->c->ctx, &d->valid, (size_t)d->span.n * VALID_WORDS * 8, err)
                          : status;
}

static blt_status draft_block(blt_turns *t, void *column, blt_draft *d, blt_scratch *scratch,
                              blt_error *err) {
  blt_turn_names *own = &t->own[d->worker];
  uint32_t i = d->n, rows = blt_span_rows(&d->span, i);
  uint64_t first = d->span.row + (uint64_t)i * BLT_BLOCK_ROWS;
  blt_status status = t->c->ops->codes(column, &own->names, scratch, first, rows, err);
  if (status != BLT_OK) return status;
  memcpy(codes_of(d, i), scratch->values, (size_t)rows * 4);
  d->blocks[i].nulls = blt_bits_count(scratch->valid, rows) < rows;
  if (d->blocks[i].nulls) memcpy(valid_of(d, i), scratch->valid, sizeof scratch->valid);
  d->blocks[i].names = own->names.own.count;
  d->blocks[i].met = t->c->ops->met(column);
  own->rows += rows;
  d->n++;
  return BLT_OK;
}

/* Whether this thread takes the values for ones that hardly repeat. The turns will see. */
static bool seems_plain(const blt_turns *t, const blt_draft *d) {
  const blt_turn_names *own = &t->own[d->worker];
  uint64_t end = d->span.row + (uint64_t)d->n * BLT_BLOCK_ROWS, met = d->blocks[d->n - 1].met;
  return blt_dict_hardly_repeats(own->names.own.count, own->rows + (met > end ? met - end : 0));
}

/* The texts that are new go along, since the thread reads on while their turn comes. */
static blt_status copy_new(blt_turns *t, blt_draft *d, uint32_t before, blt_error *err) {
  const blt_intern *own = &t->own[d->worker].names.own;
  d->first_new = before;
  d->nnew = own->count - before;
  if (d->nnew == 0) return BLT_OK;
  uint64_t from = own->offsets[before], bytes = own->offsets[own->count] - from;
  blt_status status = blt_room_for(t->c->ctx, &d->texts, d->nnew * sizeof(blt_str), err);
  if (status == BLT_OK) status = blt_room_for(t->c->ctx, &d->text_bytes, bytes + 1, err);
  if (status != BLT_OK) return status;
  blt_str *texts = d->texts.p;
  const char *to = d->text_bytes.p;
  memcpy(d->text_bytes.p, own->bytes + from, bytes);
  for (uint32_t i = 0; i < d->nnew; i++) {
    const uint64_t *at = &own->offsets[before + i];
    texts[i] = (blt_str){to + (at[0] - from), (uint32_t)(at[1] - at[0])};
  }
  return BLT_OK;
}

static blt_status read_draft(blt_turns *t, blt_draft *d, blt_scratch *scratch, blt_error *err) {
  uint32_t before = t->own[d->worker].names.own.count;
  void *column = NULL;
  blt_status status = draft_room(t, d, err);
  if (status == BLT_OK) status = t->c->ops->open(t->c->file, d->span.col, &column, err);
  while (status == BLT_OK && d->n < d->span.n) {
    status = draft_block(t, column, d, scratch, err);
    if (status == BLT_OK) status = blt_par_check(t->c->ctx, d->worker, d->span.row, d->span.rows, err);
    if (status == BLT_OK && seems_plain(t, d)) break;
  }
  t->c->ops->close(column);
  return status == BLT_OK ? copy_new(t, d, before, err) : status;
}

/* ---- turns ---- */

static void look_at_names(blt_turns *t, uint64_t met, uint64_t end) {
  if (blt_dict_hardly_repeats(t->dict->count, met > end ? met : end)) atomic_store(&t->plain, true);
}

/* The table's dictionary learns what the thread had met behind a block. */
static blt_status learn(blt_turns *t, const blt_draft *d, uint32_t names, blt_error *err) {
  blt_turn_names *own = &t->own[d->worker];
  uint32_t n = names - own->known;
  blt_status status = blt_grow(t->c->ctx, &own->map, &own->cap, (size_t)names + 1, sizeof *own->map, err);
  if (status != BLT_OK || n == 0) return status;
  const blt_str *texts = (const blt_str *)d->texts.p + (own->known - d->first_new);
  status = blt_dict_intern_many(t->dict, texts, n, own->map + own->known, err);
  for (uint32_t i = own->known; status == BLT_OK && i < names; i++) own->moved |= own->map[i] != i;
  if (status == BLT_OK) own->known = names;
  return status;
}

BLT_CLONES static void map_codes(uint32_t *restrict codes, const uint32_t *restrict map, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) codes[i] = map[codes[i]];
}

static blt_status place_block(blt_turns *t, const blt_draft *d, uint32_t i, blt_error *err) {
  const blt_turn_names *own = &t->own[d->worker];
  uint32_t rows = blt_span_rows(&d->span, i), *codes = codes_of(d, i);
  const uint64_t *valid = d->blocks[i].nulls ? valid_of(d, i) : NULL;
  blt_status status = learn(t, d, d->blocks[i].names, err);
  if (status != BLT_OK) return status;
  if (own->moved) map_codes(codes, own->map, rows);
  status = blt_block_from_codes(t->c->ctx, codes, valid, rows, &d->span.out[i * d->span.stride], err);
  look_at_names(t, d->blocks[i].met, d->span.row + (uint64_t)i * BLT_BLOCK_ROWS + rows);
  return status;
}

/* A block that has no codes yet. */
static blt_status read_block(blt_turns *t, const blt_span *s, uint32_t i, blt_scratch *scratch,
                             blt_error *err) {
  const blt_column_ops *ops = t->c->ops;
  uint64_t first = s->row + (uint64_t)i * BLT_BLOCK_ROWS;
  uint32_t rows = blt_span_rows(s, i);
  blt_named *names = atomic_load(&t->plain) ? NULL : &t->names;
  blt_status status = t->column ? BLT_OK : ops->open(t->c->file, s->col, &t->column, err);
  if (status == BLT_OK)
    status = ops->block(t->column, names, scratch, first, rows, &s->out[i * s->stride], err);
  if (status == BLT_OK && names) look_at_names(t, ops->met(t->column), first + rows);
  return status;
}

static blt_status take_turn(blt_turns *t, const blt_draft *d, blt_scratch *scratch, uint32_t worker,
                            blt_error *err) {
  blt_status status = BLT_OK;
  for (uint32_t i = 0; status == BLT_OK && i < d->span.n; i++) {
    bool drafted = i < d->n && !atomic_load(&t->plain);
    status = drafted ? place_block(t, d, i, err) : read_block(t, &d->span, i, scratch, err);
    if (status == BLT_OK) status = blt_par_check(t->c->ctx, worker, d->span.row, d->span.rows, err);
  }
  return status;
}

static blt_draft *next_in_turn(blt_turns *t) {
  blt_draft **at = &t->waiting;
  while (*at && (*at)->number != t->turn) at = &(*at)->next;
  blt_draft *d = *at;
  if (d) *at = d->next;
  return d;
}

/* Does the turns that have come, unless somebody does. */
static blt_status hand_in(blt_turns *t, blt_draft *d, blt_scratch *scratch, uint32_t worker, blt_error *err) {
  blt_status status = BLT_OK;
  pthread_mutex_lock(t->lock);
  d->next = t->waiting;
  t->waiting = d;
  while (status == BLT_OK && !t->busy && (d = next_in_turn(t))) {
    t->busy = true;
    pthread_mutex_unlock(t->lock);
    status = take_turn(t, d, scratch, worker, err);
    pthread_mutex_lock(t->lock);
    d->next = t->spare;
    t->spare = d;
    t->busy = status != BLT_OK; /* nobody goes on where somebody failed */
    t->turn++;
  }
  pthread_mutex_unlock(t->lock);
  return status;
}

/* ---- the whole ---- */

blt_status blt_turns_span(blt_turns *t, const blt_span *s, uint32_t number, blt_scratch *scratch,
                          uint32_t worker, blt_error *err) {
  if (atomic_load(&t->plain) && t->own) return blt_span_blocks(t->c, s, scratch, worker, err);
  blt_draft *d = NULL;
  blt_status status = new_draft(t, s, number, worker, &d, err);
  if (status != BLT_OK) return status;
  if (t->own) status = read_draft(t, d, scratch, err);
  if (status == BLT_OK) return hand_in(t, d, scratch, worker, err);
  drop_draft(t->c->ctx, d);
  return status;
}

blt_status blt_turns_start(blt_turns *t, const blt_columns *c, blt_column_way way, blt_dict *dict,
                           pthread_mutex_t *lock, blt_error *err) {
  uint32_t n = blt_par_workers(c->ctx);
  t->c = c;
  t->dict = t->names.dict = dict;
  t->lock = lock;
  if (way != BLT_COLUMN_APART) return BLT_OK;
  t->nworkers = n;
  t->own = blt_calloc(c->ctx, n, sizeof *t->own);
  return t->own ? BLT_OK : blt_fail_memory(err, n * sizeof *t->own);
}

static void free_drafts(blt_ctx *ctx, blt_draft *d) {
  while (d) {
    blt_draft *next = d->next;
    drop_draft(ctx, d);
    d = next;
  }
}

void blt_turns_finish(blt_turns *t) {
  if (!t->c) return;
  blt_ctx *ctx = t->c->ctx;
  t->c->ops->close(t->column);
  blt_named_free(ctx, &t->names);
  free_drafts(ctx, t->waiting);
  free_drafts(ctx, t->spare);
  for (uint32_t w = 0; t->own && w < t->nworkers; w++) {
    blt_named_free(ctx, &t->own[w].names);
    blt_free(ctx, t->own[w].map, t->own[w].cap * sizeof *t->own[w].map);
  }
  blt_free(ctx, t->own, t->nworkers * sizeof *t->own);
  *t = (blt_turns){0};
}

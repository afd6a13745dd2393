#include "arrow_write.h"
#include "arrow_describe.h"
#include "io/columnar/writing.h"

#include "base/mem.h"
#include "base/par.h"
#include <string.h>

#define MAGIC "ARROW1\0\0"
#define MARK UINT32_MAX
#define ALIGNED 64u /* bytes that buffers, and bodies, begin at a multiple of */
#define WAVE_LOTS 256u

/* A column of a group as it is written. */
typedef struct piece {
  blt_arrow_lot lot;
  blt_room packed[3];
  const void *bytes[3];
  size_t len[3];
} piece;

typedef struct blocks {
  blt_arrow_block *v;
  size_t n, cap;
} blocks;

typedef struct job {
  blt_ctx *ctx;
  const blt_view *view;
  const blt_arrow_write_options *o;
  blt_sink *sink;
  blt_flat_out flat;
  uint64_t at; /* bytes written */
  uint32_t ncols;
  blt_arrow_form *forms;
  uint32_t first, in_wave, wave; /* groups */
  piece *pieces;                 /* wave * ncols */
  blt_arrow_counts *nodes;       /* of one batch */
  blt_arrow_extent *extents;
  blocks dictionaries, batches;
  uint64_t rows;
} job;

static blt_status put(job *k, const void *bytes, size_t len, blt_error *err) {
  k->at += len;
  return blt_sink_put(k->sink, bytes, len, err);
}

static size_t padding(uint64_t at) {
  return (size_t)(ALIGNED - at % ALIGNED) % ALIGNED;
}

static blt_status put_padding(job *k, uint64_t to, blt_error *err) {
  static const char zeros[ALIGNED];
  return put(k, zeros, padding(to), err);
}

/* ---- buffers ---- */

/* A length, then the bytes compressed, or -1 and the bytes as they are. */
static blt_status pack(const job *k, piece *p, uint32_t i, blt_error *err) {
  size_t len = p->lot.bytes[i], packed;
  int64_t whole = (int64_t)len;
  blt_status status = blt_room_for(k->ctx, &p->packed[i], 8 + blt_codec_bound(k->o->codec, len), err);
  if (status != BLT_OK) return status;
  char *to = p->packed[i].p;
  status = blt_codec_encode(k->o->codec, p->lot.buffers[i], len, to + 8, &packed, err);
  if (status != BLT_OK) return status;
  if (packed >= len) {
    whole = -1;
    packed = len;
    memcpy(to + 8, p->lot.buffers[i], len);
  }
  memcpy(to, &whole, 8);
  p->bytes[i] = to;
  p->len[i] = 8 + packed;
  return BLT_OK;
}

static blt_status prepare(const job *k, piece *p, blt_error *err) {
  blt_status status = BLT_OK;
  for (uint32_t i = 0; status == BLT_OK && i < p->lot.nbuffers; i++) {
    p->bytes[i] = p->lot.buffers[i];
    p->len[i] = p->lot.bytes[i];
    if (k->o->codec != BLT_CODEC_NONE && p->len[i]) status = pack(k, p, i, err);
  }
  return status;
}

static void piece_free(blt_ctx *ctx, piece *p) {
  blt_arrow_lot_free(ctx, &p->lot);
  for (uint32_t i = 0; i < 3; i++) blt_room_free(ctx, &p->packed[i]);
}

/* ---- messages ---- */

/* The description, so long that the body begins aligned. */
static blt_status put_description(job *k, const uint8_t *meta, int32_t *bytes, blt_error *err) {
  uint32_t head[2] = {MARK, 0};
  if (!meta) return blt_fail_memory(err, k->flat.cap);
  if (k->flat.len > INT32_MAX - 2 * ALIGNED)
    return blt_fail(err, BLT_EINVAL, "a description of more than 2 GiB");
  head[1] = (uint32_t)(k->flat.len + padding(k->at + 8 + k->flat.len));
  *bytes = (int32_t)head[1] + 8;
  blt_status status = put(k, head, 8, err);
  if (status == BLT_OK) status = put(k, meta, k->flat.len, err);
  return status == BLT_OK ? put_padding(k, k->at, err) : status;
}

static blt_status put_body(job *k, const piece *pieces, uint32_t n, blt_error *err) {
  blt_status status = BLT_OK;
  for (uint32_t c = 0; c < n; c++)
    for (uint32_t i = 0; status == BLT_OK && i < pieces[c].lot.nbuffers; i++) {
      status = put(k, pieces[c].bytes[i], pieces[c].len[i], err);
      if (status == BLT_OK) status = put_padding(k, pieces[c].len[i], err);
    }
  return status;
}

/* A batch of the pieces of `n` columns; `dictionary` as in blt_arrow_body. */
static blt_status put_batch(job *k, const piece *pieces, uint32_t n, int64_t dictionary, blocks *list,
                            blt_error *err) {
  blt_arrow_body b = {.rows = pieces[0].lot.rows, .dictionary = dictionary, .codec = k->o->codec};
  b.nodes = k->nodes;
  b.buffers = k->extents;
  b.nnodes = n;
  for (uint32_t c = 0; c < n; c++) {
    k->nodes[c] = (blt_arrow_counts){pieces[c].lot.rows, pieces[c].lot.nulls};
    for (uint32_t i = 0; i < pieces[c].lot.nbuffers; i++) {
      k->extents[b.nbuffers++] = (blt_arrow_extent){b.bytes, (int64_t)pieces[c].len[i]};
      b.bytes += (int64_t)(pieces[c].len[i] + padding(pieces[c].len[i]));
    }
  }
  blt_arrow_block where = {.at = (int64_t)k->at, .body_bytes = b.bytes};
  blt_status status = blt_grow(k->ctx, &list->v, &list->cap, list->n + 1, sizeof where, err);
  if (status == BLT_OK)
    status = put_description(k, blt_arrow_batch_message(&k->flat, &b), &where.meta_bytes, err);
  if (status == BLT_OK) status = put_body(k, pieces, n, err);
  if (status == BLT_OK) list->v[list->n++] = where;
  return status;
}

static blt_status put_dictionaries(job *k, blt_error *err) {
  blt_status status = BLT_OK;
  for (uint32_t c = 0; status == BLT_OK && c < k->ncols; c++) {
    piece p = {0};
    if (!k->forms[c].coded) continue;
    status = blt_arrow_lay_entries(&k->forms[c], &p.lot, err);
    if (status == BLT_OK) status = prepare(k, &p, err);
    if (status == BLT_OK) status = put_batch(k, &p, 1, c, &k->dictionaries, err);
    piece_free(k->ctx, &p);
  }
  return status;
}

/* ---- batches of rows ---- */

static blt_status lay_task(void *arg, uint32_t task, uint32_t worker, blt_error *err) {
  job *k = arg;
  uint32_t group = k->first + task / k->ncols;
  piece *p = &k->pieces[task];
  blt_status status = blt_par_check(k->ctx, worker, group, k->view->ngroups, err);
  if (status == BLT_OK) status = blt_arrow_lay(&k->forms[task % k->ncols], group, &p->lot, err);
  return status == BLT_OK ? prepare(k, p, err) : status;
}

static blt_status report(const job *k, blt_error *err) {
  blt_writing w = {k->view, k->first, k->rows, k->at, k->o->progress, k->o->progress_arg};
  return blt_writing_report(&w, err);
}

static blt_status run_wave(job *k, blt_error *err) {
  uint32_t left = k->view->ngroups - k->first;
  k->in_wave = left < k->wave ? left : k->wave;
  bool small = k->view->rows < BLT_BLOCK_ROWS / 4;
  blt_status status = (small ? blt_seq : blt_par)(k->ctx, k->in_wave * k->ncols, lay_task, k, err);
  for (uint32_t g = 0; status == BLT_OK && g < k->in_wave; g++) {
    const piece *pieces = &k->pieces[(size_t)g * k->ncols];
    if (pieces[0].lot.rows == 0) continue; /* all of its rows are deleted */
    status = put_batch(k, pieces, k->ncols, -1, &k->batches, err);
    k->rows += pieces[0].lot.rows;
  }
  k->first += k->in_wave;
  return status == BLT_OK ? report(k, err) : status;
}

/* ---- the whole ---- */

static blt_status allocate(job *k, blt_error *err) {
  size_t n = k->ncols;
  k->wave = blt_writing_wave(k->ctx, k->ncols, WAVE_LOTS);
  k->forms = blt_calloc(k->ctx, n, sizeof *k->forms);
  k->pieces = blt_calloc(k->ctx, n * k->wave, sizeof *k->pieces);
  k->nodes = blt_calloc(k->ctx, n, sizeof *k->nodes);
  k->extents = blt_calloc(k->ctx, n * 3, sizeof *k->extents);
  bool there = k->forms && k->pieces && k->nodes && k->extents;
  return there ? BLT_OK : blt_fail_memory(err, n * k->wave * sizeof *k->pieces);
}

static blt_status start(job *k, blt_error *err) {
  int32_t ignored;
  k->ncols = k->o->ncols && k->o->ncols < k->view->ncols ? k->o->ncols : k->view->ncols;
  blt_status status = allocate(k, err);
  for (uint32_t c = 0; status == BLT_OK && c < k->ncols; c++)
    status = blt_arrow_form_of(k->view, c, k->o->plain, &k->forms[c], err);
  if (status == BLT_OK && !k->o->stream) status = put(k, MAGIC, 8, err);
  if (status == BLT_OK)
    status = put_description(k, blt_arrow_schema_message(&k->flat, k->forms, k->ncols), &ignored, err);
  return status == BLT_OK ? put_dictionaries(k, err) : status;
}

static blt_status put_footer(job *k, blt_error *err) {
  static const uint32_t end[2] = {MARK, 0};
  blt_status status = put(k, end, 8, err);
  if (status != BLT_OK || k->o->stream) return status;
  const uint8_t *footer = blt_arrow_footer(&k->flat, k->forms, k->ncols, k->dictionaries.v,
                                           (uint32_t)k->dictionaries.n, k->batches.v, (uint32_t)k->batches.n);
  if (!footer) return blt_fail_memory(err, k->flat.cap);
  if (k->flat.len > INT32_MAX) return blt_fail(err, BLT_EINVAL, "a footer of more than 2 GiB");
  int32_t len = (int32_t)k->flat.len;
  status = put(k, footer, k->flat.len, err);
  if (status == BLT_OK) status = put(k, &len, 4, err);
  return status == BLT_OK ? put(k, MAGIC, 6, err) : status;
}

static void finish(job *k) {
  size_t n = k->ncols;
  for (size_t i = 0; k->pieces && i < n * k->wave; i++) piece_free(k->ctx, &k->pieces[i]);
  for (size_t c = 0; k->forms && c < n; c++) blt_arrow_form_free(&k->forms[c]);
  blt_free(k->ctx, k->forms, n * sizeof *k->forms);
  blt_free(k->ctx, k->pieces, n * k->wave * sizeof *k->pieces);
  blt_free(k->ctx, k->nodes, n * sizeof *k->nodes);
  blt_free(k->ctx, k->extents, n * 3 * sizeof *k->extents);
  blt_free(k->ctx, k->dictionaries.v, k->dictionaries.cap * sizeof *k->dictionaries.v);
  blt_free(k->ctx, k->batches.v, k->batches.cap * sizeof *k->batches.v);
  blt_flat_out_free(&k->flat);
}

blt_status blt_arrow_write(blt_ctx *ctx, const blt_view *view, const blt_arrow_write_options *o,
                           blt_sink *sink, blt_error *err) {
  job k = {.ctx = ctx, .view = view, .o = o, .sink = sink, .flat = {.ctx = ctx}};
  if (o->codec != BLT_CODEC_NONE && o->codec != BLT_CODEC_ZSTD && o->codec != BLT_CODEC_LZ4_FRAME)
    return blt_fail(err, BLT_EINVAL, "Arrow has no compression '%s'", blt_codec_name(o->codec));
  blt_status status = blt_codec_ready(o->codec, true, err);
  if (status != BLT_OK) return status;
  status = start(&k, err);
  while (status == BLT_OK && k.first < view->ngroups) status = run_wave(&k, err);
  if (status == BLT_OK) status = put_footer(&k, err);
  finish(&k);
  return status;
}

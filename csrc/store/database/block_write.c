#include "block_write.h"
#include "base/bits.h"
#include "base/mem.h"
#include "base/par.h"

#include <string.h>

#define SMALL_BYTES ((size_t)1 << 20) /* fewer are not worth waking anybody */

static int64_t bits_of(blt_scalar v) {
  int64_t i;
  memcpy(&i, &v, sizeof i);
  return i;
}

static bool in_file(const blt_file *f, blt_unread s) {
  return blt_unread_place(s).file == f->opened && blt_unread_place(s).disk;
}

/* What the file says of a block, but for how and where its contents are kept. */
static blt_disk_block form_of(const blt_block_head *b) {
  bool marked = b->nulls && b->nulls < b->rows;
  return (blt_disk_block){.enc = b->enc,
                          .width = b->width,
                          .scale = b->scale,
                          .flags =
                              (uint8_t)((b->has_nan ? BLT_DISK_NAN : 0) | (marked ? BLT_DISK_MARKED : 0)),
                          .rows = b->rows,
                          .nulls = b->nulls,
                          .base = b->base,
                          .min = bits_of(b->min),
                          .max = bits_of(b->max),
                          .text = b->text_bytes};
}

/* ---- packing ---- */

static blt_status open_job(const blt_block_job *j, const blt_block **b, blt_error *err) {
  return blt_unread_open(j->block, j->column->type, j->column->dict ? j->column->dict->count : 0, b, err);
}

static blt_status pack(const blt_block_batch *batch, blt_block_job *j, blt_error *err) {
  const blt_block *b;
  blt_status status = open_job(j, &b, err);
  if (status != BLT_OK) return status;
  size_t words = b->valid ? blt_bits_words(b->rows) : 0,
         data = blt_block_data_bytes(b->enc, b->width, b->rows);
  blt_whole w = {.numbers = (void *)(uintptr_t)b->data,
                 .n = b->width ? (uint32_t)(data / b->width) : 0,
                 .width = b->width,
                 .doubles = j->column->type.id == BLT_FLOAT64,
                 .valid = (void *)(uintptr_t)b->valid,
                 .valid_bytes = words * 8,
                 .text = (void *)(uintptr_t)b->text,
                 .text_bytes = b->text_bytes,
                 .words = batch->f->version >= BLT_DISK_WORDS};
  return blt_pack(batch->f->ctx, &w, blt_block_shape_of(data, words, b->text_bytes).bytes, &j->packed, err);
}

/* ---- adding ---- */

static blt_status add_whole(blt_file *f, const blt_block *b, blt_ref *where, blt_error *err) {
  size_t words = b->valid ? blt_bits_words(b->rows) : 0,
         data = blt_block_data_bytes(b->enc, b->width, b->rows);
  blt_block_shape at = blt_block_shape_of(data, words, b->text_bytes);
  const blt_part parts[] = {{b->data, data, at.valid_at},
                            {b->valid, words * 8, words * 8},
                            {b->text, b->text_bytes, at.bytes - at.text_at}};
  if (at.bytes == 0) return BLT_OK;
  return blt_file_append_parts(f, parts, 3, BLT_DISK_BLOCK_ALIGN, where, err);
}

static blt_status add_packed(blt_file *f, const void *data, size_t bytes, blt_disk_block *form,
                             blt_error *err) {
  const blt_part part = {data, bytes, bytes};
  form->flags |= BLT_DISK_PACKED;
  return blt_file_append_parts(f, &part, 1, BLT_DISK_BLOCK_ALIGN, &form->where, err);
}

static blt_status add_job(blt_file *f, const blt_block_job *j, blt_error *err) {
  const blt_block *b;
  if (j->packed.data) return add_packed(f, j->packed.data, j->packed.bytes, j->form, err);
  blt_status status = open_job(j, &b, err);
  return status == BLT_OK ? add_whole(f, b, &j->form->where, err) : status;
}

/* Whether a block can be kept as it lies packed in another file. */
static bool packed_alike(const blt_file *f, blt_unread s) {
  blt_block_contents c = blt_unread_contents(s);
  if (!c.packed || f->version < BLT_DISK_PACKS) return false;
  return f->version >= BLT_DISK_WORDS || !blt_packed_has_words(c.packed, c.bytes);
}

/* A block that lies packed in a file is copied as it is, when it is whole: damage is not copied on. */
static blt_status copy_packed(blt_file *f, blt_unread s, blt_disk_block *form, blt_error *err) {
  blt_block_contents c = blt_unread_contents(s);
  blt_status status = blt_unread_intact(s, err);
  return status == BLT_OK ? add_packed(f, c.packed, c.bytes, form, err) : status;
}

/* Files of older formats have no scaled doubles. */
static blt_status add_plain(blt_file *f, blt_unread s, const blt_column *c, blt_disk_block *form,
                            blt_error *err) {
  const blt_block *b;
  blt_block *plain;
  blt_status status = blt_unread_open(s, c->type, 0, &b, err);
  if (status != BLT_OK) return status;
  double *v = blt_alloc(f->ctx, b->rows * sizeof *v);
  if (!v) return blt_fail_memory(err, b->rows * sizeof *v);
  blt_block_read_f64(b, 0, b->rows, v);
  status = blt_block_plain_f64(f->ctx, v, b->valid, b->rows, &plain, err);
  blt_free(f->ctx, v, b->rows * sizeof *v);
  if (status != BLT_OK) return status;
  blt_block_head head = blt_block_head_of(plain);
  *form = form_of(&head);
  status = add_whole(f, plain, &form->where, err);
  blt_block_release(plain);
  return status;
}

static blt_status refer(blt_unread s, blt_disk_block *form) {
  blt_block_contents c = blt_unread_contents(s);
  form->where = (blt_ref){blt_unread_place(s).disk, c.bytes, c.sum};
  if (c.packed) form->flags |= BLT_DISK_PACKED;
  return BLT_OK;
}

/* ---- batches ---- */

/* Large blocks are packed first: the small ones fill what time is left on the other threads. */
static void put_in_order(blt_block_batch *b) {
  for (uint32_t i = 0; i < b->n; i++) {
    size_t bytes = blt_unread_head(b->jobs[i].block).bytes;
    uint32_t k = i;
    for (; k > 0 && blt_unread_head(b->jobs[b->order[k - 1]].block).bytes < bytes; k--)
      b->order[k] = b->order[k - 1];
    b->order[k] = (uint8_t)i;
  }
}

static bool next_is_ready(blt_block_batch *b) {
  uint32_t next = atomic_load(&b->added);
  return next < b->n && atomic_load(&b->jobs[b->order[next]].ready);
}

static blt_status add_next(blt_block_batch *b, blt_error *err) {
  blt_block_job *j = &b->jobs[b->order[atomic_load(&b->added)]];
  blt_status status = add_job(b->f, j, err);
  blt_packed_free(b->f->ctx, &j->packed);
  if (status == BLT_OK) atomic_fetch_add(&b->added, 1);
  return status;
}

/* Adds what is ready, unless somebody else does so, who looks again when that is done. */
static blt_status add_ready(blt_block_batch *b, blt_error *err) {
  blt_status status = BLT_OK;
  while (status == BLT_OK && next_is_ready(b)) {
    if (pthread_mutex_trylock(&b->adding) != 0) break;
    while (status == BLT_OK && next_is_ready(b)) status = add_next(b, err);
    pthread_mutex_unlock(&b->adding);
  }
  return status;
}

static blt_status pack_and_add(void *arg, uint32_t task, uint32_t worker, blt_error *err) {
  blt_block_batch *b = arg;
  blt_block_job *j = &b->jobs[b->order[task]];
  (void)worker;
  blt_status status = b->f->version >= BLT_DISK_PACKS ? pack(b, j, err) : BLT_OK;
  if (status != BLT_OK) return status;
  atomic_store(&j->ready, true);
  return add_ready(b, err);
}

blt_status blt_batch_finish(blt_block_batch *b, blt_error *err) {
  put_in_order(b);
  pthread_mutex_init(&b->adding, NULL);
  atomic_store(&b->added, 0);
  bool alone = b->bytes < SMALL_BYTES || b->f->version < BLT_DISK_PACKS;
  blt_status status = (alone ? blt_seq : blt_par)(b->f->ctx, b->n, pack_and_add, b, err);
  if (status == BLT_OK) status = add_ready(b, err);
  for (uint32_t i = 0; i < b->n; i++) blt_packed_free(b->f->ctx, &b->jobs[i].packed);
  pthread_mutex_destroy(&b->adding);
  b->n = 0;
  b->bytes = 0;
  return status;
}

blt_status blt_batch_add(blt_block_batch *b, blt_unread block, const blt_column *c, blt_disk_block *form,
                         blt_error *err) {
  blt_block_head head = blt_unread_head(block);
  *form = form_of(&head);
  if (in_file(b->f, block)) return refer(block, form);
  if (packed_alike(b->f, block)) return copy_packed(b->f, block, form, err);
  if (head.enc == BLT_ENC_SCALED && b->f->version < BLT_DISK_PACKS)
    return add_plain(b->f, block, c, form, err);
  b->jobs[b->n++] = (blt_block_job){.block = block, .column = c, .form = form};
  b->bytes += head.bytes;
  return b->n == BLT_BATCH_BLOCKS ? blt_batch_finish(b, err) : BLT_OK;
}

blt_status blt_save_block(blt_file *f, blt_unread s, const blt_column *c, blt_disk_block *form,
                          blt_error *err) {
  blt_block_batch b = {.f = f};
  blt_status status = blt_batch_add(&b, s, c, form, err);
  return status == BLT_OK ? blt_batch_finish(&b, err) : status;
}

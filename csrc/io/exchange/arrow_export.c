#include "arrow_c.h"
#include "io/arrow/arrow_lay.h"

#include "base/mem.h"
#include "base/par.h"
#include "store/table/schema.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

/* ---- schemas ---- */

/* What a schema of ours points to; children may have been moved away when it is released. */
typedef struct described {
  blt_ctx *ctx;
  char *name;
  char format[32];
  uint32_t nchildren;
  struct ArrowSchema *room; /* of the children, and of a dictionary behind them */
  struct ArrowSchema **children;
} described;

static void free_room(described *d) {
  blt_free(d->ctx, d->room, ((size_t)d->nchildren + 1) * sizeof *d->room);
  blt_free(d->ctx, d->children, ((size_t)d->nchildren + 1) * sizeof *d->children);
}

static void release_schema(struct ArrowSchema *s) {
  described *d = s->private_data;
  blt_ctx *ctx = d->ctx;
  for (uint32_t i = 0; d->room && i <= d->nchildren; i++)
    if (d->room[i].release) d->room[i].release(&d->room[i]);
  free_room(d);
  if (d->name) blt_free(ctx, d->name, strlen(d->name) + 1);
  blt_free(ctx, d, sizeof *d);
  s->release = NULL;
  blt_ctx_release(ctx);
}

/* A schema without a format yet, with room for children; nothing to release on failure. */
static bool new_schema(blt_ctx *ctx, const char *name, uint32_t nchildren, bool dictionary,
                       struct ArrowSchema *out) {
  described *d = blt_calloc(ctx, 1, sizeof *d);
  *out = (struct ArrowSchema){0};
  if (!d) return false;
  d->ctx = blt_ctx_retain(ctx);
  d->nchildren = nchildren;
  *out = (struct ArrowSchema){.format = d->format, .release = release_schema, .private_data = d};
  d->name = blt_strdup(ctx, name, strlen(name));
  d->room = blt_calloc(ctx, (size_t)nchildren + 1, sizeof *d->room);
  d->children = blt_calloc(ctx, (size_t)nchildren + 1, sizeof *d->children);
  if (!d->name || !d->room || !d->children) {
    release_schema(out);
    return false;
  }
  for (uint32_t i = 0; i < nchildren; i++) d->children[i] = &d->room[i];
  out->name = d->name;
  out->n_children = nchildren;
  out->children = nchildren ? d->children : NULL;
  out->dictionary = dictionary ? &d->room[nchildren] : NULL;
  return true;
}

static void set_format(struct ArrowSchema *s, const char *format) {
  described *d = s->private_data;
  snprintf(d->format, sizeof d->format, "%s", format);
}

static void format_of(const blt_arrow_form *f, char out[32]) {
  static const char *const formats[] = {"l", "b", "l", "g", "", "u", "tdD", "tsu:UTC"};
  snprintf(out, 32, "%s", formats[f->type.id]);
  if (f->type.id == BLT_DECIMAL) snprintf(out, 32, "d:%u,%u", f->type.precision, f->type.scale);
  if (f->coded) snprintf(out, 32, "%s", f->index_width == 1 ? "c" : f->index_width == 2 ? "s" : "i");
}

static bool column_schema(const blt_arrow_form *f, const char *name, struct ArrowSchema *out) {
  char format[32];
  if (!new_schema(f->ctx, name, 0, f->coded, out)) return false;
  format_of(f, format);
  set_format(out, format);
  if (!f->type.required) out->flags = ARROW_FLAG_NULLABLE;
  if (!f->coded) return true;
  if (!new_schema(f->ctx, "", 0, false, out->dictionary)) return false;
  set_format(out->dictionary, "u");
  return true;
}

/* ---- arrays ---- */

/* The entries of a dictionary, which many arrays have. */
typedef struct entries {
  atomic_uint refs;
  blt_ctx *ctx;
  blt_arrow_lot lot;
} entries;

static void release_entries(entries *e) {
  if (!e || atomic_fetch_sub_explicit(&e->refs, 1, memory_order_acq_rel) != 1) return;
  blt_ctx *ctx = e->ctx;
  blt_arrow_lot_free(ctx, &e->lot);
  blt_free(ctx, e, sizeof *e);
  blt_ctx_release(ctx);
}

/* What an array of ours points to. */
typedef struct held {
  blt_ctx *ctx;
  blt_arrow_lot lot;
  entries *words; /* of a dictionary's array: what its buffers are of */
  const void *buffers[3];
  uint32_t nchildren;
  struct ArrowArray *room; /* of the children, and of a dictionary behind them */
  struct ArrowArray **children;
} held;

static void release_array(struct ArrowArray *a) {
  held *h = a->private_data;
  blt_ctx *ctx = h->ctx;
  for (uint32_t i = 0; h->room && i <= h->nchildren; i++)
    if (h->room[i].release) h->room[i].release(&h->room[i]);
  blt_free(ctx, h->room, ((size_t)h->nchildren + 1) * sizeof *h->room);
  blt_free(ctx, h->children, ((size_t)h->nchildren + 1) * sizeof *h->children);
  blt_arrow_lot_free(ctx, &h->lot);
  release_entries(h->words);
  blt_free(ctx, h, sizeof *h);
  a->release = NULL;
  blt_ctx_release(ctx);
}

static held *new_array(blt_ctx *ctx, uint32_t nchildren, bool dictionary, struct ArrowArray *out) {
  held *h = blt_calloc(ctx, 1, sizeof *h);
  *out = (struct ArrowArray){0};
  if (!h) return NULL;
  h->ctx = blt_ctx_retain(ctx);
  h->nchildren = nchildren;
  *out = (struct ArrowArray){.buffers = h->buffers, .release = release_array, .private_data = h};
  h->room = blt_calloc(ctx, (size_t)nchildren + 1, sizeof *h->room);
  h->children = blt_calloc(ctx, (size_t)nchildren + 1, sizeof *h->children);
  if (!h->room || !h->children) {
    release_array(out);
    return NULL;
  }
  for (uint32_t i = 0; i < nchildren; i++) h->children[i] = &h->room[i];
  out->n_children = nchildren;
  out->children = nchildren ? h->children : NULL;
  out->dictionary = dictionary ? &h->room[nchildren] : NULL;
  return h;
}

static void set_buffers(struct ArrowArray *a, held *h, const blt_arrow_lot *lot) {
  a->length = lot->rows;
  a->null_count = lot->nulls;
  a->n_buffers = lot->nbuffers;
  for (uint32_t i = 0; i < lot->nbuffers; i++) h->buffers[i] = lot->buffers[i];
}

static bool entries_array(entries *words, struct ArrowArray *out) {
  held *h = new_array(words->ctx, 0, false, out);
  if (!h) return false;
  atomic_fetch_add_explicit(&words->refs, 1, memory_order_relaxed);
  h->words = words;
  set_buffers(out, h, &words->lot);
  return true;
}

/* ---- the stream ---- */

typedef struct stream {
  blt_ctx *ctx;
  blt_view *view;
  uint32_t ncols, next; /* next: the group of the next batch */
  blt_arrow_form *forms;
  entries **words; /* of each coded column */
  blt_error err;
} stream;

static void free_stream(stream *s) {
  blt_ctx *ctx = s->ctx;
  for (uint32_t c = 0; s->forms && c < s->ncols; c++) blt_arrow_form_free(&s->forms[c]);
  for (uint32_t c = 0; s->words && c < s->ncols; c++) release_entries(s->words[c]);
  blt_free(ctx, s->forms, s->ncols * sizeof *s->forms);
  blt_free(ctx, s->words, s->ncols * sizeof(entries *));
  blt_view_release(s->view);
  blt_free(ctx, s, sizeof *s);
  blt_ctx_release(ctx);
}

static void release_stream(struct ArrowArrayStream *out) {
  free_stream(out->private_data);
  out->release = NULL;
}

static const char *last_error(struct ArrowArrayStream *out) {
  const stream *s = out->private_data;
  return s->err.message[0] ? s->err.message : NULL;
}

static int refuse(stream *s, blt_status status) {
  if (status == BLT_ENOMEM) return ENOMEM;
  s->err.code = status;
  return status == BLT_EINTR ? EINTR : status == BLT_EINVAL ? EINVAL : EIO;
}

static int no_memory(stream *s) {
  return refuse(s, blt_fail_memory(&s->err, sizeof(held)));
}

static int get_schema(struct ArrowArrayStream *in, struct ArrowSchema *out) {
  stream *s = in->private_data;
  bool made = new_schema(s->ctx, "", s->ncols, false, out);
  if (!made) return no_memory(s);
  set_format(out, "+s");
  for (uint32_t c = 0; made && c < s->ncols; c++)
    made = column_schema(&s->forms[c], s->view->schema->fields[c].name, out->children[c]);
  if (made) return 0;
  release_schema(out);
  return no_memory(s);
}

/* A batch on its way: a task for each column. */
typedef struct batch {
  stream *s;
  struct ArrowArray *out;
} batch;

static blt_status get_column(void *batch_, uint32_t col, uint32_t worker, blt_error *err) {
  batch *b = batch_;
  stream *s = b->s;
  struct ArrowArray *out = b->out->children[col];
  held *h = new_array(s->ctx, 0, s->forms[col].coded, out);
  (void)worker;
  if (!h) return blt_fail_memory(err, sizeof *h);
  blt_status status = blt_arrow_lay(&s->forms[col], s->next, &h->lot, err);
  if (status == BLT_OK && s->words[col] && !entries_array(s->words[col], out->dictionary))
    status = blt_fail_memory(err, sizeof *h);
  if (status == BLT_OK) set_buffers(out, h, &h->lot);
  return status;
}

static blt_status get_batch(stream *s, struct ArrowArray *out) {
  batch b = {s, out};
  bool small = s->view->group_rows[s->next] < BLT_BLOCK_ROWS / 4;
  if (!new_array(s->ctx, s->ncols, false, out)) return blt_fail_memory(&s->err, sizeof(held));
  blt_status status = (small ? blt_seq : blt_par)(s->ctx, s->ncols, get_column, &b, &s->err);
  if (status != BLT_OK) {
    release_array(out);
    return status;
  }
  out->n_buffers = 1;
  out->length = out->children[0]->length;
  return BLT_OK;
}

/* A group whose rows are all deleted gives no batch. */
static int get_next(struct ArrowArrayStream *in, struct ArrowArray *out) {
  stream *s = in->private_data;
  blt_status status = BLT_OK;
  *out = (struct ArrowArray){0};
  while (status == BLT_OK && !out->release && s->next < s->view->ngroups) {
    status = get_batch(s, out);
    if (status != BLT_OK) break;
    s->next++;
    if (out->length == 0) release_array(out);
  }
  return status == BLT_OK ? 0 : refuse(s, status);
}

/* ---- the whole ---- */

static blt_status take_words(stream *s, uint32_t col) {
  entries *e = blt_calloc(s->ctx, 1, sizeof *e);
  if (!e) return blt_fail_memory(&s->err, sizeof *e);
  atomic_init(&e->refs, 1);
  e->ctx = blt_ctx_retain(s->ctx);
  s->words[col] = e;
  return blt_arrow_lay_entries(&s->forms[col], &e->lot, &s->err);
}

static blt_status start(stream *s, bool plain) {
  s->forms = blt_calloc(s->ctx, s->ncols, sizeof *s->forms);
  s->words = blt_calloc(s->ctx, s->ncols, sizeof(entries *));
  if (!s->forms || !s->words) return blt_fail_memory(&s->err, s->ncols * sizeof *s->forms);
  blt_status status = BLT_OK;
  for (uint32_t c = 0; status == BLT_OK && c < s->ncols; c++) {
    status = blt_arrow_form_of(s->view, c, plain, &s->forms[c], &s->err);
    if (status == BLT_OK && s->forms[c].coded) status = take_words(s, c);
  }
  return status;
}

blt_status blt_arrow_export(blt_view *view, uint32_t ncols, bool plain, struct ArrowArrayStream *out,
                            blt_error *err) {
  stream *s = blt_calloc(view->ctx, 1, sizeof *s);
  if (!s) return blt_fail_memory(err, sizeof *s);
  s->ctx = blt_ctx_retain(view->ctx);
  s->view = blt_view_retain(view);
  s->ncols = ncols && ncols < view->ncols ? ncols : view->ncols;
  blt_status status = start(s, plain);
  if (status != BLT_OK) {
    *err = s->err;
    free_stream(s);
    return status;
  }
  *out = (struct ArrowArrayStream){get_schema, get_next, last_error, release_stream, s};
  return BLT_OK;
}

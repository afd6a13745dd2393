#include "pins.h"
#include "base/mem.h"

#include <pthread.h>

typedef struct pin {
  blt_buffer buffer;
  blt_pins *owner;
  blt_buffer *map;
  blt_extent where;
  struct pin *before, *after;
} pin;

struct blt_pins {
  blt_ctx *ctx;
  pthread_mutex_t lock; /* blocks are released by any thread */
  size_t refs;          /* the file's and one of each pin */
  pin *first;
};

blt_pins *blt_pins_new(blt_ctx *ctx) {
  blt_pins *p = blt_calloc(ctx, 1, sizeof *p);
  if (!p) return NULL;
  p->ctx = blt_ctx_retain(ctx);
  p->refs = 1;
  pthread_mutex_init(&p->lock, NULL);
  return p;
}

void blt_pins_release(blt_pins *p) {
  if (!p) return;
  pthread_mutex_lock(&p->lock);
  bool last = --p->refs == 0;
  pthread_mutex_unlock(&p->lock);
  if (!last) return;
  blt_ctx *ctx = p->ctx;
  pthread_mutex_destroy(&p->lock);
  blt_free(ctx, p, sizeof *p);
  blt_ctx_release(ctx);
}

static void pin_free(blt_buffer *b) {
  pin *n = (pin *)b;
  blt_pins *p = n->owner;
  pthread_mutex_lock(&p->lock);
  if (n->before)
    n->before->after = n->after;
  else
    p->first = n->after;
  if (n->after) n->after->before = n->before;
  pthread_mutex_unlock(&p->lock);
  blt_buffer_release(n->map);
  blt_free(p->ctx, n, sizeof *n);
  blt_pins_release(p);
}

blt_status blt_pins_add(blt_pins *p, blt_buffer *map, const void *data, blt_extent where, blt_buffer **out,
                        blt_error *err) {
  pin *n = blt_calloc(p->ctx, 1, sizeof *n);
  if (!n) return blt_fail_memory(err, sizeof *n);
  n->buffer =
      (blt_buffer){.ctx = p->ctx, .data = (void *)data, .bytes = (size_t)where.bytes, .release = pin_free};
  atomic_init(&n->buffer.refs, 1);
  n->owner = p;
  n->map = blt_buffer_retain(map);
  n->where = where;
  pthread_mutex_lock(&p->lock);
  p->refs++;
  n->after = p->first;
  if (p->first) p->first->before = n;
  p->first = n;
  pthread_mutex_unlock(&p->lock);
  *out = &n->buffer;
  return BLT_OK;
}

void blt_pins_each(blt_pins *p, void (*each)(void *arg, blt_extent where), void *arg) {
  pthread_mutex_lock(&p->lock);
  for (const pin *n = p->first; n; n = n->after) each(arg, n->where);
  pthread_mutex_unlock(&p->lock);
}

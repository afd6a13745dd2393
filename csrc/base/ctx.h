/* ctx.h: the inside of a context, for base/ only. */
#ifndef BLT_BASE_CTX_H
#define BLT_BASE_CTX_H

#include "blt.h"
#include "slab.h"
#include <pthread.h>
#include <stdatomic.h>

#define BLT_POOLED 32 /* large buffers kept for reuse */

typedef struct blt_pool blt_pool;

struct blt_ctx {
  atomic_uint refs;
  atomic_size_t limit, used, peak;
  atomic_uint_fast64_t fail_at; /* 0: off; counts down to 1, stays there */
  atomic_uint_fast64_t serial;  /* the last number given */
  pthread_mutex_t lock;         /* guards `pooled` and `slabs` */
  struct {
    void *p;
    size_t bytes;
  } pooled[BLT_POOLED];
  size_t pooled_bytes;
  uint32_t pooled_turn; /* which one is dropped next */
  blt_slabs slabs;      /* guarded by lock */
  uint32_t threads;
  blt_pool *pool; /* NULL until the first parallel work */
  blt_poll_fn poll;
  void *poll_arg;
  double timeout;
  blt_host_fn host;
  void *host_arg;
  bool alone; /* no worker does anything */
};

void blt_pool_stop(blt_ctx *ctx);

#endif

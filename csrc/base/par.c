#include "par.h"
#include "clock.h"
#include "ctx.h"
#include "processor.h"
#include "text/num.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define POLL_SECONDS 0.001    /* between two polls */
#define LINGER_SECONDS 0.0001 /* a worker without work stays awake: waking it takes nearly as long */
#define WAIT_NANOS 5000000    /* while the caller waits for the last morsels */

/* One call of blt_par. Lives on the caller's stack. */
typedef struct job {
  blt_task_fn fn;
  void *arg;
  uint32_t ntasks;
  atomic_uint next; /* next task to start */
  atomic_uint stop; /* nothing new starts */
  atomic_uint done; /* tasks finished, for progress */
  pthread_mutex_t *lock;
  atomic_bool *stopped; /* the pool's, or NULL */
  blt_status status;    /* first failure; guarded by the pool's lock */
  blt_error error;
  blt_processors processors; /* where its threads are */
} job;

struct blt_pool {
  pthread_mutex_t lock;
  pthread_cond_t work, idle;
  job *job; /* NULL: nothing to do */
  /* Counts jobs, so that a worker takes each one once. Changed with the lock, looked at without. */
  atomic_uint_fast64_t generation;
  uint32_t running;  /* workers inside the job */
  uint32_t resting;  /* of these, who wait for rests to end */
  uint32_t nworkers; /* beside the caller */
  atomic_uint rests; /* above 0: nobody starts a task but the caller */
  bool quit;
  atomic_bool stopped; /* the job at hand has failed */
  pthread_t *threads;
};

typedef struct worker_arg {
  blt_pool *pool;
  uint32_t index;
} worker_arg;

/* Leaves the core's means to its other thread for a moment. */
static inline void pause_core(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

static void job_fail(job *j, blt_status status, const blt_error *err) {
  if (j->lock) pthread_mutex_lock(j->lock);
  if (j->status == BLT_OK) {
    j->status = status;
    j->error = *err;
  }
  if (j->lock) pthread_mutex_unlock(j->lock);
  atomic_store(&j->stop, 1);
  if (j->stopped) atomic_store(j->stopped, true);
}

/* Runs one task if there is one left. */
static bool job_step(job *j, uint32_t worker) {
  if (atomic_load_explicit(&j->stop, memory_order_relaxed)) return false;
  uint32_t task = atomic_fetch_add_explicit(&j->next, 1, memory_order_relaxed);
  if (task >= j->ntasks) {
    atomic_store_explicit(&j->next, j->ntasks, memory_order_relaxed);
    return false;
  }
  blt_error err;
  blt_status status = j->fn(j->arg, task, worker, &err);
  if (status != BLT_OK) job_fail(j, status, &err);
  atomic_fetch_add_explicit(&j->done, 1, memory_order_relaxed);
  return true;
}

/* Looks for the next job for a moment, without the lock. Queries often follow each other, and steps of one
 * always do. */
static void linger(blt_pool *pool, uint64_t seen) {
  double until = blt_seconds() + LINGER_SECONDS;
  while (atomic_load_explicit(&pool->generation, memory_order_relaxed) == seen && blt_seconds() < until)
    for (int i = 0; i < 32; i++) pause_core();
}

/* Waits until the rest is over, when there is one. False when nothing follows it. */
static bool rest(blt_pool *pool) {
  if (!atomic_load_explicit(&pool->rests, memory_order_relaxed)) return true;
  pthread_mutex_lock(&pool->lock);
  pool->resting++;
  if (pool->running == pool->resting) pthread_cond_signal(&pool->idle);
  while (pool->rests && !pool->quit) pthread_cond_wait(&pool->work, &pool->lock);
  pool->resting--;
  bool on = !pool->quit;
  pthread_mutex_unlock(&pool->lock);
  return on;
}

static void *worker_main(void *p) {
  worker_arg arg = *(worker_arg *)p;
  blt_pool *pool = arg.pool;
  uint64_t seen = 0;
  free(p);
  pthread_mutex_lock(&pool->lock);
  for (;;) {
    while (!pool->quit && (!pool->job || pool->rests || pool->generation == seen))
      pthread_cond_wait(&pool->work, &pool->lock);
    if (pool->quit) break;
    job *j = pool->job;
    seen = pool->generation;
    pool->running++;
    pthread_mutex_unlock(&pool->lock);
    blt_processor_take(&j->processors);
    bool on;
    while ((on = rest(pool)) && job_step(j, arg.index)) continue;
    if (!on) return NULL;
    pthread_mutex_lock(&pool->lock);
    if (--pool->running == pool->resting) pthread_cond_signal(&pool->idle);
    pthread_mutex_unlock(&pool->lock);
    linger(pool, seen);
    pthread_mutex_lock(&pool->lock);
  }
  pthread_mutex_unlock(&pool->lock);
  return NULL;
}

static bool start_worker(blt_pool *pool, uint32_t index) {
  worker_arg *arg = malloc(sizeof *arg);
  if (!arg) return false;
  *arg = (worker_arg){pool, index};
  if (pthread_create(&pool->threads[index - 1], NULL, worker_main, arg) == 0) return true;
  free(arg);
  return false;
}

/* Starts the pool. Fewer workers than asked for is no error: the caller works in any case. Signals stay with
 * the caller, so that Ctrl-C reaches the thread which polls. */
static blt_pool *pool_start(blt_ctx *ctx) {
  blt_pool *pool = calloc(1, sizeof *pool);
  if (!pool) return NULL;
  pool->threads = calloc(ctx->threads, sizeof *pool->threads);
  if (!pool->threads) {
    free(pool);
    return NULL;
  }
  pthread_condattr_t attr;
  pthread_condattr_init(&attr);
  pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
  pthread_mutex_init(&pool->lock, NULL);
  pthread_cond_init(&pool->work, NULL);
  pthread_cond_init(&pool->idle, &attr);
  pthread_condattr_destroy(&attr);
  sigset_t all, old;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &old);
  for (uint32_t i = 1; i < ctx->threads && start_worker(pool, i); i++) pool->nworkers++;
  pthread_sigmask(SIG_SETMASK, &old, NULL);
  ctx->pool = pool;
  return pool;
}

void blt_pool_stop(blt_ctx *ctx) {
  blt_pool *pool = ctx->pool;
  if (!pool) return;
  ctx->pool = NULL;
  pthread_mutex_lock(&pool->lock);
  pool->quit = true;
  pthread_cond_broadcast(&pool->work);
  pthread_mutex_unlock(&pool->lock);
  for (uint32_t i = 0; i < pool->nworkers; i++) pthread_join(pool->threads[i], NULL);
  pthread_cond_destroy(&pool->work);
  pthread_cond_destroy(&pool->idle);
  pthread_mutex_destroy(&pool->lock);
  free(pool->threads);
  free(pool);
}

bool blt_par_rest(blt_ctx *ctx) {
  blt_pool *pool = ctx->pool;
  if (!pool) return false;
  pthread_mutex_lock(&pool->lock);
  bool needed = pool->job || pool->running;
  if (needed) pool->rests++;
  while (needed && pool->running > pool->resting) pthread_cond_wait(&pool->idle, &pool->lock);
  pthread_mutex_unlock(&pool->lock);
  return needed;
}

void blt_par_end(blt_ctx *ctx) {
  blt_pool_stop(ctx);
}

void blt_par_resume(blt_ctx *ctx) {
  blt_pool *pool = ctx->pool;
  pthread_mutex_lock(&pool->lock);
  pool->rests--;
  pthread_cond_broadcast(&pool->work);
  pthread_mutex_unlock(&pool->lock);
}

void blt_watch_start(blt_watch *w, blt_ctx *ctx) {
  w->ctx = ctx;
  w->started = w->polled = ctx->poll || ctx->timeout > 0 ? blt_seconds() : 0;
}

static blt_status fail_late(double timeout, blt_error *err) {
  char seconds[BLT_F64_TEXT];
  blt_format_f64(timeout, seconds);
  return blt_fail(err, BLT_ETIMEOUT, "stopped: the time limit of %s seconds has passed", seconds);
}

blt_status blt_watch_check(blt_watch *w, uint64_t done, uint64_t total, blt_error *err) {
  if (!w->ctx->poll && w->ctx->timeout <= 0) return BLT_OK;
  double t = blt_seconds();
  if (w->ctx->timeout > 0 && t - w->started > w->ctx->timeout) return fail_late(w->ctx->timeout, err);
  if (!w->ctx->poll || t - w->polled < POLL_SECONDS) return BLT_OK;
  w->polled = t;
  return w->ctx->poll(w->ctx->poll_arg, done, total, err);
}

/* Polls when it is time to. */
static void watch_job(blt_watch *w, job *j) {
  blt_error err;
  blt_status status = blt_watch_check(w, atomic_load(&j->done), j->ntasks, &err);
  if (status != BLT_OK) job_fail(j, status, &err);
}

static blt_status job_result(const job *j, blt_error *err) {
  if (j->status != BLT_OK) *err = j->error;
  return j->status;
}

static void job_init(job *j, uint32_t ntasks, blt_task_fn fn, void *arg) {
  memset(j, 0, sizeof *j);
  j->fn = fn;
  j->arg = arg;
  j->ntasks = ntasks;
}

uint32_t blt_par_workers(const blt_ctx *ctx) {
  return ctx->threads;
}

blt_status blt_seq(blt_ctx *ctx, uint32_t ntasks, blt_task_fn fn, void *arg, blt_error *err) {
  job j;
  job_init(&j, ntasks, fn, arg);
  blt_watch w;
  blt_watch_start(&w, ctx);
  while (job_step(&j, 0)) watch_job(&w, &j);
  return job_result(&j, err);
}

/* Waits until the workers are out of the job, polling meanwhile. */
static void join(blt_pool *pool, blt_watch *w, job *j) {
  pthread_mutex_lock(&pool->lock);
  pool->job = NULL; /* a worker that wakes up late finds nothing */
  for (double until = blt_seconds() + LINGER_SECONDS; pool->running && blt_seconds() < until;) {
    pthread_mutex_unlock(&pool->lock);
    for (int i = 0; i < 32; i++) pause_core();
    pthread_mutex_lock(&pool->lock);
  }
  while (pool->running) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    t.tv_nsec += WAIT_NANOS;
    if (t.tv_nsec >= 1000000000) {
      t.tv_sec++;
      t.tv_nsec -= 1000000000;
    }
    pthread_cond_timedwait(&pool->idle, &pool->lock, &t);
    if (!pool->running) break;
    bool goes_on = j->status == BLT_OK; /* who has said stop is not asked again */
    pthread_mutex_unlock(&pool->lock);
    if (goes_on) watch_job(w, j);
    pthread_mutex_lock(&pool->lock);
  }
  pthread_mutex_unlock(&pool->lock);
}

blt_status blt_par(blt_ctx *ctx, uint32_t ntasks, blt_task_fn fn, void *arg, blt_error *err) {
  blt_pool *pool = ctx->pool;
  if (ntasks < 2 || ctx->threads < 2 || ctx->alone || (pool && pool->rests))
    return blt_seq(ctx, ntasks, fn, arg, err);
  if (!pool && !(pool = pool_start(ctx))) return blt_seq(ctx, ntasks, fn, arg, err);
  job j;
  job_init(&j, ntasks, fn, arg);
  j.lock = &pool->lock;
  j.stopped = &pool->stopped;
  atomic_store(&pool->stopped, false);
  blt_watch w;
  blt_watch_start(&w, ctx);
  blt_processor_take(&j.processors);
  pthread_mutex_lock(&pool->lock);
  pool->job = &j;
  pool->generation++;
  pthread_cond_broadcast(&pool->work);
  pthread_mutex_unlock(&pool->lock);
  while (job_step(&j, 0)) watch_job(&w, &j);
  join(pool, &w, &j);
  return job_result(&j, err);
}

blt_status blt_par_check(blt_ctx *ctx, uint32_t worker, uint64_t done, uint64_t total, blt_error *err) {
  if (worker == 0) return blt_poll(ctx, done, total, err);
  return ctx->pool && atomic_load(&ctx->pool->stopped) ? blt_fail(err, BLT_EINTR, "interrupted") : BLT_OK;
}

blt_status blt_poll(blt_ctx *ctx, uint64_t done, uint64_t total, blt_error *err) {
  return ctx->poll ? ctx->poll(ctx->poll_arg, done, total, err) : BLT_OK;
}

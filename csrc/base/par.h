/* par.h: morsels on a pool of threads.
 *
 * The calling thread works too (it is worker 0) and is the only one that polls for interruption. The pool
 * starts with the first call that has more than one task and more than one thread.
 */
#ifndef BLT_BASE_PAR_H
#define BLT_BASE_PAR_H

#include "blt.h"

/* One task. `worker` is below blt_par_workers(ctx): index scratch space by it. Tasks start in rising order.
 */
typedef blt_status (*blt_task_fn)(void *arg, uint32_t task, uint32_t worker, blt_error *err);

/* How many workers blt_par may use (the context's threads). */
uint32_t blt_par_workers(const blt_ctx *ctx);

/* Runs tasks 0 to ntasks-1 and waits for all. The first failure (or the poll's, or the time limit) stops
 * tasks that have not started and is returned. Must not be nested inside a task. */
blt_status blt_par(blt_ctx *ctx, uint32_t ntasks, blt_task_fn fn, void *arg, blt_error *err);

/* The same on the calling thread only, polling between tasks: for small work. */
blt_status blt_seq(blt_ctx *ctx, uint32_t ntasks, blt_task_fn fn, void *arg, blt_error *err);

/* For work whose single tasks are long: the calling thread (worker 0) asks between smaller steps whether to
 * go on. Polls at most every millisecond; BLT_ETIMEOUT when the time limit has passed since the start. */
typedef struct blt_watch {
  blt_ctx *ctx;
  double started, polled; /* seconds of the monotonic clock; 0 while nothing is watched for */
} blt_watch;
void blt_watch_start(blt_watch *w, blt_ctx *ctx);
blt_status blt_watch_check(blt_watch *w, uint64_t done, uint64_t total, blt_error *err);

/* For one long task among others of blt_par or blt_seq, between its steps: BLT_EINTR, or what the poll says,
 * when the work is to stop. Worker 0 polls, the others see what it found. */
blt_status blt_par_check(blt_ctx *ctx, uint32_t worker, uint64_t done, uint64_t total, blt_error *err);

/* Lets the workers of the job at hand rest, each after the task that it is in, so that what the poll runs is
 * beside nobody: from a poll only. Until blt_par_resume the calling thread does all tasks by itself. False
 * when there is nobody who would have to rest: then nothing is to be resumed. */
bool blt_par_rest(blt_ctx *ctx);
void blt_par_resume(blt_ctx *ctx);
/* The same poll will never return, because the program ends in it: ends the workers, resting or not. */
void blt_par_end(blt_ctx *ctx);

/* One poll on the calling thread, outside blt_par, for long sequential work. */
blt_status blt_poll(blt_ctx *ctx, uint64_t done, uint64_t total, blt_error *err);

#endif

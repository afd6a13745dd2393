/* clock.h: the clock that only goes forward. */
#ifndef BLT_BASE_CLOCK_H
#define BLT_BASE_CLOCK_H

#include <time.h>

/* Seconds since some moment that is the same for the whole process. */
static inline double blt_seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* The same clock, read at a tenth of the cost and a few milliseconds late. */
static inline double blt_seconds_coarse(void) {
#ifdef CLOCK_MONOTONIC_COARSE
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC_COARSE, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
#else
  return blt_seconds();
#endif
}

#endif

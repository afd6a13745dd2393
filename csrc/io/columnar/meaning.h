/* meaning.h: from what a file of columns stores to what it means here: times to microseconds, days, decimals,
 * texts of times. Formats read what is stored, and this does the rest. */
#ifndef BLT_COLUMNAR_MEANING_H
#define BLT_COLUMNAR_MEANING_H

#include "blt.h"

/* Memory that grows and is used again. */
typedef struct blt_room {
  void *p;
  size_t bytes;
} blt_room;
blt_status blt_room_for(blt_ctx *ctx, blt_room *r, size_t bytes, blt_error *err);
void blt_room_free(blt_ctx *ctx, blt_room *r);

/* n values, none of them null; which array is filled follows from the type: ints (int64_t) for all that are
 * int-like, doubles, or texts (blt_str), which point into the file's bytes or into `own`. */
typedef struct blt_values {
  uint32_t n;
  blt_room ints, doubles, texts, own;
  bool spaced; /* texts lie one behind the other with their lengths of 4 bytes between, and room around */
  bool lean;   /* asked for: numbers that mean what they are may stay where they lie: */
  const uint8_t
      *raw; /* integers or doubles of `raw_width` bytes, in the page; NULL: they are in `ints` or `doubles` */
  uint8_t raw_width;
} blt_values;
/* n integers that lie in a page, from value `from` on. */
void blt_values_plain(const blt_values *v, uint32_t from, uint32_t n, int64_t *out);
void blt_values_free(blt_ctx *ctx, blt_values *v);

/* What is done to a value after it was read. */
typedef enum blt_step {
  BLT_STEP_NONE = 0,
  BLT_STEP_UNSIGNED32, /* 32 bits without a sign */
  BLT_STEP_UNSIGNED64, /* refused above 2^63 - 1 */
  BLT_STEP_DAYS,       /* refused outside the years 1 to 9999 */
  BLT_STEP_MILLIS,     /* to microseconds */
  BLT_STEP_MICROS,     /* refused outside the years 1 to 9999, as all timestamps */
  BLT_STEP_NANOS,      /* refused when a part of a microsecond is left, or cut */
  BLT_STEP_SCALED,     /* decimal: refused past its digits */
  BLT_STEP_HALF,       /* float of two bytes */
  BLT_STEP_UUID,       /* 16 bytes to text */
  BLT_STEP_TIME        /* time of day, to text */
} blt_step;

typedef struct blt_meaning {
  blt_type type; /* what the values become */
  blt_step step;
  uint8_t unit; /* TIME: 1 milliseconds, 2 microseconds, 3 nanoseconds */
  bool cut;     /* NANOS: what is left of a microsecond is cut off */
  bool big;     /* SCALED: the numbers are texts, highest byte first */
} blt_meaning;

#define BLT_YEARS "outside of the years 0001 to 9999"
#define BLT_HAS_NANOS                                                                                        \
  "a time with nanoseconds, of which microseconds are kept: {nanoseconds = \"cut\"} cuts them"
#define BLT_DAY_MICROS INT64_C(86400000000)

/* Turns the values into what they mean; there is room for both. On failure err->position is the value that
 * was refused. */
blt_status blt_mean(blt_ctx *ctx, const blt_meaning *m, blt_values *v, blt_error *err);
/* Room for n values of the type, and for what they are made of: integers, or texts. */
blt_status blt_values_room(blt_ctx *ctx, const blt_meaning *m, uint32_t n, bool ints, bool texts,
                           blt_values *v, blt_error *err);

#endif

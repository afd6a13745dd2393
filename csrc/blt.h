/* blt.h: what every part of blotter agrees on: status codes, errors, types, values, limits and the context.
 *
 * This is the only header that a C embedder needs beside the header of the part that is used
 * (store/database/db.h, exec/run.h, io/csv/csv.h). Nothing here knows Lua.
 *
 * Functions that can fail return a blt_status and fill a blt_error (never NULL). On failure nothing that the
 * caller passed in has changed, unless the function says otherwise, and out parameters are left alone.
 */
#ifndef BLT_H
#define BLT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BLT_BLOCK_ROWS 65536u     /* rows of a full block; a row inside a block is a 16-bit offset */
#define BLT_VECTOR_ROWS 2048u     /* rows of a vector; starts of vectors are multiples of it */
#define BLT_MAX_COLUMNS 16384u    /* columns of a table */
#define BLT_MAX_NAME 255u         /* bytes of a table's or column's name */
#define BLT_MAX_STRING (1u << 30) /* bytes of one string value */
#define BLT_MAX_KEY_COLUMNS 16u   /* columns of a primary or unique key */
#define BLT_MAX_PRECISION 18      /* digits of a decimal: its scaled value fits an int64 */

typedef enum blt_status {
  BLT_OK = 0,
  BLT_ENOMEM,    /* the memory limit, or the system, refused an allocation */
  BLT_EINVAL,    /* an argument makes no sense */
  BLT_ETYPE,     /* a value or expression has the wrong type */
  BLT_ENAME,     /* an unknown or duplicate name */
  BLT_ENULL,     /* null in a required column */
  BLT_EKEY,      /* a primary or unique key would repeat */
  BLT_EOVERFLOW, /* exact arithmetic does not fit the type */
  BLT_EIO,       /* the operating system failed a read, write, sync or map */
  BLT_EFORMAT,   /* a file or text is not what it should be */
  BLT_EBUSY,     /* another writer, or a query, holds what is asked for */
  BLT_EREADONLY, /* a change through a read-only handle */
  BLT_EINTR,     /* the user interrupted (Ctrl-C, or a callback said stop) */
  BLT_ETIMEOUT,  /* the time limit passed */
  BLT_ECLOSED    /* the handle is closed */
} blt_status;

/* What went wrong and where. `position` is a byte offset in a text, a row, or a node of an expression,
 * as the failing function says; -1 when there is none. */
typedef struct blt_error {
  blt_status code;
  int64_t position;
  char message[480];
} blt_error;

/* Fills `err` and returns `code`, so that a failing function can `return blt_fail(err, BLT_EINVAL, ...)`. */
blt_status blt_fail(blt_error *err, blt_status code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
blt_status blt_fail_at(blt_error *err, blt_status code, int64_t position, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* The standard message for a refused allocation of `bytes` bytes. */
blt_status blt_fail_memory(blt_error *err, size_t bytes);

typedef enum blt_type_id {
  BLT_NULLTYPE = 0, /* type of the literal nil: adapts to any other */
  BLT_BOOL,         /* 0 or 1 */
  BLT_INT64,
  BLT_FLOAT64,
  BLT_DECIMAL,  /* scaled int64: value * 10^scale */
  BLT_STRING,   /* any bytes; text is UTF-8 by convention */
  BLT_DATE,     /* days since 1970-01-01, proleptic Gregorian, years 0001 to 9999 */
  BLT_TIMESTAMP /* microseconds since 1970-01-01T00:00:00Z */
} blt_type_id;

typedef struct blt_type {
  uint8_t id;        /* blt_type_id */
  uint8_t precision; /* decimal: 1 to 18 digits; otherwise 0 */
  uint8_t scale;     /* decimal: 0 to precision; otherwise 0 */
  bool required;     /* nulls are refused */
} blt_type;

/* True for the types whose values are an int64 in memory: all but float64 and string. */
static inline bool blt_type_is_int(blt_type t) {
  return t.id != BLT_FLOAT64 && t.id != BLT_STRING;
}
/* "bool", "int64", ..., "decimal(9,2)": writes at most 24 bytes with the final zero, returns `out`. */
char *blt_type_name(blt_type t, char out[24]);
/* Reads such a name. Returns false when it is none. */
bool blt_type_parse(const char *text, size_t len, blt_type *out);

/* Bytes that somebody else owns; not zero-terminated. */
typedef struct blt_str {
  const char *s;
  uint32_t len;
} blt_str;

/* One value of an int-like or float column: which member is live follows from the type. */
typedef union blt_scalar {
  int64_t i;
  double f;
} blt_scalar;

/* One value of any type. */
typedef struct blt_value {
  bool null;
  blt_type type;
  union {
    int64_t i; /* bool, int64, decimal, date, timestamp */
    double f;
    blt_str s;
  } u;
} blt_value;

/* The context: everything that would otherwise be global: allocator with its limit, threads, interruption.
 * One per Lua state (or embedder's session). A context belongs to one thread at a time; its own workers
 * excepted. */
typedef struct blt_ctx blt_ctx;

blt_ctx *blt_ctx_new(void); /* NULL when out of memory */
blt_ctx *blt_ctx_retain(blt_ctx *ctx);
void blt_ctx_release(blt_ctx *ctx); /* the last release stops the workers; NULL is allowed */

void blt_ctx_set_memory_limit(blt_ctx *ctx, size_t bytes); /* 0: no limit */
size_t blt_ctx_memory_limit(const blt_ctx *ctx);
size_t blt_ctx_memory_used(const blt_ctx *ctx);
size_t blt_ctx_memory_peak(const blt_ctx *ctx);
void blt_ctx_reset_peak(blt_ctx *ctx);
/* Test hook: the n-th allocation from now (1 = the next) and all later ones fail; 0 switches it off. */
void blt_ctx_fail_allocation(blt_ctx *ctx, uint64_t n);

void blt_ctx_set_threads(blt_ctx *ctx, uint32_t n); /* 0: as many as the machine has; at most 256 */
uint32_t blt_ctx_threads(const blt_ctx *ctx);

/* Called on the owning thread between morsels (at most about every millisecond): anything but BLT_OK ends
 * the running work with that status. `done` and `total` are the work's progress in its own units. */
typedef blt_status (*blt_poll_fn)(void *arg, uint64_t done, uint64_t total, blt_error *err);
void blt_ctx_set_poll(blt_ctx *ctx, blt_poll_fn poll, void *arg);
/* Work started after this ends with BLT_ETIMEOUT when it runs longer; 0: no limit. */
void blt_ctx_set_timeout(blt_ctx *ctx, double seconds);

/* A function of the program that the engine is part of, asked by expressions for several values at once. */
typedef struct blt_host_call {
  int64_t function; /* its number in the expression */
  blt_type type;    /* of the results */
  uint32_t n;
  const blt_value *in;  /* none of them is null */
  const uint64_t *rows; /* where they stand, from 1 on; NULL when they are no rows */
  blt_value *out;       /* its strings have to stay until the next call */
} blt_host_call;
typedef blt_status (*blt_host_fn)(void *arg, const blt_host_call *call, blt_error *err);
void blt_ctx_set_host(blt_ctx *ctx, blt_host_fn host, void *arg);
blt_status blt_host_ask(blt_ctx *ctx, const blt_host_call *call, blt_error *err);
/* While true, the calling thread does all work by itself: set around work whose expressions ask the host.
 * Gives what it was before. */
bool blt_ctx_set_alone(blt_ctx *ctx, bool alone);

#endif

/* footer.h: what a Parquet file says of itself at its end, as it says it.
 *
 *   PAR1 | column chunks: pages | footer | length of the footer, 4 bytes | PAR1
 *
 * Texts point into the footer's own bytes. Nothing here has been compared with the file yet but that it is
 * well formed: offsets may point anywhere.
 */
#ifndef BLT_PARQUET_FOOTER_H
#define BLT_PARQUET_FOOTER_H

#include "io/source/source.h"
#include "thrift.h"

/* Physical types. */
typedef enum blt_pq_physical {
  BLT_PQ_BOOLEAN = 0,
  BLT_PQ_INT32,
  BLT_PQ_INT64,
  BLT_PQ_INT96,
  BLT_PQ_FLOAT,
  BLT_PQ_DOUBLE,
  BLT_PQ_BYTES,
  BLT_PQ_FIXED,
  BLT_PQ_PHYSICALS
} blt_pq_physical;

/* Logical types, by their number in the format; 0: none. */
typedef enum blt_pq_logical {
  BLT_PQ_STRING = 1,
  BLT_PQ_MAP,
  BLT_PQ_LIST,
  BLT_PQ_ENUM,
  BLT_PQ_DECIMAL,
  BLT_PQ_DATE,
  BLT_PQ_TIME,
  BLT_PQ_TIMESTAMP,
  BLT_PQ_INTERVAL, /* free in the format; here it stands for the old annotation */
  BLT_PQ_INTEGER,
  BLT_PQ_UNKNOWN,
  BLT_PQ_JSON,
  BLT_PQ_BSON,
  BLT_PQ_UUID,
  BLT_PQ_FLOAT16,
  BLT_PQ_VARIANT,
  BLT_PQ_GEOMETRY,
  BLT_PQ_GEOGRAPHY
} blt_pq_logical;

typedef enum blt_pq_unit { BLT_PQ_MILLIS = 1, BLT_PQ_MICROS, BLT_PQ_NANOS } blt_pq_unit;

typedef enum blt_pq_repetition { BLT_PQ_REQUIRED = 0, BLT_PQ_OPTIONAL, BLT_PQ_REPEATED } blt_pq_repetition;

/* A node of the schema's tree, which is listed depth first. */
typedef struct blt_pq_element {
  blt_str name;
  int32_t physical; /* -1: a group */
  int32_t length;   /* FIXED: bytes */
  int32_t repetition;
  int32_t children;
  int32_t scale, precision;
  uint8_t logical; /* blt_pq_logical; the old annotations as what they are now */
  uint8_t unit;    /* blt_pq_unit */
  bool utc;
  bool is_signed;
  uint8_t bits; /* INTEGER */
} blt_pq_element;

typedef struct blt_pq_statistics {
  blt_str min, max; /* s NULL: not given, or of an order that nobody knows */
  int64_t nulls;    /* -1: not given */
} blt_pq_statistics;

/* Nothing but nulls, by what is said of so many rows; who states a bound as well contradicts that. */
static inline bool blt_pq_all_null(const blt_pq_statistics *s, uint64_t rows) {
  return s->nulls >= 0 && (uint64_t)s->nulls == rows && !s->min.len && !s->max.len;
}

typedef struct blt_pq_chunk {
  int32_t physical, codec;
  int64_t values, packed_bytes, bytes;
  int64_t data_at, dictionary_at; /* dictionary_at 0: none, or not said */
  bool elsewhere, encrypted;
  bool only_dictionary;                  /* every data page surely has codes of the dictionary */
  int64_t pages_at, bounds_at, bloom_at; /* the page index (offsets, bounds) and the bloom filter; 0: none */
  int32_t pages_bytes, bounds_bytes;
  uint32_t encodings; /* bit by number: those that the chunk names */
  blt_pq_statistics stats;
} blt_pq_chunk;

typedef struct blt_pq_group {
  int64_t rows;
  uint32_t nchunks;
  blt_pq_chunk *chunks;
} blt_pq_group;

typedef struct blt_pq_footer {
  blt_ctx *ctx;
  char *bytes;
  size_t len;
  int64_t rows;
  uint32_t nelements, ngroups;
  blt_pq_element *elements;
  blt_pq_group *groups;
  bool summed; /* written here: it has a checksum, which is right */
} blt_pq_footer;

/* A footer that is written here has a checksum of all else in it, as hexadecimal digits under this key, with
 * the creator behind them: who copies the key into another file copies no such pair. */
#define BLT_PQ_CREATOR "blotter"
#define BLT_PQ_CHECKSUM_KEY "blotter.footer"
#define BLT_PQ_CHECKSUM_DIGITS 16u
void blt_pq_checksum(const char *footer, size_t len, size_t digits_at, char out[BLT_PQ_CHECKSUM_DIGITS]);

/* Whether the source begins as a Parquet file does. */
bool blt_pq_is(const blt_source *source);
/* Reads the footer. BLT_EFORMAT, with what is wrong and what could be done. */
blt_status blt_pq_footer_read(blt_ctx *ctx, const blt_source *source, blt_pq_footer *out, blt_error *err);
void blt_pq_footer_free(blt_pq_footer *f); /* of a zeroed or read one */

#endif

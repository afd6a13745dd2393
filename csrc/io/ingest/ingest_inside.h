/* ingest_inside.h: the state of one load, shared by ingest.c (waves), ingest_groups.c (codes and blocks) and
 * rejects.c (bad rows). */
#ifndef BLT_IO_INGEST_INSIDE_H
#define BLT_IO_INGEST_INSIDE_H

#include "ingest.h"

typedef struct blt_worker {
  blt_rows rows;
  blt_intern *interns; /* one for each column */
  uint32_t **codes;    /* of each column: the table's codes of the entries */
  size_t *codes_cap;
  char *scratch; /* one group of the widest column */
  size_t scratch_bytes;
} blt_worker;

/* Who gives a column's texts their codes: workers first, each in a dictionary of its own, which leaves few
 * for the table's; or the table's alone, when most texts are new to the workers anyway. */
typedef struct blt_coding {
  uint64_t asked, added; /* lookups since the last decision, and how many texts were new */
  bool alone;            /* chunks keep the texts for the table's dictionary */
  bool settled;          /* the workers' it is, for good */
} blt_coding;

typedef struct blt_loading {
  blt_load *l;
  blt_ctx *ctx;
  blt_table *table; /* where rows go */
  bool own_table;   /* ours until it is handed over */
  bool by_row;      /* rows are appended one by one: a table with keys, or not empty */
  int32_t *target;  /* of each table column: the column of the plan, -1: none (null), -2: the line number */
  uint32_t nworkers;
  blt_worker *workers;
  blt_chunk *queue; /* accepted chunks with rows that are not yet in the table */
  size_t queue_cap, nqueue;
  blt_chunk
      *spare; /* used chunks: their memory serves the next ones, since page faults cost more than parsing */
  size_t spare_cap, nspare;
  uint64_t rows;                 /* accepted */
  uint64_t grouped;              /* in the table */
  blt_coding *coding;            /* of each column */
  uint64_t *text_from;           /* of each column: first row that is plain text, UINT64_MAX: none */
  uint64_t records, lines, next; /* records and line ends before `next`, the next chunk's start */
  bool conflict, unknown;        /* see blt_load_rows */
  blt_table *rejects;
  uint64_t nrejects;
  uint64_t line_at, line_count; /* line ends counted up to an offset, for messages */
} blt_loading;

/* ingest.c: keeps a chunk's memory for the next one. */
void blt_loading_retire(blt_loading *k, blt_chunk *c);
/* ingest_groups.c: adds all full groups of the queue to the table, and with `all` the short last one too. */
blt_status blt_loading_group(blt_loading *k, bool all, blt_error *err);
/* Appends the queue's rows one by one. */
blt_status blt_loading_append(blt_loading *k, blt_error *err);

/* rejects.c: deals with the bad records of an accepted chunk, as on_error says. */
blt_status blt_loading_reject(blt_loading *k, const blt_chunk *c, blt_error *err);

#endif

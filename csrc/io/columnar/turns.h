/* turns.h: a column of strings that several threads read at once.
 *
 *   thread 1   span a ──────────┐   span d ───┐
 *   thread 2   span b ──┐   span c ──────┐    │        each with codes of the thread's own dictionary
 *   turns               │       a b      c    d        the table's dictionary learns what is new, in order
 *
 * A span that is read is handed in; whoever hands in the one whose turn it is does the turns of all that wait
 * behind it, and nobody waits. A thread's own dictionary is made from spans of rising rows, so what is new in
 * them, span after span, is new to the table's in the order of first appearance, whoever read what.
 */
#ifndef BLT_COLUMNAR_TURNS_H
#define BLT_COLUMNAR_TURNS_H

#include "waves.h"

#include <pthread.h>
#include <stdatomic.h>

#define BLT_SPAN 16u /* blocks of the longest span */

/* Blocks of a column that are made at a time, where the first of them goes, and how far apart they lie. */
typedef struct blt_span {
  uint32_t col, n;
  uint64_t row, rows; /* the first, and all that there are */
  blt_block **out;
  size_t stride;
} blt_span;

typedef struct blt_draft blt_draft;

/* What a thread knows of the column. */
typedef struct blt_turn_names {
  blt_named names;
  uint64_t rows; /* that it has read */
  uint32_t *map; /* its codes in the table's dictionary */
  size_t cap;
  uint32_t known; /* of them */
  bool moved;     /* some code is not the same */
} blt_turn_names;

typedef struct blt_turns {
  const blt_columns *c;
  blt_dict *dict;      /* the table's */
  atomic_bool plain;   /* values hardly repeat: what follows is text */
  blt_turn_names *own; /* one for each worker; NULL: the column is read from the beginning to the end */
  uint32_t nworkers;
  void *column;          /* what is read in turn */
  blt_named names;       /* and its names */
  pthread_mutex_t *lock; /* guards what follows */
  bool busy;             /* somebody does turns */
  uint32_t turn;         /* number of the span whose turn it is */
  blt_draft *waiting;    /* handed in, in no order */
  blt_draft *spare;
} blt_turns;

blt_status blt_turns_start(blt_turns *t, const blt_columns *c, blt_column_way way, blt_dict *dict,
                           pthread_mutex_t *lock, blt_error *err);
/* Makes the blocks of span `number` of those of the column, from 0 on: at once or when its turn comes. */
blt_status blt_turns_span(blt_turns *t, const blt_span *span, uint32_t number, blt_scratch *scratch,
                          uint32_t worker, blt_error *err);
void blt_turns_finish(blt_turns *t); /* of a zeroed or started one */

/* The blocks of a span that needs no turn: of numbers, of texts, or of strings whose codes are known. */
blt_status blt_span_blocks(const blt_columns *c, const blt_span *span, blt_scratch *scratch, uint32_t worker,
                           blt_error *err);
/* Rows of block i. */
static inline uint32_t blt_span_rows(const blt_span *s, uint32_t i) {
  uint64_t left = s->rows - s->row - (uint64_t)i * BLT_BLOCK_ROWS;
  return left < BLT_BLOCK_ROWS ? (uint32_t)left : BLT_BLOCK_ROWS;
}

#endif

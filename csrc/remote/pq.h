/* pq.h: connections to PostgreSQL through its own library, libpq, which is looked for when the first one is
 * opened: nothing of blotter is linked with it.
 *
 * No call waits longer than it is told, so that whoever drives a connection can look at Ctrl-C and at the
 * clock in between:
 *
 *   blt_pq_open; blt_pq_connect until it is done
 *   blt_pq_send a statement; blt_pq_receive until BLT_PQ_DONE or an error
 *
 * A statement may be COPY … TO STDOUT, whose rows come as pieces of text, or COPY … FROM STDIN, for which
 * BLT_PQ_FEED asks: then blt_pq_put and blt_pq_flush as often as there is something, and blt_pq_end.
 * Rows of other statements are looked at only when `lines` of them are
 * asked for. After an error of the connection itself it is `broken`.
 */
#ifndef BLT_REMOTE_PQ_H
#define BLT_REMOTE_PQ_H

#include "blt.h"

typedef struct blt_pq blt_pq;

typedef enum blt_pq_event {
  BLT_PQ_WAIT, /* nothing came in time */
  BLT_PQ_DATA, /* a piece of COPY's text */
  BLT_PQ_FEED, /* the server waits for text */
  BLT_PQ_DONE  /* the statement has ended */
} blt_pq_event;

/* Begins to connect. `info` is a URI or libpq's words; it is never part of a message. */
blt_status blt_pq_open(blt_ctx *ctx, const char *info, blt_pq **out, blt_error *err);
/* Goes on connecting for at most `ms` milliseconds. */
blt_status blt_pq_connect(blt_pq *c, int ms, bool *done, blt_error *err);
/* Cancels what runs there, in a connection of its own, and closes. NULL is allowed. */
void blt_pq_close(blt_pq *c);

/* Sends a statement, or several with semicolons between them. The one before must have ended. With `lines`
 * the first column of its rows comes as pieces of text, a line a row. */
blt_status blt_pq_send(blt_pq *c, const char *sql, bool lines, blt_error *err);
/* What comes next, within `ms` milliseconds. A piece is good until the next call. After an error the
 * statement has ended, too. */
blt_status blt_pq_receive(blt_pq *c, int ms, blt_pq_event *event, blt_str *piece, blt_error *err);
/* Asks the server to stop the statement that runs; what is received next is its error. */
blt_status blt_pq_cancel(blt_pq *c, blt_error *err);

blt_status blt_pq_put(blt_pq *c, const char *text, size_t bytes, blt_error *err);
/* Sends what was put, for at most `ms` milliseconds. */
blt_status blt_pq_flush(blt_pq *c, int ms, bool *done, blt_error *err);
/* No more text comes; `problem` (NULL: none) makes the server refuse all of it. */
blt_status blt_pq_end(blt_pq *c, const char *problem, blt_error *err);

/* Neither a statement runs nor is the connection broken. */
bool blt_pq_is_idle(const blt_pq *c);
bool blt_pq_is_broken(const blt_pq *c);
/* Bytes of COPY's text that came and went so far. */
uint64_t blt_pq_bytes(const blt_pq *c);

#endif

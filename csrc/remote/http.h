/* http.h: requests over HTTP and TLS through libcurl, which is looked for when the first one is made.
 *
 * As in pq.h no call waits longer than it is told: blt_http_post, then blt_http_receive until BLT_HTTP_DONE.
 * The connection stays open for the next request.
 */
#ifndef BLT_REMOTE_HTTP_H
#define BLT_REMOTE_HTTP_H

#include "blt.h"

typedef struct blt_http blt_http;

typedef enum blt_http_event { BLT_HTTP_WAIT, BLT_HTTP_DATA, BLT_HTTP_DONE } blt_http_event;

/* `cafile` (NULL: the system's) has the certificates that a server's may be signed with. */
blt_status blt_http_open(blt_ctx *ctx, const char *cafile, blt_http **out, blt_error *err);
void blt_http_close(blt_http *h); /* ends the request that runs; NULL is allowed */

/* Begins a POST of `body` with these header lines (`n` of them). The one before must have ended. */
blt_status blt_http_post(blt_http *h, const char *url, const char *const *headers, uint32_t n,
                         const char *body, size_t bytes, blt_error *err);
/* What comes next of the answer's body, within `ms` milliseconds. A piece is good until the next call. */
blt_status blt_http_receive(blt_http *h, int ms, blt_http_event *event, blt_str *piece, blt_error *err);
/* The status of the answer, 0 while there is none. */
int blt_http_status(const blt_http *h);

#endif

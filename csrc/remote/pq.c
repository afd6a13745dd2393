#include "pq.h"

#include "base/library.h"
#include "base/mem.h"
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* ---- the library ---- */

typedef struct PGconn PGconn;
typedef struct PGresult PGresult;
typedef struct PGcancel PGcancel;

/* Values of libpq's enumerations, which its ABI keeps. */
enum { CONNECTION_OK = 0, CONNECTION_BAD = 1 };
enum { POLLING_FAILED = 0, POLLING_READING = 1, POLLING_WRITING = 2, POLLING_OK = 3 };
enum { RESULT_COMMAND_OK = 1, RESULT_TUPLES_OK = 2, RESULT_COPY_OUT = 3, RESULT_COPY_IN = 4 };
enum { FIELD_SQLSTATE = 'C' };

static struct {
  PGconn *(*connect_start)(const char *);
  int (*connect_poll)(PGconn *);
  int (*status)(const PGconn *);
  int (*socket)(const PGconn *);
  char *(*error_message)(const PGconn *);
  void (*finish)(PGconn *);
  int (*set_nonblocking)(PGconn *, int);
  void *(*set_notice_processor)(PGconn *, void (*)(void *, const char *), void *);
  int (*send_query)(PGconn *, const char *);
  int (*consume_input)(PGconn *);
  int (*is_busy)(PGconn *);
  int (*flush)(PGconn *);
  PGresult *(*get_result)(PGconn *);
  int (*result_status)(const PGresult *);
  char *(*result_error)(const PGresult *);
  char *(*result_field)(const PGresult *, int);
  int (*rows)(const PGresult *);
  char *(*value)(const PGresult *, int, int);
  void (*clear)(PGresult *);
  int (*get_copy_data)(PGconn *, char **, int);
  int (*put_copy_data)(PGconn *, const char *, int);
  int (*put_copy_end)(PGconn *, const char *);
  void (*freemem)(void *);
  PGcancel *(*get_cancel)(PGconn *);
  int (*cancel)(PGcancel *, char *, int);
  void (*free_cancel)(PGcancel *);
} pq;

static const blt_library_symbol symbols[] = {{"PQconnectStart", &pq.connect_start},
                                             {"PQconnectPoll", &pq.connect_poll},
                                             {"PQstatus", &pq.status},
                                             {"PQsocket", &pq.socket},
                                             {"PQerrorMessage", &pq.error_message},
                                             {"PQfinish", &pq.finish},
                                             {"PQsetnonblocking", &pq.set_nonblocking},
                                             {"PQsetNoticeProcessor", &pq.set_notice_processor},
                                             {"PQsendQuery", &pq.send_query},
                                             {"PQconsumeInput", &pq.consume_input},
                                             {"PQisBusy", &pq.is_busy},
                                             {"PQflush", &pq.flush},
                                             {"PQgetResult", &pq.get_result},
                                             {"PQresultStatus", &pq.result_status},
                                             {"PQresultErrorMessage", &pq.result_error},
                                             {"PQresultErrorField", &pq.result_field},
                                             {"PQntuples", &pq.rows},
                                             {"PQgetvalue", &pq.value},
                                             {"PQclear", &pq.clear},
                                             {"PQgetCopyData", &pq.get_copy_data},
                                             {"PQputCopyData", &pq.put_copy_data},
                                             {"PQputCopyEnd", &pq.put_copy_end},
                                             {"PQfreemem", &pq.freemem},
                                             {"PQgetCancel", &pq.get_cancel},
                                             {"PQcancel", &pq.cancel},
                                             {"PQfreeCancel", &pq.free_cancel},
                                             {NULL, NULL}};

static blt_status load(blt_error *err) {
  static blt_library library = {.files = {"libpq.so.5"}, .symbols = symbols};
  const char *lacks;
  if (blt_library_load(&library, &lacks)) return BLT_OK;
  if (lacks) return blt_fail(err, BLT_EIO, "libpq lacks %s: a newer one is needed (libpq5)", lacks);
  return blt_fail(err, BLT_EIO, "PostgreSQL's client library is not installed: apt-get install libpq5");
}

/* ---- connections ---- */

#define CANCEL_SECONDS 1         /* a server gets to answer a request to cancel */
#define ROOM ((size_t)256 << 10) /* rows of COPY are handed on in pieces of about so many bytes */

typedef enum stage { STAGE_CONNECTING, STAGE_IDLE, STAGE_SENT, STAGE_COPY_OUT, STAGE_COPY_IN } stage;

struct blt_pq {
  blt_ctx *ctx;
  PGconn *conn;
  stage stage;
  bool broken, failed; /* failed: the statement has, and its end is to come */
  bool lines;          /* rows of its results are wanted */
  int polling;         /* what connecting waits for */
  uint64_t bytes;
  size_t used, cap; /* of the piece that is collected */
  char *piece;
  blt_error kept; /* of the statement that failed */
};

static void ignore_notice(void *arg, const char *message) {
  (void)arg;
  (void)message;
}

/* The server's words without the line end that libpq puts behind them. */
static blt_status fail_with(blt_error *err, blt_status code, const char *message) {
  size_t n = strlen(message);
  while (n > 0 && (message[n - 1] == '\n' || message[n - 1] == ' ')) n--;
  return blt_fail(err, code, "%.*s", (int)(n < 400 ? n : 400), message);
}

static blt_status fail_connection(blt_pq *c, blt_error *err) {
  c->broken = true;
  c->stage = STAGE_IDLE;
  return fail_with(err, BLT_EIO, pq.error_message(c->conn));
}

blt_status blt_pq_open(blt_ctx *ctx, const char *info, blt_pq **out, blt_error *err) {
  blt_status st = load(err);
  if (st != BLT_OK) return st;
  blt_pq *c = blt_calloc(ctx, 1, sizeof *c);
  if (!c) return blt_fail_memory(err, sizeof *c);
  c->ctx = ctx;
  c->polling = POLLING_WRITING;
  c->conn = pq.connect_start(info);
  if (!c->conn || pq.status(c->conn) == CONNECTION_BAD) {
    st = c->conn ? fail_connection(c, err) : blt_fail_memory(err, 0);
    blt_pq_close(c);
    return st;
  }
  pq.set_notice_processor(c->conn, ignore_notice, NULL);
  *out = c;
  return BLT_OK;
}

/* Whether the socket became ready for `events` in time. */
static bool ready(const blt_pq *c, short events, int ms) {
  struct pollfd fd = {.fd = pq.socket(c->conn), .events = events};
  return fd.fd >= 0 && poll(&fd, 1, ms) > 0;
}

blt_status blt_pq_connect(blt_pq *c, int ms, bool *done, blt_error *err) {
  *done = false;
  if (!ready(c, c->polling == POLLING_READING ? POLLIN : POLLOUT, ms)) return BLT_OK;
  c->polling = pq.connect_poll(c->conn);
  if (c->polling == POLLING_FAILED) return fail_connection(c, err);
  if (c->polling != POLLING_OK) return BLT_OK;
  if (pq.set_nonblocking(c->conn, 1) != 0) return fail_connection(c, err);
  c->stage = STAGE_IDLE;
  *done = true;
  return BLT_OK;
}

/* ---- cancelling ---- */

/* libpq waits for the server's answer to a request to cancel as long as it takes, for ever when the server is
 * stopped: a thread of its own does it, and whoever asked waits for it only so long. It may outlive the
 * context, so its memory is the system's. */
typedef struct request {
  PGcancel *cancel;
  pthread_mutex_t lock;
  pthread_cond_t changed;
  bool done, sent, left; /* left: nobody waits any more */
  char message[256];
} request;

static void request_free(request *r) {
  pthread_cond_destroy(&r->changed);
  pthread_mutex_destroy(&r->lock);
  free(r);
}

static void *request_run(void *arg) {
  request *r = arg;
  bool sent = pq.cancel(r->cancel, r->message, sizeof r->message) == 1;
  pq.free_cancel(r->cancel);
  pthread_mutex_lock(&r->lock);
  r->sent = sent;
  r->done = true;
  bool left = r->left;
  pthread_cond_signal(&r->changed);
  pthread_mutex_unlock(&r->lock);
  if (left) request_free(r);
  return NULL;
}

/* Starts it in a thread that gets no signals. */
static bool request_start(request *r) {
  pthread_t thread;
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  bool started = pthread_create(&thread, NULL, request_run, r) == 0;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  if (started) pthread_detach(thread);
  return started;
}

/* Waits for it, and lets go of it. */
static blt_status request_end(request *r, blt_error *err) {
  struct timespec until;
  blt_status st = BLT_OK;
  clock_gettime(CLOCK_MONOTONIC, &until);
  until.tv_sec += CANCEL_SECONDS;
  pthread_mutex_lock(&r->lock);
  while (!r->done && pthread_cond_timedwait(&r->changed, &r->lock, &until) == 0) {
  }
  bool done = r->done;
  r->left = !done;
  pthread_mutex_unlock(&r->lock);
  if (!done) return blt_fail(err, BLT_EIO, "the server does not answer");
  if (!r->sent) st = fail_with(err, BLT_EIO, r->message);
  request_free(r);
  return st;
}

static void request_init(request *r) {
  pthread_condattr_t steady;
  pthread_condattr_init(&steady);
  pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
  pthread_mutex_init(&r->lock, NULL);
  pthread_cond_init(&r->changed, &steady);
  pthread_condattr_destroy(&steady);
}

blt_status blt_pq_cancel(blt_pq *c, blt_error *err) {
  request *r = calloc(1, sizeof *r);
  if (!r) return blt_fail_memory(err, sizeof *r);
  request_init(r);
  r->cancel = pq.get_cancel(c->conn);
  if (r->cancel && request_start(r)) return request_end(r, err);
  if (r->cancel) pq.free_cancel(r->cancel);
  request_free(r);
  return blt_fail(err, BLT_EIO, "the connection can not be cancelled");
}

void blt_pq_close(blt_pq *c) {
  if (!c) return;
  blt_error err;
  if (c->conn && !c->broken && c->stage > STAGE_IDLE) blt_pq_cancel(c, &err);
  if (c->conn) pq.finish(c->conn);
  blt_free(c->ctx, c->piece, c->cap);
  blt_free(c->ctx, c, sizeof *c);
}

bool blt_pq_is_idle(const blt_pq *c) {
  return c->stage == STAGE_IDLE && !c->broken;
}

bool blt_pq_is_broken(const blt_pq *c) {
  return c->broken;
}

uint64_t blt_pq_bytes(const blt_pq *c) {
  return c->bytes;
}

/* ---- statements ---- */

blt_status blt_pq_send(blt_pq *c, const char *sql, bool lines, blt_error *err) {
  if (c->broken) return blt_fail(err, BLT_EIO, "the connection to the server was lost");
  if (c->stage != STAGE_IDLE)
    return blt_fail(err, BLT_EBUSY, "the connection is busy with another statement");
  if (!pq.send_query(c->conn, sql)) return fail_connection(c, err);
  c->stage = STAGE_SENT;
  c->failed = false;
  c->lines = lines;
  return BLT_OK;
}

static blt_status keep_row(blt_pq *c, const char *row, size_t n, blt_error *err) {
  blt_status st = blt_grow(c->ctx, &c->piece, &c->cap, c->used + n, 1, err);
  if (st != BLT_OK) return st;
  memcpy(c->piece + c->used, row, n);
  c->used += n;
  c->bytes += n;
  return BLT_OK;
}

static blt_status keep_lines(blt_pq *c, const PGresult *result, blt_error *err) {
  blt_status st = BLT_OK;
  for (int i = 0, n = pq.rows(result); i < n && st == BLT_OK; i++) {
    const char *value = pq.value(result, i, 0);
    st = keep_row(c, value, strlen(value), err);
    if (st == BLT_OK) st = keep_row(c, "\n", 1, err);
  }
  return st;
}

/* What the server says of a statement: its time limit, an interruption, or anything else. */
static blt_status code_of(const PGresult *result, const char *message) {
  const char *state = pq.result_field(result, FIELD_SQLSTATE);
  if (state && strcmp(state, "57014") == 0) return strstr(message, "timeout") ? BLT_ETIMEOUT : BLT_EIO;
  if (state && strcmp(state, "22003") == 0) return BLT_EOVERFLOW;
  return BLT_EIO;
}

/* Takes the next result of the statement, if there is one. */
static blt_status take_result(blt_pq *c, blt_pq_event *event, blt_error *err) {
  blt_status st = BLT_OK;
  if (pq.is_busy(c->conn)) return BLT_OK;
  PGresult *result = pq.get_result(c->conn);
  if (!result) {
    c->stage = STAGE_IDLE;
    *event = BLT_PQ_DONE;
    return BLT_OK;
  }
  int status = pq.result_status(result);
  if (status == RESULT_COPY_OUT) {
    c->stage = STAGE_COPY_OUT;
  } else if (status == RESULT_COPY_IN) {
    c->stage = STAGE_COPY_IN;
    *event = BLT_PQ_FEED;
  } else if (status == RESULT_TUPLES_OK) {
    if (c->lines) st = keep_lines(c, result, err);
    if (c->used) *event = BLT_PQ_DATA;
  } else if (status != RESULT_COMMAND_OK && !c->failed) {
    const char *message = pq.result_error(result);
    c->failed = true;
    fail_with(&c->kept, code_of(result, message), message);
  }
  pq.clear(result);
  return st;
}

/* Collects rows that have come already. */
static blt_status take_rows(blt_pq *c, blt_error *err) {
  while (c->used < ROOM && c->stage == STAGE_COPY_OUT) {
    char *row = NULL;
    int n = pq.get_copy_data(c->conn, &row, 1);
    if (n == 0) break;
    if (n < 0) { /* the end, or an error, which the next result tells */
      c->stage = STAGE_SENT;
      break;
    }
    blt_status st = keep_row(c, row, (size_t)n, err);
    pq.freemem(row);
    if (st != BLT_OK) return st;
  }
  return BLT_OK;
}

/* What has come already, as an event; BLT_PQ_WAIT: nothing yet. */
static blt_status look(blt_pq *c, blt_pq_event *event, blt_error *err) {
  *event = BLT_PQ_WAIT;
  for (;;) {
    stage before = c->stage;
    if (c->stage == STAGE_COPY_OUT) {
      blt_status st = take_rows(c, err);
      if (st != BLT_OK) return st;
      if (c->used >= ROOM || (c->stage != STAGE_COPY_OUT && c->used)) {
        *event = BLT_PQ_DATA;
        return BLT_OK;
      }
      if (c->stage == STAGE_COPY_OUT) return BLT_OK;
    }
    blt_status st = take_result(c, event, err);
    if (st != BLT_OK || *event != BLT_PQ_WAIT) return st;
    if (c->stage == before && pq.is_busy(c->conn)) return BLT_OK;
  }
}

/* The statement is over: with its error, when it had one. */
static blt_status conclude(blt_pq *c, blt_error *err) {
  if (pq.status(c->conn) == CONNECTION_BAD) c->broken = true;
  if (!c->failed) return BLT_OK;
  c->failed = false;
  *err = c->kept;
  return err->code;
}

static int64_t milliseconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

blt_status blt_pq_receive(blt_pq *c, int ms, blt_pq_event *event, blt_str *piece, blt_error *err) {
  int64_t until = milliseconds() + ms;
  c->used = 0;
  if (c->broken) return blt_fail(err, BLT_EIO, "the connection to the server was lost");
  if (c->stage == STAGE_COPY_IN) {
    *event = BLT_PQ_FEED;
    return BLT_OK;
  }
  for (;;) {
    blt_status st = look(c, event, err);
    if (st != BLT_OK) return st;
    if (*event == BLT_PQ_DONE) return conclude(c, err);
    int64_t left = until - milliseconds();
    if (*event == BLT_PQ_WAIT && c->used && left <= 0) *event = BLT_PQ_DATA;
    if (*event != BLT_PQ_WAIT || left <= 0) break;
    bool unsent = pq.flush(c->conn) == 1;
    if (ready(c, (short)(unsent ? POLLIN | POLLOUT : POLLIN), (int)left) && !pq.consume_input(c->conn))
      return fail_connection(c, err);
  }
  *piece = (blt_str){c->piece, (uint32_t)c->used};
  return BLT_OK;
}

/* ---- COPY to the server ---- */

blt_status blt_pq_put(blt_pq *c, const char *text, size_t bytes, blt_error *err) {
  if (c->broken || c->stage != STAGE_COPY_IN) return blt_fail(err, BLT_EIO, "the server takes no rows now");
  while (bytes > 0) {
    int n = bytes > (1 << 20) ? 1 << 20 : (int)bytes;
    if (pq.put_copy_data(c->conn, text, n) < 0) return fail_connection(c, err);
    text += n;
    bytes -= (size_t)n;
    c->bytes += (uint64_t)n;
  }
  return BLT_OK;
}

blt_status blt_pq_flush(blt_pq *c, int ms, bool *done, blt_error *err) {
  int64_t until = milliseconds() + ms;
  for (;;) {
    int left = pq.flush(c->conn);
    if (left < 0) return fail_connection(c, err);
    *done = left == 0;
    if (*done || milliseconds() >= until) return BLT_OK;
    if (ready(c, POLLIN | POLLOUT, ms) && !pq.consume_input(c->conn)) return fail_connection(c, err);
  }
}

blt_status blt_pq_end(blt_pq *c, const char *problem, blt_error *err) {
  if (c->broken || c->stage != STAGE_COPY_IN) return blt_fail(err, BLT_EIO, "the server takes no rows now");
  if (pq.put_copy_end(c->conn, problem) < 0) return fail_connection(c, err);
  c->stage = STAGE_SENT;
  return BLT_OK;
}

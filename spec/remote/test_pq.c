/* Connections to PostgreSQL, against a server of the test's own that speaks as much of its protocol as is
 * needed: answers that come whole, in pieces, not at all, with errors, or from a server that goes away. */
#include "check.h"
#include "loopback.h"
#include "remote/pq.h"
#include <arpa/inet.h>
#include <unistd.h>

#define ROWS 40000
#define CANCEL 80877102

static blt_ctx *ctx;
static blt_error err;
static int stop_pipe[2]; /* a request to cancel writes here, and a statement that hangs reads it */

/* ---- the server ---- */

static bool say(int fd, char kind, const void *body, size_t n) {
  char head[5] = {kind};
  uint32_t size = htonl((uint32_t)n + 4);
  memcpy(head + 1, &size, 4);
  return loopback_say(fd, head, 5) && loopback_say(fd, body, n);
}

static void say_error(int fd, const char *state, const char *message) {
  char body[200];
  int n = snprintf(body, sizeof body, "SERROR%cVERROR%cC%s%cM%s%c", 0, 0, state, 0, message, 0);
  say(fd, 'E', body, (size_t)n + 1);
}

static void say_end(int fd, const char *tag) {
  if (tag) say(fd, 'C', tag, strlen(tag) + 1);
  say(fd, 'Z', "I", 1);
}

static void say_rows(int fd, int n) {
  char row[32];
  say(fd, 'H', "\0\0\0", 3);
  for (int i = 0; i < n; i++) {
    int bytes = snprintf(row, sizeof row, "row %d\n", i);
    if (!say(fd, 'd', row, (size_t)bytes)) return;
  }
}

static void say_lines(int fd) {
  say(fd, 'T', "\0\1x\0\0\0\0\0\0\0\0\0\0\x19\xff\xff\xff\xff\xff\xff\0\0", 22);
  say(fd, 'D', "\0\1\0\0\0\2ab", 8);
  say(fd, 'D', "\0\1\0\0\0\1c", 7);
  say_end(fd, "SELECT 2");
}

static char read_message(int fd, char *body, size_t room) {
  char kind;
  uint32_t size;
  if (!loopback_read(fd, &kind, 1) || !loopback_read(fd, &size, 4)) return 0;
  size = ntohl(size) - 4;
  for (uint32_t i = 0; i < size; i++) {
    char byte;
    if (!loopback_read(fd, &byte, 1)) return 0;
    if (i + 1 < room) body[i] = byte;
  }
  if (room) body[size < room ? size : room - 1] = 0;
  return kind;
}

static void take_rows(int fd) {
  char kind, body[8];
  int pieces = 0;
  say(fd, 'G', "\0\0\0", 3);
  while ((kind = read_message(fd, body, sizeof body)) == 'd') pieces++;
  if (kind == 'f') say_error(fd, "57014", "COPY from stdin failed");
  say_end(fd, kind == 'c' ? "COPY 1" : NULL);
}

static void hang(int fd) {
  char byte;
  if (read(stop_pipe[0], &byte, 1) == 1) say_error(fd, "57014", "canceling statement due to user request");
  say_end(fd, NULL);
}

/* Answers a statement; false: the server goes away. */
static bool answer(int fd, const char *sql) {
  if (strcmp(sql, "rows") == 0) say_rows(fd, ROWS), say(fd, 'c', "", 0), say_end(fd, "COPY 1");
  if (strcmp(sql, "none") == 0) say_rows(fd, 0), say(fd, 'c', "", 0), say_end(fd, "COPY 0");
  if (strcmp(sql, "late error") == 0)
    say_rows(fd, 10), say_error(fd, "22003", "out of range"), say_end(fd, NULL);
  if (strcmp(sql, "error") == 0) say_error(fd, "42P01", "no such table\n"), say_end(fd, NULL);
  if (strcmp(sql, "limit") == 0)
    say_error(fd, "57014", "canceling statement due to statement timeout"), say_end(fd, NULL);
  if (strcmp(sql, "lines") == 0) say_lines(fd);
  if (strcmp(sql, "in") == 0) take_rows(fd);
  if (strcmp(sql, "hang") == 0) hang(fd);
  if (strcmp(sql, "half") == 0) say_rows(fd, 10);
  if (strcmp(sql, "garbage") == 0) loopback_say(fd, "\xff\xff\xff\xff\xff\xff\xff\xff", 8);
  return strcmp(sql, "half") && strcmp(sql, "gone") && strcmp(sql, "garbage");
}

static void serve(int fd, void *arg) {
  const char *greeting = arg;
  char body[64];
  uint32_t head[2];
  if (!loopback_read(fd, head, 8)) return;
  if (ntohl(head[1]) == CANCEL) {
    if (strcmp(greeting, "deaf") == 0) { /* until the test lets it go */
      if (read(stop_pipe[0], body, 1) != 1) printf("the pipe is closed\n");
      return;
    }
    if (loopback_read(fd, body, 8) && write(stop_pipe[1], "!", 1) != 1) return;
    return;
  }
  for (uint32_t i = 8; i < ntohl(head[0]); i++) {
    if (!loopback_read(fd, body, 1)) return;
  }
  if (strcmp(greeting, "gone") == 0) return;
  if (strcmp(greeting, "wrong") == 0) {
    say_error(fd, "28P01", "password authentication failed");
    return;
  }
  if (strcmp(greeting, "silent") == 0) {
    loopback_wait(fd);
    return;
  }
  say(fd, 'R', "\0\0\0\0", 4);
  say(fd, 'K', "\0\0\0\1\0\0\0\2", 8);
  say(fd, 'Z', "I", 1);
  while (read_message(fd, body, sizeof body) == 'Q' && answer(fd, body)) {
  }
}

/* ---- the client ---- */

static blt_pq *open_to(int port) {
  char info[200];
  blt_pq *c = NULL;
  snprintf(info, sizeof info,
           "postgresql://me:geheim-7@127.0.0.1:%d/x?sslmode=disable&gssencmode=disable&connect_timeout=0",
           port);
  return blt_pq_open(ctx, info, &c, &err) == BLT_OK ? c : NULL;
}

static blt_pq *connected_to(const loopback *l) {
  blt_pq *c = open_to(loopback_port(l));
  bool done = false;
  while (c && !done) {
    if (blt_pq_connect(c, 1000, &done, &err) == BLT_OK) continue;
    blt_pq_close(c);
    return NULL;
  }
  return c;
}

/* Takes the answer until it ends: what it was, how many bytes and lines came. */
static blt_status take_all(blt_pq *c, size_t *bytes, size_t *lines) {
  blt_pq_event event = BLT_PQ_WAIT;
  *bytes = *lines = 0;
  while (event != BLT_PQ_DONE && event != BLT_PQ_FEED) {
    blt_str piece;
    blt_status st = blt_pq_receive(c, 1000, &event, &piece, &err);
    if (st != BLT_OK) return st;
    if (event != BLT_PQ_DATA) continue;
    *bytes += piece.len;
    for (uint32_t i = 0; i < piece.len; i++) *lines += piece.s[i] == '\n';
  }
  return BLT_OK;
}

static blt_status ask(blt_pq *c, const char *sql, size_t *lines) {
  size_t bytes;
  blt_status st = blt_pq_send(c, sql, true, &err);
  return st == BLT_OK ? take_all(c, &bytes, lines) : st;
}

/* ---- tests ---- */

static void answers_come_whole_in_pieces(void) {
  size_t lines = 0;
  loopback *l = loopback_open(serve, "ready");
  blt_pq *c = connected_to(l);
  REQUIRE(c != NULL);
  CHECK(blt_pq_is_idle(c) && !blt_pq_is_broken(c));
  CHECK_INT(ask(c, "rows", &lines), BLT_OK);
  CHECK_INT(lines, ROWS);
  CHECK_INT(ask(c, "none", &lines), BLT_OK);
  CHECK_INT(lines, 0);
  CHECK_INT(ask(c, "lines", &lines), BLT_OK);
  CHECK_INT(lines, 2);
  CHECK(blt_pq_is_idle(c) && blt_pq_bytes(c) > ROWS * 6);
  blt_pq_close(c);
  loopback_close(l);
}

static void errors_end_a_statement_and_the_next_one_runs(void) {
  size_t lines;
  loopback *l = loopback_open(serve, "ready");
  blt_pq *c = connected_to(l);
  REQUIRE(c != NULL);
  CHECK_INT(ask(c, "error", &lines), BLT_EIO);
  CHECK_STR(err.message, "ERROR:  no such table");
  CHECK_INT(ask(c, "late error", &lines), BLT_EOVERFLOW);
  CHECK_INT(ask(c, "limit", &lines), BLT_ETIMEOUT);
  CHECK_INT(ask(c, "rows", &lines), BLT_OK);
  CHECK_INT(lines, ROWS);
  blt_pq_close(c);
  loopback_close(l);
}

static void a_server_that_goes_away_breaks_the_connection(void) {
  static const char *const ways[] = {"gone", "half", "garbage"};
  for (size_t i = 0; i < 3; i++) {
    size_t lines;
    loopback *l = loopback_open(serve, "ready");
    blt_pq *c = connected_to(l);
    REQUIRE(c != NULL);
    CHECK_INT(ask(c, ways[i], &lines), BLT_EIO);
    CHECK_AT(blt_pq_is_broken(c), "after %s", ways[i]);
    CHECK_INT(ask(c, "rows", &lines), BLT_EIO);
    blt_pq_close(c);
    loopback_close(l);
  }
}

static void connecting_fails_with_a_reason_and_without_a_password(void) {
  static const char *const ways[] = {"gone", "wrong"};
  for (size_t i = 0; i < 2; i++) {
    loopback *l = loopback_open(serve, (void *)ways[i]);
    CHECK(connected_to(l) == NULL);
    CHECK_INT(err.code, BLT_EIO);
    CHECK(err.message[0] != 0 && strstr(err.message, "geheim") == NULL);
    loopback_close(l);
  }
  blt_pq *c = NULL;
  CHECK_INT(blt_pq_open(ctx, "postgresql://me:geheim-7@127.0.0.1/x?nonesuch=1", &c, &err), BLT_EIO);
  CHECK(strstr(err.message, "nonesuch") != NULL);
}

static void no_call_waits_longer_than_it_is_told(void) {
  loopback *l = loopback_open(serve, "silent");
  bool done = true;
  blt_pq *c = open_to(loopback_port(l));
  REQUIRE(c != NULL);
  for (int i = 0; i < 5; i++) CHECK_INT(blt_pq_connect(c, 1, &done, &err), BLT_OK);
  CHECK(!done);
  blt_pq_close(c);
  loopback_close(l);
}

static void what_hangs_is_cancelled(void) {
  blt_pq_event event = BLT_PQ_DONE;
  blt_str piece;
  size_t bytes, lines;
  loopback *l = loopback_open(serve, "ready");
  blt_pq *c = connected_to(l);
  REQUIRE(c != NULL);
  CHECK_INT(blt_pq_send(c, "hang", false, &err), BLT_OK);
  CHECK_INT(blt_pq_receive(c, 1, &event, &piece, &err), BLT_OK);
  CHECK_INT(event, BLT_PQ_WAIT);
  CHECK_INT(blt_pq_send(c, "rows", false, &err), BLT_EBUSY);
  CHECK_INT(blt_pq_cancel(c, &err), BLT_OK);
  CHECK_INT(take_all(c, &bytes, &lines), BLT_EIO);
  CHECK(strstr(err.message, "user request") != NULL);
  CHECK(blt_pq_is_idle(c));
  CHECK_INT(blt_pq_send(c, "hang", false, &err), BLT_OK);
  blt_pq_close(c); /* cancels: the server is told, and loopback_close returns */
  loopback_close(l);
}

static void a_server_that_does_not_take_the_request_to_cancel_is_left(void) {
  loopback *l = loopback_open(serve, "deaf");
  blt_pq *c = connected_to(l);
  REQUIRE(c != NULL);
  CHECK_INT(blt_pq_send(c, "hang", false, &err), BLT_OK);
  blt_pq_close(c); /* comes back, although nobody answers */
  CHECK_INT(write(stop_pipe[1], "!!", 2), 2);
  loopback_close(l);
}

static void rows_go_to_the_server(void) {
  size_t bytes, lines;
  bool done = false;
  char text[3000];
  memset(text, 'x', sizeof text);
  loopback *l = loopback_open(serve, "ready");
  blt_pq *c = connected_to(l);
  REQUIRE(c != NULL);
  CHECK_INT(blt_pq_put(c, text, 1, &err), BLT_EIO); /* nobody asks */
  CHECK_INT(ask(c, "in", &lines), BLT_OK);
  for (int i = 0; i < 2000; i++) CHECK_INT(blt_pq_put(c, text, sizeof text, &err), BLT_OK);
  while (!done && check_ok) CHECK_INT(blt_pq_flush(c, 1000, &done, &err), BLT_OK);
  CHECK_INT(blt_pq_end(c, NULL, &err), BLT_OK);
  CHECK_INT(take_all(c, &bytes, &lines), BLT_OK);
  CHECK_INT(ask(c, "in", &lines), BLT_OK);
  CHECK_INT(blt_pq_end(c, "a problem", &err), BLT_OK);
  CHECK_INT(take_all(c, &bytes, &lines), BLT_EIO);
  CHECK(blt_pq_is_idle(c));
  blt_pq_close(c);
  loopback_close(l);
}

static void refused_memory_is_an_error(void) {
  size_t before = blt_ctx_memory_used(ctx);
  loopback *l = loopback_open(serve, "ready");
  for (uint64_t n = 1; n < 20; n++) {
    size_t lines;
    blt_ctx_fail_allocation(ctx, n);
    blt_pq *c = connected_to(l);
    blt_status st = c ? ask(c, "rows", &lines) : BLT_ENOMEM;
    blt_ctx_fail_allocation(ctx, 0);
    blt_pq_close(c);
    CHECK(st == BLT_OK || st == BLT_ENOMEM);
    CHECK_INT(blt_ctx_memory_used(ctx), before);
    if (st == BLT_OK) break;
  }
  loopback_close(l);
}

int main(void) {
  blt_pq *c = NULL;
  ctx = blt_ctx_new();
  if (blt_pq_open(ctx, "postgresql://127.0.0.1:1/x", &c, &err) != BLT_OK && strstr(err.message, "apt-get")) {
    printf("libpq is not here: its tests are skipped\n");
    blt_ctx_release(ctx);
    return check_report();
  }
  blt_pq_close(c);
  if (pipe(stop_pipe) != 0) return 1;
  RUN(answers_come_whole_in_pieces);
  RUN(errors_end_a_statement_and_the_next_one_runs);
  RUN(a_server_that_goes_away_breaks_the_connection);
  RUN(connecting_fails_with_a_reason_and_without_a_password);
  RUN(no_call_waits_longer_than_it_is_told);
  RUN(what_hangs_is_cancelled);
  RUN(a_server_that_does_not_take_the_request_to_cancel_is_left);
  RUN(rows_go_to_the_server);
  RUN(refused_memory_is_an_error);
  close(stop_pipe[0]);
  close(stop_pipe[1]);
  blt_ctx_release(ctx);
  return check_report();
}

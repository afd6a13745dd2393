/* Requests over HTTP, against a server of the test's own: answers that come whole, in pieces, cut, late, with
 * errors, or not at all. */
#include "check.h"
#include "loopback.h"
#include "remote/http.h"
#include <strings.h>

#define LARGE 3000000

static blt_ctx *ctx;
static blt_error err;

/* ---- the server ---- */

static void say_text(int fd, const char *text) {
  loopback_say(fd, text, strlen(text));
}

static void say_large(int fd) {
  char block[1000];
  memset(block, 'x', sizeof block);
  say_text(fd, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (int i = 0; i < LARGE / 1000; i++) {
    say_text(fd, "3e8\r\n");
    loopback_say(fd, block, sizeof block);
    say_text(fd, "\r\n");
  }
  say_text(fd, "0\r\n\r\n");
}

/* The request's header lines, and its body behind them; false when there is no more. */
static bool read_request(int fd, char *head, size_t room, char *body, size_t *bytes) {
  size_t n = 0;
  do {
    if (n + 1 >= room || !loopback_read(fd, head + n, 1)) return false;
    head[++n] = 0;
  } while (n < 4 || strcmp(head + n - 4, "\r\n\r\n") != 0);
  const char *length = strcasestr(head, "content-length:");
  *bytes = length ? strtoul(length + 15, NULL, 10) : 0;
  if (strcasestr(head, "expect: 100")) say_text(fd, "HTTP/1.1 100 Continue\r\n\r\n");
  for (size_t i = 0; i < *bytes; i++) {
    char byte;
    if (!loopback_read(fd, &byte, 1)) return false;
    if (i < 63) body[i] = byte;
  }
  body[*bytes < 63 ? *bytes : 63] = 0;
  return true;
}

static void serve(int fd, void *arg) {
  char head[2000], body[64], text[200];
  size_t bytes;
  (void)arg;
  while (read_request(fd, head, sizeof head, body, &bytes)) {
    if (strcmp(body, "gone") == 0) return;
    if (strcmp(body, "hang") == 0) {
      loopback_wait(fd);
    } else if (strcmp(body, "cut") == 0) {
      say_text(fd, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc");
      return;
    } else if (strcmp(body, "garbage") == 0) {
      say_text(fd, "\xff\xfe\r\n\r\n");
      return;
    } else if (strcmp(body, "large") == 0) {
      say_large(fd);
    } else if (strcmp(body, "error") == 0) {
      say_text(fd, "HTTP/1.1 500 No\r\nContent-Length: 5\r\n\r\nwrong");
    } else { /* how many bytes came, and whether a header did */
      int n = snprintf(body, sizeof body, "%zu%s", bytes, strcasestr(head, "x-key: geheim-7") ? " key" : "");
      snprintf(text, sizeof text, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", n, body);
      say_text(fd, text);
    }
  }
}

/* ---- the client ---- */

static loopback *server;

static blt_http *opened(void) {
  blt_http *h = NULL;
  return blt_http_open(ctx, NULL, &h, &err) == BLT_OK ? h : NULL;
}

static blt_status post(blt_http *h, const char *body, size_t bytes) {
  static const char *const headers[] = {"Content-Type: text/plain", "X-Key: geheim-7"};
  char url[64];
  snprintf(url, sizeof url, "http://127.0.0.1:%d/", loopback_port(server));
  return blt_http_post(h, url, headers, 2, body, bytes, &err);
}

/* Takes the answer: how many bytes, and the first ones of them. */
static blt_status take(blt_http *h, size_t *bytes, char *first, size_t room) {
  blt_http_event event = BLT_HTTP_WAIT;
  *bytes = 0;
  while (event != BLT_HTTP_DONE) {
    blt_str piece;
    blt_status st = blt_http_receive(h, 1000, &event, &piece, &err);
    if (st != BLT_OK) return st;
    if (event != BLT_HTTP_DATA) continue;
    for (uint32_t i = 0; i < piece.len && *bytes + i + 1 < room; i++) first[*bytes + i] = piece.s[i];
    *bytes += piece.len;
  }
  first[*bytes < room ? *bytes : room - 1] = 0;
  return BLT_OK;
}

static blt_status ask(blt_http *h, const char *body, size_t *bytes, char *first, size_t room) {
  blt_status st = post(h, body, strlen(body));
  return st == BLT_OK ? take(h, bytes, first, room) : st;
}

/* ---- tests ---- */

static void answers_come_whole(void) {
  char text[64];
  size_t bytes;
  blt_http *h = opened();
  REQUIRE(h != NULL);
  CHECK_INT(ask(h, "abc", &bytes, text, sizeof text), BLT_OK);
  CHECK_STR(text, "3 key");
  CHECK_INT(blt_http_status(h), 200);
  CHECK_INT(ask(h, "", &bytes, text, sizeof text), BLT_OK);
  CHECK_STR(text, "0 key");
  CHECK_INT(ask(h, "large", &bytes, text, sizeof text), BLT_OK);
  CHECK_INT(bytes, LARGE);
  CHECK_INT(ask(h, "error", &bytes, text, sizeof text), BLT_OK);
  CHECK_STR(text, "wrong");
  CHECK_INT(blt_http_status(h), 500);
  blt_http_close(h);
}

static void bodies_of_any_bytes_are_sent(void) {
  char text[64], *body = malloc(LARGE);
  size_t bytes;
  blt_http *h = opened();
  REQUIRE(h != NULL && body != NULL);
  memset(body, 0, LARGE);
  CHECK_INT(post(h, body, LARGE), BLT_OK);
  memset(body, 1, LARGE); /* it was copied */
  CHECK_INT(post(h, body, 1), BLT_EBUSY);
  CHECK_INT(take(h, &bytes, text, sizeof text), BLT_OK);
  CHECK_STR(text, "3000000 key");
  blt_http_close(h);
  free(body);
}

static void a_server_that_fails_is_an_error_and_the_next_request_runs(void) {
  static const char *const ways[] = {"gone", "cut", "garbage"};
  char text[64];
  size_t bytes;
  blt_http *h = opened();
  REQUIRE(h != NULL);
  for (size_t i = 0; i < 3; i++) {
    CHECK_INT(ask(h, ways[i], &bytes, text, sizeof text), BLT_EIO);
    CHECK(err.message[0] != 0 && strstr(err.message, "geheim") == NULL);
    CHECK_INT(ask(h, "abc", &bytes, text, sizeof text), BLT_OK);
    CHECK_STR(text, "3 key");
  }
  blt_http_close(h);
}

static void no_call_waits_longer_than_it_is_told(void) {
  blt_http_event event = BLT_HTTP_DONE;
  blt_str piece;
  blt_http *h = opened();
  REQUIRE(h != NULL);
  CHECK_INT(post(h, "hang", 4), BLT_OK);
  for (int i = 0; i < 20; i++) {
    CHECK_INT(blt_http_receive(h, 1, &event, &piece, &err), BLT_OK);
    CHECK_INT(event, BLT_HTTP_WAIT);
  }
  CHECK_INT(blt_http_status(h), 0);
  blt_http_close(h); /* with the request that runs */
}

static void nobody_there_is_an_error(void) {
  char text[64];
  size_t bytes;
  blt_http *h = opened();
  REQUIRE(h != NULL);
  CHECK_INT(blt_http_post(h, "http://127.0.0.1:1/", NULL, 0, "x", 1, &err), BLT_OK);
  CHECK_INT(take(h, &bytes, text, sizeof text), BLT_EIO);
  CHECK_INT(blt_http_post(h, "no such thing", NULL, 0, "x", 1, &err), BLT_OK);
  CHECK_INT(take(h, &bytes, text, sizeof text), BLT_EIO);
  CHECK_INT(ask(h, "abc", &bytes, text, sizeof text), BLT_OK);
  blt_http_close(h);
}

static void refused_memory_is_an_error(void) {
  size_t before = blt_ctx_memory_used(ctx);
  for (uint64_t n = 1; n < 30; n++) {
    char text[64];
    size_t bytes;
    blt_ctx_fail_allocation(ctx, n);
    blt_http *h = opened();
    blt_status st = h ? ask(h, "large", &bytes, text, sizeof text) : BLT_ENOMEM;
    blt_ctx_fail_allocation(ctx, 0);
    blt_http_close(h);
    CHECK(st == BLT_OK || st == BLT_ENOMEM);
    CHECK_INT(blt_ctx_memory_used(ctx), before);
    if (st == BLT_OK) break;
  }
}

int main(void) {
  ctx = blt_ctx_new();
  blt_http *h = opened();
  if (!h && strstr(err.message, "apt-get")) {
    printf("libcurl is not here: its tests are skipped\n");
    blt_ctx_release(ctx);
    return check_report();
  }
  blt_http_close(h);
  server = loopback_open(serve, NULL);
  RUN(answers_come_whole);
  RUN(bodies_of_any_bytes_are_sent);
  RUN(a_server_that_fails_is_an_error_and_the_next_request_runs);
  RUN(no_call_waits_longer_than_it_is_told);
  RUN(nobody_there_is_an_error);
  RUN(refused_memory_is_an_error);
  loopback_close(server);
  blt_ctx_release(ctx);
  return check_report();
}

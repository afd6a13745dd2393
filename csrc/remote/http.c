#include "http.h"

#include "base/library.h"
#include "base/mem.h"
#include <string.h>

/* ---- the library ---- */

typedef struct CURL CURL;
typedef struct CURLM CURLM;
struct curl_slist;

typedef struct CURLMsg {
  int msg;
  CURL *easy;
  union {
    void *whatever;
    int result;
  } data;
} CURLMsg;

/* Values of libcurl's enumerations, which its ABI keeps. */
enum {
  OPT_NOSIGNAL = 99,
  OPT_CONNECTTIMEOUT = 78,
  OPT_WRITEDATA = 10001,
  OPT_URL = 10002,
  OPT_ERRORBUFFER = 10010,
  OPT_CAINFO = 10065,
  OPT_HTTPHEADER = 10023,
  OPT_COPYPOSTFIELDS = 10165,
  OPT_WRITEFUNCTION = 20011,
  OPT_POSTFIELDSIZE_LARGE = 30120
};
enum { INFO_RESPONSE_CODE = 0x200002, MSG_DONE = 1, GLOBAL_ALL = 3, ERROR_BYTES = 256 };

static struct {
  int (*global_init)(long);
  CURL *(*easy_init)(void);
  int (*easy_setopt)(CURL *, int, ...);
  int (*easy_getinfo)(CURL *, int, ...);
  void (*easy_cleanup)(CURL *);
  const char *(*easy_strerror)(int);
  CURLM *(*multi_init)(void);
  int (*multi_add)(CURLM *, CURL *);
  int (*multi_remove)(CURLM *, CURL *);
  int (*multi_perform)(CURLM *, int *);
  int (*multi_poll)(CURLM *, void *, unsigned, int, int *);
  CURLMsg *(*multi_info)(CURLM *, int *);
  int (*multi_cleanup)(CURLM *);
  struct curl_slist *(*slist_append)(struct curl_slist *, const char *);
  void (*slist_free)(struct curl_slist *);
} curl;

static const blt_library_symbol symbols[] = {{"curl_global_init", &curl.global_init},
                                             {"curl_easy_init", &curl.easy_init},
                                             {"curl_easy_setopt", &curl.easy_setopt},
                                             {"curl_easy_getinfo", &curl.easy_getinfo},
                                             {"curl_easy_cleanup", &curl.easy_cleanup},
                                             {"curl_easy_strerror", &curl.easy_strerror},
                                             {"curl_multi_init", &curl.multi_init},
                                             {"curl_multi_add_handle", &curl.multi_add},
                                             {"curl_multi_remove_handle", &curl.multi_remove},
                                             {"curl_multi_perform", &curl.multi_perform},
                                             {"curl_multi_poll", &curl.multi_poll},
                                             {"curl_multi_info_read", &curl.multi_info},
                                             {"curl_multi_cleanup", &curl.multi_cleanup},
                                             {"curl_slist_append", &curl.slist_append},
                                             {"curl_slist_free_all", &curl.slist_free},
                                             {NULL, NULL}};

static void begin(void) {
  curl.global_init(GLOBAL_ALL);
}

static blt_status load(blt_error *err) {
  static blt_library library = {
      .files = {"libcurl.so.4", "libcurl-gnutls.so.4"}, .symbols = symbols, .begin = begin};
  const char *lacks;
  if (blt_library_load(&library, &lacks)) return BLT_OK;
  if (lacks) return blt_fail(err, BLT_EIO, "libcurl lacks %s: a newer one is needed (libcurl4)", lacks);
  return blt_fail(err, BLT_EIO, "libcurl is not installed: apt-get install libcurl4");
}

/* ---- requests ---- */

struct blt_http {
  blt_ctx *ctx;
  CURL *easy;
  CURLM *multi;
  struct curl_slist *headers;
  bool running, refused; /* refused: memory for the answer was */
  int status;
  size_t used, cap; /* of what came since the last call */
  char *piece;
  char problem[ERROR_BYTES];
};

static size_t take(char *data, size_t size, size_t n, void *arg) {
  blt_http *h = arg;
  blt_error err;
  size_t bytes = size * n;
  h->refused = blt_grow(h->ctx, &h->piece, &h->cap, h->used + bytes, 1, &err) != BLT_OK;
  if (h->refused) return 0;
  memcpy(h->piece + h->used, data, bytes);
  h->used += bytes;
  return bytes;
}

static void stop(blt_http *h) {
  if (h->running) curl.multi_remove(h->multi, h->easy);
  if (h->headers) curl.slist_free(h->headers);
  h->headers = NULL;
  h->running = false;
}

void blt_http_close(blt_http *h) {
  if (!h) return;
  stop(h);
  if (h->easy) curl.easy_cleanup(h->easy);
  if (h->multi) curl.multi_cleanup(h->multi);
  blt_free(h->ctx, h->piece, h->cap);
  blt_free(h->ctx, h, sizeof *h);
}

blt_status blt_http_open(blt_ctx *ctx, const char *cafile, blt_http **out, blt_error *err) {
  blt_status st = load(err);
  if (st != BLT_OK) return st;
  blt_http *h = blt_calloc(ctx, 1, sizeof *h);
  if (!h) return blt_fail_memory(err, sizeof *h);
  h->ctx = ctx;
  h->easy = curl.easy_init();
  h->multi = curl.multi_init();
  if (!h->easy || !h->multi || (cafile && curl.easy_setopt(h->easy, OPT_CAINFO, cafile) != 0)) {
    blt_http_close(h);
    return blt_fail_memory(err, 0);
  }
  *out = h;
  return BLT_OK;
}

blt_status blt_http_post(blt_http *h, const char *url, const char *const *headers, uint32_t n,
                         const char *body, size_t bytes, blt_error *err) {
  if (h->running) return blt_fail(err, BLT_EBUSY, "the connection is busy with another request");
  stop(h);
  for (uint32_t i = 0; i < n; i++) {
    struct curl_slist *more = curl.slist_append(h->headers, headers[i]);
    if (!more) return blt_fail_memory(err, strlen(headers[i]));
    h->headers = more;
  }
  h->status = 0;
  h->used = 0;
  h->refused = false;
  h->problem[0] = 0;
  curl.easy_setopt(h->easy, OPT_NOSIGNAL, 1L);
  curl.easy_setopt(h->easy, OPT_CONNECTTIMEOUT, 20L);
  curl.easy_setopt(h->easy, OPT_URL, url);
  curl.easy_setopt(h->easy, OPT_HTTPHEADER, h->headers);
  curl.easy_setopt(h->easy, OPT_ERRORBUFFER, h->problem);
  curl.easy_setopt(h->easy, OPT_WRITEFUNCTION, take);
  curl.easy_setopt(h->easy, OPT_WRITEDATA, h);
  curl.easy_setopt(h->easy, OPT_POSTFIELDSIZE_LARGE, (int64_t)bytes);
  if (curl.easy_setopt(h->easy, OPT_COPYPOSTFIELDS, body) != 0) return blt_fail_memory(err, bytes);
  if (curl.multi_add(h->multi, h->easy) != 0) return blt_fail(err, BLT_EIO, "the request can not be made");
  h->running = true;
  return BLT_OK;
}

/* The request has ended with libcurl's `result`. */
static blt_status conclude(blt_http *h, int result, blt_error *err) {
  long status = 0;
  curl.easy_getinfo(h->easy, INFO_RESPONSE_CODE, &status);
  stop(h);
  h->status = (int)status;
  if (h->refused) return blt_fail_memory(err, h->used);
  if (result == 0) return BLT_OK;
  return blt_fail(err, BLT_EIO, "%s", h->problem[0] ? h->problem : curl.easy_strerror(result));
}

blt_status blt_http_receive(blt_http *h, int ms, blt_http_event *event, blt_str *piece, blt_error *err) {
  int left = 0, ready = 0;
  h->used = 0;
  *event = BLT_HTTP_DONE;
  if (!h->running) return BLT_OK;
  curl.multi_perform(h->multi, &left);
  if (left && !h->used) {
    curl.multi_poll(h->multi, NULL, 0, ms, &ready);
    curl.multi_perform(h->multi, &left);
  }
  if (!left) {
    CURLMsg *message = curl.multi_info(h->multi, &ready);
    blt_status st = conclude(h, message && message->msg == MSG_DONE ? message->data.result : 0, err);
    if (st != BLT_OK) return st;
  }
  *event = h->used ? BLT_HTTP_DATA : left ? BLT_HTTP_WAIT : BLT_HTTP_DONE;
  *piece = (blt_str){h->piece, (uint32_t)h->used};
  return BLT_OK;
}

int blt_http_status(const blt_http *h) {
  return h->status;
}

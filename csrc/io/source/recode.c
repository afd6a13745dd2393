#include "recode.h"
#include "base/mem.h"

#include <errno.h>
#include <iconv.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define IN_BYTES ((size_t)64 << 10)
#define OUT_BYTES ((size_t)4 * IN_BYTES) /* what so many bytes become at most, and a sign for a wrong one */

typedef struct recoding {
  const blt_source *source;
  const char *encoding;
  iconv_t descriptor;
  bool replace;
  uint64_t at; /* of the next byte to read */
  char *in;    /* IN_BYTES; the first `held` are left from the last piece */
  size_t held;
  char *out; /* OUT_BYTES */
} recoding;

/* The encoding that a mark at the beginning tells, or NULL. */
static const char *by_mark(const char *head, size_t n) {
  if (n >= 4 && (memcmp(head, "\xff\xfe\0\0", 4) == 0 || memcmp(head, "\0\0\xfe\xff", 4) == 0))
    return "UTF-32";
  return n >= 2 && (memcmp(head, "\xff\xfe", 2) == 0 || memcmp(head, "\xfe\xff", 2) == 0) ? "UTF-16" : NULL;
}

/* Names that people use, and supersets of what files that are called so hold. NULL: UTF-8 as it is. */
static const char *known_as(const char *encoding) {
  static const char *const names[][2] = {{"latin1", "ISO-8859-1"},
                                         {"latin-1", "ISO-8859-1"},
                                         {"ansi", "WINDOWS-1252"},
                                         {"cp1252", "WINDOWS-1252"},
                                         {"euc-kr", "CP949"},
                                         {"euckr", "CP949"},
                                         {"shift-jis", "CP932"},
                                         {"shift_jis", "CP932"},
                                         {"sjis", "CP932"},
                                         {"utf-8", NULL},
                                         {"utf8", NULL}};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (strcasecmp(encoding, names[i][0]) == 0) return names[i][1];
  return encoding;
}

/* A byte that is no character, in place of which U+FFFD is written. */
static blt_status wrong_byte(recoding *r, char **p, size_t *left, char **to, size_t *room, blt_error *err) {
  if (!r->replace)
    return blt_fail(
        err, BLT_EFORMAT, "%s: byte %llu (\\x%02X) is no character of %s (utf8 = 'replace' reads on)",
        blt_source_name(r->source), (unsigned long long)(r->at - *left), (unsigned char)**p, r->encoding);
  memcpy(*to, "\xef\xbf\xbd", 3);
  *to += 3;
  *room -= 3;
  (*p)++;
  (*left)--;
  return BLT_OK;
}

/* Converts what `in` holds. An unfinished character at its end stays there, unless nothing comes after. */
static blt_status convert(recoding *r, size_t n, bool last, size_t *len, blt_error *err) {
  char *p = r->in, *to = r->out;
  size_t left = n, room = OUT_BYTES;
  blt_status status = BLT_OK;
  while (left > 0 && status == BLT_OK) {
    if (iconv(r->descriptor, &p, &left, &to, &room) != (size_t)-1) break;
    if (errno == EINVAL && !last) break;
    if (errno == E2BIG) return blt_fail(err, BLT_EFORMAT, "%s: no text", blt_source_name(r->source));
    status = wrong_byte(r, &p, &left, &to, &room, err);
  }
  memmove(r->in, p, left);
  r->held = left;
  *len = OUT_BYTES - room;
  return status;
}

/* A blt_pull_fn. */
static blt_status pull(void *arg, const char **data, size_t *len, blt_error *err) {
  recoding *r = arg;
  blt_status status = BLT_OK;
  uint64_t size = blt_source_size(r->source);
  *len = 0;
  *data = r->out;
  while (status == BLT_OK && *len == 0 && r->at < size) {
    size_t n = IN_BYTES - r->held;
    if (n > size - r->at) n = (size_t)(size - r->at);
    status = blt_source_read(r->source, r->at, r->in + r->held, n, err);
    r->at += n;
    if (status == BLT_OK) status = convert(r, r->held + n, r->at == size, len, err);
  }
  return status;
}

static blt_status run(blt_ctx *ctx, recoding *r, blt_recoding how, blt_source **out, blt_error *err) {
  r->in = blt_alloc(ctx, IN_BYTES);
  r->out = blt_alloc(ctx, OUT_BYTES);
  blt_status status = r->in && r->out ? BLT_OK : blt_fail_memory(err, IN_BYTES + OUT_BYTES);
  if (status == BLT_OK)
    status =
        blt_source_named(ctx, blt_source_name(r->source), pull, r, how.progress, how.progress_arg, out, err);
  blt_free(ctx, r->in, IN_BYTES);
  blt_free(ctx, r->out, OUT_BYTES);
  return status;
}

blt_status blt_recode(blt_ctx *ctx, const blt_source *source, blt_recoding how, blt_source **out,
                      blt_error *err) {
  char head[4];
  size_t n = blt_source_size(source) < sizeof head ? (size_t)blt_source_size(source) : sizeof head;
  *out = NULL;
  blt_status status = blt_source_read(source, 0, head, n, err);
  if (status != BLT_OK) return status;
  const char *encoding = how.encoding ? known_as(how.encoding) : by_mark(head, n);
  if (!encoding) return BLT_OK;
  recoding r = {.source = source, .encoding = how.encoding ? how.encoding : encoding, .replace = how.replace};
  r.descriptor = iconv_open("UTF-8", encoding);
  if (r.descriptor == (iconv_t)-1)
    return blt_fail(
        err, BLT_EINVAL,
        "encoding: '%s' is not known (there are windows-1252, latin1, utf-16, euc-kr, shift_jis and "
        "others: iconv -l)",
        how.encoding ? how.encoding : encoding);
  status = run(ctx, &r, how, out, err);
  iconv_close(r.descriptor);
  return status;
}

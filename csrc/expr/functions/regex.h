/* regex.h: regular expressions in Perl's syntax, by PCRE2, compiled to machine code where that is possible.
 *
 * A pattern is compiled once and may be matched by any number of threads. Characters are those of UTF-8, and
 * `\w`, `\d` and cases are Unicode's; a byte that belongs to no valid sequence is matched by nothing, not
 * even by a dot. A pattern cannot hold the process up: from each place of the text it may go back a bounded
 * number of times and take a bounded amount of memory, past which there is an error; and at each place
 * somebody is asked now and then whether to go on. */
#ifndef BLT_EXPR_REGEX_H
#define BLT_EXPR_REGEX_H

#include "expr/expr_inside.h"

typedef struct blt_regex blt_regex;

/* `fast`: it will be matched often, so that compiling to machine code is worth it. The position of an error
 * is that of `node`. */
blt_status blt_regex_new(blt_ctx *ctx, blt_str pattern, bool fast, uint32_t node, blt_regex **out,
                         blt_error *err);
void blt_regex_free(blt_regex *r); /* NULL is allowed */
uint32_t blt_regex_groups(const blt_regex *r);
/* Number of the group with that name, 0 when there is none. */
uint32_t blt_regex_named(const blt_regex *r, blt_str name);
/* Ends the expressions of a list, linked by blt_regex_keep. */
void blt_regex_keep(blt_expr *e, blt_regex *r);

/* What one thread needs to match, for the time of one call. */
typedef struct blt_matcher {
  const blt_regex *regex;
  const blt_call *call;
  void *context, *data; /* PCRE2's */
  const size_t *spans; /* of group k after a match: from spans[2k] to spans[2k + 1]; SIZE_MAX: took no part */
  blt_status status;   /* why it was ended from outside */
  blt_error *err;
} blt_matcher;

blt_status blt_matcher_open(blt_matcher *m, const blt_regex *r, const blt_call *call, blt_error *err);
void blt_matcher_close(blt_matcher *m); /* also after a failed open */
/* The first match from byte `from` on; `longer`: an empty one right there does not count. */
blt_status blt_matcher_find(blt_matcher *m, blt_str s, size_t from, bool longer, bool *found);
/* The text of group k; false when it took no part. */
bool blt_matcher_group(const blt_matcher *m, blt_str s, uint32_t k, blt_str *out);

#endif

/* json.h: JSON text (RFC 8259), strictly: nothing more and nothing less is accepted. UTF-8 is checked by the
 * caller. */
#ifndef BLT_IO_JSON_H
#define BLT_IO_JSON_H

#include "blt.h"

#define BLT_JSON_DEPTH 512 /* of arrays and objects inside each other */

typedef enum blt_json_kind {
  BLT_JSON_BROKEN = 0,
  BLT_JSON_NULL,
  BLT_JSON_TRUE,
  BLT_JSON_FALSE,
  BLT_JSON_NUMBER,
  BLT_JSON_STRING,  /* the span is between the quotes */
  BLT_JSON_ESCAPED, /* the same, with at least one escape */
  BLT_JSON_ARRAY,   /* the span is the whole text */
  BLT_JSON_OBJECT
} blt_json_kind;

typedef struct blt_json_value {
  blt_json_kind kind;
  const char *from, *to;
} blt_json_value;

/* Reads the value at `p`, which must not be a blank. Returns what follows it, or NULL when it is broken. */
const char *blt_json_value_at(const char *p, const char *end, blt_json_value *out);
const char *blt_json_skip_blanks(const char *p, const char *end);
/* Whether the text is one JSON value and nothing else. */
bool blt_json_valid(const char *text, size_t len);

/* Writes the text of a string's span without escapes, at most as many bytes, and returns its end. A lone
 * surrogate becomes U+FFFD. */
char *blt_json_unescape(const char *from, const char *to, char *out);

#endif

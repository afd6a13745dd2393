/* printable.h: text from outside as it can stand in a message that goes to a terminal. */
#ifndef BLT_BASE_PRINTABLE_H
#define BLT_BASE_PRINTABLE_H

#include "blt.h"

/* Copies `s` with control characters (also C1), marks that turn the direction of writing and other invisible
 * ones as escapes, and bytes that are not UTF-8 as \xHH. What has no room ends in an ellipsis. `room` is at
 * least 16; returns the length of the zero-terminated text. */
size_t blt_printable(const char *s, size_t len, char *out, size_t room);

/* Length of the well-formed UTF-8 sequence at s[0, len), its character in `*c`; 0 when there is none. */
size_t blt_utf8_next(const char *s, size_t len, uint32_t *c);

#endif

/* marks.h: where the bytes stand that give a text its structure. */
#ifndef BLT_IO_MARKS_H
#define BLT_IO_MARKS_H

#include "blt.h"

#define BLT_SCAN_PAD 64 /* bytes that must be readable after the text, and entries of room in `out` */

/* The bytes looked for; a byte that is not wanted repeats another. */
typedef struct blt_marks {
  char separator, newline, quote;
} blt_marks;

typedef struct blt_seen {
  bool quote;      /* at least one quote */
  bool non_ascii;  /* at least one byte of 0x80 and above */
  size_t newlines; /* how many line ends */
} blt_seen;

/* Writes the offsets in text[from, to) of all marks, rising, and returns how many. `out` needs room for
 * to - from + BLT_SCAN_PAD entries. Adds to `seen`. to < 2^32. */
size_t blt_scan(const char *text, size_t from, size_t to, blt_marks marks, uint32_t *out, blt_seen *seen);

/* How many bytes of text[0, n) are `c`. */
size_t blt_count_byte(const char *text, size_t n, char c);

#endif

/* layout.h: dates and times in the writing that a layout such as "dd.mm.yyyy hh:mi" shows.
 *
 *   yyyy        year in four digits         hh h     hour, 0 to 23, or 1 to 12 beside am
 *   yy          its last two: 1969 to 2068  mi ss    minute, second
 *   mm m        month                       f … ffffff   so many digits of a second
 *   mmm mmmm    Jan, January                am       am or pm
 *   dd d        day                         q        quarter, 1 to 4
 *   ddd dddd    Mon, Monday
 *
 * Letters of either case mean the same; "text" stands for itself, as does whatever is no letter. Two letters
 * are two digits, one letter is one or two. Names are English. Reading takes the whole text or refuses it:
 * what is not named is the earliest (month 1, day 1, midnight), and a weekday has to be that of the date.
 */
#ifndef BLT_BASE_LAYOUT_H
#define BLT_BASE_LAYOUT_H

#include "blt.h"

#define BLT_LAYOUT_PARTS 32
#define BLT_LAYOUT_BYTES 128 /* of a layout, at most */
#define BLT_LAYOUT_TEXT (BLT_LAYOUT_BYTES * 9)

typedef struct blt_layout_part {
  uint8_t kind;          /* of an enumeration of layout.c */
  uint8_t width;         /* how many letters */
  uint8_t from, literal; /* of a literal: where its bytes stand in `text`, how many there are */
} blt_layout_part;

typedef struct blt_layout {
  uint32_t n;
  bool timed; /* it names a part of a day */
  blt_layout_part parts[BLT_LAYOUT_PARTS];
  char text[BLT_LAYOUT_BYTES];
} blt_layout;

/* On failure the message says what stands in the way. `reads`: it must name a year, and nothing twice. */
blt_status blt_layout_read(blt_str text, bool reads, blt_layout *out, blt_error *err);
/* The timestamp that is written so; false when the text is none. */
bool blt_layout_parse(const blt_layout *l, blt_str s, int64_t *out);
/* Writes a timestamp that exists; gives the length. */
size_t blt_layout_format(const blt_layout *l, int64_t t, char out[BLT_LAYOUT_TEXT]);

#endif

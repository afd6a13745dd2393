/* spelled_date.h: dates as people write them, 31.01.2012 or Jan 31, 2012, put into the one form that is read.
 */
#ifndef BLT_IO_SPELLED_DATE_H
#define BLT_IO_SPELLED_DATE_H

#include "blt.h"

#define BLT_DATE_PARTS 16
#define BLT_ISO_ROOM 64 /* bytes that a date with a time takes at most */

/* A form such as "dd.mm.yyyy": parts in their order, 'd', 'm' or 'y' with its number of letters, or any other
 * byte, which stands for itself. */
typedef struct blt_date_form {
  uint8_t n;
  char kind[BLT_DATE_PARTS];
  uint8_t letters[BLT_DATE_PARTS];
} blt_date_form;

/* Reads the form. d and dd are a day of one or two digits, m and mm a month, mmm its name in one of several
 * languages, short or whole; yyyy is a year, yy one of 1970 to 2069. False unless month and year are there
 * once each, and a day at most once: without it, the first of the month is meant. */
bool blt_date_form_parse(const char *text, blt_date_form *out);

/* Writes a text of that form as 2012-01-31, with what follows it after a blank, a comma or a T, a time: 2:05
 * PM as 14:05. Returns the length; 0 when the text is of another form or longer than the room. Whether the
 * day exists is not asked. */
size_t blt_date_form_read(const blt_date_form *f, const char *text, size_t len, char iso[BLT_ISO_ROOM]);

/* Forms that are recognised by themselves, where all texts of a column are of one of them only. */
#define BLT_DATE_FORMS 7u
const blt_date_form *blt_date_known(uint32_t i);
/* Whether a text could be of one of them, told by its first bytes. */
bool blt_date_may_be_spelled(const char *text, size_t len);

#endif

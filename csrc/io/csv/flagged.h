/* flagged.h: fields that are a number and what stands behind it, a flag: "1,234 p", ": c". */
#ifndef BLT_IO_CSV_FLAGGED_H
#define BLT_IO_CSV_FLAGGED_H

#include "csv_rows.h"

/* The text without blanks around it. */
blt_str blt_flagged_trim(blt_str text);
/* How many bytes at its beginning are the number, or a text that says that there is none; 0: neither. */
uint32_t blt_flagged_number(const blt_csv_format *f, blt_str text, bool quoted);

#endif

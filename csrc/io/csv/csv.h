/* csv.h: delimited text to a table.
 *
 *   source ── chunks ──> fields ──> typed columns ──> groups of 65,536 rows ──> table
 *            (parallel, each from a guessed start that is checked before its rows are used)
 *
 * The same bytes give the same table (types, row order, dictionary codes, blocks), whatever the number of
 * threads and the size of the chunks.
 *
 * Rules of the text
 *
 * - A record ends with LF, CRLF or CRCRLF (or CR when the file has no LF); the last one may lack its
 *   end. Empty lines are skipped, except in a file of one column, where they are a row with a null. A
 *   byte-order mark is skipped.
 *
 * - A field that starts with the quote ends with the next quote that is not doubled, and may hold
 *   delimiters and line ends; anything between that quote and the next delimiter makes the row bad. So
 *   does a quote that is never closed: the bad row ends with the line on which that quote stands, and
 *   reading goes on after it. A quote inside a field that does not start with one is an ordinary byte.
 *
 * - Types are inferred over the whole file: bool (true, false), int64, float64, date (2012-01-31),
 *   timestamp (2012-01-31 10:20:30.5Z), and string when nothing else holds every value without changing
 *   it: integers beyond 64 bits, integers beyond 2^53 among floats, numbers with a leading zero or plus
 *   sign, floats out of range and dates that do not exist make a column string. A column without any
 *   value is string.
 *
 * - What is quoted is text, unless its type is given, or a name in the header is in quotes without need
 *   (then everything is). A fraction whose digits a float64 would change makes the column a decimal
 *   when that holds all.
 *
 * - When no delimiter splits the header there is one column. Another kind of file is refused
 *   (signature.h).
 *
 * - Dates may be spelled 31.01.2012, 31/1/2012, 1/31/2012, 31-1-2012 or 2012/1/31, with a time behind,
 *   when all of a column are of one of these forms and of no other. What could be the third of January
 *   and the first of March stays text unless `dates` says what it is.
 *
 * - A first line `sep=;`, as spreadsheets write it, names the delimiter and is passed over.
 *
 * - A given type takes leading zeros and a plus sign too; what it cannot hold is a bad row.
 */
#ifndef BLT_IO_CSV_H
#define BLT_IO_CSV_H

#include "io/ingest/options.h"

/* Reads everything. On failure there is no table, and `into` has the rows it had. The error names the source,
 * line, row (1 is the first after the header), byte offset, column, the offending text and what was expected;
 * err->position is the line. BLT_EFORMAT, BLT_EINVAL, BLT_ENAME, BLT_EIO, BLT_ENOMEM, BLT_EINTR,
 * BLT_ETIMEOUT. */
blt_status blt_csv_read(blt_ctx *ctx, const blt_source *source, const blt_csv_options *options,
                        blt_csv_result *out, blt_error *err);

#endif

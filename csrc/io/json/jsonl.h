/* jsonl.h: JSON lines to a table: one object a line, one column for each key that any object has.
 *
 * Columns appear in the order in which the keys appear first; a missing key is null. Numbers, booleans and
 * null are read as such; strings are text, or dates and timestamps when all of a column are; arrays, objects,
 * and values of different kinds in one column become text (arrays and objects their own JSON). A line that is
 * not exactly one JSON object (RFC 8259), or has a key twice, is bad. Empty lines are skipped.
 */
#ifndef BLT_IO_JSONL_H
#define BLT_IO_JSONL_H

#include "io/ingest/options.h"

/* As blt_csv_read. Of the options it takes types, text_only, infer_decimal, line_column, on_error,
 * max_rejects, chunk_bytes, make, into, progress. */
blt_status blt_jsonl_read(blt_ctx *ctx, const blt_source *source, const blt_csv_options *options,
                          blt_csv_result *out, blt_error *err);

#endif

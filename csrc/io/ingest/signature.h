/* signature.h: what bytes are when they are no delimited text and no JSON lines, told by how they begin. */
#ifndef BLT_IO_SIGNATURE_H
#define BLT_IO_SIGNATURE_H

#include "io/source/source.h"

/* Refuses (BLT_EFORMAT) a source that is a file of another kind: an archive, a spreadsheet, a database, a
 * picture, a page of the web, text in UTF-16 or UTF-32. The message says what it is and what to do. With
 * `csv`, JSON is another kind, too. */
blt_status blt_signature_refuse(const blt_source *source, bool csv, blt_error *err);

/* Bytes of a UTF-8 byte-order mark at the beginning of the source: 3 or 0. */
blt_status blt_signature_mark(const blt_source *source, uint64_t *bytes, blt_error *err);

#endif

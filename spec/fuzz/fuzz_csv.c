/* Any bytes as CSV under any options: no crash, no leak, a valid table or an error, and the same one whatever
 * the threads and chunks. The first eight bytes choose the options. */
#include "reading.h"

#define OPTION_BYTES 8

static blt_csv_options options_from(const uint8_t *d) {
  static const char delimiters[] = {0, ',', ';', '\t'}, comments[] = {0, 0, 0, '#'};
  static const char thousands[] = {0, '.', ' ', ','};
  static const char *const forms[] = {NULL, "dd.mm.yyyy", "mmm d, yy", "yyyymmdd"};
  static const char *const encodings[] = {NULL, "latin1", "utf-16le", "shift_jis"};
  static const char *const flags[] = {"a"};
  blt_csv_options o = blt_csv_defaults();
  o.delimiter = delimiters[d[0] & 3];
  o.comment = comments[d[0] >> 2 & 3];
  o.header = d[0] & 16 ? BLT_HEADER_NO : BLT_HEADER_YES;
  o.trim = d[0] >> 5 & 1;
  o.text_only = d[0] >> 6 & 1;
  o.infer_decimal = d[0] >> 7 & 1;
  o.ragged = (blt_csv_ragged)(d[1] % 3);
  o.utf8 = (blt_csv_utf8)(d[2] % 3);
  o.on_error = d[3] & 1 ? BLT_CSV_REJECT : BLT_CSV_STOP;
  o.quoted_nulls = d[3] >> 1 & 1;
  o.line_column = d[3] & 4 ? "at line" : NULL;
  o.escape = d[3] & 8 ? '\\' : 0;
  o.quote = d[3] & 16 ? 0 : '"';
  o.chunk_bytes = 1 + d[4];
  o.decimal_mark = d[6] & 1 && o.delimiter != ',' ? ',' : '.';
  o.thousands = thousands[d[6] >> 1 & 3];
  if (o.thousands == o.decimal_mark) o.thousands = 0;
  o.percent = d[6] >> 3 & 1;
  o.currency = d[6] >> 4 & 1;
  o.header_lines = d[6] >> 5 & 3;
  o.dates = forms[d[7] & 3];
  o.skip_tail = d[7] >> 2 & 3;
  o.encoding = encodings[d[7] >> 4 & 3];
  o.flags = d[7] >> 6 & 1 ? flags : NULL;
  o.nflags = o.flags ? 1 : 0;
  return o;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size < OPTION_BYTES) return 0;
  blt_csv_options o = options_from(data);
  read_twice(blt_csv_read, data + OPTION_BYTES, size - OPTION_BYTES, &o, 1 + data[5] % 3, NULL);
  return 0;
}

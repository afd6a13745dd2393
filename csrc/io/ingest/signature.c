#include "signature.h"
#include "io/text/json.h"

#include <string.h>

#define LOOKED 4096 /* bytes from the beginning */

typedef struct sign {
  const char *bytes;
  uint8_t len;
  uint16_t at; /* where they stand */
  bool binary; /* only when control bytes follow: the letters alone could begin a text */
  const char *what;
} sign;

#define SIGN(bytes, at, binary, what)                                                                        \
  { bytes, sizeof(bytes) - 1, at, binary, what }

/* A longer sign stands before one that it begins with. */
static const sign signs[] = {
    SIGN("PK\3\4", 0, false,
         "a ZIP archive (perhaps an .xlsx or .ods), not text: unpack it, or save the sheet as CSV"),
    SIGN("PK\5\6", 0, false, "an empty ZIP archive, not text"),
    SIGN("\xd0\xcf\x11\xe0", 0, false,
         "an old Office file (perhaps an .xls), not text: save the sheet as CSV"),
    SIGN("\x1f\x8b", 0, false, "compressed twice by gzip: unpack it once"),
    SIGN("\x28\xb5\x2f\xfd", 0, false, "compressed twice, the second time by zstd: unpack it once"),
    SIGN("BZh", 0, true, "compressed by bzip2, which is not read: unpack it (bunzip2)"),
    SIGN("\xfd"
         "7zXZ",
         0, false, "compressed by xz, which is not read: unpack it (unxz)"),
    SIGN("\x04\x22\x4d\x18", 0, false, "compressed by lz4, which is not read: unpack it (unlz4)"),
    SIGN("\xff\x06\0\0sNaPpY", 0, false, "compressed by snappy, which is not read: unpack it"),
    SIGN("\x1f\x9d", 0, false, "compressed by compress, which is not read: unpack it (uncompress)"),
    SIGN("7z\xbc\xaf\x27\x1c", 0, false, "a 7z archive, not text: unpack it"),
    SIGN("Rar!\x1a\x07", 0, false, "a RAR archive, not text: unpack it"),
    SIGN("ustar", 257, false, "a tar archive, not text: unpack it"),
    SIGN("PAR1", 0, true, "a Parquet file, not text: read it with parquet (the command: --as parquet)"),
    SIGN("PARE", 0, true, "an encrypted Parquet file, not text"),
    SIGN("ARROW1", 0, true, "an Arrow file, not text: read it with arrow (the command: --as arrow)"),
    SIGN("FEA1", 0, true, "a Feather file, not text"),
    SIGN("ORC", 0, true, "an ORC file, not text"),
    SIGN("Obj\1", 0, false, "an Avro file, not text"),
    SIGN("SQLite format 3", 0, true,
         "an SQLite database, not text: read a table with sqlite (the command: file.sqlite:table)"),
    SIGN("DUCK", 8, true, "a DuckDB database, not text: export the table as CSV"),
    SIGN("\x89HDF", 0, false, "an HDF5 file, not text"),
    SIGN("RDX", 0, true, "R's saved data, not text: write them as CSV"),
    SIGN("\x93NUMPY", 0, false, "a NumPy array, not text: write it as CSV"),
    SIGN("$FL2", 0, true, "an SPSS file, not text: save it as CSV"),
    SIGN("<stata_dta>", 0, false, "a Stata file, not text: save it as CSV"),
    SIGN("%PDF-", 0, false, "a PDF document, not delimited text"),
    SIGN("{\\rtf", 0, false, "a Rich Text document, not delimited text: save it as plain text"),
    SIGN("\x89PNG", 0, false, "a picture, not text"),
    SIGN("\xff\xd8\xff", 0, false, "a picture, not text"),
    SIGN("GIF8", 0, true, "a picture, not text"),
    SIGN("\x7f"
         "ELF",
         0, false, "a program, not text"),
    SIGN("<!doctype html", 0, false,
         "an HTML page, not delimited text (an error page, or a form to log in?)"),
    SIGN("<html", 0, false, "an HTML page, not delimited text (an error page, or a form to log in?)"),
    SIGN("<?xml", 0, false, "XML, not delimited text"),
    SIGN("version https://git-lfs", 0, false,
         "a pointer of Git LFS, not the file itself: fetch it (git lfs pull)"),
};

static bool has_controls(const char *p, size_t n) {
  for (size_t i = 0; i < n; i++)
    if ((unsigned char)p[i] < 0x20 && !strchr("\t\n\r\f", p[i] ? p[i] : 1)) return true;
  return false;
}

/* Letters of any case, whatever the locale; `word` is in small ones. */
static bool same_letters(const char *p, const char *word, size_t n) {
  for (size_t i = 0; i < n; i++)
    if ((p[i] >= 'A' && p[i] <= 'Z' ? p[i] | 0x20 : p[i]) != word[i]) return false;
  return true;
}

static bool matches(const sign *s, const char *p, size_t n, bool controls) {
  if (n < (size_t)s->at + s->len || (s->binary && !controls)) return false;
  p += s->at;
  return s->bytes[0] == '<' ? same_letters(p, s->bytes, s->len) : memcmp(p, s->bytes, s->len) == 0;
}

/* Text in UTF-16 without a mark: every other byte of its first characters is zero. */
static bool is_wide(const char *p, size_t n) {
  size_t zeros[2] = {0, 0};
  if (n > 64) n = 64;
  if (n < 8) return false;
  for (size_t i = 0; i < n; i++) zeros[i & 1] += p[i] == 0;
  return (zeros[0] == 0 && zeros[1] * 8 >= n * 3) || (zeros[1] == 0 && zeros[0] * 8 >= n * 3);
}

/* JSON and not CSV: the first line is a whole object, or opens an array or an object as JSON writes it. */
static const char *json_kind(const char *p, size_t n) {
  const char *end = p + n, *from = blt_json_skip_blanks(p, end);
  if (from == end || (*from != '{' && *from != '[')) return NULL;
  const char *line = memchr(from, '\n', (size_t)(end - from));
  const char *next = blt_json_skip_blanks(from + 1, end);
  size_t len = (size_t)((line ? line : end) - from);
  bool whole = blt_json_valid(from, len) && (line || n < LOOKED);
  if (*from == '{') {
    if (whole) return "JSON lines, not CSV: read it with jsonl (the command: --as jsonl)";
    return next < end && *next == '"' && next > from + 1
               ? "a JSON object over several lines, not CSV: write one object a line (jq -c .)"
           : next < end && *next == '"'
               ? "JSON, not CSV: read it with jsonl, one object a line (the command: --as jsonl)"
               : NULL;
  }
  bool opens = next < end && (*next == '{' || *next == '[' || *next == '"');
  return whole || opens
             ? "a JSON array, not CSV: write one object a line (jq -c '.[]') and read it as JSON lines"
             : NULL;
}

/* The beginning of the source, without a byte-order mark. */
static blt_status read_head(const blt_source *source, char head[LOOKED], size_t *n, blt_error *err) {
  uint64_t size = blt_source_size(source);
  *n = size < LOOKED ? (size_t)size : LOOKED;
  return blt_source_read(source, 0, head, *n, err);
}

static const char *kind_of(const char *p, size_t n) {
  bool controls = has_controls(p, n < 512 ? n : 512);
  const char *text = n >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0 ? p + 3 : p;
  while (text < p + n && (*text == ' ' || *text == '\n' || *text == '\r' || *text == '\t')) text++;
  for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
    if (matches(&signs[i], p, n, controls)) return signs[i].what;
    if (signs[i].bytes[0] == '<' && matches(&signs[i], text, n - (size_t)(text - p), controls))
      return signs[i].what;
  }
  return is_wide(p, n) ? "text in UTF-16 without a mark: add encoding = 'UTF-16LE' (the command: --encoding)"
                       : NULL;
}

blt_status blt_signature_refuse(const blt_source *source, bool csv, blt_error *err) {
  char head[LOOKED];
  size_t n;
  blt_status status = read_head(source, head, &n, err);
  if (status != BLT_OK) return status;
  const char *kind = kind_of(head, n);
  if (kind) return blt_fail(err, BLT_EFORMAT, "%s: %s", blt_source_name(source), kind);
  size_t mark = n >= 3 && memcmp(head, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
  kind = csv ? json_kind(head + mark, n - mark) : NULL;
  if (kind) return blt_fail_at(err, BLT_EFORMAT, 1, "%s:1: looks like %s", blt_source_name(source), kind);
  return BLT_OK;
}

blt_status blt_signature_mark(const blt_source *source, uint64_t *bytes, blt_error *err) {
  char head[3];
  *bytes = 0;
  if (blt_source_size(source) < sizeof head) return BLT_OK;
  blt_status status = blt_source_read(source, 0, head, sizeof head, err);
  if (status == BLT_OK && memcmp(head, "\xef\xbb\xbf", 3) == 0) *bytes = 3;
  return status;
}

/* CSV to tables: the rules of the text, types over the whole file, bad rows, and the same table whatever the
 * threads and chunks. */
#include "cells.h"
#include "check.h"
#include "csv_text.h"
#include "base/text/civil.h"
#include "base/text/num.h"
#include "io/write/text_write.h"
#include "random.h"
#include "same_table.h"
#include <stdlib.h>
#include <zlib.h>

static blt_ctx *ctx;
static blt_error err;

static size_t show_value(const blt_value *v, char *out) {
  if (v->null) return (size_t)sprintf(out, "-");
  switch (v->type.id) {
  case BLT_STRING:
    return (size_t)sprintf(out, "'%.*s'", (int)v->u.s.len, v->u.s.s);
  case BLT_FLOAT64:
    return blt_format_f64(v->u.f, out);
  case BLT_DECIMAL:
    return blt_format_decimal(v->u.i, v->type.scale, out);
  case BLT_DATE:
    return blt_date_format(v->u.i, out);
  case BLT_TIMESTAMP:
    return blt_timestamp_format(v->u.i, out);
  default:
    return (size_t)sprintf(out, "%lld", (long long)v->u.i);
  }
}

/* "a int64,b string;1,'x';2,-" */
static const char *show(blt_table *t) {
  static char out[1 << 16];
  size_t n = 0;
  blt_view *v = NULL;
  out[0] = 0;
  if (!t || blt_table_view(t, &v, &err) != BLT_OK) return "no table";
  for (uint32_t c = 0; c < v->ncols; c++) {
    char type[24];
    n += (size_t)sprintf(out + n, "%s%s %s", c ? "," : "", v->schema->fields[c].name,
                         blt_type_name(v->columns[c].type, type));
  }
  for (uint32_t r = 0; r < v->rows; r++)
    for (uint32_t c = 0; c < v->ncols; c++) {
      blt_value x = cell_of(v, c, r / BLT_BLOCK_ROWS, r % BLT_BLOCK_ROWS);
      n += (size_t)sprintf(out + n, c ? "," : ";");
      n += show_value(&x, out + n);
    }
  blt_view_release(v);
  return out;
}

/* Reads, and shows the table or the message. */
static const char *read_as(const char *text, blt_csv_options o) {
  static char out[1 << 16];
  blt_csv_result r;
  if (csv_read_text(ctx, text, strlen(text), &o, &r, &err) != BLT_OK) return err.message;
  snprintf(out, sizeof out, "%s", show(r.table));
  csv_release(&r);
  return out;
}

#define READS(text, want) CHECK_STR(read_as(text, blt_csv_defaults()), want)

static void text_follows_the_rules(void) {
  READS("a,b\n1,x\n", "a int64,b string;1,'x'");
  READS("a,b\r\n1,x\r\n2,y", "a int64,b string;1,'x';2,'y'");
  READS("a,b\r1,x\r2,y\r", "a int64,b string;1,'x';2,'y'");
  READS("\xef\xbb\xbf\"a\",b\n1,x", "a int64,b string;1,'x'");
  READS("a,b\n1,\"x,\"\"y\"\"\nz\"\n", "a int64,b string;1,'x,\"y\"\nz'");
  READS("a,b\n1,5\" pipe\n\n2,\n", "a int64,b string;1,'5\" pipe';2,-");
  READS("a,b\n1,\"\"\n2,\n", "a int64,b string;1,'';2,-");
  READS("a;b\n1,5;x\n", "a string,b string;'1,5','x'");
  READS("a\tb\n1\t\n", "a int64,b string;1,-");
  READS("a|b|c\n1|2|3\n", "a int64,b int64,c int64;1,2,3");
  READS("a\n\n1\n", "a int64;-;1");
  READS("a,b\n", "a string,b string");
  READS("a,,a\n1,2,3\n", "a int64,c2 int64,a_2 int64;1,2,3");
}

static void quotes_say_what_is_text(void) {
  READS("a,b,c,d\n\"1\",2,\"2012-01-01\",\"true\"\n",
        "a string,b int64,c string,d string;'1',2,'2012-01-01','true'");
  READS("\"a\",\"b\"\n\"1\",\"x\"\n", "a int64,b string;1,'x'"); /* whoever quotes names quotes everything */
  READS("\"a,b\",c\n\"1\",2\n", "a,b string,c int64;'1',2");     /* this name needs it */
  READS("a,b\n1,2\n\"x\",3\n", "a string,b int64;'1',2;'x',3");
  blt_csv_options o = blt_csv_defaults();
  static const blt_csv_type types[] = {{"a", {.id = BLT_INT64}}};
  o.types = types;
  o.ntypes = 1;
  CHECK_STR(read_as("a,b\n\"7\",\"8\"\n", o), "a int64,b string;7,'8'");
}

static void one_column_needs_no_delimiter(void) {
  READS("note\nhello, world\nplain\n", "note string;'hello, world';'plain'");
  READS("note\na;b\nc\td\ne|f\n", "note string;'a;b';'c\td';'e|f'");
  READS("a;b\nx\ny\n", "a;b string;'x';'y'");
  READS("note\n\"x, \"\"y\"\"\",\nz\n",
        "input:2: column 'note': text follows a closing quote; a quote inside "
        "quotes is doubled (row 1, byte 5)");
  READS("title\na,b\n1,2\n", "input:2: 2 fields where 1 is expected; skip passes over lines above the header "
                             "(row 1, byte 6)"); /* a table under a title */
  READS("title\nid;n\n1;a\n2;b|c\n",
        "input:2: 2 fields where 1 is expected; skip passes over lines above the header (row 1, "
        "byte 6)");
  READS("a;b\n1;2;3\n",
        "input:2: 3 fields where 2 are expected; on_error = 'reject' passes over such rows (row 1, byte 4)");
  READS("k,u,g\tx\ty\nA,N,D\t1\t2\nA,N,F\t3\t4\n",
        "k,u,g string,x int64,y int64;'A,N,D',1,2;'A,N,F',3,4"); /* both split, the tab by intent */
}

static void line_ends_of_two_conversions(void) {
  READS("a,b\r\r\n1,2\r\r\n3,4\r\r\n", "a int64,b int64;1,2;3,4");
  READS("a,b\r\r\n1,\"x\"\r\r\n\r\r\n3,\r\r\n", "a int64,b string;1,'x';3,-");
  READS("a,b\r\n1,2\r\r\n3,4\n", "a int64,b int64;1,2;3,4");
  READS("a\r\r\n1\r\r\n", "a int64;1");
}

static void numbers_keep_their_digits(void) {
  READS("d\n9999999999999999.99\n0.5\n", "d decimal(18,2);9999999999999999.99;0.50");
  READS("d\n-123456789012345.68\n", "d decimal(17,2);-123456789012345.68");
  READS("d\n0.1\n0.30000000000000004\n0.10000000000000001\n", "d float64;0.1;0.30000000000000004;0.1");
  READS("d\n12345678901234567.125\n1.5\n", "d float64;1.2345678901234568e+16;1.5"); /* no type holds it */
  READS("d\n9999999999999999.99\n1e300\n", "d float64;1e+16;1e+300");
}

static void other_files_are_named(void) {
  READS("latin,stra\xdf"
        "e\n1,x\n",
        "input:1: text that is not UTF-8, column 2 of the header (encoding = 'windows-1252' reads western "
        "text; 'euc-kr', 'shift_jis' and others their own)");
  READS("a,\"b\n1,2\n", "input:1: a quote that is never closed, column 2 of the header");
  READS("\n\na,\"b\"c\n",
        "input:3: text follows a closing quote; a quote inside quotes is doubled, column 2 of the header");
  READS("%PDF-1.4\n%x\n", "input: a PDF document, not delimited text");
  READS("  <!DOCTYPE HTML>\n<p>",
        "input: an HTML page, not delimited text (an error page, or a form to log in?)");
  READS("{\"a\": 1}\n{\"a\": 2}\n",
        "input:1: looks like JSON lines, not CSV: read it with jsonl (the command: --as jsonl)");
  READS("{\n  \"a\": 1\n}\n",
        "input:1: looks like a JSON object over several lines, not CSV: write one object a line (jq -c .)");
  READS("PAR1,PAR2\n1,2\n", "PAR1 int64,PAR2 int64;1,2"); /* letters alone are a name */
  READS("{x},[y]\n1,2\n", "{x} int64,[y] int64;1,2");
}

static void options_change_the_rules(void) {
  blt_csv_options o = blt_csv_defaults();
  o.header = BLT_HEADER_NO;
  CHECK_STR(read_as("1,x\n", o), "c1 int64,c2 string;1,'x'");
  o = blt_csv_defaults();
  o.comment = '#';
  o.skip = 1;
  CHECK_STR(read_as("title\n# \"note\na,b\n#\n1,#x\n", o), "a int64,b string;1,'#x'");
  o = blt_csv_defaults();
  o.trim = true;
  CHECK_STR(read_as("a, b\n 1 , \" x \" \n", o), "a int64,b string;1,' x '");
  o = blt_csv_defaults();
  o.escape = '\\';
  CHECK_STR(read_as("a\n\"x\\\"y\\\\z\"\n", o), "a string;'x\"y\\z'");
  o = blt_csv_defaults();
  o.decimal_mark = ',';
  CHECK_STR(read_as("a;b\n1,5;2\n", o), "a float64,b int64;1.5,2");
  o = blt_csv_defaults();
  o.infer_decimal = true;
  CHECK_STR(read_as("a,b\n1.50,1e+3\n-22,2\n", o), "a decimal(4,2),b float64;1.50,1000.0;-22.00,2.0");
  o = blt_csv_defaults();
  blt_str nulls[] = {{"NA", 2}, {"-1", 2}};
  o.nulls = nulls;
  o.nnulls = 2;
  CHECK_STR(read_as("a,b\n-1,\n2,NA\n3,\"NA\"\n", o), "a int64,b string;-,'';2,-;3,'NA'");
  o = blt_csv_defaults();
  o.quoted_nulls = true;
  CHECK_STR(read_as("a,b\n\"\",\"\"\n\"1\",x\n", o), "a int64,b string;-,-;1,'x'");
  o = blt_csv_defaults();
  o.ragged = BLT_RAGGED_FILL;
  CHECK_STR(read_as("a,b\n1\n2,3\n", o), "a int64,b int64;1,-;2,3");
  o.ragged = BLT_RAGGED_CUT;
  CHECK_STR(read_as("a,b\n1,2,3\n", o), "a int64,b int64;1,2");
  o = blt_csv_defaults();
  o.line_column = "line";
  CHECK_STR(read_as("a,b\n1,\"x\ny\"\n\n2,z\n", o), "a int64,b string,line int64;1,'x\ny',2;2,'z',5");
  o = blt_csv_defaults();
  o.utf8 = BLT_UTF8_REPLACE;
  CHECK_STR(read_as("a\nx\xffy\n", o), "a string;'x\xef\xbf\xbdy'");
  o.utf8 = BLT_UTF8_KEEP;
  CHECK_STR(read_as("a\nx\xffy\n", o), "a string;'x\xffy'");
}

static void types_hold_every_value_unchanged(void) {
  READS("a\ntrue\nFALSE\n", "a bool;1;0");
  READS("a\n1\ntrue\n", "a string;'1';'true'");
  READS("a\n9223372036854775807\n-9223372036854775808\n", "a int64;9223372036854775807;-9223372036854775808");
  READS("a\n9223372036854775808\n1\n", "a string;'9223372036854775808';'1'");
  READS("a\n1\n2.5\n", "a float64;1.0;2.5");
  READS("a\n9007199254740993\n2.5\n", "a string;'9007199254740993';'2.5'");
  READS("a\n1e400\n", "a string;'1e400'");
  READS("a\n0.1\n1e-7\nnan\n-inf\n", "a float64;0.1;1e-07;nan;-inf");
  READS("a,b,c\n1E5,12e3,0e1\n7,40,1e+3\n", "a string,b string,c float64;'1E5','12e3',0.0;'7','40',1000.0");
  READS("a,b,c\n1E5,1.5E5,nan\n7.5,,2e5\n",
        "a float64,b float64,c float64;100000.0,150000.0,nan;7.5,-,200000.0");
  READS("a\n007\n8\n", "a string;'007';'8'");
  READS("a\n+1\n", "a string;'+1'");
  READS("a\n-0\n1\n", "a float64;-0.0;1.0");
  READS("a\n2012-02-29\n", "a date;2012-02-29");
  READS("a\n2011-02-29\n", "a string;'2011-02-29'");
  READS("a\n2012-02-29\n2012-02-29 10:20:30.5Z\n", "a timestamp;2012-02-29T00:00:00Z;2012-02-29T10:20:30.5Z");
  READS("a\n2012-02-29\n1\n", "a string;'2012-02-29';'1'");
}

/* Random numbers of every length, against the C library. */
static void numbers_are_read_exactly(void) {
  enum { ROWS = 20000 };
  static char whole[ROWS][24], part[ROWS][40], text[ROWS * 64 + 64];
  static const blt_csv_type types[] = {{"i", {.id = BLT_INT64}}, {"f", {.id = BLT_FLOAT64}}};
  rng random = {7};
  size_t n = (size_t)sprintf(text, "i,f\n");
  for (int r = 0; r < ROWS; r++) {
    uint64_t v = rng_next(&random) >> rng_below(&random, 64);
    snprintf(whole[r], sizeof whole[r], "%s%0*lld", rng_below(&random, 9) ? "" : "-",
             rng_below(&random, 50) ? 1 : 12, (long long)(v >> 1));
    uint32_t digits = rng_below(&random, 10);
    uint64_t most = 1;
    for (uint32_t k = 0; k < digits; k++) most *= 10;
    snprintf(part[r], sizeof part[r], "%s%llu.%0*llu", rng_below(&random, 9) ? "" : "-",
             (unsigned long long)(rng_next(&random) >> (34 + rng_below(&random, 30))), (int)digits,
             (unsigned long long)(rng_next(&random) % most));
    if (rng_below(&random, 20) == 0) snprintf(part[r], sizeof part[r], "%.17g", (double)v * 1e-30);
    n += (size_t)snprintf(text + n, sizeof text - n, "%s,%s\n", whole[r], part[r]);
  }
  blt_csv_options o = blt_csv_defaults();
  o.types = types;
  o.ntypes = 2;
  blt_csv_result r;
  blt_view *v = NULL;
  REQUIRE(csv_read_text(ctx, text, n, &o, &r, &err) == BLT_OK);
  REQUIRE(blt_table_view(r.table, &v, &err) == BLT_OK && v->rows == ROWS);
  for (uint32_t k = 0; k < ROWS; k++) {
    double want = strtod(part[k], NULL), got = cell_of(v, 1, 0, k).u.f;
    CHECK_AT(cell_of(v, 0, 0, k).u.i == strtoll(whole[k], NULL, 10), "%s", whole[k]);
    CHECK_AT(memcmp(&want, &got, sizeof got) == 0, "%s read as %.17g", part[k], got);
  }
  blt_view_release(v);
  csv_release(&r);
}

/* `rows` lines of `usual`, then `last`. */
static char *long_text(const char *usual, size_t rows, const char *last) {
  size_t n = strlen(usual);
  char *text = malloc(2 + rows * n + strlen(last) + 1), *p = text;
  p = stpcpy(p, "a\n");
  for (size_t i = 0; i < rows; i++) p = stpcpy(p, usual);
  strcpy(p, last);
  return text;
}

static void types_come_from_the_whole_file(void) {
  static const struct {
    const char *usual, *last;
    blt_type_id type;
  } cases[] = {{"12\n", "2.5\n", BLT_FLOAT64},
               {"12\n", "x\n", BLT_STRING},
               {"12\n", "9007199254740993\n", BLT_INT64},
               {"2012-01-01\n", "2012-01-01 10:00\n", BLT_TIMESTAMP},
               {"\n", "5\n", BLT_INT64},
               {"true\n", "0\n", BLT_STRING},
               {"1.5\n", "9007199254740993\n", BLT_STRING}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char *text = long_text(cases[i].usual, 100000, cases[i].last);
    blt_csv_options o = blt_csv_defaults();
    blt_csv_result r;
    CHECK(csv_read_text(ctx, text, strlen(text), &o, &r, &err) == BLT_OK);
    CHECK_INT(blt_table_schema(r.table)->fields[0].type.id, cases[i].type);
    CHECK_INT(r.rows, 100001);
    CHECK_AT(blt_table_validate(r.table, &err) == BLT_OK, "%s", err.message);
    csv_release(&r);
    free(text);
  }
}

static const blt_csv_type typed[] = {{"a", {.id = BLT_INT64}}, {"b", {.id = BLT_DATE, .required = true}}};

static blt_csv_options with_types(void) {
  blt_csv_options o = blt_csv_defaults();
  o.types = typed;
  o.ntypes = 2;
  return o;
}

static void the_first_bad_row_is_named(void) {
  blt_csv_options o = with_types();
  CHECK_STR(read_as("a,b\n1,2012-01-01\nx1,2012-01-01\n", o),
            "input:3: column 'a': 'x1' is no int64: expected a whole number of 64 bits (row 2, byte 17)");
  CHECK_STR(read_as("a,b\n1,2012-02-30\n", o),
            "input:2: column 'b': '2012-02-30' is no date: expected a date that "
            "exists, such as 2012-01-31 (row 1, byte 4)");
  CHECK_STR(read_as("a,b\n1,\n", o), "input:2: column 'b': null where a value is required (row 1, byte 4)");
  CHECK_STR(read_as("a,b\n1\n", o),
            "input:2: 1 field where 2 are expected; skip passes over lines above the header (row 1, byte 4)");
  CHECK_STR(
      read_as("a,b\n1,2,3\n", o),
      "input:2: 3 fields where 2 are expected; on_error = 'reject' passes over such rows (row 1, byte 4)");
  READS("a,b\n1,\"x\n2,y\n",
        "input:2: column 'b': the quote that opens in line 2 is never closed: all that follows "
        "would be one field (row 1, byte 6)");
  READS("a,b\n\"1\n\",\"x\n",
        "input:3: column 'b': the quote that opens in line 3 is never closed: all that follows "
        "would be one field (row 1, byte 9)");
  READS(
      "a,b\n1,\"x\"y\n",
      "input:2: column 'b': text follows a closing quote; a quote inside quotes is doubled (row 1, byte 4)");
  READS("a,b\n1,\xff\n", "input:2: column 'b': text that is not UTF-8 (encoding = 'windows-1252' reads "
                         "western text; 'euc-kr', 'shift_jis' and others their own) (row 1, byte 4)");
  READS("", "input:1: the input is empty: a header or a row is expected");
  o.ntypes = 1;
  CHECK_STR(read_as("b\n1\n", o), "input: no column is named 'a', for which a type is given");
}

static void rejected_rows_are_kept(void) {
  blt_csv_options o = with_types();
  o.on_error = BLT_CSV_REJECT;
  const char *text = "a,b,c\n1,2012-01-01,p\nx,2012-01-01,q\n2\n3,2012-01-02,\"r\"s\n4,2012-01-03,t\n";
  blt_csv_result r;
  CHECK(csv_read_text(ctx, text, strlen(text), &o, &r, &err) == BLT_OK);
  CHECK_STR(show(r.table), "a int64,b date,c string;1,2012-01-01,'p';4,2012-01-03,'t'");
  CHECK_STR(
      show(r.rejects),
      "row int64,line int64,byte int64,column string,text string,reason string,raw string;"
      "2,3,21,'a','x',''x' is no int64: expected a whole number of 64 bits','x,2012-01-01,q';"
      "3,4,36,-,-,'1 field where 3 are expected; skip_tail passes over notes under the table','2';"
      "4,5,38,'c',-,'text follows a closing quote; a quote inside quotes is doubled','3,2012-01-02,\"r\"s'");
  CHECK_INT(r.rejected, 3);
  CHECK_INT(blt_table_dict(r.table, 2)->count, 2); /* q and r left no trace */
  csv_release(&r);
  const char *open = "a,b,c\n1,2012-01-01,\"p\nq\"\n2,2012-01-02,\"r\n3,2012-01-03,s\n";
  CHECK(csv_read_text(ctx, open, strlen(open), &o, &r, &err) == BLT_OK);
  CHECK_STR(show(r.table), "a int64,b date,c string;1,2012-01-01,'p\nq';3,2012-01-03,'s'");
  CHECK_INT(r.rejected, 1); /* its line alone */
  csv_release(&r);
  o.max_rejects = 2;
  CHECK(csv_read_text(ctx, text, strlen(text), &o, &r, &err) == BLT_EFORMAT);
}

static const char nasty[] = "\xef\xbb\xbfid,\"na\"\"me\",x,when\r\n"
                            "1,\"a,\r\nb\",2.5,2012-01-01\r\n"
                            "2,\"\",,\r\n"
                            "\r\n"
                            "3,caf\xc3\xa9 5\" wide,1e3,2012-01-02\r\n"
                            "4,\"\"\"quoted\"\"\",-7,2012-01-03 10:00\r\n"
                            "5,\"one\ntwo\nthree\",0.1,\r\n"
                            "9007199254740993,x,1,2012-02-29";

/* Reads once whole by one thread and once in chunks by several, and compares everything. */
static void compare_readings(const char *text, size_t len, uint32_t threads, size_t chunk) {
  blt_ctx *many = blt_ctx_new();
  blt_ctx_set_threads(ctx, 1);
  blt_ctx_set_threads(many, threads);
  blt_csv_options o = blt_csv_defaults(), cut = o;
  o.on_error = cut.on_error = BLT_CSV_REJECT;
  cut.chunk_bytes = chunk;
  blt_csv_result a, b;
  char why[160], first[480];
  blt_status p = csv_read_text(ctx, text, len, &o, &a, &err);
  snprintf(first, sizeof first, "%s", p == BLT_OK ? "" : err.message);
  blt_status q = csv_read_text(many, text, len, &cut, &b, &err);
  CHECK_INT(q, p);
  if (p != BLT_OK && q != BLT_OK) CHECK_STR(err.message, first);
  if (p == BLT_OK && q == BLT_OK) {
    CHECK_AT(same_table(a.table, b.table, why), "%zu bytes, %u threads, chunks of %zu: %s", len, threads,
             chunk, why);
    CHECK_AT(same_table(a.rejects, b.rejects, why), "rejects: %s", why);
    CHECK_AT(blt_table_validate(b.table, &err) == BLT_OK, "%s", err.message);
  }
  csv_release(&a);
  csv_release(&b);
  CHECK_INT(blt_ctx_memory_used(many), 0);
  blt_ctx_release(many);
}

static void every_prefix_reads_the_same_in_chunks(void) {
  for (size_t len = 0; len < sizeof nasty; len++) {
    compare_readings(nasty, len, 1, 7);
    compare_readings(nasty, len, 2, 16);
  }
}

/* Quotes that hold line ends, over many chunks and more than one group; a column that becomes plain text;
 * strings that return later. */
static void threads_and_chunks_change_nothing(void) {
  size_t rows = 150000, n = 0;
  char *text = malloc(rows * 80);
  n += (size_t)sprintf(text, "id,name,group,x\n");
  for (size_t i = 0; i < rows; i++)
    n += (size_t)sprintf(text + n,
                         i % 5 ? "%zu,unique %zu,g%zu,%zu.%zu\n" : "%zu,\"line\none, %zu\",g%zu,%zu.%zu\n", i,
                         i * 7919, i * i % 1000, i % 100, i % 7);
  compare_readings(text, n, 2, 0);
  compare_readings(text, n, 7, 100000);
  compare_readings(text, n, 3, 4099);
  free(text);
}

static void a_refused_allocation_leaves_nothing(void) {
  blt_csv_options o = blt_csv_defaults();
  o.on_error = BLT_CSV_REJECT;
  o.chunk_bytes = 64;
  o.line_column = "line";
  size_t used = blt_ctx_memory_used(ctx);
  uint64_t n = 1;
  blt_ctx_set_threads(ctx, 1);
  for (blt_status status = BLT_ENOMEM; status != BLT_OK; n++) {
    blt_csv_result r;
    blt_ctx_fail_allocation(ctx, n);
    status = csv_read_text(ctx, nasty, sizeof nasty - 1, &o, &r, &err);
    blt_ctx_fail_allocation(ctx, 0);
    if (status == BLT_OK) csv_release(&r);
    REQUIRE(status == BLT_OK || (status == BLT_ENOMEM && !r.table));
    REQUIRE(blt_ctx_memory_used(ctx) == used);
  }
  CHECK(n > 40);
}

typedef struct pieces {
  const char *bytes;
  size_t len, at, step;
} pieces;

static blt_status pull(void *arg, const char **data, size_t *len, blt_error *e) {
  pieces *p = arg;
  (void)e;
  *len = p->len - p->at < p->step ? p->len - p->at : p->step;
  *data = p->bytes + p->at;
  p->at += *len;
  return BLT_OK;
}

static blt_status read_stream(const char *bytes, size_t len, size_t step, blt_csv_result *r) {
  pieces p = {bytes, len, 0, step};
  blt_source *s = NULL;
  blt_csv_options o = blt_csv_defaults();
  memset(r, 0, sizeof *r);
  blt_status status = blt_source_stream(ctx, pull, &p, NULL, NULL, &s, &err);
  if (status == BLT_OK) status = blt_csv_read(ctx, s, &o, r, &err);
  blt_source_close(s);
  return status;
}

static void streams_are_taken_in_and_unpacked(void) {
  unsigned char packed[400];
  size_t n = 0;
  for (int member = 0; member < 2; member++) { /* two gzip members make one text */
    z_stream z = {0};
    const char *part = member ? "2,y\n" : "a,b\n1,x\n";
    deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
    z.next_in = (Bytef *)(uintptr_t)part;
    z.avail_in = (uInt)strlen(part);
    z.next_out = packed + n;
    z.avail_out = sizeof packed - (uInt)n;
    CHECK(deflate(&z, Z_FINISH) == Z_STREAM_END);
    n = sizeof packed - z.avail_out;
    deflateEnd(&z);
  }
  blt_csv_result r;
  for (size_t step = 1; step < 5; step++) {
    CHECK(read_stream("a,b\n1,x\n2,y\n", 12, step, &r) == BLT_OK);
    CHECK_STR(show(r.table), "a int64,b string;1,'x';2,'y'");
    csv_release(&r);
    CHECK(read_stream((const char *)packed, n, step, &r) == BLT_OK);
    CHECK_STR(show(r.table), "a int64,b string;1,'x';2,'y'");
    csv_release(&r);
  }
  for (size_t cut = 3; cut < n; cut++) {
    blt_status status = read_stream((const char *)packed, cut, 64, &r);
    CHECK(status == BLT_EFORMAT || (status == BLT_OK && r.rows == 1)); /* one whole member is a whole text */
    csv_release(&r);
  }
}

static blt_status stop_after(void *arg, uint64_t bytes, uint64_t total, uint64_t rows, blt_error *e) {
  (void)total;
  CHECK(bytes > 0 && rows > 0);
  return --*(int *)arg > 0 ? BLT_OK : blt_fail(e, BLT_EINTR, "enough");
}

static void progress_can_stop_the_reading(void) {
  char *text = long_text("12,13\n", 200000, "");
  blt_csv_options o = blt_csv_defaults();
  int calls = 3;
  o.chunk_bytes = 4096;
  o.delimiter = ';';
  o.progress = stop_after;
  o.progress_arg = &calls;
  size_t used = blt_ctx_memory_used(ctx);
  blt_csv_result r;
  CHECK_INT(csv_read_text(ctx, text, strlen(text), &o, &r, &err), BLT_EINTR);
  CHECK(calls == 0 && !r.table && blt_ctx_memory_used(ctx) == used);
  free(text);
}

/* A poll that counts, and stops the work the `stop`-th time. */
typedef struct polls {
  uint64_t count, stop;
} polls;

static blt_status count_poll(void *arg, uint64_t done, uint64_t total, blt_error *e) {
  polls *p = arg;
  (void)done, (void)total;
  return ++p->count == p->stop ? blt_fail(e, BLT_EINTR, "stop") : BLT_OK;
}

static blt_status swallow(void *arg, const char *data, size_t len, blt_error *e) {
  (void)data, (void)e;
  *(size_t *)arg += len;
  return BLT_OK;
}

static blt_status write_to_function(blt_table *t, size_t *bytes) {
  blt_sink *sink = NULL;
  blt_view *view = NULL;
  blt_write_options o = blt_write_defaults();
  blt_status status = blt_table_view(t, &view, &err);
  if (status == BLT_OK) status = blt_sink_function(ctx, swallow, bytes, &sink, &err);
  if (status == BLT_OK) status = blt_csv_write(ctx, view, &o, sink, &err);
  blt_sink_abandon(sink);
  blt_view_release(view);
  return status;
}

/* Counted, not timed: rows that go one by one, bytes that are written, and pieces that are taken in each ask
 * often enough whether to go on, and stop when told to at any of these. */
static void every_way_asks_whether_to_go_on(void) {
  char *text = long_text("1234567\n", 300000, "");
  size_t len = strlen(text), written = 0, used;
  blt_field fields[] = {{"a", {.id = BLT_INT64}}};
  blt_schema *schema = NULL;
  blt_csv_options o = blt_csv_defaults();
  blt_csv_result r, into;
  blt_ctx_set_threads(ctx, 1);
  CHECK(csv_read_text(ctx, text, len, &o, &r, &err) == BLT_OK);
  CHECK(blt_schema_new(ctx, fields, 1, NULL, 0, false, &schema, &err) == BLT_OK);
  CHECK(blt_table_new(ctx, schema, &o.into, &err) == BLT_OK);
  blt_value row[] = {{.type = {.id = BLT_INT64}}};
  CHECK(blt_table_append(o.into, row, &err) == BLT_OK); /* from now on row by row */
  used = blt_ctx_memory_used(ctx);
  polls p = {0, 0};
  blt_ctx_set_poll(ctx, count_poll, &p);
  CHECK(write_to_function(r.table, &written) == BLT_OK);
  CHECK_AT(p.count >= written / (512 << 10), "%llu polls for %zu bytes", (unsigned long long)p.count,
           written);
  for (uint64_t stop = p.count; stop > 0; stop /= 2) {
    p = (polls){0, stop};
    blt_status status = write_to_function(r.table, &written);
    /* within a piece asking is limited to once a millisecond, so a quicker run may never ask that often */
    CHECK_INT(status, p.count < stop && stop > 1 ? BLT_OK : BLT_EINTR);
  }
  p = (polls){0, 20};
  CHECK_INT(csv_read_text(ctx, text, len, &o, &into, &err), BLT_EINTR);
  CHECK_INT(blt_table_rows(o.into), 1);
  p = (polls){0, 0};
  CHECK(read_stream(text, len, 4096, &into) == BLT_OK);
  CHECK(p.count >= len / 4096);
  csv_release(&into);
  p = (polls){0, len / 4096 / 2};
  CHECK_INT(read_stream(text, len, 4096, &into), BLT_EINTR);
  blt_ctx_set_poll(ctx, NULL, NULL);
  CHECK(blt_ctx_memory_used(ctx) <= used + (1 << 20)); /* the table keeps its tail's room */
  csv_release(&r);
  blt_table_release(o.into);
  blt_schema_free(schema);
  free(text);
}

int main(void) {
  ctx = blt_ctx_new();
  RUN(text_follows_the_rules);
  RUN(quotes_say_what_is_text);
  RUN(one_column_needs_no_delimiter);
  RUN(line_ends_of_two_conversions);
  RUN(numbers_keep_their_digits);
  RUN(other_files_are_named);
  RUN(options_change_the_rules);
  RUN(types_hold_every_value_unchanged);
  RUN(numbers_are_read_exactly);
  RUN(types_come_from_the_whole_file);
  RUN(the_first_bad_row_is_named);
  RUN(rejected_rows_are_kept);
  RUN(every_prefix_reads_the_same_in_chunks);
  RUN(threads_and_chunks_change_nothing);
  RUN(a_refused_allocation_leaves_nothing);
  RUN(streams_are_taken_in_and_unpacked);
  RUN(progress_can_stop_the_reading);
  RUN(every_way_asks_whether_to_go_on);
  CHECK_INT(blt_ctx_memory_used(ctx), 0);
  blt_ctx_release(ctx);
  return check_report();
}

/* JSON lines: what is JSON and what is not, strings without their escapes, and the same table in any chunks.
 */
#include "check.h"
#include "io/text/json.h"
#include "io/json/jsonl.h"
#include "same_table.h"

static blt_ctx *ctx;
static blt_error err;

static bool valid(const char *text) {
  return blt_json_valid(text, strlen(text));
}

static void json_is_read_strictly(void) {
  static const char *const good[] = {"0",   "-0.5e+10", "\"\\u00e9\\n\"", "[]", "{ }", " [1 , {\"a\":null}] ",
                                     "true"};
  static const char *const bad[] = {"",         "01",         "+1",  "1.",    ".5",      "1e",
                                    "tru",      "[1,]",       "{,}", "{1:2}", "{\"a\"}", "\"\\x\"",
                                    "\"\t\"",   "\"\\u12\"",  "1 2", "[1",    "nan",     "'a'",
                                    "\"\xff\"", "{\"a\":1,}", "[1}", "\"a"};
  for (size_t i = 0; i < sizeof good / sizeof *good; i++) CHECK_AT(valid(good[i]), "%s", good[i]);
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) CHECK_AT(!valid(bad[i]), "%s", bad[i]);
  char deep[2 * BLT_JSON_DEPTH + 8];
  memset(deep, '[', BLT_JSON_DEPTH + 1);
  memset(deep + BLT_JSON_DEPTH + 1, ']', BLT_JSON_DEPTH + 1);
  CHECK(!blt_json_valid(deep, 2 * BLT_JSON_DEPTH + 2));
  CHECK(blt_json_valid(deep + 1, 2 * BLT_JSON_DEPTH));
}

static void escapes_become_bytes(void) {
  static const char text[] = "a\\\"\\\\\\/\\b\\n\\u00e9\\ud83d\\ude00\\ud800x\\u0041";
  char out[sizeof text];
  char *end = blt_json_unescape(text, text + sizeof text - 1, out);
  *end = 0;
  CHECK_STR(out, "a\"\\/\b\n\xc3\xa9\xf0\x9f\x98\x80\xef\xbf\xbdxA");
}

static blt_status read_text(blt_ctx *c, const char *text, size_t len, size_t chunk, blt_csv_result *r) {
  blt_source *s = NULL;
  blt_csv_options o = blt_csv_defaults();
  o.on_error = BLT_CSV_REJECT;
  o.chunk_bytes = chunk;
  memset(r, 0, sizeof *r);
  blt_status status = blt_source_memory(c, text, len, &s, &err);
  if (status == BLT_OK) status = blt_jsonl_read(c, s, &o, r, &err);
  blt_source_close(s);
  return status;
}

static void every_prefix_reads_the_same_in_chunks(void) {
  static const char text[] =
      "{\"a\":1,\"b\":\"x\"}\n{ \"b\" : \"y\\u00e9\" , \"a\" : 2.5 }\r\n\n{\"a\":1,\"b\":2,\"a\":3}\n"
      "{\"c\":[1,{\"d\":\"\\n\"}],\"b\":\"x\"}\n[1]\n{\"a\":null,\"b\":\"\",\"c\":true,\"e\":\"2012-01-01\"}";
  blt_ctx *many = blt_ctx_new();
  blt_ctx_set_threads(ctx, 1);
  blt_ctx_set_threads(many, 3);
  for (size_t len = 0; len < sizeof text; len++) {
    blt_csv_result a, b;
    char why[160];
    blt_status p = read_text(ctx, text, len, 0, &a), q = read_text(many, text, len, 9, &b);
    CHECK_INT(q, p);
    if (p == BLT_OK && q == BLT_OK)
      CHECK_AT(same_table(a.table, b.table, why) && same_table(a.rejects, b.rejects, why), "%zu bytes: %s",
               len, why);
    blt_table_release(a.table);
    blt_table_release(a.rejects);
    blt_table_release(b.table);
    blt_table_release(b.rejects);
  }
  CHECK_INT(blt_ctx_memory_used(many), 0);
  blt_ctx_release(many);
}

static void a_refused_allocation_leaves_nothing(void) {
  static const char text[] = "{\"a\":1,\"b\":\"x\"}\n{\"c\":\"\\u00e9\"}\n[]\n";
  size_t used = blt_ctx_memory_used(ctx);
  uint64_t n = 1;
  for (blt_status status = BLT_ENOMEM; status != BLT_OK; n++) {
    blt_csv_result r;
    blt_ctx_fail_allocation(ctx, n);
    status = read_text(ctx, text, sizeof text - 1, 16, &r);
    blt_ctx_fail_allocation(ctx, 0);
    blt_table_release(r.table);
    blt_table_release(r.rejects);
    REQUIRE(status == BLT_OK || status == BLT_ENOMEM);
    REQUIRE(blt_ctx_memory_used(ctx) == used);
  }
  CHECK(n > 20);
}

int main(void) {
  ctx = blt_ctx_new();
  RUN(json_is_read_strictly);
  RUN(escapes_become_bytes);
  RUN(every_prefix_reads_the_same_in_chunks);
  RUN(a_refused_allocation_leaves_nothing);
  blt_ctx_release(ctx);
  return check_report();
}

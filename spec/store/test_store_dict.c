#include "check.h"
#include "random.h"
#include "store/column/dict.h"
#include "store/table/schema.h"

#include <stdlib.h>

static blt_ctx *ctx;
static blt_error err;

static void number_name(uint32_t i, char out[24]) {
  snprintf(out, 24, "%u%s", i, i % 3 ? "" : "-longer");
}

static void codes_follow_first_appearance(void) {
  blt_dict *d;
  uint32_t code;
  REQUIRE(blt_dict_new(ctx, &d, &err) == BLT_OK);
  const char *words[] = {"Korea", "Japan", "", "Korea", "Korea\0x", "Japan"};
  size_t lens[] = {5, 5, 0, 5, 7, 5};
  uint32_t want[] = {0, 1, 2, 0, 3, 1};
  for (int i = 0; i < 6; i++) {
    REQUIRE(blt_dict_intern(d, words[i], lens[i], &code, &err) == BLT_OK);
    CHECK_INT(code, want[i]);
  }
  bool found = true;
  CHECK(blt_dict_find(d, "Malaysia", 8, &found, &code, &err) == BLT_OK && !found);
  CHECK(blt_dict_validate(d, &err) == BLT_OK);
  blt_dict_release(d);
}

static void grows_cuts_back_and_copies(void) {
  blt_dict *d, *copy;
  uint32_t code, n = 20000;
  char name[24];
  REQUIRE(blt_dict_new(ctx, &d, &err) == BLT_OK);
  for (uint32_t i = 0; i < n; i++) {
    number_name(i, name);
    REQUIRE(blt_dict_intern(d, name, strlen(name), &code, &err) == BLT_OK);
    CHECK_INT(code, i);
  }
  REQUIRE(blt_dict_copy(d, n / 2, &copy, &err) == BLT_OK);
  for (uint32_t cut = n; cut > 100; cut -= cut / 7) { /* small cuts patch the lookup, large ones drop it */
    REQUIRE(blt_dict_truncate(d, cut, &err) == BLT_OK);
    REQUIRE(blt_dict_validate(d, &err) == BLT_OK);
    number_name(cut, name);
    bool found;
    REQUIRE(blt_dict_find(d, name, strlen(name), &found, &code, &err) == BLT_OK);
    CHECK(!found);
    REQUIRE(blt_dict_intern(d, name, strlen(name), &code, &err) == BLT_OK); /* new again, and cut off again */
    CHECK_INT(code, cut);
    REQUIRE(blt_dict_truncate(d, cut, &err) == BLT_OK);
    REQUIRE(blt_dict_intern(d, "other", 5, &code, &err) == BLT_OK);
    REQUIRE(blt_dict_intern(d, name, strlen(name), &code, &err) == BLT_OK);
    CHECK_INT(code, cut + 1);
    REQUIRE(blt_dict_truncate(d, cut, &err) == BLT_OK);
  }
  CHECK_INT(copy->count, n / 2);
  CHECK(blt_dict_validate(copy, &err) == BLT_OK);
  CHECK(blt_dict_truncate(d, d->count + 1, &err) == BLT_EINVAL);
  blt_dict_release(copy);
  blt_dict_release(d);
}

/* What a dictionary holds is there after it has given memory back, and more can be added. */
static void settled_is_the_same(void) {
  blt_dict *d;
  uint32_t code, n = 3000;
  char name[24];
  REQUIRE(blt_dict_new(ctx, &d, &err) == BLT_OK);
  blt_dict_settle(d);
  for (uint32_t i = 0; i < n; i++) {
    number_name(i, name);
    REQUIRE(blt_dict_intern(d, name, strlen(name), &code, &err) == BLT_OK);
    CHECK_INT(code, i);
    if (i % 700 != 699) continue;
    size_t before = blt_dict_bytes(d);
    blt_dict_settle(d);
    CHECK(blt_dict_bytes(d) < before);
    CHECK(blt_dict_validate(d, &err) == BLT_OK);
  }
  for (uint32_t i = 0; i < n; i++) {
    bool found;
    number_name(i, name);
    REQUIRE(blt_dict_find(d, name, strlen(name), &found, &code, &err) == BLT_OK);
    CHECK(found && code == i);
  }
  blt_dict_release(d);
}

static void many_equals_one_by_one(void) {
  blt_dict *a, *b;
  enum { N = 5000 };
  static char names[N][24];
  static blt_str v[N];
  static uint32_t codes[N];
  REQUIRE(blt_dict_new(ctx, &a, &err) == BLT_OK && blt_dict_new(ctx, &b, &err) == BLT_OK);
  srand(7);
  for (int i = 0; i < N; i++) {
    number_name((uint32_t)rand() % 900, names[i]);
    v[i] = (blt_str){names[i], (uint32_t)strlen(names[i])};
  }
  REQUIRE(blt_dict_intern_many(a, v, N, codes, &err) == BLT_OK);
  for (int i = 0; i < N; i++) {
    uint32_t code;
    REQUIRE(blt_dict_intern(b, v[i].s, v[i].len, &code, &err) == BLT_OK);
    REQUIRE(code == codes[i]);
  }
  CHECK_INT(a->count, b->count);
  blt_dict_release(a);
  blt_dict_release(b);
}

static void ranks_are_byte_order(void) {
  blt_dict *d;
  const char *words[] = {"b", "", "abcdefgh", "abcdefghi", "abcdefgg", "\xff", "abcdefgh!", "a"};
  const uint32_t want[] = {6, 0, 3, 5, 2, 7, 4, 1}, *ranks;
  uint32_t code;
  REQUIRE(blt_dict_new(ctx, &d, &err) == BLT_OK);
  for (int i = 0; i < 8; i++) REQUIRE(blt_dict_intern(d, words[i], strlen(words[i]), &code, &err) == BLT_OK);
  REQUIRE(blt_dict_ranks(d, &ranks, &err) == BLT_OK);
  for (int i = 0; i < 8; i++) CHECK_INT(ranks[i], want[i]);
  REQUIRE(blt_dict_intern(d, "aa", 2, &code, &err) == BLT_OK);
  REQUIRE(blt_dict_ranks(d, &ranks, &err) == BLT_OK);
  CHECK_INT(ranks[8], 2);
  blt_dict_release(d);
}

/* Each refused allocation leaves a dictionary that validates and can go on. */
static void survives_refused_memory(void) {
  for (uint64_t n = 1; n < 200; n++) {
    blt_dict *d = NULL;
    uint32_t code = 0, had = 0;
    char name[24];
    size_t before = blt_ctx_memory_used(ctx);
    blt_ctx_fail_allocation(ctx, n);
    blt_status st = blt_dict_new(ctx, &d, &err);
    for (uint32_t i = 0; st == BLT_OK && i < 3000; i++) {
      number_name(i, name);
      st = blt_dict_intern(d, name, strlen(name), &code, &err);
      had += st == BLT_OK;
    }
    const uint32_t *ranks;
    if (st == BLT_OK) st = blt_dict_ranks(d, &ranks, &err);
    blt_ctx_fail_allocation(ctx, 0);
    if (d) {
      CHECK_INT(d->count, had);
      CHECK(blt_dict_validate(d, &err) == BLT_OK);
    }
    blt_dict_release(d);
    CHECK_INT(blt_ctx_memory_used(ctx), before);
    if (st == BLT_OK) return;
    REQUIRE(st == BLT_ENOMEM);
  }
  CHECK(!"never succeeded");
}

static void schema_is_checked(void) {
  const blt_type i64 = {.id = BLT_INT64}, bad = {.id = BLT_DECIMAL, .precision = 19, .scale = 2};
  blt_field fields[] = {{"id", i64}, {"name", {.id = BLT_STRING}}};
  blt_key key = {1, {0}};
  blt_schema *s;
  REQUIRE(blt_schema_new(ctx, fields, 2, &key, 1, true, &s, &err) == BLT_OK);
  CHECK(s->fields[0].type.required && !s->fields[1].type.required);
  CHECK_INT(blt_schema_find(s, "name", 4), 1);
  CHECK_INT(blt_schema_find(s, "nam", 3), -1);
  CHECK_INT(blt_schema_find(s, "id\0x", 4), -1);
  blt_schema_free(s);
  fields[1].name = "id";
  CHECK(blt_schema_new(ctx, fields, 2, NULL, 0, false, &s, &err) == BLT_ENAME);
  CHECK_STR(err.message, "column 'id' is there twice");
  fields[1].name = "a\xc0\x80";
  CHECK(blt_schema_new(ctx, fields, 2, NULL, 0, false, &s, &err) == BLT_ENAME);
  fields[1].name = "";
  CHECK(blt_schema_new(ctx, fields, 2, NULL, 0, false, &s, &err) == BLT_ENAME);
  fields[1] = (blt_field){"d", bad};
  CHECK(blt_schema_new(ctx, fields, 2, NULL, 0, false, &s, &err) == BLT_ETYPE);
  fields[1].type = i64;
  key.cols[0] = 2;
  CHECK(blt_schema_new(ctx, fields, 2, &key, 1, true, &s, &err) == BLT_EINVAL);
  key = (blt_key){2, {1, 1}};
  CHECK(blt_schema_new(ctx, fields, 2, &key, 1, false, &s, &err) == BLT_ENAME);
  CHECK(blt_schema_new(ctx, fields, 0, NULL, 0, false, &s, &err) == BLT_EINVAL);
}

/* ---- ranks of many ---- */

static const blt_dict *compared;

static int by_bytes(const void *a, const void *b) {
  blt_str x = blt_dict_at(compared, *(const uint32_t *)a), y = blt_dict_at(compared, *(const uint32_t *)b);
  int c = memcmp(x.s, y.s, x.len < y.len ? x.len : y.len);
  return c ? c : (x.len > y.len) - (x.len < y.len);
}

/* Ways to make text number i: with a long common beginning, of few bytes that may be 0, one the beginning of
 * another, random bytes, and numbers. */
static uint32_t make_text(rng *r, int way, uint32_t i, char *out) {
  uint32_t n = 0;
  switch (way) {
  case 0:
    return (uint32_t)sprintf(out, "http://host%d.example/%x", (int)rng_below(r, 50),
                             (unsigned)rng_below(r, 1u << 31));
  case 1:
    n = (uint32_t)rng_below(r, 12);
    for (uint32_t k = 0; k < n; k++) out[k] = (char)rng_below(r, 3);
    return n;
  case 2:
    memset(out, i % 2 ? 'x' : 0, 700);
    return i % 700;
  case 3:
    n = (uint32_t)rng_below(r, 30);
    for (uint32_t k = 0; k < n; k++) out[k] = (char)rng_below(r, 256);
    return n;
  default:
    return (uint32_t)sprintf(out, "%u", i * 7919u);
  }
}

static void ranks_of_many_are_byte_order(void) {
  rng r = {14};
  char text[1000];
  for (int way = 0; way < 5; way++)
    for (uint32_t n = 1; n < 100000; n = n * 7 + 3)
      for (uint32_t threads = 1; threads <= 3; threads += 2) {
        blt_ctx *own = blt_ctx_new();
        blt_ctx_set_threads(own, threads);
        blt_dict *d;
        uint32_t code;
        const uint32_t *ranks;
        REQUIRE(blt_dict_new(own, &d, &err) == BLT_OK);
        for (uint32_t i = 0; i < n; i++)
          REQUIRE(blt_dict_intern(d, text, make_text(&r, way, i, text), &code, &err) == BLT_OK);
        uint32_t *order = malloc(d->count * sizeof *order), wrong = 0;
        for (uint32_t i = 0; i < d->count; i++) order[i] = i;
        compared = d;
        qsort(order, d->count, sizeof *order, by_bytes);
        REQUIRE(blt_dict_ranks(d, &ranks, &err) == BLT_OK);
        for (uint32_t k = 0; k < d->count; k++) wrong += ranks[order[k]] != k;
        CHECK_AT(wrong == 0, "way %d, %u texts, %u threads: %u wrong", way, d->count, threads, wrong);
        free(order);
        blt_dict_release(d);
        blt_ctx_release(own);
      }
}

int main(void) {
  ctx = blt_ctx_new();
  RUN(codes_follow_first_appearance);
  RUN(grows_cuts_back_and_copies);
  RUN(settled_is_the_same);
  RUN(many_equals_one_by_one);
  RUN(ranks_are_byte_order);
  RUN(ranks_of_many_are_byte_order);
  RUN(survives_refused_memory);
  RUN(schema_is_checked);
  size_t left = blt_ctx_memory_used(ctx);
  blt_ctx_release(ctx);
  return check_report() || left != 0;
}

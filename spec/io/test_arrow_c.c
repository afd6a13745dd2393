/* Rows handed over by Arrow's C interface: ours to ourselves in any order of releases, arrays made by hand
 * with offsets, structs and views, failing streams, refused memory. */
#include "check.h"
#include "arrow_table.h"
#include "io/exchange/arrow_c.h"
#include <errno.h>

static blt_ctx *ctx;
static blt_error err;
static const blt_parquet_options all;

static bool export_table(blt_table *t, bool plain, struct ArrowArrayStream *out) {
  blt_view *view = NULL;
  bool done =
      blt_table_view(t, &view, &err) == BLT_OK && blt_arrow_export(view, 0, plain, out, &err) == BLT_OK;
  blt_view_release(view);
  return done;
}

static blt_status import_stream(blt_ctx *c, struct ArrowArrayStream *s, const blt_parquet_options *o,
                                blt_table **out) {
  blt_parquet_result result = {0};
  blt_status status = blt_arrow_import(c, s, o, &result, &err);
  if (status == BLT_OK) *out = result.table;
  if (status == BLT_OK) blt_parquet_result_free(c, &result);
  return status;
}

static void rows_come_back(void) {
  static const uint32_t rows[] = {0, 1, 7, 1000, 140000};
  for (uint32_t i = 0; i < 10; i++) {
    struct ArrowArrayStream s;
    blt_table *t = random_columns(ctx, i + 1, rows[i / 2]), *back = NULL;
    char why[160] = "";
    REQUIRE(t && export_table(t, i % 2, &s));
    CHECK_AT(import_stream(ctx, &s, &all, &back) == BLT_OK, "%u rows: %s", rows[i / 2], err.message);
    CHECK(s.release == NULL);
    CHECK_AT(back && same_values(t, back, why), "%u rows: %s", rows[i / 2], why);
    blt_table_release(t);
    blt_table_release(back);
  }
}

/* Arrays outlive stream, view and table; a column that was moved out of its batch outlives the batch. */
static void releases_come_in_any_order(void) {
  struct ArrowArrayStream s;
  struct ArrowSchema schema, column;
  struct ArrowArray first, second, moved;
  blt_table *t = random_columns(ctx, 3, 70000);
  REQUIRE(t && export_table(t, false, &s));
  REQUIRE(s.get_schema(&s, &schema) == 0 && s.get_next(&s, &first) == 0 && s.get_next(&s, &second) == 0);
  CHECK(strcmp(schema.format, "+s") == 0 && schema.n_children == 12);
  CHECK(strcmp(schema.children[1]->format, "l") == 0 && strcmp(schema.children[9]->format, "d:6,2") == 0);
  CHECK(schema.children[1]->flags == 0 && schema.children[0]->flags == ARROW_FLAG_NULLABLE);
  CHECK(strcmp(schema.children[3]->format, "c") == 0 &&
        strcmp(schema.children[3]->dictionary->format, "u") == 0);
  column = *schema.children[3];
  schema.children[3]->release = NULL;
  moved = *first.children[3];
  first.children[3]->release = NULL;
  int64_t rows = first.length;
  schema.release(&schema);
  s.release(&s);
  blt_table_release(t);
  first.release(&first);
  CHECK(strcmp(column.name, "c3") == 0);
  const int8_t *codes = moved.buffers[1];
  const int32_t *offsets = moved.dictionary->buffers[1];
  for (int64_t i = 0; i < rows; i++)
    if (!moved.buffers[0] || ((const uint8_t *)moved.buffers[0])[i / 8] >> (i % 8) & 1)
      REQUIRE(codes[i] >= 0 && codes[i] < moved.dictionary->length && offsets[codes[i]] >= 0);
  moved.release(&moved);
  column.release(&column);
  CHECK(second.length == 70000 - 65536);
  second.release(&second);
}

/* ---- arrays made by hand ---- */

static int alive; /* structures that nobody released */

static void free_schema(struct ArrowSchema *s) {
  for (int64_t i = 0; i < s->n_children; i++)
    if (s->children[i]->release) s->children[i]->release(s->children[i]);
  if (s->dictionary && s->dictionary->release) s->dictionary->release(s->dictionary);
  s->release = NULL;
  alive--;
}

static void free_array(struct ArrowArray *a) {
  for (int64_t i = 0; i < a->n_children; i++)
    if (a->children[i]->release) a->children[i]->release(a->children[i]);
  if (a->dictionary && a->dictionary->release) a->dictionary->release(a->dictionary);
  a->release = NULL;
  alive--;
}

static struct ArrowSchema schema_of(const char *format, const char *name, int n,
                                    struct ArrowSchema **children) {
  alive++;
  return (struct ArrowSchema){
      .format = format, .name = name, .n_children = n, .children = children, .release = free_schema};
}

static struct ArrowArray array_of(int64_t length, int64_t offset, int n, const void **buffers) {
  alive++;
  return (struct ArrowArray){.length = length,
                             .null_count = -1,
                             .offset = offset,
                             .n_buffers = n,
                             .buffers = buffers,
                             .release = free_array};
}

static const char *text_of(blt_table *t) {
  static char text[2000];
  blt_view *v = NULL;
  size_t at = 0;
  if (blt_table_view(t, &v, &err) != BLT_OK) return "";
  for (uint32_t r = 0; r < v->rows; r++)
    for (uint32_t c = 0; c < v->ncols; c++) {
      blt_value x = cell_of(v, c, 0, r);
      const char *end = c + 1 < v->ncols ? "," : ";";
      if (x.null)
        at += (size_t)snprintf(text + at, sizeof text - at, "-%s", end);
      else if (x.type.id == BLT_STRING)
        at += (size_t)snprintf(text + at, sizeof text - at, "%.*s%s", (int)x.u.s.len, x.u.s.s, end);
      else if (x.type.id == BLT_FLOAT64)
        at += (size_t)snprintf(text + at, sizeof text - at, "%g%s", x.u.f, end);
      else
        at += (size_t)snprintf(text + at, sizeof text - at, "%d%s", (int)x.u.i, end);
    }
  blt_view_release(v);
  return text;
}

static blt_status import_array(struct ArrowSchema *s, struct ArrowArray *a, const blt_parquet_options *o,
                               blt_table **out) {
  blt_parquet_result result = {0};
  blt_status status = blt_arrow_import_array(ctx, s, a, o, &result, &err);
  if (status == BLT_OK) *out = result.table;
  if (status == BLT_OK) blt_parquet_result_free(ctx, &result);
  return status;
}

/* A batch of 4 rows from the third on of: a struct {number, flag} with its own offset and nulls, views, a
 * dictionary of floats. */
static void offsets_structs_and_views_are_followed(void) {
  static const int16_t numbers[] = {90, 91, 92, 10, 11, 12, 13};
  static const uint8_t flags[] = {0xaa, 1}, struct_valid[] = {0x6f}, top_codes[] = {9, 9, 1, 0, 1, 0};
  static const float floats[] = {7, 0.5f, 2.5f};
  static const char far[] = "....a text that is longer than twelve";
  static const int64_t sizes[] = {sizeof far - 1};
  struct view {
    int32_t len;
    char start[12];
  } views[6] = {{0, ""}, {0, ""}, {3, "abc"}, {33, "a te"}, {0, ""}, {12, {"twelve bytes"[0]}}};
  int32_t where[2] = {0, 4};
  memcpy(views[3].start + 4, where, 8);
  memcpy(views[5].start, "twelve bytes", 12);
  const void *number_buffers[] = {NULL, numbers}, *flag_buffers[] = {NULL, flags},
             *struct_buffers[] = {struct_valid}, *view_buffers[] = {NULL, views, far, sizes},
             *code_buffers[] = {NULL, top_codes}, *float_buffers[] = {NULL, floats}, *none[] = {NULL};
  struct ArrowSchema n = schema_of("s", "n", 0, NULL), b = schema_of("b", "b", 0, NULL), *fields[] = {&n, &b},
                     st = schema_of("+s", "st", 2, fields), v = schema_of("vu", "v", 0, NULL),
                     d = schema_of("C", "d", 0, NULL), dv = schema_of("f", "", 0, NULL),
                     *columns[] = {&st, &v, &d}, top = schema_of("+s", "", 3, columns);
  d.dictionary = &dv;
  struct ArrowArray an = array_of(6, 1, 2, number_buffers), ab = array_of(6, 0, 2, flag_buffers),
                    *afields[] = {&an, &ab}, ast = array_of(5, 0, 1, struct_buffers),
                    av = array_of(6, 0, 4, view_buffers), ad = array_of(6, 0, 2, code_buffers),
                    adv = array_of(2, 1, 2, float_buffers), *acolumns[] = {&ast, &av, &ad},
                    atop = array_of(4, 2, 1, none);
  ast.n_children = 2, ast.children = afields, ast.length = 6;
  ad.dictionary = &adv;
  atop.n_children = 3, atop.children = acolumns;
  blt_table *t = NULL;
  const blt_parquet_options flat = {.flatten = true};
  CHECK_AT(import_array(&top, &atop, &flat, &t) == BLT_OK, "%s", err.message);
  REQUIRE(t != NULL);
  CHECK_STR(text_of(t),
            "10,0,abc,2.5;11,1,a text that is longer than twelve,0.5;-,-,,2.5;13,1,twelve bytes,0.5;");
  CHECK_INT(alive, 0);
  blt_table_release(t);
}

static void what_has_no_place_is_refused(void) {
  static const uint64_t large[] = {1, UINT64_C(1) << 63};
  const void *buffers[] = {NULL, large}, *none[] = {NULL};
  struct ArrowSchema n = schema_of("L", "n", 0, NULL), *columns[] = {&n},
                     top = schema_of("+s", "", 1, columns);
  struct ArrowArray an = array_of(2, 0, 2, buffers), *arrays[] = {&an}, atop = array_of(2, 0, 1, none);
  atop.n_children = 1, atop.children = arrays;
  blt_table *t = NULL;
  CHECK(import_array(&top, &atop, &all, &t) == BLT_EOVERFLOW);
  CHECK_AT(strstr(err.message, "column 'n', row 2: 9223372036854775808"), "%s", err.message);
  CHECK(import_array(&top, &atop, &all, &t) == BLT_EINVAL);
  CHECK_INT(alive, 0);
  struct ArrowSchema list = schema_of("+l", "l", 1, columns), *lists[] = {&list},
                     outer = schema_of("+s", "", 1, lists);
  n = schema_of("i", "item", 0, NULL);
  an = array_of(0, 0, 2, buffers);
  atop = array_of(0, 0, 1, none);
  atop.n_children = 1, atop.children = arrays;
  CHECK(import_array(&outer, &atop, &all, &t) == BLT_EFORMAT);
  CHECK_AT(strstr(err.message, "column 'l' is a list"), "%s", err.message);
  CHECK_INT(alive, 0);
  struct ArrowSchema single = schema_of("i", "", 0, NULL);
  an = array_of(0, 0, 2, buffers);
  CHECK(import_array(&single, &an, &all, &t) == BLT_EFORMAT);
  CHECK_INT(alive, 0);
}

/* ---- failing streams ---- */

static struct ArrowArrayStream *inner;

static int failing_schema(struct ArrowArrayStream *s, struct ArrowSchema *out) {
  (void)s;
  return inner->get_schema(inner, out);
}

static int failing_next(struct ArrowArrayStream *s, struct ArrowArray *out) {
  int *left = s->private_data;
  return (*left)-- > 0 ? inner->get_next(inner, out) : EIO;
}

static const char *failing_error(struct ArrowArrayStream *s) {
  (void)s;
  return "the disk is gone";
}

static void failing_release(struct ArrowArrayStream *s) {
  inner->release(inner);
  s->release = NULL;
}

static void a_stream_that_fails_is_told(void) {
  blt_table *t = random_columns(ctx, 3, 70000), *back = NULL;
  struct ArrowArrayStream real;
  int left = 1;
  REQUIRE(t && export_table(t, false, &real));
  inner = &real;
  struct ArrowArrayStream s = {failing_schema, failing_next, failing_error, failing_release, &left};
  CHECK(import_stream(ctx, &s, &all, &back) == BLT_EIO);
  CHECK_STR(err.message, "the stream: the disk is gone");
  CHECK(s.release == NULL && real.release == NULL);
  blt_table_release(t);
}

/* ---- streams whose arrays do not stay ---- */

enum { COMING_MOST = 40 };
static uint32_t coming_rows; /* of each batch */

/* One array of a batch: a column of codes, with a dictionary of two words that no other batch has. */
typedef struct coming {
  struct ArrowArray column, words, *columns[1];
  int8_t codes[BLT_BLOCK_ROWS];
  int32_t offsets[3];
  char text[32];
  const void *code_buffers[2], *word_buffers[3], *none[1];
} coming;

static uint32_t batches_come, batches_alive, batches_alive_most;

static void free_batch(struct ArrowArray *a) {
  free_array(&((coming *)a->private_data)->column);
  free(a->private_data);
  a->release = NULL;
  batches_alive--;
  alive--;
}

static void put_words(coming *k, uint32_t batch) {
  k->offsets[1] = snprintf(k->text, 16, "a%u", batch);
  k->offsets[2] = k->offsets[1] + snprintf(k->text + k->offsets[1], 16, "b%u", batch);
}

static int coming_next(struct ArrowArrayStream *s, struct ArrowArray *out) {
  uint32_t batch = COMING_MOST - batches_come;
  (void)s;
  *out = (struct ArrowArray){0};
  if (batches_come == 0) return 0;
  batches_come--;
  coming *k = calloc(1, sizeof *k);
  for (uint32_t i = 0; i < coming_rows; i++) k->codes[i] = i % 3 == 0;
  put_words(k, batch);
  k->code_buffers[1] = k->codes;
  k->word_buffers[1] = k->offsets;
  k->word_buffers[2] = k->text;
  k->words = array_of(2, 0, 3, k->word_buffers);
  k->column = array_of(coming_rows, 0, 2, k->code_buffers);
  k->column.dictionary = &k->words;
  k->columns[0] = &k->column;
  *out = array_of(coming_rows, 0, 1, k->none);
  out->n_children = 1, out->children = k->columns;
  out->private_data = k, out->release = free_batch;
  if (++batches_alive > batches_alive_most) batches_alive_most = batches_alive;
  return 0;
}

static struct ArrowSchema coming_column, coming_words, *coming_columns[] = {&coming_column};

static int coming_schema(struct ArrowArrayStream *s, struct ArrowSchema *out) {
  (void)s;
  coming_words = schema_of("u", "", 0, NULL);
  coming_column = schema_of("c", "s", 0, NULL);
  coming_column.dictionary = &coming_words;
  *out = schema_of("+s", "", 1, coming_columns);
  return 0;
}

static void coming_release(struct ArrowArrayStream *s) {
  s->release = NULL;
}

/* Rows are read as they come and their arrays released, whose memory the next ones may get: a dictionary of
 * its own in each. */
static void read_coming(uint32_t rows) {
  struct ArrowArrayStream s = {coming_schema, coming_next, NULL, coming_release, NULL};
  blt_table *t = NULL;
  blt_view *v = NULL;
  uint32_t wrong = 0;
  batches_come = COMING_MOST;
  coming_rows = rows;
  batches_alive_most = 0;
  REQUIRE(import_stream(ctx, &s, &all, &t) == BLT_OK && blt_table_view(t, &v, &err) == BLT_OK);
  CHECK_INT(v->rows, (uint64_t)coming_rows * COMING_MOST);
  for (uint64_t r = 0; r < v->rows; r += 997) {
    char text[16];
    blt_value x = cell_of(v, 0, (uint32_t)(r / BLT_BLOCK_ROWS), r % BLT_BLOCK_ROWS);
    int n = snprintf(text, sizeof text, "%c%u", r % coming_rows % 3 == 0 ? 'b' : 'a',
                     (uint32_t)(r / coming_rows));
    wrong += x.null || x.u.s.len != (uint32_t)n || memcmp(x.u.s.s, text, x.u.s.len) != 0;
  }
  CHECK_INT(wrong, 0);
  CHECK_AT(batches_alive_most < 16, "%u of %d batches were there at once", batches_alive_most, COMING_MOST);
  CHECK_INT(batches_alive, 0);
  CHECK_INT(alive, 0);
  blt_view_release(v);
  blt_table_release(t);
}

static void arrays_go_once_they_are_read(void) {
  read_coming(BLT_BLOCK_ROWS); /* a wave ends where a batch does */
  read_coming(50001);
}

static void refused_memory_leaves_nothing(void) {
  blt_ctx *c = blt_ctx_new();
  blt_ctx_set_threads(c, 1);
  blt_table *t = random_columns(c, 5, 300), *back = NULL;
  size_t held = blt_ctx_memory_used(c);
  bool done = false;
  for (uint64_t n = 1; !done && n < 5000; n++) {
    struct ArrowArrayStream s;
    blt_ctx_fail_allocation(c, n);
    done = export_table(t, false, &s) && import_stream(c, &s, &all, &back) == BLT_OK;
    blt_ctx_fail_allocation(c, 0);
    if (!done) CHECK_INT(blt_ctx_memory_used(c), held);
  }
  CHECK(done);
  blt_table_release(back);
  blt_table_release(t);
  CHECK_INT(blt_ctx_memory_used(c), 0);
  blt_ctx_release(c);
}

int main(void) {
  ctx = blt_ctx_new();
  RUN(rows_come_back);
  RUN(releases_come_in_any_order);
  RUN(offsets_structs_and_views_are_followed);
  RUN(what_has_no_place_is_refused);
  RUN(a_stream_that_fails_is_told);
  RUN(arrays_go_once_they_are_read);
  RUN(refused_memory_leaves_nothing);
  CHECK_INT(blt_ctx_memory_used(ctx), 0);
  blt_ctx_release(ctx);
  return check_report();
}

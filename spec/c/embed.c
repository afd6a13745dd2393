/* A program of somebody who embeds blotter in C. `make test` compiles it against an installed copy, with what
 * pkg-config says and nothing else: it opens a file, deletes rows, asks a question, hands the answer to
 * somebody who knows Arrow and takes it back, prints and closes. */
#include <blt.h>

#include <exec/change/change_where.h>
#include <exec/run.h>
#include <io/exchange/arrow_c.h>
#include <plan/rules.h>
#include <store/database/db.h>
#include <store/table/change.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static blt_error err;

/* Ends the program when a call has failed. */
static void must(blt_status status) {
  if (status == BLT_OK) return;
  printf("embed: %s\n0 passed, 1 failed\n", err.message);
  exit(1);
}

static const blt_plan_column columns[] = {{"country", {.id = BLT_STRING}}, {"n", {.id = BLT_INT64}}};

/* A file with one table of four rows. */
static void make_file(blt_ctx *ctx, const char *path) {
  static const blt_field fields[] = {{"country", {.id = BLT_STRING}}, {"n", {.id = BLT_INT64}}};
  static const char *const countries[] = {"KR", "JP", "KR", "US"};
  blt_schema *schema;
  blt_table *t;
  blt_db *db;
  must(blt_db_open(ctx, path, NULL, &db, &err));
  must(blt_schema_new(ctx, fields, 2, NULL, 0, false, &schema, &err));
  must(blt_db_create(db, "tips", schema, &t, &err));
  blt_schema_free(schema);
  for (int i = 0; i < 4; i++) {
    blt_value row[] = {{.type = fields[0].type, .u.s = {countries[i], 2}},
                       {.type = fields[1].type, .u.i = i + 1}};
    must(blt_table_append(t, row, &err));
  }
  must(blt_db_commit(db, &err));
  blt_db_close(db);
}

/* n == 1 */
static void delete_ones(blt_table *t) {
  blt_node nodes[] = {{.kind = BLT_NODE_COLUMN, .column = 1},
                      {.kind = BLT_NODE_VALUE, .value = {.type = {.id = BLT_INT64}, .u.i = 1}},
                      {.kind = BLT_NODE_CALL, .name = "==", .nargs = 2}};
  uint64_t deleted;
  must(blt_delete_where(t, &(blt_term){.nodes = nodes, .n = 3}, &deleted, NULL, &err));
  printf("deleted %u\n", (unsigned)deleted);
}

/* by country: sum(n), ordered by country */
static const blt_plan *question(blt_plan_arena *arena) {
  static const uint32_t numbers[] = {0, 1};
  blt_node country = {.kind = BLT_NODE_COLUMN, .column = 0}, n = {.kind = BLT_NODE_COLUMN, .column = 1};
  blt_plan_item key = {"country", {.nodes = &country, .n = 1}};
  blt_plan_aggregate sum = {.name = "n", .kind = "sum", .nargs = 1, .args = {{.nodes = &n, .n = 1}}};
  blt_plan_order order = {.term = {.nodes = &country, .n = 1}};
  blt_plan scan = {.kind = BLT_PLAN_SCAN, .ncolumns = 2, .columns = columns, .u.scan = {0, numbers}};
  const blt_plan *p;
  must(blt_plan_make(arena, &scan, &p, NULL, &err));
  must(blt_plan_make(arena, &(blt_plan){.kind = BLT_PLAN_GROUP, .input = p, .u.group = {1, 1, &key, &sum}},
                     &p, NULL, &err));
  must(blt_plan_make(arena,
                     &(blt_plan){.kind = BLT_PLAN_ORDER, .input = p, .u.order = {1, &order, 0, UINT64_MAX}},
                     &p, NULL, &err));
  must(blt_plan_rewrite(arena, p, NULL, &p, &err));
  return p;
}

/* Prints the answer; true when it is the right one. */
static bool show(blt_table *answer) {
  blt_view *v;
  char text[100] = "";
  must(blt_table_view(answer, &v, &err));
  for (uint32_t row = 0; row < v->rows; row++) {
    blt_value country, n;
    must(blt_view_cell(v, 0, 0, row, &country, &err));
    must(blt_view_cell(v, 1, 0, row, &n, &err));
    snprintf(text + strlen(text), sizeof text - strlen(text), "%.*s %d\n", (int)country.u.s.len,
             country.u.s.s, (int)n.u.i);
  }
  blt_view_release(v);
  fputs(text, stdout);
  return strcmp(text, "JP 2\nKR 3\nUS 4\n") == 0;
}

/* The sum of column 1, by somebody who knows Arrow's structures only; the array is kept in `kept`. */
static int64_t sum_of(struct ArrowArrayStream *s, struct ArrowArray *kept) {
  int64_t sum = 0;
  if (s->get_next(s, kept) != 0 || !kept->release) return -1;
  const struct ArrowArray *n = kept->children[1];
  for (int64_t i = 0; i < n->length; i++) sum += ((const int64_t *)n->buffers[1])[n->offset + i];
  return sum;
}

/* Hands the answer over twice: to be summed, and to become a table again, which takes its place. */
static bool hand_over(blt_ctx *ctx, blt_table **answer) {
  struct ArrowArrayStream to_sum, to_import;
  struct ArrowArray kept;
  blt_parquet_options all = {0};
  blt_parquet_result result;
  blt_view *v;
  must(blt_table_view(*answer, &v, &err));
  must(blt_arrow_export(v, 0, false, &to_sum, &err));
  must(blt_arrow_export(v, 0, false, &to_import, &err));
  blt_view_release(v);
  int64_t sum = sum_of(&to_sum, &kept);
  to_sum.release(&to_sum);
  must(blt_arrow_import(ctx, &to_import, &all, &result, &err));
  blt_parquet_result_free(ctx, &result);
  blt_table_release(*answer);
  *answer = result.table;
  if (kept.release) kept.release(&kept);
  return sum == 9;
}

static bool use_file(blt_ctx *ctx, const char *path) {
  blt_db_options options = {.must_exist = true};
  blt_plan_arena *arena;
  blt_table *answer;
  blt_db *db;
  must(blt_db_open(ctx, path, &options, &db, &err));
  blt_table *t = blt_db_table(db, "tips", 4);
  delete_ones(t);
  must(blt_plan_arena_new(ctx, &arena, &err));
  must(blt_plan_run(ctx, question(arena), &t, 1, &answer, NULL, &err));
  must(blt_db_commit(db, &err));
  blt_db_close(db);
  bool right = hand_over(ctx, &answer) && show(answer);
  blt_table_release(answer);
  blt_plan_arena_free(arena);
  return right;
}

int main(void) {
  char folder[4000], path[4096];
  const char *dir = getenv("TMPDIR");
  snprintf(folder, sizeof folder, "%s/blotter-XXXXXX", dir && *dir ? dir : "/tmp");
  if (!mkdtemp(folder)) return 1;
  snprintf(path, sizeof path, "%s/tips.blt", folder);
  blt_ctx *ctx = blt_ctx_new();
  make_file(ctx, path);
  bool right = use_file(ctx, path) && blt_ctx_memory_used(ctx) == 0;
  blt_ctx_release(ctx);
  unlink(path);
  rmdir(folder);
  printf("%d passed, %d failed\n", right, !right);
  return !right;
}

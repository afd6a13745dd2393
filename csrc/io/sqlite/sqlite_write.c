#include "sqlite.h"
#include "sqlite_library.h"

#include "base/bits.h"
#include "base/mem.h"
#include "base/par.h"
#include "base/text/civil.h"
#include "base/text/num.h"
#include "store/table/schema.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define STEP 4096u /* rows between two looks at interruption */

typedef struct writing {
  blt_ctx *ctx;
  const blt_view *view;
  const char *path, *name;
  const blt_sqlite_write_options *o;
  sqlite3 *db;
  sqlite3_stmt *insert;
  uint32_t ncols;
  uint64_t rows;
  blt_error *err;
} writing;

/* ---- the table ---- */

/* A declaration that is read back as the type. Decimals that a double may not hold stay text, which a DECIMAL
 * column of SQLite's would not leave them. */
static const char *declared(blt_type type, char out[48]) {
  static const char *const names[] = {"INTEGER", "BOOLEAN", "INTEGER", "REAL",
                                      "",        "TEXT",    "DATE",    "TIMESTAMP"};
  snprintf(out, 48, "%s", names[type.id]);
  if (type.id == BLT_DECIMAL)
    snprintf(out, 48, "%s(%u,%u)", type.precision > 15 ? "DECIMAL_TEXT" : "DECIMAL", type.precision,
             type.scale);
  return out;
}

static blt_status put_columns(writing *k, blt_sql_text *sql) {
  char type[48];
  blt_status status = BLT_OK;
  for (uint32_t c = 0; status == BLT_OK && c < k->ncols; c++) {
    status = blt_sql_put(sql, c ? ", " : " (", k->err);
    if (status == BLT_OK) status = blt_sql_name(sql, k->view->schema->fields[c].name, k->err);
    if (status == BLT_OK) status = blt_sql_put(sql, " ", k->err);
    if (status == BLT_OK) status = blt_sql_put(sql, declared(k->view->columns[c].type, type), k->err);
    if (status == BLT_OK && k->view->columns[c].type.required) status = blt_sql_put(sql, " NOT NULL", k->err);
  }
  return status == BLT_OK ? blt_sql_put(sql, ")", k->err) : status;
}

static blt_status run_named(writing *k, const char *before, bool columns) {
  blt_sql_text sql = {.ctx = k->ctx};
  blt_status status = blt_sql_put(&sql, before, k->err);
  if (status == BLT_OK) status = blt_sql_name(&sql, k->name, k->err);
  if (status == BLT_OK && columns) status = put_columns(k, &sql);
  if (status == BLT_OK) status = blt_sqlite_run(k->db, k->path, sql.s, k->err);
  blt_sql_free(&sql);
  return status;
}

static blt_status make_table(writing *k) {
  blt_status status = BLT_OK;
  if (k->o->mode == BLT_SQLITE_APPEND) return run_named(k, "CREATE TABLE IF NOT EXISTS ", true);
  if (k->o->mode == BLT_SQLITE_REPLACE) status = run_named(k, "DROP TABLE IF EXISTS ", false);
  return status == BLT_OK ? run_named(k, "CREATE TABLE ", true) : status;
}

static blt_status prepare_insert(writing *k) {
  blt_sql_text sql = {.ctx = k->ctx};
  blt_status status = blt_sql_put(&sql, "INSERT INTO ", k->err);
  if (status == BLT_OK) status = blt_sql_name(&sql, k->name, k->err);
  for (uint32_t c = 0; status == BLT_OK && c < k->ncols; c++) {
    status = blt_sql_put(&sql, c ? ", " : " (", k->err);
    if (status == BLT_OK) status = blt_sql_name(&sql, k->view->schema->fields[c].name, k->err);
  }
  for (uint32_t c = 0; status == BLT_OK && c < k->ncols; c++)
    status = blt_sql_put(&sql, c ? ", ?" : ") VALUES (?", k->err);
  if (status == BLT_OK) status = blt_sql_put(&sql, ")", k->err);
  if (status == BLT_OK) status = blt_sqlite_prepare(k->db, k->path, sql.s, &k->insert, k->err);
  blt_sql_free(&sql);
  return status;
}

/* ---- rows ---- */

typedef struct printed {
  char text[64];
} printed;

/* Times as SQLite's own functions write them, in UTC: a blank, and no letter at the end. */
static size_t print_time(int64_t t, char out[64]) {
  size_t n = blt_timestamp_format(t, out);
  char *mark = memchr(out, 'T', n);
  if (mark) *mark = ' ';
  return n && out[n - 1] == 'Z' ? n - 1 : n;
}

static size_t print(const blt_value *v, char out[64]) {
  if (v->type.id == BLT_DATE) return blt_date_format(v->u.i, out);
  if (v->type.id == BLT_TIMESTAMP) return print_time(v->u.i, out);
  return blt_format_decimal(v->u.i, v->type.scale, out);
}

static blt_status refuse_nan(const writing *k, uint32_t col) {
  return blt_fail(k->err, BLT_EFORMAT,
                  "%.200s: column '%.100s', row %" PRIu64 ": nan, which SQLite would make null", k->path,
                  k->view->schema->fields[col].name, k->rows + 1);
}

/* The texts stay where they are until the row is written. */
static blt_status bind(writing *k, uint32_t col, const blt_value *v, printed *p) {
  int i = (int)col + 1, code;
  if (v->null)
    code = blt_sqlite.bind_null(k->insert, i);
  else if (v->type.id == BLT_FLOAT64 && v->u.f != v->u.f)
    return refuse_nan(k, col);
  else if (v->type.id == BLT_FLOAT64)
    code = blt_sqlite.bind_double(k->insert, i, v->u.f);
  else if (v->type.id == BLT_STRING)
    code = blt_sqlite.bind_text(k->insert, i, v->u.s.len ? v->u.s.s : "", (int)v->u.s.len, NULL);
  else if (v->type.id == BLT_INT64 || v->type.id == BLT_BOOL)
    code = blt_sqlite.bind_int64(k->insert, i, v->u.i);
  else
    code = blt_sqlite.bind_text(k->insert, i, p->text, (int)print(v, p->text), NULL);
  return code == BLT_SQLITE_OK ? BLT_OK : blt_sqlite_failed(k->db, k->path, code, k->err);
}

static blt_status write_row(writing *k, uint32_t group, uint32_t row, printed *p) {
  blt_status status = BLT_OK;
  for (uint32_t c = 0; status == BLT_OK && c < k->ncols; c++) {
    blt_value v;
    status = blt_view_cell(k->view, c, group, row, &v, k->err);
    if (status == BLT_OK) status = bind(k, c, &v, &p[c]);
  }
  if (status != BLT_OK) return status;
  int code = blt_sqlite.step(k->insert);
  if (code != BLT_SQLITE_DONE) status = blt_sqlite_failed(k->db, k->path, code, k->err);
  blt_sqlite.reset(k->insert);
  k->rows++;
  return status;
}

static blt_status look_in(writing *k) {
  if (k->rows % STEP) return BLT_OK;
  blt_status status = blt_poll(k->ctx, k->rows, k->view->live_rows, k->err);
  if (status != BLT_OK || !k->o->progress) return status;
  return k->o->progress(k->o->progress_arg, 0, 0, k->rows, k->err);
}

static blt_status write_rows(writing *k, printed *p) {
  blt_status status = prepare_insert(k);
  for (uint32_t g = 0; status == BLT_OK && g < k->view->ngroups; g++) {
    const uint64_t *live = k->view->live ? k->view->live[g] : NULL;
    for (uint32_t r = 0; status == BLT_OK && r < k->view->group_rows[g]; r++) {
      if (live && !blt_bit(live, r)) continue;
      status = write_row(k, g, r, p);
      if (status == BLT_OK) status = look_in(k);
    }
  }
  return status;
}

/* ---- the whole ---- */

static blt_status write_all(writing *k) {
  printed *p = blt_calloc(k->ctx, k->ncols, sizeof *p);
  blt_status status = p ? blt_sqlite_run(k->db, k->path, "BEGIN IMMEDIATE", k->err)
                        : blt_fail_memory(k->err, k->ncols * sizeof *p);
  if (status == BLT_OK) status = make_table(k);
  if (status == BLT_OK) status = write_rows(k, p);
  if (k->insert) blt_sqlite.finalize(k->insert);
  if (status == BLT_OK) status = blt_sqlite_run(k->db, k->path, "COMMIT", k->err);
  blt_free(k->ctx, p, k->ncols * sizeof *p);
  return status;
}

/* Closing rolls back what was not committed. A file that was made for nothing does not stay. */
blt_status blt_sqlite_write(blt_ctx *ctx, const blt_view *view, const char *path, const char *table,
                            const blt_sqlite_write_options *o, blt_error *err) {
  writing k = {.ctx = ctx, .view = view, .path = path, .name = table, .o = o, .err = err};
  k.ncols = o->ncols && o->ncols < view->ncols ? o->ncols : view->ncols;
  bool there = access(path, F_OK) == 0;
  blt_status status = blt_sqlite_open(path, true, &k.db, err);
  if (status != BLT_OK) return status;
  status = write_all(&k);
  blt_sqlite.close(k.db);
  if (status != BLT_OK && !there) unlink(path);
  return status;
}

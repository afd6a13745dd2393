#include "sqlite.h"
#include "sqlite_library.h"

#include "base/mem.h"
#include "base/par.h"
#include "base/text/civil.h"
#include "base/text/num.h"
#include "store/table/table.h"
#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define STEP 4096u /* rows between two looks at interruption */

typedef struct reading {
  blt_ctx *ctx;
  const char *path, *name;
  const blt_sqlite_options *o;
  sqlite3 *db;
  sqlite3_stmt *rows;
  uint32_t ncols;
  size_t cap;
  blt_field *fields;
  blt_table *table;
  uint64_t row;
  blt_error *err;
} reading;

/* ---- tables ---- */

blt_status blt_sqlite_tables(blt_ctx *ctx, const char *path, blt_sqlite_names *out, blt_error *err) {
  static const char sql[] =
      "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE "
      "'sqlite\\_%' ESCAPE '\\' ORDER BY rowid";
  sqlite3 *db = NULL;
  sqlite3_stmt *s = NULL;
  int code = BLT_SQLITE_ROW;
  *out = (blt_sqlite_names){0};
  blt_status status = blt_sqlite_open(path, false, &db, err);
  if (status == BLT_OK) status = blt_sqlite_prepare(db, path, sql, &s, err);
  while (status == BLT_OK && (code = blt_sqlite.step(s)) == BLT_SQLITE_ROW) {
    const char *name = (const char *)blt_sqlite.column_text(s, 0);
    size_t n = name ? strlen(name) + 1 : 0;
    status = blt_grow(ctx, &out->s, &out->cap, out->len + n, 1, err);
    if (status == BLT_OK && n) memcpy(out->s + out->len, name, n);
    if (status == BLT_OK) out->len += n;
  }
  if (status == BLT_OK && code != BLT_SQLITE_DONE) status = blt_sqlite_failed(db, path, code, err);
  if (db) blt_sqlite.finalize(s);
  if (db) blt_sqlite.close(db);
  return status;
}

/* ---- types ---- */

/* Whether the declaration has this word in it; `word` in capital letters. */
static bool has_word(const char *declared, const char *word) {
  size_t n = strlen(word);
  for (; *declared; declared++) {
    size_t i = 0;
    while (i < n && toupper((unsigned char)declared[i]) == word[i]) i++;
    if (i == n) return true;
  }
  return false;
}

static bool is_decimal(const char *declared, blt_type *out) {
  int precision, scale = 0;
  const char *open = strchr(declared, '(');
  if (!has_word(declared, "DEC") && !has_word(declared, "NUMERIC")) return false;
  if (!open || sscanf(open, "(%d ,%d", &precision, &scale) < 1) return false;
  if (precision < 1 || precision > BLT_MAX_PRECISION || scale < 0 || scale > precision) return false;
  *out = (blt_type){.id = BLT_DECIMAL, .precision = (uint8_t)precision, .scale = (uint8_t)scale};
  return true;
}

/* False: the declaration leaves it to the values. */
static bool declared_type(const char *declared, blt_type *out) {
  static const struct {
    const char *word;
    blt_type_id id;
  } words[] = {{"INT", BLT_INT64},    {"BOOL", BLT_BOOL},           {"CHAR", BLT_STRING},
               {"CLOB", BLT_STRING},  {"TEXT", BLT_STRING},         {"JSON", BLT_STRING},
               {"UUID", BLT_STRING},  {"REAL", BLT_FLOAT64},        {"FLOA", BLT_FLOAT64},
               {"DOUB", BLT_FLOAT64}, {"TIMESTAMP", BLT_TIMESTAMP}, {"DATETIME", BLT_TIMESTAMP},
               {"DATE", BLT_DATE}};
  if (is_decimal(declared, out)) return true;
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (has_word(declared, words[i].word)) {
      *out = (blt_type){.id = (uint8_t)words[i].id};
      return true;
    }
  return false;
}

/* What all values of a column are: texts, floats, integers; blobs are texts of another kind. */
static blt_status type_of_values(reading *k, const char *column, blt_type *out) {
  blt_sql_text sql = {.ctx = k->ctx};
  sqlite3_stmt *s = NULL;
  blt_status status =
      blt_sql_put(&sql, "SELECT max(typeof(c) IN ('text', 'blob')), max(typeof(c) = 'real'), ", k->err);
  if (status == BLT_OK) status = blt_sql_put(&sql, "max(typeof(c) = 'integer') FROM (SELECT ", k->err);
  if (status == BLT_OK) status = blt_sql_name(&sql, column, k->err);
  if (status == BLT_OK) status = blt_sql_put(&sql, " AS c FROM ", k->err);
  if (status == BLT_OK) status = blt_sql_name(&sql, k->name, k->err);
  if (status == BLT_OK) status = blt_sql_put(&sql, ")", k->err);
  if (status == BLT_OK) status = blt_sqlite_prepare(k->db, k->path, sql.s, &s, k->err);
  blt_sql_free(&sql);
  if (status != BLT_OK) return status;
  int code = blt_sqlite.step(s);
  bool text = code == BLT_SQLITE_ROW && blt_sqlite.column_int64(s, 0), real = blt_sqlite.column_int64(s, 1),
       whole = blt_sqlite.column_int64(s, 2);
  out->id = text ? BLT_STRING : real ? BLT_FLOAT64 : whole ? BLT_INT64 : BLT_STRING;
  if (code != BLT_SQLITE_ROW) status = blt_sqlite_failed(k->db, k->path, code, k->err);
  blt_sqlite.finalize(s);
  return status;
}

static blt_status find_type(reading *k, const char *column, const char *declared, bool required,
                            blt_type *out) {
  blt_status status = BLT_OK;
  *out = (blt_type){0};
  for (uint32_t i = 0; i < k->o->ntypes; i++)
    if (strcmp(k->o->types[i].name, column) == 0) {
      *out = k->o->types[i].type;
      return BLT_OK;
    }
  if (!declared_type(declared ? declared : "", out)) status = type_of_values(k, column, out);
  out->required = required;
  return status;
}

static blt_status add_field(reading *k, const char *name, const char *declared, bool required) {
  blt_type type;
  blt_status status = blt_grow(k->ctx, &k->fields, &k->cap, k->ncols + 1, sizeof *k->fields, k->err);
  char *copy = status == BLT_OK ? blt_strdup(k->ctx, name, strlen(name)) : NULL;
  if (status == BLT_OK && !copy) status = blt_fail_memory(k->err, strlen(name));
  if (status != BLT_OK) return status;
  k->fields[k->ncols++] = (blt_field){.name = copy};
  status = find_type(k, copy, declared, required, &type);
  k->fields[k->ncols - 1].type = type;
  return status;
}

static blt_status read_columns(reading *k) {
  sqlite3_stmt *s = NULL;
  int code = BLT_SQLITE_ROW;
  blt_status status = blt_sqlite_prepare(
      k->db, k->path, "SELECT name, type, \"notnull\" FROM pragma_table_info(?1) ORDER BY cid", &s, k->err);
  if (status != BLT_OK) return status;
  blt_sqlite.bind_text(s, 1, k->name, -1, NULL);
  while (status == BLT_OK && (code = blt_sqlite.step(s)) == BLT_SQLITE_ROW)
    status = add_field(k, (const char *)blt_sqlite.column_text(s, 0),
                       (const char *)blt_sqlite.column_text(s, 1), blt_sqlite.column_int64(s, 2) != 0);
  if (status == BLT_OK && code != BLT_SQLITE_DONE) status = blt_sqlite_failed(k->db, k->path, code, k->err);
  blt_sqlite.finalize(s);
  if (status == BLT_OK && k->ncols == 0)
    status = blt_fail(k->err, BLT_ENAME, "%.200s: there is no table '%.200s'", k->path, k->name);
  return status;
}

static blt_status check_types(const reading *k) {
  for (uint32_t i = 0; i < k->o->ntypes; i++) {
    bool found = false;
    for (uint32_t c = 0; c < k->ncols; c++) found |= strcmp(k->fields[c].name, k->o->types[i].name) == 0;
    if (!found)
      return blt_fail(k->err, BLT_ENAME, "types: table '%.200s' has no column '%.100s'", k->name,
                      k->o->types[i].name);
  }
  return BLT_OK;
}

/* ---- values ---- */

static const char *shown(reading *k, uint32_t col, char out[80]) {
  static const char *const kinds[] = {"", "the integer", "the number", "the text", "a blob", "null"};
  int type = blt_sqlite.column_type(k->rows, (int)col);
  const char *text = type == BLT_SQLITE_BLOB ? "" : (const char *)blt_sqlite.column_text(k->rows, (int)col);
  snprintf(out, 80, "%s %s%.40s%s", kinds[type], type == BLT_SQLITE_TEXT ? "'" : "", text ? text : "",
           type == BLT_SQLITE_TEXT ? "'" : "");
  return out;
}

static blt_status misfit(reading *k, uint32_t col, int type) {
  char value[80], name[24];
  const char *column = k->fields[col].name;
  if (type == BLT_SQLITE_BLOB)
    return blt_fail(k->err, BLT_EFORMAT,
                    "%.120s: table '%.60s', column '%.60s', row %" PRIu64
                    ": a blob: {binary = \"string\"} reads blobs as they are",
                    k->path, k->name, column, k->row + 1);
  return blt_fail(k->err, BLT_EFORMAT,
                  "%.100s: table '%.50s', column '%.50s', row %" PRIu64
                  ": %s in a column of %s: {types = {%.50s = \"string\"}} reads all as text",
                  k->path, k->name, column, k->row + 1, shown(k, col, value),
                  blt_type_name(k->fields[col].type, name), column);
}

static blt_str text_of(reading *k, uint32_t col) {
  const char *s = (const char *)blt_sqlite.column_text(k->rows, (int)col);
  return (blt_str){s ? s : "", s ? (uint32_t)blt_sqlite.column_bytes(k->rows, (int)col) : 0};
}

static blt_str blob_of(reading *k, uint32_t col) {
  const char *s = blt_sqlite.column_blob(k->rows, (int)col);
  return (blt_str){s ? s : "", s ? (uint32_t)blt_sqlite.column_bytes(k->rows, (int)col) : 0};
}

static blt_status push_string(reading *k, uint32_t col, int type) {
  if (type == BLT_SQLITE_BLOB && !k->o->binary) return misfit(k, col, type);
  blt_str s = type == BLT_SQLITE_BLOB ? blob_of(k, col) : text_of(k, col);
  return blt_table_push_str(k->table, col, s.s, s.len, k->err);
}

static blt_status push_text(reading *k, uint32_t col, int type) {
  blt_type t = k->fields[col].type;
  blt_str s = text_of(k, col);
  int64_t v = 0;
  bool is_text = type == BLT_SQLITE_TEXT,
       fits = t.id == BLT_DATE        ? is_text && blt_date_parse(s.s, s.len, &v)
              : t.id == BLT_TIMESTAMP ? is_text && blt_timestamp_parse(s.s, s.len, &v)
                                      : blt_parse_decimal(s.s, s.len, t.precision, t.scale, &v) == BLT_PARSED;
  return fits ? blt_table_push_i64(k->table, col, v, k->err) : misfit(k, col, type);
}

static blt_status push(reading *k, uint32_t col) {
  blt_type t = k->fields[col].type;
  int type = blt_sqlite.column_type(k->rows, (int)col);
  if (type == BLT_SQLITE_NULL) {
    blt_table_push_null(k->table, col);
    return BLT_OK;
  }
  if (t.id == BLT_STRING) return push_string(k, col, type);
  if (type == BLT_SQLITE_BLOB) return misfit(k, col, type);
  if (t.id == BLT_DATE || t.id == BLT_TIMESTAMP || t.id == BLT_DECIMAL) return push_text(k, col, type);
  if (t.id == BLT_FLOAT64 && type != BLT_SQLITE_TEXT)
    return blt_table_push_f64(k->table, col, blt_sqlite.column_double(k->rows, (int)col), k->err);
  if (type != BLT_SQLITE_INTEGER) return misfit(k, col, type);
  int64_t v = blt_sqlite.column_int64(k->rows, (int)col);
  if (t.id == BLT_BOOL && v != 0 && v != 1) return misfit(k, col, type);
  return blt_table_push_i64(k->table, col, v, k->err);
}

static blt_status read_row(reading *k) {
  blt_status status = blt_table_begin_row(k->table, k->err);
  if (status != BLT_OK) return status;
  for (uint32_t c = 0; status == BLT_OK && c < k->ncols; c++) status = push(k, c);
  if (status == BLT_OK) status = blt_table_end_row(k->table, k->err);
  if (status != BLT_OK) blt_table_abort_row(k->table);
  k->row++;
  return status;
}

static blt_status look_in(reading *k) {
  if (k->row % STEP) return BLT_OK;
  blt_status status = blt_poll(k->ctx, k->row, 0, k->err);
  if (status != BLT_OK || !k->o->progress) return status;
  return k->o->progress(k->o->progress_arg, 0, 0, k->row, k->err);
}

static blt_status select_rows(reading *k) {
  blt_sql_text sql = {.ctx = k->ctx};
  blt_status status = blt_sql_put(&sql, "SELECT ", k->err);
  for (uint32_t c = 0; status == BLT_OK && c < k->ncols; c++) {
    if (c) status = blt_sql_put(&sql, ", ", k->err);
    if (status == BLT_OK) status = blt_sql_name(&sql, k->fields[c].name, k->err);
  }
  if (status == BLT_OK) status = blt_sql_put(&sql, " FROM ", k->err);
  if (status == BLT_OK) status = blt_sql_name(&sql, k->name, k->err);
  if (status == BLT_OK) status = blt_sqlite_prepare(k->db, k->path, sql.s, &k->rows, k->err);
  blt_sql_free(&sql);
  return status;
}

static blt_status read_rows(reading *k) {
  int code = BLT_SQLITE_ROW;
  blt_status status = select_rows(k);
  while (status == BLT_OK && (code = blt_sqlite.step(k->rows)) == BLT_SQLITE_ROW) {
    status = read_row(k);
    if (status == BLT_OK) status = look_in(k);
  }
  if (status == BLT_OK && code != BLT_SQLITE_DONE) status = blt_sqlite_failed(k->db, k->path, code, k->err);
  return status;
}

static blt_status make_table(reading *k) {
  blt_schema *schema = NULL;
  blt_status status = blt_schema_new(k->ctx, k->fields, k->ncols, NULL, 0, false, &schema, k->err);
  if (status == BLT_EINVAL || status == BLT_ENAME || status == BLT_ETYPE) k->err->code = status = BLT_EFORMAT;
  if (status != BLT_OK) return status;
  status = k->o->make ? k->o->make(k->o->make_arg, schema, &k->table, k->err)
                      : blt_table_new(k->ctx, schema, &k->table, k->err);
  blt_schema_free(schema);
  return status;
}

static void finish(reading *k) {
  for (uint32_t c = 0; c < k->ncols; c++)
    blt_free(k->ctx, (void *)(uintptr_t)k->fields[c].name, strlen(k->fields[c].name) + 1);
  blt_free(k->ctx, k->fields, k->cap * sizeof *k->fields);
  if (k->rows) blt_sqlite.finalize(k->rows);
  if (k->db) blt_sqlite.close(k->db);
}

/* One transaction, so that types and rows are of the same state of the file. */
static blt_status read_all(reading *k) {
  blt_status status = blt_sqlite_run(k->db, k->path, "BEGIN", k->err);
  if (status == BLT_OK) status = read_columns(k);
  if (status == BLT_OK) status = check_types(k);
  if (status == BLT_OK) status = make_table(k);
  return status == BLT_OK && !k->o->schema_only ? read_rows(k) : status;
}

blt_status blt_sqlite_read(blt_ctx *ctx, const char *path, const char *table, const blt_sqlite_options *o,
                           blt_table **out, blt_error *err) {
  reading k = {.ctx = ctx, .path = path, .name = table, .o = o, .err = err};
  blt_status status = blt_sqlite_open(path, false, &k.db, err);
  if (status == BLT_OK) status = read_all(&k);
  if (status == BLT_OK)
    *out = k.table;
  else if (!o->make)
    blt_table_release(k.table);
  finish(&k);
  return status;
}

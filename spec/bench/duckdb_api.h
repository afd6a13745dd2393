/* duckdb_api.h: the few functions of DuckDB's stable C interface that the benchmarks call, declared here
 * because the package brings the library without its header. */
#ifndef BLOTTER_BENCH_DUCKDB_API_H
#define BLOTTER_BENCH_DUCKDB_API_H

#include "bench.h"

typedef struct duckdb_handle *duckdb_database, *duckdb_connection, *duckdb_appender,
    *duckdb_prepared_statement, *duckdb_logical_type, *duckdb_data_chunk, *duckdb_vector;
typedef struct {
  uint64_t column_count, row_count, rows_changed;
  void *columns;
  char *error_message;
  void *internal;
} duckdb_result;

enum { DuckDBSuccess = 0, DUCKDB_TYPE_INTEGER = 4, DUCKDB_TYPE_DOUBLE = 11, DUCKDB_TYPE_VARCHAR = 17 };

int duckdb_open(const char *path, duckdb_database *out);
void duckdb_close(duckdb_database *database);
int duckdb_connect(duckdb_database database, duckdb_connection *out);
void duckdb_disconnect(duckdb_connection *connection);
int duckdb_query(duckdb_connection connection, const char *sql, duckdb_result *out);
const char *duckdb_result_error(duckdb_result *result);
uint64_t duckdb_row_count(duckdb_result *result);
int64_t duckdb_value_int64(duckdb_result *result, uint64_t column, uint64_t row);
void duckdb_destroy_result(duckdb_result *result);
int duckdb_prepare(duckdb_connection connection, const char *sql, duckdb_prepared_statement *out);
int duckdb_execute_prepared(duckdb_prepared_statement statement, duckdb_result *out);
void duckdb_destroy_prepare(duckdb_prepared_statement *statement);
int duckdb_appender_create(duckdb_connection connection, const char *schema, const char *table,
                           duckdb_appender *out);
int duckdb_append_int32(duckdb_appender appender, int32_t value);
int duckdb_append_double(duckdb_appender appender, double value);
int duckdb_append_varchar_length(duckdb_appender appender, const char *value, uint64_t length);
int duckdb_appender_end_row(duckdb_appender appender);
int duckdb_appender_destroy(duckdb_appender *appender);
duckdb_logical_type duckdb_create_logical_type(int type);
void duckdb_destroy_logical_type(duckdb_logical_type *type);
duckdb_data_chunk duckdb_create_data_chunk(duckdb_logical_type *types, uint64_t count);
void duckdb_destroy_data_chunk(duckdb_data_chunk *chunk);
void duckdb_data_chunk_reset(duckdb_data_chunk chunk);
void duckdb_data_chunk_set_size(duckdb_data_chunk chunk, uint64_t size);
duckdb_vector duckdb_data_chunk_get_vector(duckdb_data_chunk chunk, uint64_t column);
void *duckdb_vector_get_data(duckdb_vector vector);
void duckdb_vector_assign_string_element_len(duckdb_vector vector, uint64_t row, const char *text,
                                             uint64_t length);
uint64_t duckdb_vector_size(void);
int duckdb_append_data_chunk(duckdb_appender appender, duckdb_data_chunk chunk);

/* Runs a statement and gives its first value (0 when it has none); ends the program when it fails. */
static inline int64_t duckdb_run(duckdb_connection connection, const char *sql) {
  duckdb_result result;
  if (duckdb_query(connection, sql, &result) != DuckDBSuccess) bench_die(sql, duckdb_result_error(&result));
  int64_t value = duckdb_row_count(&result) > 0 ? duckdb_value_int64(&result, 0, 0) : 0;
  duckdb_destroy_result(&result);
  return value;
}

#endif

/* workbook.c: module blotter.workbook, which writes XLSX by libxlsxwriter. It is built only where that
 * library is, and blotter.core knows nothing of it.
 *
 *   book = workbook.open(path)
 *   book:sheet(name, widths, frozen)   widths: characters a column; frozen: rows that stay in view
 *   book:put(row, column, value, kind) from 0, row by row; kind is a column's type or a style of STYLES
 *   book:close()                       true, or nil and what went wrong since open
 */
#include <lauxlib.h>
#include <locale.h>
#include <lua.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xlsxwriter.h>

#define BOOK "blotter.workbook"
#define EXACT_INTEGER (1LL << 53)
#define EXACT_DIGITS 15
#define PAPER_A4 9

typedef enum book_style {
  STYLE_NONE,
  STYLE_HEAD,
  STYLE_TITLE,
  STYLE_SOFT,
  STYLE_WRAPPED,
  STYLE_DATE,
  STYLE_PERCENT,
  STYLE_TIME
} book_style;

static const char *const STYLES[] = {"",     "head",    "title",     "soft", "wrapped",
                                     "date", "percent", "timestamp", NULL};

typedef struct book {
  lxw_workbook *workbook; /* NULL once closed */
  lxw_worksheet *sheet;   /* the one that is written */
  lxw_format *formats[STYLE_TIME + 1];
  char problem[160]; /* the first one; empty when all is well */
  locale_t locale;   /* in which the library is called: it prints numbers as the thread's wants them */
} book;

static book *book_of(lua_State *L) {
  book *b = luaL_checkudata(L, 1, BOOK);
  if (!b->workbook) luaL_error(L, "the workbook is closed");
  return b;
}

static void note(book *b, lxw_error error, lua_Integer row, lua_Integer column) {
  if (error == LXW_NO_ERROR || b->problem[0]) return;
  snprintf(b->problem, sizeof b->problem, "row %lld, column %lld: %s", (long long)row + 1,
           (long long)column + 1, lxw_strerror(error));
}

static void make_formats(book *b) {
  for (int i = STYLE_HEAD; i <= STYLE_TIME; i++) b->formats[i] = workbook_add_format(b->workbook);
  format_set_bold(b->formats[STYLE_HEAD]);
  format_set_bold(b->formats[STYLE_TITLE]);
  format_set_font_size(b->formats[STYLE_TITLE], 14);
  format_set_font_color(b->formats[STYLE_SOFT], 0x56606B);
  format_set_text_wrap(b->formats[STYLE_WRAPPED]);
  format_set_align(b->formats[STYLE_WRAPPED], LXW_ALIGN_VERTICAL_TOP);
  format_set_num_format(b->formats[STYLE_DATE], "yyyy-mm-dd");
  format_set_num_format(b->formats[STYLE_PERCENT], "0.0%");
  format_set_num_format(b->formats[STYLE_TIME], "yyyy-mm-dd hh:mm:ss.000");
}

static int open_book(lua_State *L) {
  const char *path = luaL_checkstring(L, 1);
  book *b = lua_newuserdatauv(L, sizeof *b, 0);
  memset(b, 0, sizeof *b);
  luaL_setmetatable(L, BOOK);
  b->locale = newlocale(LC_NUMERIC_MASK, "C", (locale_t)0);
  lxw_workbook_options options = {.constant_memory = LXW_TRUE};
  b->workbook = workbook_new_opt(path, &options);
  if (!b->workbook) return luaL_error(L, "no memory for a workbook");
  make_formats(b);
  return 1;
}

static int add_sheet(lua_State *L) {
  book *b = book_of(L);
  const char *name = luaL_checkstring(L, 2);
  luaL_checktype(L, 3, LUA_TTABLE);
  lua_Integer frozen = luaL_checkinteger(L, 4);
  b->sheet = workbook_add_worksheet(b->workbook, name);
  if (!b->sheet) return luaL_error(L, "'%s' is no name for a sheet", name);
  worksheet_set_landscape(b->sheet);
  worksheet_set_paper(b->sheet, PAPER_A4);
  if (frozen > 0) {
    worksheet_freeze_panes(b->sheet, (lxw_row_t)frozen, 0);
    worksheet_repeat_rows(b->sheet, 0, (lxw_row_t)(frozen - 1));
  }
  for (lua_Integer i = 1; i <= luaL_len(L, 3); i++) {
    lua_geti(L, 3, i);
    worksheet_set_column(b->sheet, (lxw_col_t)(i - 1), (lxw_col_t)(i - 1), luaL_checknumber(L, -1), NULL);
    lua_pop(L, 1);
  }
  return 0;
}

/* Digits of a fraction of a second as a number, which the program's locale has no say in. */
static double fraction(const char **text) {
  double value = 0, unit = 1;
  if (**text != '.') return 0;
  for (++*text; **text >= '0' && **text <= '9'; ++*text) value += (**text - '0') * (unit /= 10);
  return value;
}

/* A day or moment of the calendar of worksheets, which begins in 1900 and counts milliseconds. */
static int read_moment(const char *text, lxw_datetime *moment) {
  int used = 0, second, more = 0;
  memset(moment, 0, sizeof *moment);
  if (sscanf(text, "%4d-%2d-%2d%n", &moment->year, &moment->month, &moment->day, &used) != 3 || used != 10)
    return 0;
  if (moment->year < 1900) return 0;
  if (!text[used]) return 1;
  if (sscanf(text + used, "%*1[T ]%2d:%2d:%2d%n", &moment->hour, &moment->min, &second, &more) != 3) return 0;
  const char *rest = text + used + more;
  moment->sec = second + fraction(&rest);
  double thousands = moment->sec * 1000;
  return (!*rest || !strcmp(rest, "Z")) && fabs(thousands - round(thousands)) < 1e-6;
}

/* Whether a decimal has no more digits than a double keeps; then its value. */
static int read_decimal(const char *text, double *value) {
  int digits = 0;
  for (const char *at = text; *at; at++) digits += *at >= '0' && *at <= '9';
  char *end;
  *value = strtod(text, &end);
  return digits > 0 && digits <= EXACT_DIGITS && !*end;
}

#define LONGEST_TEXT 32767

/* The units of UTF-16 of a text, in which worksheets count: two for what takes four bytes here. */
static size_t units(const char *text) {
  size_t count = 0;
  for (const unsigned char *at = (const unsigned char *)text; *at; at++)
    count += (*at & 0xC0) != 0x80 ? 1 + (*at >= 0xF0) : 0;
  return count;
}

static lxw_error put_text(book *b, lxw_row_t row, lxw_col_t column, const char *text, const char *kind,
                          lxw_format *format) {
  lxw_datetime moment;
  double value;
  if ((!strcmp(kind, "date") || !strcmp(kind, "timestamp")) && read_moment(text, &moment))
    return worksheet_write_datetime(b->sheet, row, column, &moment, format);
  if (!strncmp(kind, "decimal", 7) && read_decimal(text, &value))
    return worksheet_write_number(b->sheet, row, column, value, NULL);
  if (units(text) > LONGEST_TEXT) return LXW_ERROR_MAX_STRING_LENGTH_EXCEEDED;
  return worksheet_write_string(b->sheet, row, column, text, format);
}

static lxw_error put_number(lua_State *L, book *b, lxw_row_t row, lxw_col_t column, lxw_format *format) {
  int exact = 1;
  if (lua_isinteger(L, 4)) {
    lua_Integer n = lua_tointeger(L, 4);
    exact = n >= -EXACT_INTEGER && n <= EXACT_INTEGER;
  } else {
    exact = isfinite(lua_tonumber(L, 4));
  }
  if (exact) return worksheet_write_number(b->sheet, row, column, lua_tonumber(L, 4), format);
  lua_pushvalue(L, 4);
  return worksheet_write_string(b->sheet, row, column, lua_tostring(L, -1), format);
}

static lxw_format *format_of(book *b, const char *kind) {
  for (int i = STYLE_HEAD; i <= STYLE_TIME; i++)
    if (!strcmp(STYLES[i], kind)) return b->formats[i];
  return NULL;
}

static lxw_error put_value(lua_State *L, book *b, lxw_row_t row, lxw_col_t column, const char *kind) {
  switch (lua_type(L, 4)) {
  case LUA_TBOOLEAN:
    return worksheet_write_boolean(b->sheet, row, column, lua_toboolean(L, 4), NULL);
  case LUA_TNUMBER:
    return put_number(L, b, row, column, strcmp(kind, "percent") == 0 ? format_of(b, kind) : NULL);
  case LUA_TSTRING:
    return put_text(b, row, column, lua_tostring(L, 4), kind, format_of(b, kind));
  default:
    return LXW_NO_ERROR;
  }
}

static int put(lua_State *L) {
  book *b = book_of(L);
  lua_Integer row = luaL_checkinteger(L, 2), column = luaL_checkinteger(L, 3);
  const char *kind = luaL_optstring(L, 5, "");
  int type = lua_type(L, 4);
  luaL_argcheck(L, b->sheet, 1, "it has no sheet yet");
  luaL_argcheck(L, row >= 0 && row < LXW_ROW_MAX, 2, "no row of a worksheet");
  luaL_argcheck(L, column >= 0 && column < LXW_COL_MAX, 3, "no column of a worksheet");
  luaL_argcheck(L, type <= LUA_TBOOLEAN || type == LUA_TNUMBER || type == LUA_TSTRING, 4,
                "a cell is a text, a number, a boolean or nil");
  locale_t before = uselocale(b->locale);
  lxw_error error = put_value(L, b, (lxw_row_t)row, (lxw_col_t)column, kind);
  uselocale(before);
  note(b, error, row, column);
  return 0;
}

static void end(book *b) {
  b->workbook = NULL;
  if (b->locale) freelocale(b->locale);
  b->locale = (locale_t)0;
}

static int close_book(lua_State *L) {
  book *b = book_of(L);
  locale_t before = uselocale(b->locale);
  lxw_error error = workbook_close(b->workbook);
  uselocale(before);
  end(b);
  if (error != LXW_NO_ERROR && !b->problem[0])
    snprintf(b->problem, sizeof b->problem, "%s", lxw_strerror(error));
  if (!b->problem[0]) return lua_pushboolean(L, 1), 1;
  lua_pushnil(L);
  lua_pushstring(L, b->problem);
  return 2;
}

/* Drops a workbook that was not closed. */
static int release(lua_State *L) {
  book *b = luaL_checkudata(L, 1, BOOK);
  if (b->workbook) lxw_workbook_free(b->workbook);
  end(b);
  return 0;
}

__attribute__((visibility("default"))) int luaopen_blotter_workbook(lua_State *L);

int luaopen_blotter_workbook(lua_State *L) {
  static const luaL_Reg methods[] = {{"sheet", add_sheet}, {"put", put}, {"close", close_book}, {NULL, NULL}};
  static const luaL_Reg meta[] = {{"__gc", release}, {"__close", release}, {NULL, NULL}};
  static const luaL_Reg functions[] = {{"open", open_book}, {NULL, NULL}};
  if (luaL_newmetatable(L, BOOK)) {
    luaL_setfuncs(L, meta, 0);
    luaL_newlib(L, methods);
    lua_setfield(L, -2, "__index");
  }
  lua_pop(L, 1);
  luaL_newlib(L, functions);
  return 1;
}

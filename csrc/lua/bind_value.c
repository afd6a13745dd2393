#include "bind.h"
#include "base/text/civil.h"
#include "base/text/num.h"

#include <stdio.h>
#include <string.h>

/* The light userdata that lua-cjson uses for null. */
bool bind_is_null(lua_State *L, int index) {
  return lua_type(L, index) <= LUA_TNIL || (lua_islightuserdata(L, index) && !lua_touserdata(L, index));
}

/* BLT_ETYPE: "expected X, got Y". */
static blt_status unexpected(lua_State *L, int index, const char *wanted, blt_error *err) {
  const char *got = luaL_typename(L, index);
  if (lua_type(L, index) == LUA_TNUMBER) got = lua_isinteger(L, index) ? "an integer" : "a float";
  return blt_fail(err, BLT_ETYPE, "%s expected, got %s", wanted, got);
}

/* BLT_EFORMAT with the offending text, cut when it is long. */
static blt_status malformed(blt_str text, const char *wanted, blt_error *err) {
  int len = text.len > 60 ? 60 : (int)text.len;
  return blt_fail(err, BLT_EFORMAT, "%s expected, got '%.*s'", wanted, len, text.s);
}

static blt_str text_at(lua_State *L, int index) {
  size_t len;
  const char *s = lua_tolstring(L, index, &len);
  return (blt_str){s, len > BLT_MAX_STRING ? BLT_MAX_STRING : (uint32_t)len};
}

static blt_status to_int64(lua_State *L, int index, int64_t *out, blt_error *err) {
  int whole;
  if (lua_type(L, index) != LUA_TNUMBER) return unexpected(L, index, "an integer", err);
  *out = lua_tointegerx(L, index, &whole);
  if (!whole) return unexpected(L, index, "an integer", err);
  return BLT_OK;
}

/* Texts and integers exactly; a float when its shortest text fits the scale. */
static blt_status to_decimal(lua_State *L, int index, blt_type t, int64_t *out, blt_error *err) {
  char text[BLT_F64_TEXT], wanted[64];
  blt_str s = {text, 0};
  snprintf(wanted, sizeof wanted, "a number with at most %u digits after the point", t.scale);
  if (lua_isinteger(L, index)) {
    s.len = (uint32_t)blt_format_i64(lua_tointeger(L, index), text);
  } else if (lua_type(L, index) == LUA_TNUMBER) {
    s.len = (uint32_t)blt_format_f64(lua_tonumber(L, index), text);
  } else if (lua_type(L, index) == LUA_TSTRING) {
    s = text_at(L, index);
  } else {
    return unexpected(L, index, wanted, err);
  }
  switch (blt_parse_decimal(s.s, s.len, t.precision, t.scale, out)) {
  case BLT_PARSED:
    return BLT_OK;
  case BLT_OUT_OF_RANGE:
    return blt_fail(err, BLT_EOVERFLOW, "a decimal(%u,%u) holds %u digits before the point, got '%.*s'",
                    t.precision, t.scale, t.precision - t.scale, s.len > 60 ? 60 : (int)s.len, s.s);
  default:
    return malformed(s, wanted, err);
  }
}

static blt_status to_time(lua_State *L, int index, blt_type t, int64_t *out, blt_error *err) {
  const char *wanted =
      t.id == BLT_DATE ? "a date such as 2012-01-31" : "a timestamp such as 2012-01-31T10:20:30Z";
  if (lua_type(L, index) != LUA_TSTRING) return unexpected(L, index, wanted, err);
  blt_str s = text_at(L, index);
  bool good = t.id == BLT_DATE ? blt_date_parse(s.s, s.len, out) : blt_timestamp_parse(s.s, s.len, out);
  return good ? BLT_OK : malformed(s, wanted, err);
}

blt_status bind_to_value(lua_State *L, int index, blt_type t, blt_value *out, blt_error *err) {
  *out = (blt_value){.type = t};
  if (bind_is_null(L, index)) {
    out->null = true;
    return BLT_OK;
  }
  switch (t.id) {
  case BLT_BOOL:
    if (!lua_isboolean(L, index)) return unexpected(L, index, "true or false", err);
    out->u.i = lua_toboolean(L, index);
    return BLT_OK;
  case BLT_INT64:
    return to_int64(L, index, &out->u.i, err);
  case BLT_FLOAT64:
    if (lua_type(L, index) != LUA_TNUMBER) return unexpected(L, index, "a number", err);
    out->u.f = lua_tonumber(L, index);
    return BLT_OK;
  case BLT_DECIMAL:
    return to_decimal(L, index, t, &out->u.i, err);
  case BLT_STRING:
    if (lua_type(L, index) != LUA_TSTRING) return unexpected(L, index, "a string", err);
    if (lua_rawlen(L, index) > BLT_MAX_STRING)
      return blt_fail(err, BLT_EOVERFLOW, "a string of more than 1 GiB");
    out->u.s = text_at(L, index);
    return BLT_OK;
  case BLT_DATE:
  case BLT_TIMESTAMP:
    return to_time(L, index, t, &out->u.i, err);
  default:
    return blt_fail(err, BLT_ETYPE, "a value of no type");
  }
}

static void push_decimal(lua_State *L, int64_t v, unsigned scale) {
  if (v > -1000000000000000 && v < 1000000000000000) {
    lua_pushnumber(L, (double)v / (double)blt_pow10(scale));
    return;
  }
  char text[BLT_DECIMAL_TEXT];
  lua_pushlstring(L, text, blt_format_decimal(v, scale, text));
}

void bind_push_value(lua_State *L, const blt_value *v) {
  if (v->null) {
    lua_pushnil(L);
    return;
  }
  switch (v->type.id) {
  case BLT_BOOL:
    lua_pushboolean(L, v->u.i != 0);
    return;
  case BLT_INT64:
    lua_pushinteger(L, v->u.i);
    return;
  case BLT_FLOAT64:
    lua_pushnumber(L, v->u.f);
    return;
  case BLT_DECIMAL:
    push_decimal(L, v->u.i, v->type.scale);
    return;
  case BLT_STRING:
    lua_pushlstring(L, v->u.s.s, v->u.s.len);
    return;
  case BLT_DATE:
  case BLT_TIMESTAMP:
    bind_push_text(L, v);
    return;
  default:
    lua_pushnil(L);
  }
}

size_t bind_value_text(const blt_value *v, char *out) {
  switch (v->type.id) {
  case BLT_BOOL:
    strcpy(out, v->u.i ? "true" : "false");
    return strlen(out);
  case BLT_INT64:
    return blt_format_i64(v->u.i, out);
  case BLT_FLOAT64:
    return blt_format_f64(v->u.f, out);
  case BLT_DECIMAL:
    return blt_format_decimal(v->u.i, v->type.scale, out);
  case BLT_DATE:
    return blt_date_format(v->u.i, out);
  default:
    return blt_timestamp_format(v->u.i, out);
  }
}

void bind_push_text(lua_State *L, const blt_value *v) {
  char text[BLT_F64_TEXT];
  if (v->null)
    lua_pushnil(L);
  else if (v->type.id == BLT_STRING)
    lua_pushlstring(L, v->u.s.s, v->u.s.len);
  else
    lua_pushlstring(L, text, bind_value_text(v, text));
}

/* ---- literals of the query language ---- */

/* Digits after the point of a decimal's text. */
static uint32_t scale_of(const char *s, size_t len) {
  const char *point = memchr(s, '.', len);
  return point ? (uint32_t)(len - (size_t)(point - s) - 1) : 0;
}

static blt_status decimal_literal(lua_State *L, int index, blt_value *out, blt_error *err) {
  size_t len;
  const char *s = luaL_checklstring(L, index, &len);
  uint32_t scale = scale_of(s, len), digits = 1;
  blt_parsed read = BLT_OUT_OF_RANGE;
  if (scale <= BLT_MAX_PRECISION) read = blt_parse_decimal(s, len, BLT_MAX_PRECISION, scale, &out->u.i);
  if (read == BLT_NO_NUMBER)
    return blt_fail(err, BLT_EFORMAT, "a decimal such as 12.50 expected, got '%s'", s);
  if (read != BLT_PARSED)
    return blt_fail(err, BLT_EOVERFLOW,
                    "a decimal of more than %d digits; write it with an exponent for a float64",
                    BLT_MAX_PRECISION);
  for (int64_t left = out->u.i / 10; left != 0; left /= 10) digits++;
  if (digits < scale) digits = scale;
  out->type = (blt_type){.id = BLT_DECIMAL, .precision = (uint8_t)digits, .scale = (uint8_t)scale};
  return BLT_OK;
}

blt_status bind_literal(lua_State *L, const char *type, int index, blt_value *out, blt_error *err) {
  *out = (blt_value){.null = true};
  if (strcmp(type, "null") == 0) return BLT_OK;
  out->null = false;
  if (strcmp(type, "decimal") == 0) return decimal_literal(L, index, out, err);
  if (!blt_type_parse(type, strlen(type), &out->type))
    return blt_fail(err, BLT_ETYPE, "unknown type '%s'", type);
  return bind_to_value(L, index, out->type, out, err);
}

/* literal_problem(type, value) -> true, or false and what was expected */
static int literal_problem(lua_State *L) {
  blt_value v;
  blt_error err;
  bool good = bind_literal(L, luaL_checkstring(L, 1), 2, &v, &err) == BLT_OK;
  lua_pushboolean(L, good);
  if (good) return 1;
  lua_pushstring(L, err.message);
  return 2;
}

static int is_null(lua_State *L) {
  lua_pushboolean(L, bind_is_null(L, 1));
  return 1;
}

void bind_open_value(lua_State *L, int state) {
  static const luaL_Reg functions[] = {
      {"literal_problem", literal_problem}, {"is_null", is_null}, {NULL, NULL}};
  lua_pushvalue(L, state);
  luaL_setfuncs(L, functions, 1);
  lua_pushlightuserdata(L, NULL);
  lua_setfield(L, -2, "null");
}

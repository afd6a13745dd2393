/* Systems of equations and linear programs over them: csrc/solve for blotter.disclose. Columns and equations
 * are numbered from 1. */
#include "bind.h"

#include "base/mem.h"
#include "solve/circuits.h"
#include "solve/program.h"

#include <math.h>

#define BIND_SYSTEM "blotter.system"
#define BIND_PROGRAM "blotter.program"
#define BIND_CIRCUITS "blotter.circuits"
#define NEAR 1e-5 /* how far from an integer a proposal may lie: what is proposed is checked exactly */

/* All arrays lie in one Lua userdata, user value 1, so that an error anywhere loses nothing. */
typedef struct bind_system {
  blt_ctx *ctx;
  blt_system s;
  __int128 *sums;
  int64_t *values, *multipliers;
} bind_system;

typedef struct bind_program {
  blt_ctx *ctx;
  blt_program *p;
  uint32_t ncols, nrows;
} bind_program;

/* The system is user value 1. */
typedef struct bind_circuits {
  blt_ctx *ctx;
  blt_circuits *k;
  uint32_t ncols;
} bind_circuits;

static bind_system *system_at(lua_State *L, int index) {
  return luaL_checkudata(L, index, BIND_SYSTEM);
}

static int handle_release(lua_State *L) {
  return bind_handle_end(lua_touserdata(L, 1));
}

static bind_program *program_at(lua_State *L, int index) {
  bind_program *h = luaL_checkudata(L, index, BIND_PROGRAM);
  if (!h->p) bind_raise(L, "the program is closed");
  return h;
}

static int program_release(lua_State *L) {
  bind_program *h = lua_touserdata(L, 1);
  blt_program_free(h->p);
  h->p = NULL;
  return bind_handle_end(h);
}

static bind_circuits *circuits_at(lua_State *L, int index) {
  bind_circuits *h = luaL_checkudata(L, index, BIND_CIRCUITS);
  if (!h->k) bind_raise(L, "the circuits are closed");
  return h;
}

static int circuits_release(lua_State *L) {
  bind_circuits *h = lua_touserdata(L, 1);
  blt_circuits_free(h->k);
  h->k = NULL;
  return bind_handle_end(h);
}

static int64_t integer_in(lua_State *L, int list, lua_Integer i) {
  int is_integer;
  lua_rawgeti(L, list, i);
  lua_Integer n = lua_tointegerx(L, -1, &is_integer);
  if (!is_integer) bind_raise(L, "item %I of a list: an integer expected, got a %s", i, luaL_typename(L, -1));
  lua_pop(L, 1);
  return n;
}

/* An upper bound; nil and false are none. */
static int64_t bound_in(lua_State *L, int list, lua_Integer i) {
  bool is_open = lua_rawgeti(L, list, i) == LUA_TNIL || !lua_toboolean(L, -1);
  lua_pop(L, 1);
  return is_open ? BLT_SYSTEM_OPEN : integer_in(L, list, i);
}

static int32_t small(lua_State *L, int list, lua_Integer i) {
  int64_t n = integer_in(L, list, i);
  if (n < INT32_MIN || n > INT32_MAX) bind_raise(L, "item %I of a list is beyond 32 bits", i);
  return (int32_t)n;
}

/* Room for all arrays of a system, as the user value of the handle on top. */
static void make_room(lua_State *L, bind_system *h, uint32_t nrows, uint32_t ncols, uint32_t nelements) {
  const size_t align = sizeof(__int128);
  size_t wide = (size_t)nrows * (sizeof(__int128) + 8) + (size_t)ncols * 24;
  char *p = lua_newuserdatauv(L, align + wide + ((size_t)ncols + 1 + 2 * (size_t)nelements) * 4, 0);
  p += align - (uintptr_t)p % align;
  lua_setiuservalue(L, -2, 1);
  h->sums = (__int128 *)p;
  h->multipliers = (int64_t *)(p + nrows * sizeof(__int128));
  h->values = h->multipliers + nrows;
  h->s =
      (blt_system){.nrows = nrows, .ncols = ncols, .low = h->values + ncols, .high = h->values + 2 * ncols};
  h->s.starts = (int32_t *)(p + wide);
  h->s.rows = h->s.starts + ncols + 1;
  h->s.coefficients = h->s.rows + nelements;
}

static void read_system(lua_State *L, bind_system *h) {
  int32_t *starts = (int32_t *)h->s.starts, *rows = (int32_t *)h->s.rows,
          *coefficients = (int32_t *)h->s.coefficients;
  for (uint32_t c = 0; c <= h->s.ncols; c++) starts[c] = small(L, 2, c + 1) - 1;
  for (int32_t k = 0; k < starts[h->s.ncols]; k++) {
    rows[k] = small(L, 3, k + 1) - 1;
    coefficients[k] = small(L, 4, k + 1);
  }
  for (uint32_t c = 0; c < h->s.ncols; c++) {
    h->s.low[c] = integer_in(L, 5, c + 1);
    h->s.high[c] = bound_in(L, 6, c + 1);
  }
}

/* system(equations, starts, rows, coefficients, low, high): the arrays of blt_system, counted from 1. */
static int new_system(lua_State *L) {
  blt_error err;
  bind_state *s = bind_state_of(L);
  lua_Integer nrows = luaL_checkinteger(L, 1);
  for (int i = 2; i <= 6; i++) luaL_checktype(L, i, LUA_TTABLE);
  lua_Integer ncols = (lua_Integer)lua_rawlen(L, 2) - 1, nelements = (lua_Integer)lua_rawlen(L, 3);
  if (nrows < 0 || nrows > INT32_MAX || ncols < 0 || ncols > INT32_MAX || nelements > INT32_MAX / 2)
    bind_raise(L, "system: too many equations or columns");
  if (small(L, 2, ncols + 1) - 1 != nelements) bind_raise(L, "system: the starts do not fit the rows");
  bind_system *h = bind_handle_new(L, s->ctx, sizeof *h, 1, BIND_SYSTEM);
  make_room(L, h, (uint32_t)nrows, (uint32_t)ncols, (uint32_t)nelements);
  read_system(L, h);
  if (blt_system_check(&h->s, &err) != BLT_OK) bind_raise(L, "%s", err.message);
  return 1;
}

static void read_list(lua_State *L, int index, int64_t *out, uint32_t n) {
  luaL_checktype(L, index, LUA_TTABLE);
  for (uint32_t i = 0; i < n; i++) out[i] = integer_in(L, index, i + 1);
}

/* system:fits(values) -> whether they are within bounds and all equations hold, exactly */
static int fits(lua_State *L) {
  bind_system *h = system_at(L, 1);
  read_list(L, 2, h->values, h->s.ncols);
  lua_pushboolean(L, blt_system_fits(&h->s, h->values, h->sums));
  return 1;
}

static uint32_t column_at(lua_State *L, int index, uint32_t ncols) {
  lua_Integer c = luaL_checkinteger(L, index);
  if (c < 1 || c > ncols) bind_raise(L, "column %I is none of %I", c, (lua_Integer)ncols);
  return (uint32_t)c - 1;
}

/* system:keeps(columns, by) -> whether all equations still hold when each of these columns is larger by that
 */
static int keeps(lua_State *L) {
  bind_system *h = system_at(L, 1);
  luaL_checktype(L, 2, LUA_TTABLE);
  lua_Unsigned n = lua_rawlen(L, 2);
  if (n > h->s.ncols) bind_raise(L, "keeps: more columns than the system has");
  uint32_t *columns = lua_newuserdatauv(L, (n + 1) * sizeof *columns, 0);
  for (uint32_t i = 0; i < n; i++) {
    lua_rawgeti(L, 2, i + 1);
    columns[i] = column_at(L, -1, h->s.ncols);
    lua_pop(L, 1);
  }
  read_list(L, 3, h->values, (uint32_t)n);
  lua_pushboolean(L, blt_system_keeps(&h->s, (uint32_t)n, columns, h->values, h->sums));
  return 1;
}

/* system:bound(column, sign, multipliers, denominator) -> the largest (smallest) value they allow, or nil */
static int bound(lua_State *L) {
  bind_system *h = system_at(L, 1);
  uint32_t c = column_at(L, 2, h->s.ncols);
  int sign = luaL_checkinteger(L, 3) < 0 ? -1 : 1;
  int64_t found;
  read_list(L, 4, h->multipliers, h->s.nrows);
  if (!blt_system_bound(&h->s, c, sign, h->multipliers, luaL_checkinteger(L, 5), &found)) return 0;
  lua_pushinteger(L, found);
  return 1;
}

/* The columns of a list at `index`, or all of them; the memory belongs to a userdata that is left on the
 * stack. */
static blt_columns columns_in(lua_State *L, int index, const bind_system *system) {
  bool all = lua_isnoneornil(L, index);
  if (!all) luaL_checktype(L, index, LUA_TTABLE);
  lua_Unsigned n = all ? system->s.ncols : lua_rawlen(L, index);
  if (n > system->s.ncols) bind_raise(L, "program: more columns than the system has");
  uint32_t *at = lua_newuserdatauv(L, (n + 1) * sizeof *at, 0);
  for (uint32_t k = 0; k < n; k++) {
    if (!all) lua_rawgeti(L, index, k + 1);
    at[k] = all ? k : column_at(L, -1, system->s.ncols);
    if (!all) lua_pop(L, 1);
  }
  return (blt_columns){(uint32_t)n, at};
}

/* system:program(columns) -> a program over these columns, numbered as in the list (none: over all), or nil,
 * message, code when there is no solver */
static int new_program(lua_State *L) {
  blt_error err;
  bind_state *s = bind_state_of(L);
  bind_system *system = system_at(L, 1);
  blt_columns chosen = columns_in(L, 2, system);
  bind_program *h = bind_handle_new(L, s->ctx, sizeof *h, 0, BIND_PROGRAM);
  h->ncols = chosen.n;
  h->nrows = system->s.nrows;
  if (blt_program_new(s->ctx, &system->s, &chosen, &h->p, &err) != BLT_OK) return bind_report(L, &err);
  return 1;
}

/* program:cost(column, cost) */
static int cost(lua_State *L) {
  bind_program *h = program_at(L, 1);
  blt_program_cost(h->p, column_at(L, 2, h->ncols), luaL_checknumber(L, 3));
  return 0;
}

/* program:bounds(column, low, high): high nil is open */
static int bounds(lua_State *L) {
  bind_program *h = program_at(L, 1);
  blt_program_bounds(h->p, column_at(L, 2, h->ncols), luaL_checknumber(L, 3), luaL_optnumber(L, 4, HUGE_VAL));
  return 0;
}

/* program:restart(): the next answer depends on its question alone */
static int restart(lua_State *L) {
  blt_program_restart(program_at(L, 1)->p);
  return 0;
}

/* program:solve(way) -> "optimal" and what it costs; or "infeasible", "unbounded", "undecided"; the way is
 * "dual" or "primal" */
static int solve(lua_State *L) {
  static const char *const names[] = {"optimal", "infeasible", "unbounded", "undecided"};
  static const char *const ways[] = {"primal", "dual", NULL};
  bind_program *h = program_at(L, 1);
  blt_outcome outcome = blt_program_solve(h->p, luaL_checkoption(L, 2, NULL, ways) == 1);
  lua_pushstring(L, names[outcome]);
  if (outcome != BLT_OPTIMAL) return 1;
  lua_pushnumber(L, blt_program_objective(h->p));
  return 2;
}

static bool is_whole(double value) {
  double whole = round(value);
  return fabs(value - whole) < NEAR && fabs(whole) < (double)BLT_SYSTEM_LARGEST;
}

static double near_whole(double value) {
  return is_whole(value) ? round(value) : value;
}

/* program:values() -> what the last solution gives each column, and whether all are integers; what lies next
 * to an integer is that integer */
static int values(lua_State *L) {
  bind_program *h = program_at(L, 1);
  const double *found = blt_program_values(h->p);
  bool all = true;
  lua_createtable(L, (int)h->ncols, 0);
  for (uint32_t c = 0; c < h->ncols; c++) {
    bool is_integer = is_whole(found[c]);
    all = all && is_integer;
    if (is_integer)
      lua_pushinteger(L, (lua_Integer)round(found[c]));
    else
      lua_pushnumber(L, found[c]);
    lua_rawseti(L, -2, (lua_Integer)c + 1);
  }
  lua_pushboolean(L, all);
  return 2;
}

static double moved_by(const double *found, uint32_t pair) {
  return near_whole(found[2 * pair]) - near_whole(found[2 * pair + 1]);
}

static void push_moved(lua_State *L, lua_Integer pair, double by) {
  lua_createtable(L, 2, 0);
  lua_pushinteger(L, pair);
  lua_rawseti(L, -2, 1);
  if (by == round(by))
    lua_pushinteger(L, (lua_Integer)by);
  else
    lua_pushnumber(L, by);
  lua_rawseti(L, -2, 2);
}

/* program:moved() -> {{pair, by}, ...}: of a program whose columns 2k - 1 and 2k raise and lower one thing,
 * by how much the last solution moves each; and, where it gives a column a fraction, the first such column
 * and its value */
static int moved(lua_State *L) {
  bind_program *h = program_at(L, 1);
  const double *found = blt_program_values(h->p);
  lua_Integer n = 0;
  uint32_t fraction = 0;
  lua_newtable(L);
  for (uint32_t c = h->ncols; c > 0; c--)
    if (!is_whole(found[c - 1])) fraction = c;
  for (uint32_t pair = 0; pair < h->ncols / 2; pair++) {
    double by = moved_by(found, pair);
    if (by == 0) continue;
    push_moved(L, (lua_Integer)pair + 1, by);
    lua_rawseti(L, -2, ++n);
  }
  if (!fraction) return 1;
  lua_pushinteger(L, fraction);
  lua_pushnumber(L, found[fraction - 1]);
  return 3;
}

/* program:multipliers(factor) -> the prices of the equations times the factor, rounded to integers */
static int multipliers(lua_State *L) {
  bind_program *h = program_at(L, 1);
  const double *prices = blt_program_prices(h->p);
  double factor = luaL_checknumber(L, 2);
  lua_createtable(L, (int)h->nrows, 0);
  for (uint32_t r = 0; r < h->nrows; r++) {
    double whole = round(prices[r] * factor);
    lua_pushinteger(L, fabs(whole) < (double)BLT_SYSTEM_LARGEST ? (lua_Integer)whole : 0);
    lua_rawseti(L, -2, (lua_Integer)r + 1);
  }
  return 1;
}

/* program:steps() -> steps of the simplex that the last answer took */
static int steps(lua_State *L) {
  lua_pushinteger(L, blt_program_steps(program_at(L, 1)->p));
  return 1;
}

/* program:solver() -> Clp's version */
static int solver(lua_State *L) {
  lua_pushstring(L, blt_program_solver(program_at(L, 1)->p));
  return 1;
}

/* system:circuits() -> searches for moves of its columns, none of which may move at first */
static int new_circuits(lua_State *L) {
  blt_error err;
  bind_state *s = bind_state_of(L);
  bind_system *system = system_at(L, 1);
  bind_circuits *h = bind_handle_new(L, s->ctx, sizeof *h, 1, BIND_CIRCUITS);
  lua_pushvalue(L, 1);
  lua_setiuservalue(L, -2, 1);
  h->ncols = system->s.ncols;
  if (blt_circuits_new(s->ctx, &system->s, &h->k, &err) != BLT_OK) return bind_report(L, &err);
  return 1;
}

/* circuits:allow(column, is_allowed) */
static int allow(lua_State *L) {
  bind_circuits *h = circuits_at(L, 1);
  blt_circuits_allow(h->k, column_at(L, 2, h->ncols), lua_toboolean(L, 3));
  return 0;
}

static void push_steps(lua_State *L, const int64_t *move, uint32_t ncols) {
  lua_Integer n = 0;
  lua_newtable(L);
  for (uint32_t c = 0; c < ncols; c++) {
    if (!move[c]) continue;
    lua_createtable(L, 2, 0);
    lua_pushinteger(L, (lua_Integer)c + 1);
    lua_rawseti(L, -2, 1);
    lua_pushinteger(L, move[c]);
    lua_rawseti(L, -2, 2);
    lua_rawseti(L, -2, ++n);
  }
}

/* circuits:find(column, by) -> {{column, by}, ...}, nil when none was found; and the steps of the search */
static int find(lua_State *L) {
  bind_circuits *h = circuits_at(L, 1);
  uint32_t c = column_at(L, 2, h->ncols);
  uint64_t before = blt_circuits_steps(h->k);
  const int64_t *move = blt_circuits_find(h->k, c, luaL_checkinteger(L, 3));
  if (move)
    push_steps(L, move, h->ncols);
  else
    lua_pushnil(L);
  lua_pushinteger(L, (lua_Integer)(blt_circuits_steps(h->k) - before));
  return 2;
}

void bind_open_solve(lua_State *L, int state) {
  static const luaL_Reg functions[] = {{"system", new_system}, {NULL, NULL}};
  static const luaL_Reg of_system[] = {{"fits", fits},           {"keeps", keeps},           {"bound", bound},
                                       {"program", new_program}, {"circuits", new_circuits}, {NULL, NULL}};
  static const luaL_Reg of_program[] = {{"cost", cost},       {"bounds", bounds},
                                        {"solve", solve},     {"values", values},
                                        {"moved", moved},     {"multipliers", multipliers},
                                        {"restart", restart}, {"steps", steps},
                                        {"solver", solver},   {NULL, NULL}};
  static const luaL_Reg of_circuits[] = {{"allow", allow}, {"find", find}, {NULL, NULL}};
  static const luaL_Reg circuits_meta[] = {
      {"__gc", circuits_release}, {"__close", circuits_release}, {NULL, NULL}};
  static const luaL_Reg system_meta[] = {{"__gc", handle_release}, {NULL, NULL}};
  static const luaL_Reg program_meta[] = {
      {"__gc", program_release}, {"__close", program_release}, {NULL, NULL}};
  bind_class(L, state, BIND_SYSTEM, of_system, system_meta);
  bind_class(L, state, BIND_CIRCUITS, of_circuits, circuits_meta);
  bind_class(L, state, BIND_PROGRAM, of_program, program_meta);
  lua_pushvalue(L, state);
  luaL_setfuncs(L, functions, 1);
}

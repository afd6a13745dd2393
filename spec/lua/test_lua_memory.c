/* Lua's own allocator fails at every n-th growth while a script opens a database, appends, commits, queries
 * and closes. The script gets a memory error and nothing else: the state goes on, what was committed is
 * there, and no handle is left open. BLOTTER_TORTURE takes every n; otherwise every one of the first and then
 * each STRIDE-th. */
#include "check.h"
#include "scratch.h"

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>

#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

static int64_t left = -1; /* growths until they fail; below 0: never */

static void *allocate(void *ud, void *p, size_t old, size_t size) {
  (void)ud;
  if (size == 0) {
    free(p);
    return NULL;
  }
  if (!p || size > old) {
    if (left == 0) return NULL;
    if (left > 0) left--;
  }
  return realloc(p, size);
}

static const char work[] =
    "local path = ...\n"
    "local blotter = require 'blotter'\n"
    "local db = assert(blotter.open(path))\n"
    "local t = db:create('t', 'k int64 key, s string, x float64')\n"
    "for i = 1, 20 do assert(t:append(i, 's' .. i % 5, i / 2)) end\n"
    "assert(db:commit())\n"
    "local f = t:where 'x > 2':by 's':agg 'n = count(), m = mean(x)':order 's':collect()\n"
    "assert(#tostring(f) > 0)\n"
    "assert(t:append { k = 100, s = 'last' })\n"
    "assert(db:commit())\n"
    "db:close()\n"
    "return #f\n";

/* Rows that are there after a failure: none yet, the first commit's or the second's. */
static const char look[] = "local path = ...\n"
                           "collectgarbage() collectgarbage()\n"
                           "local db = assert(require('blotter').open(path))\n"
                           "assert(db:check())\n"
                           "local n = 0\n"
                           "for _, name in ipairs(db:tables()) do n = #db:table(name) end\n"
                           "db:close()\n"
                           "os.remove(path)\n"
                           "return n == 0 or n == 20 or n == 21\n";

static lua_State *L;
static char path[4096];

/* The status of `script`, whose result (or message) is left on top of an otherwise empty stack. */
static int run(const char *script, int64_t fail_after) {
  lua_settop(L, 0);
  if (luaL_loadstring(L, script) != LUA_OK) return LUA_ERRSYNTAX;
  lua_pushstring(L, path);
  left = fail_after;
  int status = lua_pcall(L, 1, 1, 0);
  left = -1;
  return status;
}

static void every_growth_may_fail(void) {
  int64_t n = 0;
  REQUIRE(run(work, -1) == LUA_OK); /* modules are loaded from here on */
  REQUIRE(run(look, -1) == LUA_OK);
  for (;; n++) {
    int status = run(work, n);
    if (status == LUA_OK) break;
    CHECK_AT(status == LUA_ERRMEM || strstr(lua_tostring(L, -1), "memory"), "growth %d: %s", (int)n,
             lua_tostring(L, -1));
    status = run(look, -1);
    CHECK_AT(status == LUA_OK && lua_toboolean(L, -1), "growth %d: afterwards: %s", (int)n,
             status == LUA_OK ? "rows are lost or half there" : lua_tostring(L, -1));
    if (!check_ok) return;
  }
  printf("refused growths of Lua: %d\n", (int)n);
  CHECK(n > 100);
}

int main(void) {
  scratch_path(path, sizeof path, "memory.blt");
  L = lua_newstate(allocate, NULL);
  if (!L) return 1;
  luaL_openlibs(L);
  RUN(every_growth_may_fail);
  lua_close(L);
  unlink(path);
  return check_report();
}

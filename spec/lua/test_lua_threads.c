/* Lua states in threads of their own, each with the module: one writes a file, the others read the same file
 * and work on tables of their own, with queries that start threads. They share nothing but the file. */
#include "check.h"
#include "scratch.h"

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#define READERS 2

/* Every commit adds 100 rows whose n are the commit's number, so a whole state is known by its sums. */
static const char writer[] = "local path, rounds = ...\n"
                             "local blotter = require 'blotter'\n"
                             "blotter.threads = 2\n"
                             "local db <close> = assert(blotter.open(path))\n"
                             "local t = db:table 't'\n"
                             "for round = 1, rounds do\n"
                             "  db:transaction(function()\n"
                             "    local append = t:appender()\n"
                             "    for i = 1, 100 do append(round * 100 + i, 's' .. i % 7, round) end\n"
                             "    t:update('s == \"s3\"', 'n = ' .. round)\n"
                             "    t:update('s ~= \"s3\"', 'n = ' .. round)\n"
                             "  end)\n"
                             "  if round % 10 == 0 then assert(db:compact()) end\n"
                             "end\n"
                             "return rounds * 100\n";

static const char reader[] =
    "local path, _, ended = ...\n"
    "local blotter = require 'blotter'\n"
    "blotter.threads = 2\n"
    "local own, last = blotter.table 'k int64 key, s string', 0\n"
    "for i = 1, 3000 do own:append(i, 's' .. i % 11) end\n"
    "repeat\n"
    "  local over = ended() -- then this is the last look\n"
    "  local db <close> = assert(blotter.open(path, { readonly = true }))\n"
    "  local t = db:table 't'\n"
    "  local r = t:agg 'n = count(), low = min(n), high = max(n)':first()\n"
    "  assert(r.n == #t and r.n >= last and r.n == 100 * (r.high or 0), 'a state that never was')\n"
    "  assert(r.low == r.high, 'half a commit')\n"
    "  assert(own:by 's':agg 'c = count()':agg 'c = sum(c)':value() == 3000)\n"
    "  last = r.n\n"
    "until over\n"
    "return last\n";

static char path[4096];
static lua_Integer rounds;
static atomic_bool writer_ended;

typedef struct work {
  const char *script;
  lua_Integer result;
  char message[200];
} work;

static int ended(lua_State *L) {
  lua_pushboolean(L, atomic_load(&writer_ended));
  return 1;
}

static void *run(void *arg) {
  work *w = arg;
  lua_State *L = luaL_newstate();
  luaL_openlibs(L);
  lua_settop(L, 0);
  if (luaL_loadstring(L, w->script) == LUA_OK) {
    lua_pushstring(L, path);
    lua_pushinteger(L, rounds);
    lua_pushcfunction(L, ended);
    if (lua_pcall(L, 3, 1, 0) == LUA_OK) w->result = lua_tointeger(L, -1);
  }
  if (!lua_isinteger(L, -1)) snprintf(w->message, 200, "%s", luaL_tolstring(L, -1, NULL));
  lua_close(L);
  if (w->script == writer) atomic_store(&writer_ended, true);
  return NULL;
}

static void states_share_nothing_but_the_file(void) {
  static const char make[] = "local path = ...\n"
                             "local db <close> = assert(require('blotter').open(path))\n"
                             "db:create('t', 'k int64 key, s string, n int64')\n"
                             "return db:commit() and 1\n";
  work first = {.script = make},
       all[1 + READERS] = {{.script = writer}, {.script = reader}, {.script = reader}};
  pthread_t threads[1 + READERS];
  run(&first);
  CHECK_STR(first.message, "");
  REQUIRE(first.result == 1);
  for (int i = 0; i <= READERS; i++) REQUIRE(pthread_create(&threads[i], NULL, run, &all[i]) == 0);
  for (int i = 0; i <= READERS; i++) pthread_join(threads[i], NULL);
  for (int i = 0; i <= READERS; i++) {
    CHECK_STR(all[i].message, "");
    CHECK_INT(all[i].result, rounds * 100);
  }
}

int main(void) {
  scratch_path(path, sizeof path, "threads.blt");
  rounds = (lua_Integer)check_rounds(40, 400);
  RUN(states_share_nothing_but_the_file);
  unlink(path);
  return check_report();
}

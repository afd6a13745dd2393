/* bind_interrupt.c: Ctrl-C at the prompt. The interpreter's own handler gives way after the first signal and
 * lets a read go on, so that a second Ctrl-C ends the program; this one stays and ends a read as well. */
#include "bind.h"

#include <signal.h>

static lua_State *interrupted_state;

/* Fires at the next step of Lua, as the interpreter's own hook does. */
static void raise_interrupted(lua_State *L, lua_Debug *at) {
  (void)at;
  lua_sethook(L, NULL, 0, 0);
  luaL_error(L, "interrupted!");
}

/* A hook may be set from a signal handler. */
static void on_interrupt(int signal_number) {
  (void)signal_number;
  int all = LUA_MASKCALL | LUA_MASKRET | LUA_MASKLINE | LUA_MASKCOUNT;
  lua_sethook(interrupted_state, raise_interrupted, all, 1);
}

/* watch_interrupts(): from now on Ctrl-C raises "interrupted!" in the main coroutine, each time. */
static int watch_interrupts(lua_State *L) {
  struct sigaction action = {.sa_handler = on_interrupt};
  sigemptyset(&action.sa_mask);
  lua_rawgeti(L, LUA_REGISTRYINDEX, LUA_RIDX_MAINTHREAD);
  interrupted_state = lua_tothread(L, -1);
  sigaction(SIGINT, &action, NULL);
  return 0;
}

void bind_open_interrupt(lua_State *L) {
  lua_pushcfunction(L, watch_interrupts);
  lua_setfield(L, -2, "watch_interrupts");
}

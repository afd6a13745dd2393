/* The module blotter.edit: a line of the prompt, edited by libedit, with history and completion.
 *
 *   editor = edit.open(complete)    complete(text before the cursor) -> what to insert, what to show
 *   editor:read(prompt)             the line; nil at the end of the input; nil and true after Ctrl-C
 *   editor:remember(text)           for the keys that go back in history
 *
 * It is a module of its own, so that the library itself needs no libedit. While a line is read the terminal
 * makes no signals: Ctrl-C is a key that takes the line away. Characters are UTF-8 whatever the locale. */
#include <lauxlib.h>
#include <lua.h>

#include <histedit.h>
#include <locale.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EDITOR "blotter.editor"
#define REMEMBERED 1000

typedef struct editor {
  EditLine *line;
  History *history;
  lua_State *L; /* while a line is read */
  char *prompt;
  int complete;  /* a reference in the registry */
  locale_t utf8; /* or none: then characters are bytes */
  bool interrupted;
} editor;

static editor *editor_of(EditLine *line) {
  void *data = NULL;
  el_get(line, EL_CLIENTDATA, &data);
  return data;
}

static char *prompt_of(EditLine *line) {
  return editor_of(line)->prompt;
}

/* The key Ctrl-C: what stands in the line is not asked for any more. */
static unsigned char interrupt_key(EditLine *line, int key) {
  (void)key;
  editor_of(line)->interrupted = true;
  return CC_NEWLINE;
}

/* The key Tab: inserts what all candidates begin with, or shows them below the line. */
static unsigned char complete_key(EditLine *line, int key) {
  editor *e = editor_of(line);
  lua_State *L = e->L;
  const LineInfo *info = el_line(line);
  int top = lua_gettop(L);
  unsigned char result = CC_ERROR;
  (void)key;
  lua_rawgeti(L, LUA_REGISTRYINDEX, e->complete);
  lua_pushlstring(L, info->buffer, (size_t)(info->cursor - info->buffer));
  if (lua_pcall(L, 1, 2, 0) == LUA_OK) {
    const char *more = lua_tostring(L, -2), *shown = lua_tostring(L, -1);
    if (more && *more && el_insertstr(line, more) == 0) result = CC_REFRESH;
    if (shown && *shown) {
      printf("\n%s\n", shown);
      fflush(stdout);
      result = CC_REDISPLAY;
    }
  }
  lua_settop(L, top);
  return result;
}

static int editor_close(lua_State *L) {
  editor *e = luaL_checkudata(L, 1, EDITOR);
  if (e->line) el_end(e->line);
  if (e->history) history_end(e->history);
  if (e->utf8) freelocale(e->utf8);
  free(e->prompt);
  e->utf8 = (locale_t)0;
  e->line = NULL;
  e->history = NULL;
  e->prompt = NULL;
  return 0;
}

static void set_keys(EditLine *line) {
  el_set(line, EL_EDITOR, "emacs");
  el_set(line, EL_ADDFN, "blotter-complete", "what it may become", complete_key);
  el_set(line, EL_ADDFN, "blotter-interrupt", "takes the line away", interrupt_key);
  el_set(line, EL_BIND, "^I", "blotter-complete", NULL);
  el_set(line, EL_BIND, "^C", "blotter-interrupt", NULL);
  el_set(line, EL_BIND, "^R", "em-inc-search-prev", NULL);
  el_set(line, EL_SETTY, "-d", "-isig", NULL);
}

/* open(complete) */
static int open_editor(lua_State *L) {
  HistEvent event;
  luaL_checktype(L, 1, LUA_TFUNCTION);
  editor *e = lua_newuserdatauv(L, sizeof *e, 0);
  *e = (editor){.complete = LUA_NOREF, .utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0)};
  luaL_setmetatable(L, EDITOR);
  lua_pushvalue(L, 1);
  e->complete = luaL_ref(L, LUA_REGISTRYINDEX);
  locale_t before = e->utf8 ? uselocale(e->utf8) : (locale_t)0;
  e->line = el_init("blotter", stdin, stdout, stderr);
  e->history = history_init();
  if (e->line && e->history) {
    history(e->history, &event, H_SETSIZE, REMEMBERED);
    history(e->history, &event, H_SETUNIQUE, 1);
    el_set(e->line, EL_CLIENTDATA, e);
    el_set(e->line, EL_PROMPT, prompt_of);
    el_set(e->line, EL_HIST, history, e->history);
    set_keys(e->line);
  }
  if (before) uselocale(before);
  return e->line && e->history ? 1 : luaL_error(L, "the terminal cannot be edited on");
}

/* editor:read(prompt) */
static int read_line(lua_State *L) {
  editor *e = luaL_checkudata(L, 1, EDITOR);
  const char *prompt = luaL_checkstring(L, 2);
  int n = 0;
  luaL_argcheck(L, e->line, 1, "closed");
  free(e->prompt);
  e->prompt = strdup(prompt);
  e->L = L;
  e->interrupted = false;
  locale_t before = e->utf8 ? uselocale(e->utf8) : (locale_t)0;
  el_resize(e->line);
  const char *line = e->prompt ? el_gets(e->line, &n) : NULL;
  if (before) uselocale(before);
  e->L = NULL;
  if (!e->interrupted && line && n > 0) {
    lua_pushlstring(L, line, (size_t)n - (line[n - 1] == '\n'));
    return 1;
  }
  lua_pushnil(L);
  lua_pushboolean(L, e->interrupted);
  return 2;
}

/* editor:remember(text) */
static int remember(lua_State *L) {
  editor *e = luaL_checkudata(L, 1, EDITOR);
  HistEvent event;
  const char *text = luaL_checkstring(L, 2);
  luaL_argcheck(L, e->history, 1, "closed");
  locale_t before = e->utf8 ? uselocale(e->utf8) : (locale_t)0;
  history(e->history, &event, H_ENTER, text);
  if (before) uselocale(before);
  return 0;
}

__attribute__((visibility("default"))) int luaopen_blotter_edit(lua_State *L);

int luaopen_blotter_edit(lua_State *L) {
  static const luaL_Reg methods[] = {
      {"read", read_line}, {"remember", remember}, {"close", editor_close}, {NULL, NULL}};
  static const luaL_Reg functions[] = {{"open", open_editor}, {NULL, NULL}};
  luaL_newmetatable(L, EDITOR);
  luaL_newlib(L, methods);
  lua_setfield(L, -2, "__index");
  lua_pushcfunction(L, editor_close);
  lua_setfield(L, -2, "__gc");
  luaL_newlib(L, functions);
  return 1;
}

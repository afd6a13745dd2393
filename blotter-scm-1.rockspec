rockspec_format = "3.0"
package = "blotter"
version = "scm-1"
source = { url = "git+file://." }
description = {
  summary = "An embedded columnar record store and aggregation engine",
  detailed = [[
    Typed tables in one file or in memory, a query language of plain Lua expressions, reports in several formats,
    and the published figures on law-enforcement operations against online child sexual exploitation as its dataset.]],
  license = "MIT",
}
supported_platforms = { "linux" }
dependencies = { "lua ~> 5.4", "lua-cjson >= 2.1", "argparse >= 0.7" }
external_dependencies = {
  XXHASH = { header = "xxhash.h" },
  ZSTD = { header = "zstd.h" },
  ZLIB = { header = "zlib.h" },
  PCRE2 = { header = "pcre2.h" },
}
-- The Makefile builds; the built-in backend would also copy what is not Lua below lua/.
build = {
  type = "make",
  build_variables = {
    LUA = "$(LUA)", LUA_INCDIR = "$(LUA_INCDIR)", SETUP = "no",
  },
  install_variables = {
    LUA = "$(LUA)", LUADIR = "$(LUADIR)", LIBDIR = "$(LIBDIR)", BINDIR = "$(BINDIR)", SETUP = "no",
  },
}

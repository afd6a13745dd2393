# blotter: build, test, install.
#
#   make report        print the overview of the dataset and write its site to build/report (installs and builds what is missing)
#   make test          run the busted specs and the C tests; SPEC=spec/store and TESTS=test_bits narrow it
#   make test-parquet  TABLES random tables of SEED as Parquet to DuckDB, Polars, hyparquet and parquet-wasm, as far as npm
#                      has them, and back
#   make test-remote   queries on servers on the loopback: PostgreSQL 15 and 18, ClickHouse in process and of 2018
#   make refusals      writes the list of what does not translate to SQL anew
#   make torture-remote   random queries there, and here: QUERIES (5000) from SEED (1) on
#   make test-site     the site and the reports in the programs of their readers: browser, spreadsheet, TeX; installs
#                      them as far as they can be had; PAGES=all looks at every page, PAGES=2/8 at an eighth of them
#   make repl          blotter's prompt
#   make screens       takes the screens of the prompt in spec/golden anew, in a terminal of tmux
#   make hosts         installs lighttpd, Prosody and pandoc and runs blotter inside them, on the loopback
#   make env           print the shell's settings for this checkout: eval "$(make -s env)"
#   make install       below PREFIX (default /usr/local), in DESTDIR when packaging: for Lua, and for C (pkg-config blotter)
#   make lint format   luacheck, layout rules and clang-format; format rewrites
#   make sanitize      the tests under ASan and UBSan; tsan likewise; valgrind: the C tests, with fewer random rounds
#   make clang         builds with clang as well, and runs CLANG_TESTS under its UBSan, which knows pointers past arrays
#   make fuzz          each fuzzer for FUZZ_SECONDS; make torture: the tests' long versions
#   make abuse         CALLS=n random calls, also inside callbacks, under ASan, beside a model; SEED=s plays one again
#   make bench         against the peers that can be installed; bench-quick takes under two minutes,
#                      bench-huge reads a hundred million rows: 5 GB of disk, 20 GiB of memory, half an hour;
#                      bench-shards asks q1 to q9 of three PostgreSQL servers (also part of bench and bench-quick);
#                      bench-clicks asks ClickBench's questions, and some about a web log;
#                      bench-joins asks only for the joins, windows, pivot and cube;
#                      bench-tpch asks TPC-H's 22 queries at SCALE=1;
#                      bench-report writes a report over ten million records, or ROWS
#
# SETUP=no skips the check for Debian packages, for systems that have the tools under other names.

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

PREFIX ?= /usr/local
LUA ?= lua5.4
LUA_INCDIR ?= /usr/include/lua5.4
CC := $(if $(filter default,$(origin CC)),gcc,$(CC))
BUILD ?= build
SETUP ?= yes

# Debian's luarocks serves Lua 5.1 unless it is told otherwise.
ifneq ($(filter %5.1 %5.2 %5.3,$(LUA_INCDIR)),)
$(error blotter is for Lua 5.4, not for $(LUA_INCDIR); run: luarocks --lua-version=5.4 make --deps-mode=none)
endif

# ---- packages ------------------------------------------------------------------------------------

PACKAGES_BUILD := gcc libc6-dev lua5.4 liblua5.4-dev libxxhash-dev libzstd-dev zlib1g-dev libpcre2-dev lua-cjson lua-argparse
PACKAGES_XLSX  := libxlsxwriter-dev
PACKAGES_TEST  := locales unzip=unzip pkg-config=pkg-config lua-busted lua-sql-sqlite3 glpk-utils coinor-libclp1 zstd gzip
PACKAGES_REPL  := libedit-dev less=less
PACKAGES_TEST  += $(PACKAGES_REPL) tmux=tmux libsnappy1v5 liblz4-1 libbrotli1 libsqlite3-0
PACKAGES_REMOTE := postgresql-15 libpq5 libcurl4 openssl=openssl npm=npm
PACKAGES_NODES  := clickhouse-server
PACKAGES_PEERS := nodejs=node npm=npm
PACKAGES_HOSTS := lighttpd lighttpd-modules-lua prosody pandoc curl pkg-config=pkg-config
PACKAGES_SITE  := chromium=chromium nodejs=node npm=npm poppler-utils=pdftotext libxml2-utils=xmllint \
  libreoffice-calc-nogui=soffice texlive-luatex=lualatex texlive-latex-recommended lmodern fonts-dejavu-core
PACKAGES_LINT  := lua-check clang-format
PACKAGES_FUZZ  := clang libclang-rt-14-dev
PACKAGES_BENCH := libsqlite3-dev npm=npm r-base-core r-cran-data.table

# A stamp says that its packages were there; .ci/setup prints those that it could not install.
# "package=command" is content with the command, whoever brought it.
STAMP := build/stamp
setup = $(if $(filter no,$(SETUP)),,$(if $(strip $(eval left := $(shell .ci/setup $(1)))$(left)),\
  $(error blotter needs packages that could not be installed here; run as root: apt-get install $(strip $(left)))))

.PRECIOUS: $(STAMP)/%
$(STAMP)/build: .ci/setup Makefile
	$(call setup,$(PACKAGES_BUILD))@mkdir -p $(@D) && touch $@
# Without libxlsxwriter all but XLSX works, so its absence is no error.
$(STAMP)/xlsx: $(STAMP)/build
	$(if $(filter no,$(SETUP)),,@.ci/setup $(PACKAGES_XLSX) >/dev/null)
	@touch $@
$(STAMP)/test: $(STAMP)/build
	$(call setup,$(PACKAGES_TEST))@touch $@
$(STAMP)/repl: $(STAMP)/build
	$(call setup,$(PACKAGES_REPL))@touch $@
# Without clickhouse-server its specs are passed over, and say so.
$(STAMP)/remote: $(STAMP)/test
	$(call setup,$(PACKAGES_REMOTE))$(if $(filter no,$(SETUP)),,@.ci/setup $(PACKAGES_NODES) >/dev/null)
	@touch $@
$(STAMP)/peers: $(STAMP)/test
	$(if $(filter no,$(SETUP)),,@.ci/setup $(PACKAGES_PEERS) >/dev/null)
	@touch $@
$(STAMP)/hosts: $(STAMP)/test
	$(call setup,$(PACKAGES_HOSTS))@touch $@
$(STAMP)/lint: $(STAMP)/build
	$(call setup,$(PACKAGES_LINT))@touch $@
$(STAMP)/fuzz: $(STAMP)/build
	$(call setup,$(PACKAGES_FUZZ))@touch $@
$(STAMP)/bench: $(STAMP)/build
	$(call setup,$(PACKAGES_BENCH))@touch $@
$(STAMP)/valgrind: $(STAMP)/test
	$(call setup,valgrind)@touch $@

# ---- the engine and its binding --------------------------------------------------------------------

ROOMS   := base store io expr plan exec solve remote
ENGINE  := $(foreach room,$(ROOMS),$(sort $(shell find csrc/$(room) -name '*.c')))
BINDING := $(sort $(wildcard csrc/lua/*.c csrc/lua/formats/*.c))
CTESTS  := $(sort $(wildcard spec/*/test_*.c))
SUPPORT := $(sort $(wildcard spec/support/*.c))

OPTIMIZE ?= -O3
WARNINGS := -Wall -Wextra -Werror
CFLAGS   ?=
ALL_CFLAGS = -std=c11 -ffp-contract=off -D_GNU_SOURCE $(OPTIMIZE) -g -fPIC -fvisibility=hidden $(WARNINGS) -pthread -Icsrc $(INSTRUMENT) $(CFLAGS)
LIBS := -lxxhash -lzstd -lz -lpcre2-8 -lm

# Building speaks on standard error, so that a report or a test can be redirected; V=1 shows the commands.
say = $(if $(V),,@echo "  $@" >&2; )

object = $(patsubst %.c,$(BUILD)/obj/%.o,$(1))
TEST_PROGRAMS := $(addprefix $(BUILD)/spec/,$(notdir $(CTESTS:.c=)) embed)

.PHONY: all
all: $(BUILD)/libblotter.a $(BUILD)/blotter/core.so $(BUILD)/blotter/workbook.so $(BUILD)/bin/blotter
ifneq ($(wildcard /usr/include/histedit.h),)
all: $(BUILD)/blotter/edit.so
endif

$(BUILD)/obj/%.o: %.c | $(STAMP)/build
	@mkdir -p $(@D)
	$(say)$(CC) $(ALL_CFLAGS) $(if $(filter csrc/lua/% spec/lua/%,$<),-I$(LUA_INCDIR)) $(if $(filter spec/%,$<),-Ispec/support) \
	  -MMD -MP -c -o $@ $<

$(BUILD)/libblotter.a: $(call object,$(ENGINE))
	@mkdir -p $(@D) && rm -f $@
	$(say)ar rcs $@ $^

# liblua is never linked: the interpreter that loads the module brings it. Anything else must be there.
$(BUILD)/blotter/core.so: $(call object,$(BINDING)) $(BUILD)/libblotter.a
	@mkdir -p $(@D)
	$(say)$(CC) -shared -pthread $(INSTRUMENT) $(LDFLAGS) -o $@ $^ $(LIBS)
	@if nm -D --undefined-only $@ | grep ' U blt_'; then echo "$@: the engine lacks these" >&2; rm $@; exit 1; fi

# The prompt's line editor, where libedit is there: a module of its own, so that the library needs no terminal.
$(BUILD)/blotter/edit.so: $(call object,csrc/lua/edit/line_editor.c)
	@mkdir -p $(@D)
	$(say)$(CC) -shared $(INSTRUMENT) $(LDFLAGS) -o $@ $^ -ledit

# The module that writes XLSX, only where its library is; the empty file says that it is not, and cannot be loaded.
$(BUILD)/blotter/workbook.so: csrc/lua/workbook/workbook.c | $(STAMP)/xlsx
	@mkdir -p $(@D)
	$(say)if echo '#include <xlsxwriter.h>' | $(CC) -E -x c - >/dev/null 2>&1; \
	  then $(CC) $(ALL_CFLAGS) $(LDFLAGS) -I$(LUA_INCDIR) -shared -o $@ $< -lxlsxwriter -lm; \
	  else echo "  without XLSX: libxlsxwriter-dev is missing" >&2; : >$@; fi

test_source = $(filter %/$(1).c,$(CTESTS))
.SECONDEXPANSION:
$(BUILD)/spec/test_%: $$(call object,$$(call test_source,test_$$*)) $(call object,$(SUPPORT)) $(BUILD)/libblotter.a
	@mkdir -p $(@D)
	$(say)$(CC) -pthread $(INSTRUMENT) $(LDFLAGS) -o $@ $^ $(LIBS) $(if $(findstring test_lua,$@),-llua5.4)

# What somebody who embeds the engine has: an installed copy, and what pkg-config says about it.
$(BUILD)/spec/embed: spec/c/embed.c $(BUILD)/libblotter.a $(shell find csrc -name '*.h')
	@rm -rf $(BUILD)/installed && $(MAKE) -s --no-print-directory install-engine PREFIX=$(abspath $(BUILD))/installed DESTDIR=
	@mkdir -p $(@D)
	$(say)$(CC) -std=c11 -D_GNU_SOURCE -g $(WARNINGS) $(INSTRUMENT) -o $@ $< \
	  $$(PKG_CONFIG_PATH=$(BUILD)/installed/lib/pkgconfig pkg-config --cflags --libs --static blotter)

-include $(patsubst %.o,%.d,$(call object,$(ENGINE) $(BINDING) $(CTESTS) $(SUPPORT)))
.SECONDARY: $(call object,$(CTESTS) $(SUPPORT))

# ---- use ---------------------------------------------------------------------------------------------

TREE := $(CURDIR)
export LUA_PATH  := $(TREE)/lua/?.lua;$(TREE)/lua/?/init.lua;;
export LUA_CPATH := $(TREE)/$(BUILD)/?.so;;
export BLOTTER_BUILD := $(BUILD)
unexport LUA_PATH_5_4 LUA_CPATH_5_4

# The command's text; $(1) is the folder of the Lua modules, $(2) that of the C module.
define command
#!/usr/bin/env $(LUA)
package.path = "$(1)/?.lua;$(1)/?/init.lua;" .. package.path
package.cpath = "$(2)/?.so;" .. package.cpath
os.exit(require("blotter.cli").main(arg), true)
endef
export COMMAND_HERE := $(call command,$(TREE)/lua,$(TREE)/$(BUILD))
export COMMAND_INSTALLED = $(call command,$(LUADIR),$(LIBDIR))

$(BUILD)/bin/blotter: Makefile
	@mkdir -p $(@D) && printf '%s\n' "$$COMMAND_HERE" >$@ && chmod +x $@

.PHONY: report repl env
report: all
	@$(BUILD)/bin/blotter report
	@$(BUILD)/bin/blotter report --all -o $(BUILD)/report

repl: $(STAMP)/repl
	@$(MAKE) --no-print-directory -s all
	@$(BUILD)/bin/blotter repl

env: all
	@printf 'export LUA_PATH="%s"\nexport LUA_CPATH="%s"\nexport PATH="%s:$$PATH"\n' '$(LUA_PATH)' '$(LUA_CPATH)' \
	  '$(TREE)/build/bin'

# LUADIR, LIBDIR and BINDIR are set by LuaRocks; a package's files land below DESTDIR.
LUADIR ?= $(PREFIX)/share/lua/5.4
LIBDIR ?= $(PREFIX)/lib/lua/5.4
BINDIR ?= $(PREFIX)/bin
SHAREDIR ?= $(PREFIX)/share
.PHONY: install install-engine
install: all install-engine
	@cd lua && find blotter -name '*.lua' -exec install -D -m 644 {} '$(DESTDIR)$(LUADIR)/{}' \;
	@cd lua && find blotter -name '*.md' -exec install -D -m 644 {} '$(DESTDIR)$(LUADIR)/{}' \;
	@find data -type f -exec install -D -m 644 {} '$(DESTDIR)$(LUADIR)/blotter/{}' \;
	@cd lua && find blotter -name '*.json' -exec install -D -m 644 {} '$(DESTDIR)$(LUADIR)/{}' \;
	@for module in build/blotter/*.so; do [ ! -s $$module ] || \
	  install -D -m 755 $$module '$(DESTDIR)$(LIBDIR)/blotter/'$${module##*/} || exit; done
	@printf '%s\n' "$$COMMAND_INSTALLED" >build/command
	@install -D -m 755 build/command '$(DESTDIR)$(BINDIR)/blotter'
	@mkdir -p '$(DESTDIR)$(SHAREDIR)/man/man1' '$(DESTDIR)$(SHAREDIR)/bash-completion/completions' \
	  '$(DESTDIR)$(SHAREDIR)/zsh/site-functions'
	@$(BUILD)/bin/blotter manual -o '$(DESTDIR)$(SHAREDIR)/man/man1/blotter.1'
	@$(BUILD)/bin/blotter completion bash >'$(DESTDIR)$(SHAREDIR)/bash-completion/completions/blotter'
	@$(BUILD)/bin/blotter completion zsh >'$(DESTDIR)$(SHAREDIR)/zsh/site-functions/_blotter'

# For C: the library, the headers that these name and all that they include, and a file for pkg-config.
PUBLIC := blt.h store/table/table.h store/table/change.h store/table/index.h store/table/stats.h store/database/db.h \
  io/csv/csv.h io/json/jsonl.h io/write/text_write.h io/parquet/parquet.h io/parquet/parquet_relation.h \
  io/parquet/parquet_write.h io/arrow/arrow.h io/arrow/arrow_write.h io/exchange/arrow_c.h io/sqlite/sqlite.h \
  plan/rules.h plan/explain.h plan/aggregates.h plan/windows.h \
  exec/run.h exec/change/change_where.h solve/program.h
HEADERS = $(sort $(patsubst csrc/%,%,$(filter csrc/%.h,$(shell $(CC) -Icsrc -MM $(PUBLIC:%=-include csrc/%) -x c /dev/null))))
define PKGCONFIG
prefix=$(PREFIX)
libdir=$${prefix}/lib
includedir=$${prefix}/include/blotter

Name: blotter
Description: embedded columnar record store and aggregation engine
Version: 0
Cflags: -I$${includedir}
Libs: -L$${libdir} -lblotter
Libs.private: $(LIBS) -pthread
endef
export PKGCONFIG

install-engine: $(BUILD)/libblotter.a
	@install -D -m 644 $< '$(DESTDIR)$(PREFIX)/lib/libblotter.a'
	@cd csrc && for h in $(HEADERS); do install -D -m 644 $$h '$(DESTDIR)$(PREFIX)/include/blotter/'$$h; done
	@mkdir -p '$(DESTDIR)$(PREFIX)/lib/pkgconfig' && printf '%s\n' "$$PKGCONFIG" >'$(DESTDIR)$(PREFIX)/lib/pkgconfig/blotter.pc'

# ---- tests -------------------------------------------------------------------------------------------

SPEC  ?= spec
TESTS ?= $(notdir $(TEST_PROGRAMS))
RUN_TESTS = $(LUA) spec/support/run.lua $(addprefix --specs ,$(SPEC)) $(addprefix $(BUILD)/spec/,$(TESTS))

.PHONY: test sanitize tsan valgrind torture abuse fuzz
test: $(STAMP)/test all $(TEST_PROGRAMS)
	@$(RUN_TESTS)

# Without these programs make test passes over the specs.
.PHONY: hosts
hosts: $(STAMP)/hosts all
	@$(LUA) spec/support/run.lua --specs spec/hosts

# The spec of the screens compares them in make test.
.PHONY: screens
screens: $(STAMP)/test all
	@BLOTTER_SCREENS=1 $(LUA) spec/support/run.lua --specs spec/repl/screens_spec.lua
	@git --no-pager diff --stat spec/golden

# The list of what does not translate to SQL; a spec compares it in make test.
.PHONY: refusals
refusals: $(STAMP)/test all
	@BLOTTER_REFUSALS=1 $(LUA) spec/support/run.lua --specs spec/remote/sql_spec.lua
	@git --no-pager diff --stat lua/blotter/remote

build/remote/node_modules: spec/remote/package.json | $(STAMP)/remote
	@mkdir -p $(@D) && cp $< $(@D)
	$(say)cd $(@D) && $(NPM) >npm.log 2>&1 && touch node_modules

# Servers and their specs, apart from the others: they need packages that nothing else does.
REMOTE ?= $(sort $(wildcard spec/remote/live/*.lua))
.PHONY: test-remote
test-remote: $(STAMP)/remote all
	@$(MAKE) --no-print-directory build/remote/node_modules || echo "test-remote: without chdb and PostgreSQL 18 from npm" >&2
	@$(LUA) spec/support/run.lua $(addprefix --specs ,$(REMOTE))

.PHONY: torture-remote
torture-remote:
	@BLOTTER_QUERIES=$(or $(QUERIES),5000) BLOTTER_SEED=$(or $(SEED),1) $(MAKE) --no-print-directory test-remote REMOTE=spec/remote/live/random.lua

# What cannot be installed is skipped, and said.
$(STAMP)/site: $(STAMP)/test
	$(if $(filter no,$(SETUP)),,@.ci/setup $(PACKAGES_SITE) >/dev/null)
	@touch $@
build/site/node_modules: spec/site/package.json | $(STAMP)/site
	@mkdir -p $(@D) && cp $< $(@D)
	$(say)cd $(@D) && $(NPM) >npm.log 2>&1 && touch node_modules

.PHONY: test-site
PAGES ?= sample
test-site: $(STAMP)/site all
	@if command -v npm >/dev/null && $(MAKE) --no-print-directory build/site/node_modules; then \
	  rm -rf build/site/out && $(LUA) spec/site/make.lua build/site/out && node spec/site/check.mjs build/site/out $(PAGES); \
	else echo "test-site: skipped, npm or its packages cannot be had" >&2; fi

# Other programs' Parquet; what cannot be installed is passed over, and said.
.PHONY: test-parquet
TABLES ?= 12
build/parquet/node_modules: spec/io/peers/package.json | $(STAMP)/peers
	@mkdir -p $(@D) && cp $< $(@D)
	$(say)cd $(@D) && { $(NPM) && $(NPM) --no-save $(POLARS); } >npm.log 2>&1 && touch node_modules
test-parquet: $(STAMP)/peers all
	@if command -v node >/dev/null; then \
	  $(MAKE) --no-print-directory build/parquet/node_modules || echo "test-parquet: without what npm has" >&2; mkdir -p build/parquet; \
	  $(LUA) spec/io/peers/parquet_peers.lua build/parquet $(TABLES) $(SEED); \
	else echo "test-parquet: skipped, there is no node" >&2; fi

torture: $(STAMP)/test all $(TEST_PROGRAMS)
	@BLOTTER_TORTURE=1 $(RUN_TESTS)
	@$(MAKE) --no-print-directory abuse

# Random calls under ASan and UBSan, beside a model: CALLS=n SEED=s plays a run again.
CALLS ?= 1000000
abuse: $(STAMP)/test
	@$(MAKE) --no-print-directory all BUILD=build/asan OPTIMIZE=-O1 INSTRUMENT='$(ASAN)'
	@LUA_CPATH='$(TREE)/build/asan/?.so;;' ASAN_OPTIONS=detect_leaks=0 LD_PRELOAD="$$($(CC) -print-file-name=libasan.so)" \
	  $(LUA) spec/support/abuse.lua $(CALLS) $(SEED)

ASAN := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
TSAN := -fsanitize=thread -fno-omit-frame-pointer
sanitize:
	@$(MAKE) --no-print-directory instrumented BUILD=build/asan OPTIMIZE=-O1 INSTRUMENT='$(ASAN)' PRELOAD=libasan.so
# A shell does not survive libtsan, so the specs that start other programs stay out.
tsan: SPEC := $(shell grep -rLE 'io\.popen|os\.execute|require "(command|package_copy)"' spec --include='*_spec.lua')
tsan:
	@$(MAKE) --no-print-directory instrumented BUILD=build/tsan OPTIMIZE=-O1 INSTRUMENT='$(TSAN)' PRELOAD=libtsan.so \
	  SPEC='$(SPEC)'

.PHONY: clang
CLANG_TESTS := $(filter-out test_lua% embed,$(notdir $(TEST_PROGRAMS)))
clang: $(STAMP)/fuzz
	@$(MAKE) --no-print-directory all clang-tests BUILD=build/clang CC=clang OPTIMIZE=-O1 \
	  INSTRUMENT='-fsanitize=undefined -fno-sanitize-recover=all'
.PHONY: clang-tests
clang-tests: $(CLANG_TESTS:%=$(BUILD)/spec/%)
	@$(LUA) spec/support/run.lua $^

.PHONY: instrumented
instrumented: $(STAMP)/test all $(TEST_PROGRAMS)
	@BLOTTER_PRELOAD="$$($(CC) -print-file-name=$(PRELOAD))" ASAN_OPTIONS=detect_leaks=1 \
	  LSAN_OPTIONS=suppressions=spec/support/lsan.supp:print_suppressions=0 TSAN_OPTIONS=halt_on_error=1 $(RUN_TESTS)

VALGRIND := valgrind -q --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite
# What PCRE2 compiles for the processor looks at whole words, also behind the end of a text.
OF_PCRE2 := test_expr_regex
under_valgrind = $(if $(2),BLOTTER_SLOW=1 BLOTTER_WRAP="$(VALGRIND) $(1)" $(LUA) spec/support/run.lua $(addprefix $(BUILD)/spec/,$(2)))
valgrind: $(STAMP)/valgrind all $(TEST_PROGRAMS)
	@$(call under_valgrind,,$(filter-out $(OF_PCRE2),$(TESTS)))
	@$(call under_valgrind,--undef-value-errors=no,$(filter $(OF_PCRE2),$(TESTS)))

# One libFuzzer program for each spec/fuzz/fuzz_*.c; a corpus in spec/fuzz/corpus/<name> seeds it.
FUZZERS := $(patsubst spec/fuzz/%.c,build/fuzz/spec/%,$(wildcard spec/fuzz/fuzz_*.c))
FUZZ_SECONDS ?= 20
FUZZ := -DFUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
build/fuzz/spec/%: spec/fuzz/%.c $(wildcard spec/fuzz/*.h spec/support/*.h) $(BUILD)/libblotter.a
	@mkdir -p $(@D)
	$(say)$(CC) $(ALL_CFLAGS) -fsanitize=fuzzer -o $@ $< $(BUILD)/libblotter.a $(LIBS)

.PHONY: fuzzers
fuzzers: $(FUZZERS)
fuzz: $(STAMP)/fuzz
	@$(MAKE) --no-print-directory fuzzers BUILD=build/fuzz CC=clang OPTIMIZE=-O1 WARNINGS= INSTRUMENT='$(FUZZ)'
	@for f in $(FUZZERS); do \
	  name=$${f##*/fuzz_}; found=build/fuzz/corpus/$$name; mkdir -p $$found; \
	  echo "== $$name: $(FUZZ_SECONDS) s"; \
	  $$f -max_total_time=$(FUZZ_SECONDS) -verbosity=0 -print_final_stats=1 -artifact_prefix=build/fuzz/$$name- \
	    $$found $$(ls -d spec/fuzz/corpus/$$name 2>/dev/null) || exit 1; \
	done

# ---- benchmarks ----------------------------------------------------------------------------------------

BENCH_PROGRAMS := $(addprefix build/bench/,groupby_data joins_data clicks_data tpch_data measure processors bandwidth groupby_sqlite store_sqlite memory_copy.so)
build/bench/%: spec/bench/%.c $(wildcard spec/bench/*.h) | $(STAMP)/bench
	@mkdir -p $(@D)
	$(say)$(CC) -std=c11 -D_GNU_SOURCE -O3 $(WARNINGS) -pthread -o $@ $< -lm $(if $(findstring sqlite,$@),-lsqlite3)

build/bench/%.so: spec/bench/%.c spec/bench/bench.h | $(STAMP)/bench
	@mkdir -p $(@D)
	$(say)$(CC) -std=c11 -D_GNU_SOURCE -O3 $(WARNINGS) -pthread -fPIC -shared -I$(LUA_INCDIR) -o $@ $<

# The npm package of DuckDB brings its C library. npm does not always find the package with Polars' binary, which is
# an optional one, so it is named.
NPM_CPU := $(if $(filter aarch64,$(shell uname -m)),arm64,x64)
NPM := npm install --no-audit --no-fund --no-package-lock
POLARS = nodejs-polars-linux-$(NPM_CPU)-gnu@$$(node -p 'require("./package.json").dependencies["nodejs-polars"]')
build/bench/node_modules: spec/bench/package.json | $(STAMP)/bench
	@mkdir -p $(@D) && cp $< $(@D)
	$(say)cd $(@D) && { $(NPM) && $(NPM) --no-save $(POLARS); } >npm.log 2>&1 && touch node_modules

DUCKDB := $(CURDIR)/build/bench/node_modules/@duckdb/node-bindings-linux-$(NPM_CPU)
build/bench/store_duckdb: spec/bench/store_duckdb.c $(wildcard spec/bench/*.h) build/bench/node_modules
	$(say)$(CC) -std=c11 -D_GNU_SOURCE -O2 $(WARNINGS) -o $@ $< -L$(DUCKDB) -lduckdb -Wl,-rpath,$(DUCKDB)

.PHONY: bench bench-quick bench-huge
bench bench-quick bench-huge: $(STAMP)/bench all $(BENCH_PROGRAMS)
	@$(MAKE) --no-print-directory build/bench/store_duckdb || echo "bench: without the peers from npm" >&2
	@BENCH_FLAGS='$(strip $(ALL_CFLAGS))' $(LUA) spec/bench/benchmarks.lua $(patsubst bench-%,%,$(@:bench=full))
	@$(if $(filter bench-huge,$@),,$(MAKE) --no-print-directory bench-shards ROWS=$(or $(ROWS),$(if $(filter bench,$@),10000000,1000000)) \
	  || echo "bench: without three PostgreSQL servers" >&2)

# Rows that three servers share; ROWS and RUNS as for the others, QUESTIONS=1,2 for some of them. Ten million rows take
# some four minutes.
.PHONY: bench-shards
bench-shards: $(STAMP)/remote all build/bench/groupby_data
	@mkdir -p build/bench/data; f=build/bench/data/G1_$(or $(ROWS),1000000)_100.csv; \
	  [ -e $$f ] || build/bench/groupby_data $(or $(ROWS),1000000) 100 108 >$$f && $(LUA) spec/bench/groupby_shards.lua $$f $(or $(RUNS),3) $(QUESTIONS)

# The joins, windows, pivot and cube alone; ROWS, RUNS, THREADS and PEERS as in spec/bench/benchmarks.lua.
.PHONY: bench-joins
bench-joins: $(STAMP)/bench all $(BENCH_PROGRAMS)
	@$(MAKE) --no-print-directory build/bench/node_modules || echo "bench: without the peers from npm" >&2
	@ONLY=joins BENCH_FLAGS='$(strip $(ALL_CFLAGS))' $(LUA) spec/bench/benchmarks.lua full

# A report with four tables and two charts over generated records.
.PHONY: bench-report
bench-report: all
	@$(LUA) spec/bench/report_run.lua $(ROWS)

# TPC-H's queries; SCALE, RUNS and THREADS as in spec/bench/tpch_run.lua.
.PHONY: bench-tpch
bench-tpch: $(STAMP)/bench all build/bench/tpch_data build/bench/node_modules
	@$(LUA) spec/bench/tpch_run.lua

# ClickBench's questions and those about a web log; ROWS, RUNS, PEERS and TABLES as in spec/bench/clicks_run.lua.
.PHONY: bench-clicks
bench-clicks: $(STAMP)/bench all build/bench/clicks_data
	@$(MAKE) --no-print-directory build/bench/node_modules || echo "bench: without the peers from npm" >&2
	@$(LUA) spec/bench/clicks_run.lua

# ---- style -----------------------------------------------------------------------------------------------

C_FILES := $(shell find csrc spec -name '*.[ch]' 2>/dev/null | sort)
.PHONY: lint format clean
lint: | $(STAMP)/lint
	@luacheck -q lua spec
	@! grep -lE '#include *[<"](lua|lauxlib|lualib)\.h' $(filter-out csrc/lua/%,$(filter csrc/%,$(C_FILES))) /dev/null \
	  || { echo "only csrc/lua may include Lua's headers" >&2; exit 1; }
	@! grep -lwE 'unopened' $(filter-out csrc/store/column/unread.%,$(C_FILES)) /dev/null \
	  || { echo "only csrc/store/column/unread.h may follow the pointer of an unread block" >&2; exit 1; }
	@clang-format --dry-run -Werror $(C_FILES)
format: | $(STAMP)/lint
	@clang-format -i $(C_FILES)

clean:
	rm -rf build

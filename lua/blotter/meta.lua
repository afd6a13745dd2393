---@meta blotter

--- What a language server needs to know of blotter. Nothing here runs. A spec compares it with what there is; the
--- reference is README.md beside this file.

---@alias blotter.value boolean|integer|number|string|nil
---@alias blotter.params table<string|integer, blotter.value|blotter.value[]>
---@alias blotter.source string|string[]|fun(): string? A path, a pattern or a folder, several of these, a text with a line end, or a function that gives pieces.
---@alias blotter.sink string|fun(piece: string) A path or a function that takes pieces.
---@alias blotter.row table<string, blotter.value>
---@alias blotter.rows blotter.table|blotter.query|blotter.frame

---@class blotter.csv_options
---@field delimiter? string What separates fields; found out.
---@field quote? string
---@field escape? string
---@field comment? string
---@field decimal_mark? "."|","
---@field thousands? string|false One of . , ' _ or a blank.
---@field percent? boolean 12.5 % is 0.125.
---@field currency? boolean Signs and codes of money are passed over.
---@field dates? string How dates are written: "dd.mm.yyyy".
---@field encoding? string "windows-1252", "utf-16le", "euc-kr" …
---@field header? boolean|integer Whether there is one, or over how many lines.
---@field ragged? "refuse"|"fill"|"cut"
---@field utf8? "refuse"|"replace"|"keep"
---@field on_error? "stop"|"reject"
---@field skip? integer Lines above the header.
---@field skip_tail? integer Lines under the table.
---@field max_rejects? integer
---@field chunk_bytes? integer
---@field trim? boolean
---@field drop_blank? boolean Rows with nothing between their delimiters are passed over.
---@field infer? boolean
---@field decimals? boolean
---@field quoted_nulls? boolean
---@field line_column? string
---@field partitions? boolean
---@field nulls? string|string[]
---@field names? string|string[]
---@field flags? string|string[] Columns of numbers with flags behind them.
---@field types? string|table<string, string>
---@field guess? boolean Options that are not given are found out, and said in `hints`.
---@field into? blotter.table
---@field progress? false|fun(bytes: integer, total: integer, rows: integer): boolean?
---@field text? boolean

---@class blotter.jsonl_options
---@field on_error? "stop"|"reject"
---@field max_rejects? integer
---@field chunk_bytes? integer
---@field infer? boolean
---@field decimals? boolean
---@field line_column? string
---@field partitions? boolean
---@field types? string|table<string, string>
---@field into? blotter.table
---@field encoding? string
---@field progress? false|fun(bytes: integer, total: integer, rows: integer): boolean?
---@field text? boolean

---@class blotter.info What is known of a reading.
---@field rows integer
---@field rejected integer
---@field bytes integer
---@field delimiter? string
---@field rejects? blotter.table

---@class blotter
---@field null lightuserdata
---@field threads integer
---@field memory_limit integer
---@field timeout number
---@field guess boolean The option of that name where a reading of CSV is not given one.
---@field progress? fun(done: integer, total: integer): boolean?
local blotter = {}

---@param path string
---@param options? {readonly?: boolean, must_exist?: boolean, timeout?: number}
---@return blotter.db? db, string? message, string? code
function blotter.open(path, options) end

---@return blotter.db
function blotter.memory() end

---@param schema string|table "id int64 key, country string required"
---@return blotter.table
function blotter.table(schema) end

---@param from blotter.source
---@param options? blotter.csv_options
---@return blotter.table? rows, blotter.info|string info, string? code
function blotter.csv(from, options) end

---@param from blotter.source
---@param options? blotter.jsonl_options
---@return blotter.table? rows, blotter.info|string info, string? code
function blotter.jsonl(from, options) end

--- Parquet files.
---@param from blotter.source
---@param options? table
---@return blotter.table? rows, table|string info, string? code
function blotter.parquet(from, options) end

--- Arrow's IPC files and streams, one at a time; also the address of another library's ArrowArrayStream.
---@param from blotter.source|userdata
---@param options? table
---@return blotter.table? rows, table|string info, string? code
function blotter.arrow(from, options) end

--- The files of a folder as a database that is only read.
---@class blotter.folder
local Folder = {}
---@return string[]
function Folder:tables() end
---@param name string
---@return blotter.table? rows, table|string info, string? code
function Folder:table(name) end
---@param name string
---@param params? table
---@return blotter.query
function Folder:query(name, params) end

---@param path string
---@param options? {csv?: blotter.csv_options, jsonl?: blotter.jsonl_options, parquet?: table, arrow?: table}
---@return blotter.folder? db, string? message, string? code
function blotter.folder(path, options) end

--- A table of an SQLite file.
---@param path string
---@param table? string
---@param options? {types?: table<string, string>, binary?: "refuse"|"string", progress?: any}
---@return blotter.table? rows, table|string info, string? code
function blotter.sqlite(path, table, options) end

--- Says how to make CSV of a workbook, which is not read.
---@param path string
---@param options? {sheet?: string|integer}
---@return nil, string message, string code
function blotter.xlsx(path, options) end

--- Expressions that a program makes, without text.
blotter.build = {}

--- Registers a query by name.
---@param definition table
function blotter.query(definition) end

---@param reset? boolean
---@return integer held, integer most
function blotter.memory_used(reset) end

--- A database on a server, or on several that share the rows of their tables.
---@param target string|table
function blotter.connect(target) end

---@param path? string
---@return blotter.ops? ops, string? message, table? problems
function blotter.operations(path) end

---@param definition {name: string, title: string, build: function}
function blotter.report(definition) end

---@param name string
---@param definition {render: fun(document: table): string}
function blotter.format(name, definition) end

--- A table that may be published.
---@param rows blotter.rows
---@param options table
function blotter.release(rows, options) end

--- What can be worked out from a published table.
---@param rows blotter.rows
---@param options table
function blotter.attack(rows, options) end

---@class blotter.db
local Db = {}

---@return blotter.table? made, string? message, string? code
function Db:create(name, schema) end
---@return blotter.table
function Db:table(name) end
---@return string[]
function Db:tables() end
---@return boolean? done, string? message, string? code
function Db:drop(name) end
---@param name string
---@param query blotter.rows
---@return blotter.table? saved, string? message, string? code
function Db:save(name, query) end
---@param name string
---@param from blotter.source
---@param options? blotter.csv_options|blotter.jsonl_options
---@return blotter.table? rows, blotter.info|string info, string? code
function Db:import(name, from, options) end
--- The query that blotter.query registered by that name.
---@param name string
---@param params? blotter.params
---@return blotter.query
function Db:query(name, params) end
---@param body fun(db: blotter.db): any
function Db:transaction(body) end
function Db:begin() end
function Db:commit() end
function Db:rollback() end
---@return boolean
function Db:in_transaction() end
function Db:compact() end
---@return boolean? sound, string? message, string? code
function Db:check() end
---@return {path: string, readonly: boolean, commits: integer, bytes: integer, changed: boolean, warning?: string}
function Db:info() end
---@return boolean
function Db:is_open() end
function Db:close() end

--- What tables, queries and answers share: verbs, which give a query, and calls that read.
---@class blotter.relation
---@operator len: integer
local Relation = {}

---@param condition string
---@param params? blotter.params
---@return blotter.query
function Relation:where(condition, params) end
---@param columns string "a, b = expression, *"
---@param params? blotter.params
---@return blotter.query
function Relation:select(columns, params) end
---@param columns string "a = expression"
---@param params? blotter.params
---@return blotter.query
function Relation:derive(columns, params) end
---@param keys string "a, b = expression"
---@param params? blotter.params
---@return blotter.query
function Relation:by(keys, params) end
---@param aggregates string "x = sum(n), y = count()"
---@param params? blotter.params
---@return blotter.query
function Relation:agg(aggregates, params) end
---@param columns? string
---@return blotter.query
function Relation:distinct(columns) end
---@param columns string "a, b desc, c nulls first"
---@return blotter.query
function Relation:order(columns) end
---@param n integer
---@return blotter.query
function Relation:limit(n) end
---@param n integer
---@return blotter.query
function Relation:skip(n) end
---@param n? integer
---@return blotter.query
function Relation:head(n) end
---@param n? integer
---@return blotter.query
function Relation:tail(n) end
---@param names string "new = old"
---@return blotter.query
function Relation:rename(names) end
---@param columns string
---@return blotter.query
function Relation:drop(columns) end
---@param n integer
---@param column string
---@param options? {by?: string}
---@return blotter.query
function Relation:top(n, column, options) end
---@param n integer|number
---@param options? {seed?: integer}
---@return blotter.query
function Relation:sample(n, options) end
---@param other blotter.rows
---@param on string
---@param options? table
---@return blotter.query
function Relation:join(other, on, options) end
---@return blotter.query
function Relation:left_join(other, on, options) end
---@return blotter.query
function Relation:right_join(other, on, options) end
---@return blotter.query
function Relation:full_join(other, on, options) end
---@return blotter.query
function Relation:semi_join(other, on, options) end
---@return blotter.query
function Relation:anti_join(other, on, options) end
---@return blotter.query
function Relation:asof_join(other, on, options) end
---@return blotter.query
function Relation:cross_join(other, options) end
---@param options {by?: string, order?: string, derive: string, rows?: integer|table, range?: string|table, params?: blotter.params}
---@return blotter.query
function Relation:window(options) end
---@param other blotter.rows
---@return blotter.query
function Relation:union(other) end
---@param other blotter.rows
---@return blotter.query
function Relation:union_all(other) end
---@param other blotter.rows
---@return blotter.query
function Relation:intersect(other) end
---@param other blotter.rows
---@return blotter.query
function Relation:except(other) end
---@param options {rows?: string, cols: string, value: string, totals?: boolean, fill?: blotter.value, params?: blotter.params}
---@return blotter.query
function Relation:pivot(options) end
---@param options {cols?: string, rows?: string, name?: string, value?: string}
---@return blotter.query
function Relation:unpivot(options) end
---@param options {over: string, step?: string|integer, by?: string, with?: number|table}
---@return blotter.query
function Relation:fill(options) end
---@return blotter.frame
function Relation:describe() end
---@param options? {cols?: string, top?: integer}
---@return blotter.frame
function Relation:facets(options) end
---@param options {x: string, y: string, width?: integer, params?: blotter.params}
---@return string
function Relation:plot(options) end
---@param columns string
---@return blotter.query
function Relation:bars(columns) end
---@param options {rows: string, cols: string, value: string, params?: blotter.params}
---@return blotter.frame
function Relation:sparks(options) end
---@param how? "written"|"run"
---@return string
function Relation:explain(how) end
---@return blotter.frame
function Relation:collect() end
---@return fun(): integer, blotter.row
function Relation:rows() end
---@return blotter.row[]
function Relation:totable() end
---@param column? string|integer
---@return blotter.value[]
function Relation:values(column) end
---@param i integer
---@return blotter.row?
function Relation:row(i) end
---@return blotter.row?
function Relation:first() end
---@return blotter.value
function Relation:value() end
---@return {name: string, type: string}[]
function Relation:columns() end
---@return integer
function Relation:count() end
---@param rows? integer
---@param width? integer
---@return string
function Relation:show(rows, width) end
---@param to? blotter.sink
---@param options? {delimiter?: string, decimal_mark?: string, header?: boolean, quote_all?: boolean, crlf?: boolean, null?: string, progress?: any}
---@return integer|string|nil done, string? message, string? code
function Relation:csv(to, options) end
---@param to? blotter.sink
---@param options? {nan_is_null?: boolean, progress?: any}
---@return integer|string|nil done, string? message, string? code
function Relation:jsonl(to, options) end
---@param path string
---@param options? table
---@return integer? rows, string? message, string? code
function Relation:parquet(path, options) end
---@param to? blotter.sink
---@param options? {stream?: boolean, compression?: "none"|"lz4"|"zstd", dictionaries?: boolean, progress?: any}
---@return integer|string|nil done, string? message, string? code
function Relation:arrow(to, options) end
---@param path string
---@param table string
---@param options? {mode?: "new"|"replace"|"append", progress?: any}
---@return integer? rows, string? message, string? code
function Relation:sqlite(path, table, options) end
---@param options? {dictionaries?: boolean, into?: lightuserdata}
---@return userdata? stream, string? message, string? code
function Relation:arrow_stream(options) end
---@param path string
---@param options? {title?: string, note?: string, sources?: table, sheet?: string, percent?: string|string[]}
---@return integer? rows, string? message, string? code
function Relation:xlsx(path, options) end
---@param path string
---@param options? table
---@return integer? rows, string? message, string? code
function Relation:html(path, options) end
---@param path? string
---@param options? table
---@return integer|string|nil done, string? message, string? code
function Relation:markdown(path, options) end
--- The text of the query for a server.
---@param dialect string
---@return string
function Relation:sql(dialect, options) end
--- The rows of a server's table, here.
function Relation:pull() end
--- The rows into a server's table.
function Relation:push(db, name, options) end

---@class blotter.query: blotter.relation
---@class blotter.frame: blotter.relation
local Frame = {}
---@return blotter.query
function Frame:query() end

---@class blotter.table: blotter.relation
local Table = {}

---@return blotter.query
function Table:query() end
---@return boolean? done, string? message, string? code
function Table:append(...) end
---@return fun(...)
function Table:appender() end
---@param rows table[]
---@return integer? rows, string? message, string? code
function Table:append_rows(rows) end
---@param columns table<string, blotter.value[]>
---@return integer? rows, string? message, string? code
function Table:append_columns(columns) end
---@return blotter.row?
function Table:get(key, ...) end
---@param row blotter.row
---@return "updated"|"inserted"|nil what, string? message, string? code
function Table:upsert(row) end
---@param where string
---@param changes string|table
---@param params? blotter.params
---@return integer? rows, string? message, string? code
function Table:update(where, changes, params) end
---@param where string
---@param params? blotter.params
---@return integer? rows, string? message, string? code
function Table:delete(where, params) end
---@return table
function Table:schema() end
---@return table
function Table:stats() end
---@return integer
function Table:bytes() end
---@return boolean? sound, string? message
function Table:check() end
function Table:close() end

---@class blotter.ops The operations dataset.
---@field subjects table[]
---@field sources table[]
---@field names string[]
---@field policies string[]
local Ops = {}

---@param filter? table
function Ops:figures(filter) end
---@param words string
---@return blotter.frame
function Ops:find(words) end
---@param indicator string
---@param options? table
function Ops:total(indicator, options) end
---@param options? {check?: string, subject?: string}
function Ops:reconcile(options) end
---@return table<string, boolean>
function Ops:impossible() end
---@param figure string|table
---@return table[]
function Ops:breakdowns(figure) end
---@param relation string|table
---@return integer? low, integer? high
function Ops:implied(relation) end
---@param from? string|table
---@param to? string|table
---@return string
function Ops:between(from, to) end
---@param subject string
---@return boolean
function Ops:is_sweep(subject) end
---@param figure string|table
---@param besides? string|table
---@return string
function Ops:label(figure, besides) end
---@param figure string|table
---@return {value: string, counted: string, period: string, source: string}
function Ops:words(figure) end
---@param asked? string|table a figure, a list of them, a total, a source; nothing: the dataset
---@return string
function Ops:cite(asked) end
---@param name? string
---@param params? table
---@return table report
function Ops:report(name, params) end
---@return blotter.table
function Ops:reports() end
---@param source string|table
---@return string?
function Ops:published(source) end
---@param subject string
---@param options? {depth?: integer}
function Ops:network(subject, options) end
---@param area string
---@return blotter.frame
function Ops:operations(area) end
---@param subject string
---@return blotter.frame
function Ops:countries(subject) end
---@param name string
---@return blotter.table
function Ops:table(name) end
---@param name string
---@return blotter.query
function Ops:query(name) end
---@return table[]
function Ops:rows(name) end
---@return table?
function Ops:row(name, key) end
---@param day string
---@return blotter.ops
function Ops:at(day) end
---@param words table
---@return blotter.ops
function Ops:reading(words) end
---@return string[]
function Ops:audit(published) end
function Ops:add(record, options) end
function Ops:import(path, options) end
function Ops:questions(record) end
function Ops:revise(id, changes, reason, options) end
function Ops:withdraw(source, reason, options) end
function Ops:supersede(source, earlier, reason, options) end
function Ops:history(id) end
function Ops:judge(left, right, verdict, reason, options) end

return blotter

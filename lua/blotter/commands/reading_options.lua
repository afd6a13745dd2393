--- How files are read: the options that every command has which reads one, named as those of blotter.csv and its kin.
-- They hold for all files of the command that can be read so; those behind `--for FILE` hold for that file alone.

local shared = require "blotter.commands.shared"

local reading = {}

-- ---- how the text of an option becomes its value ----

local function whole(name)
  return function(text)
    local n = math.tointeger(text)
    if n and n >= 0 then return n end
    return nil, ("--%s: a whole number from 0 on expected, got '%s'"):format(name, text)
  end
end

local function one_character(name)
  return function(text)
    if #text == 1 then return text end
    if text == "\\t" or text == "tab" then return "\t" end
    return nil, ("--%s: one character expected, got '%s'"):format(name, text)
  end
end

local function one_of(name, words)
  return function(text)
    for word in words:gmatch "%S+" do
      if word == text then return text end
    end
    return nil, ("--%s: one of %s expected, got '%s'"):format(name, words:gsub(" ", ", "), text)
  end
end

local function list(text)
  local names = {}
  for name in (text .. ","):gmatch "%s*(.-)%s*," do names[#names + 1] = name end
  return names
end

--- Types as "n=int64, price=decimal(9,2)".
local function types(text)
  local given = {}
  for pair in (text:gsub("%b()", function(inside) return (inside:gsub(",", "\0")) end) .. ","):gmatch "%s*(.-)%s*," do
    local column, kind = pair:gsub("%z", ","):match "^(.-)=(.+)$"
    if not column then return nil, ("--types: '%s' is not of the form column=type"):format(pair) end
    local ok, problem = pcall(require("blotter").table, ("`%s` %s"):format(column:gsub("`", "``"), kind))
    if not ok then return nil, "--types: " .. problem:gsub("^%S-:%d+: ", ""):gsub("\n.*", "") end
    given[column] = kind
  end
  return given
end

-- ---- the options ----

local CSV, TEXT, COLUMNS = "csv", "csv jsonl", "parquet arrow"

-- Each as {option, kinds of files that it is about, what it says, argument or nil for a flag, conversion}; a flag that
-- begins with "no-" says false of the rest of its name. Those with `more` may be given several times; `sets` is the
-- reader's name of an option that has another one here.
local OPTIONS = {
  { "delimiter", CSV, "What separates fields, also tab (found out).", "<char>", one_character "delimiter" },
  { "quote", CSV, "What quotes fields (a double quote).", "<char>", one_character "quote" },
  { "escape", CSV, "What stands before a quote inside quotes (the quote is doubled).", "<char>",
    one_character "escape" },
  { "comment", CSV, "What begins lines to pass over.", "<char>", one_character "comment" },
  { "decimal-mark", CSV, "Before fractions, . or , (a point).", "<char>", one_of("decimal-mark", ". ,") },
  { "thousands", CSV, "Between thousands, one of . , ' _ or a blank (none; a point where the mark is a comma).",
    "<char>", one_character "thousands" },
  { "percent", CSV, "Read 12.5 % as 0.125." },
  { "currency", CSV, "Pass over signs and codes of money." },
  { "dates", CSV, "How dates are written, such as dd.mm.yyyy (ISO, and what can only be one thing).", "<form>" },
  { "header", CSV, "Lines of the header (1); the names of several are joined by _.", "<n>", whole "header" },
  { "no-header", CSV, "The first row is data; columns are c1, c2, …" },
  { "names", CSV, "Names of all columns, as \"a, b, c\", instead of those of the header.", "<names>", list },
  { "skip", CSV, "Lines above the header to pass over.", "<n>", whole "skip" },
  { "skip-tail", CSV, "Lines at the end to pass over, empty ones counted.", "<n>", whole "skip-tail" },
  { "flags", CSV, "Columns of numbers with flags behind them, which get columns of their own.", "<columns>", list },
  { "nulls", CSV, "Texts that mean null beside the empty one, such as \"NA, -\" (also --null).", "<texts>", list,
    more = true, alias = "--null" },
  { "quoted-nulls", CSV, "They do so in quotes, too, and quotes say nothing of types." },
  { "trim", CSV, "Take blanks around fields away." },
  { "drop-blank", CSV, "Pass over rows with nothing between their delimiters." },
  { "ragged", CSV, "Rows with too few or too many fields: refuse, fill or cut.", "<what>",
    one_of("ragged", "refuse fill cut") },
  { "utf8", CSV, "Bytes that are no UTF-8: refuse, replace or keep.", "<what>", one_of("utf8", "refuse replace keep") },
  { "guess", CSV, "Find out what of this group is not given, and say it." },
  { "encoding", TEXT, "Of the text, such as windows-1252 (UTF-8, or UTF-16 by its mark).", "<name>" },
  { "types", TEXT .. " sqlite", "Types of columns, as \"n=int64, price=decimal(9,2)\" (also --type).", "<types>", types,
    more = true, alias = "--type" },
  { "no-infer", TEXT, "What has no given type is text." },
  { "decimals", TEXT, "12.50 becomes a decimal, not a float64." },
  { "line-column", TEXT, "A column of this name for the numbers of the lines.", "<name>" },
  { "on-error", TEXT, "stop at the first bad row, or reject it and go on (stop).", "<what>",
    one_of("on-error", "stop reject") },
  { "max-rejects", TEXT, "How many bad rows are rejected at most (any number).", "<n>", whole "max-rejects" },
  { "columns", COLUMNS, "The only columns to read, as \"a, b\".", "<columns>", list },
  { "skip-columns", COLUMNS, "Columns of a type that is not read are left out.", sets = "skip" },
  { "flatten", COLUMNS, "The fields of a struct are columns, named struct.field." },
  { "binary", COLUMNS .. " sqlite", "Bytes that are not said to be text: refuse or string.", "<what>",
    one_of("binary", "refuse string") },
  { "nanoseconds", COLUMNS, "Times finer than microseconds: refuse or cut.", "<what>",
    one_of("nanoseconds", "refuse cut") },
  { "no-partitions", TEXT .. " " .. COLUMNS, "Folders called column=value are names like others." },
}

local KIND_NAMES = { csv = "CSV", jsonl = "JSON lines", parquet = "Parquet", arrow = "Arrow", sqlite = "SQLite",
  blt = "a table of a database" }

local function key_of(name)
  return (name:gsub("^no%-", ""):gsub("-", "_"))
end

--- What is given, as {values, spelled (of each key how it was written)}: for all files, and for one.
local function scope_of(args)
  args.reading = args.reading or { all = { values = {}, spelled = {} }, files = {} }
  return args.reading.current or args.reading.all
end

--- Puts a value where the options before it say. What may be given several times is put together.
local function put(args, option, value)
  local scope, key = scope_of(args), key_of(option[1])
  local before = scope.values[key]
  if before ~= nil and not option.more then
    args.reading.problem = ("--%s and --%s: one is enough"):format(scope.spelled[key], option[1])
  end
  if before and option.alias == "--null" then table.move(value, 1, #value, #before + 1, before) end
  if before and option.alias == "--type" then
    for column, kind in pairs(value) do before[column] = kind end
  end
  scope.values[key], scope.spelled[key] = before or value, option[1]
end

local function put_option(option)
  return function(args, _, value)
    if not option[4] then value = option[1]:find "^no%-" == nil end
    put(args, option, value)
  end
end

--- Begins what holds for one file alone.
local function put_file(args, _, name)
  scope_of(args)
  args.reading.files[name] = args.reading.files[name] or { values = {}, spelled = {} }
  args.reading.current = args.reading.files[name]
end

--- Adds the options, in a group of their own in the help.
function reading.options(command)
  local added = {}
  for i, option in ipairs(OPTIONS) do
    local name, text, argument, convert = "--" .. option[1], option[3], option[4], option[5]
    if option.alias then name = name .. " " .. option.alias end
    local made = argument and command:option(name, text):argname(argument) or command:flag(name, text)
    if convert then made:convert(convert) end
    added[i] = made:target "reading_option":count "*":action(put_option(option))
  end
  added[#added + 1] = command:option("--for", "The options of this group behind it hold for this file alone.")
    :argname "<file>":target "reading_option":count "*":action(put_file)
  command:group("Reading files", table.unpack(added))
end

-- ---- the options of a file ----

local function is_about(option, kind)
  return (" " .. option[2] .. " "):find(" " .. kind .. " ", 1, true) ~= nil
end

local function is_about_any(option, kinds)
  for kind in pairs(kinds) do
    if is_about(option, kind) then return true end
  end
  return false
end

local function kinds_text(text)
  local names = {}
  for kind in text:gmatch "%S+" do names[#names + 1] = KIND_NAMES[kind] end
  return (table.concat(names, ", "):gsub(", ([^,]+)$", " and %1"))
end

--- Ends the command when one of the given values is about none of the kinds.
local function refuse_others(scope, kinds, kind)
  local wrong, about = {}, nil
  for _, option in ipairs(OPTIONS) do
    local is_given = scope.values[key_of(option[1])] ~= nil and scope.spelled[key_of(option[1])] == option[1]
    if is_given and not is_about_any(option, kinds) then
      wrong[#wrong + 1], about = "--" .. option[1], about or option[2]
    end
  end
  if #wrong == 0 then return end
  shared.stop(shared.USAGE, ("%s: about %s, not %s"):format(table.concat(wrong, ", "), kinds_text(about),
    KIND_NAMES[kind]))
end

--- Ends the command when `--for` names what is none of its files.
local function refuse_strangers(given, sources)
  local is_source = {}
  for _, source in ipairs(sources) do is_source[source] = true end
  for name in pairs(given.files) do
    if not is_source[name] then
      shared.stop(shared.USAGE, ("--for: '%s' is none of the files: %s"):format(name, table.concat(sources, ", ")))
    end
  end
end

--- Checks what is given against the sources of the command and their kinds, a list each, before anything is read.
function reading.check(args, sources, kinds)
  local given = args.reading
  if not given then return end
  if given.problem then shared.stop(shared.USAGE, given.problem) end
  refuse_strangers(given, sources)
  local all = {}
  for _, kind in ipairs(kinds) do all[kind] = true end
  refuse_others(given.all, all, kinds[1])
  for i, source in ipairs(sources) do
    if given.files[source] then refuse_others(given.files[source], { [kinds[i]] = true }, kinds[i]) end
  end
end

--- Whether any option of reading is given; what its name is.
function reading.first(args)
  for _, option in ipairs(args.reading and OPTIONS or {}) do
    if args.reading.all.values[key_of(option[1])] ~= nil then return "--" .. option[1] end
  end
  return args.reading and next(args.reading.files) and "--for" or nil
end

--- The options of blotter.csv and its kin for a source of that kind.
function reading.of(args, kind, source)
  local options = { progress = shared.progress(args) }
  local given = args.reading or { files = {} }
  for _, scope in ipairs { given.all or false, given.files[source] or false } do
    for _, option in ipairs(scope and OPTIONS or {}) do
      local key = key_of(option[1])
      if is_about(option, kind) and scope.values[key] ~= nil then options[option.sets or key] = scope.values[key] end
    end
  end
  if options.nulls then options.nulls = { "", table.unpack(options.nulls) } end
  return options
end

local function as_option(name, value)
  if name == "skip" and value == "true" then name = "skip_columns" end
  if value == "true" then return "--" .. name:gsub("_", "-") end
  return ("--%s %s"):format(name:gsub("_", "-"), value:find "^[%w.]+$" and value or "'" .. value .. "'")
end

--- Types in a hint, {ts = "timestamp", ["a b"] = "int64"}, as they are written at the command.
local function as_types(columns)
  return 'types = "' .. columns:sub(2, -2):gsub('%[?"?([^,"]-)"?%]? = "(.-)"', "%1=%2") .. '"'
end

--- Options in a hint, {skip_tail = n, currency = true}, as they are written at the command.
local function as_options(options)
  return (options:sub(2, -2):gsub("types = (%b{})", as_types):gsub("header = false", "no_header = true")
    :gsub('([%w_]+) = "(.-)",?', as_option):gsub("([%w_]+) = (%w+),?", as_option))
end

--- What is said of a reading with lines and options of Lua, as one says it at the command.
function reading.advice(text)
  return (text:gsub("t = blotter%.csv%((.-), (%b{})%)", function(from, options)
    return from:gsub('^"([%w_./-]+)"$', "%1"):gsub("^text$", "-") .. " " .. as_options(options)
  end):gsub("{columns = {%.%.%.}}", "--columns"):gsub("%b{}", as_options))
end

--- The bad rows that were passed over, and what may be meant otherwise, on standard error.
function reading.show_rejects(info)
  for _, hint in ipairs(info.hints or {}) do
    io.stderr:write("blotter: ", reading.advice(hint), "\n")
  end
  if (info.rejected or 0) == 0 then return end
  local how_many = info.rejected == 1 and "1 row was" or info.rejected .. " rows were"
  io.stderr:write(("blotter: %s rejected:\n%s\n"):format(how_many, tostring(info.rejects)))
end

return reading

--- How a file is read: the options that every command has which reads one, named as those of blotter.csv.

local shared = require "blotter.commands.shared"

local reading = {}

-- Each as {option, what it says, argument or nil for a flag, how its text becomes the option's value}.
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
    return nil, ("--%s: one character expected, got '%s'"):format(name, text)
  end
end

local function one_of(name, words)
  return function(text)
    for word in words:gmatch "%S+" do
      if word == text then return text end
    end
    return nil, ("--%s: one of %s expected, got '%s'"):format(name, words, text)
  end
end

local CSV = {
  { "delimiter", "What separates fields (found out).", "<char>", one_character "delimiter" },
  { "quote", "What quotes fields (a double quote).", "<char>", one_character "quote" },
  { "comment", "What begins lines to pass over.", "<char>", one_character "comment" },
  { "decimal-mark", "Before fractions, . or , (a point).", "<char>", one_of("decimal-mark", ". ,") },
  { "thousands", "Between thousands, one of . , ' _ or a blank (none; a point where the mark is a comma).", "<char>",
    one_character "thousands" },
  { "percent", "Read 12.5 % as 0.125." },
  { "currency", "Pass over signs and codes of money." },
  { "dates", "How dates are written, such as dd.mm.yyyy (ISO, and what can only be one thing).", "<form>" },
  { "header", "Lines of the header (1); the names of several are joined by _.", "<n>", whole "header" },
  { "skip", "Lines above the header to pass over.", "<n>", whole "skip" },
  { "skip-tail", "Lines under the table to pass over.", "<n>", whole "skip-tail" },
  { "flags", "Columns of numbers with flags behind them, which get columns of their own.", "<columns>" },
  { "ragged", "Rows with too few or too many fields: refuse, fill or cut.", "<what>",
    one_of("ragged", "refuse fill cut") },
}
local BOTH = {
  { "encoding", "Of the text, such as windows-1252 (UTF-8, or UTF-16 by its mark).", "<name>" },
  { "on-error", "stop at the first bad row, or reject it and go on (stop).", "<what>",
    one_of("on-error", "stop reject") },
}

local function key_of(name)
  return (name:gsub("-", "_"))
end

--- Adds the options, in a group of their own in the help.
function reading.options(command)
  local added = {}
  for _, list in ipairs { CSV, BOTH } do
    for _, item in ipairs(list) do
      local name, text, argument, convert = table.unpack(item)
      local option = argument and command:option("--" .. name, text):argname(argument)
        or command:flag("--" .. name, text)
      if convert then option:convert(convert) end
      added[#added + 1] = option:target(key_of(name))
    end
  end
  added[#added + 1] = command:flag("--no-header", "The first row is data; columns are c1, c2, …")
  added[#added + 1] = command:option("--null", "A text that means null beside the empty one, as often as needed.")
    :argname "<text>":count "*"
  added[#added + 1] = command:option("--type", "The type of a column, as column=type, as often as needed.")
    :argname "<column=type>":count "*"
  command:group("Reading files", table.unpack(added))
end

local function types_of(pairs_given)
  local types
  for _, pair in ipairs(pairs_given) do
    local column, kind = pair:match "^(.-)=(.+)$"
    if not column then shared.stop(shared.USAGE, ("'%s' is not of the form column=type"):format(pair)) end
    shared.blame_user(shared.USAGE, "--type: ", function()
      return require("blotter").table { { name = column, type = kind } }
    end)
    types = types or {}
    types[column] = kind
  end
  return types
end

--- The names on the command line of what is given and is about CSV only.
local function csv_options_given(args)
  local names = {}
  for _, item in ipairs(CSV) do
    if args[key_of(item[1])] ~= nil then names[#names + 1] = "--" .. item[1] end
  end
  if args.no_header then names[#names + 1] = "--no-header" end
  if #args.null > 0 then names[#names + 1] = "--null" end
  return names
end

--- What is given and is about text only ends the command.
local function refuse_text_options(args, what)
  local names = csv_options_given(args)
  for _, item in ipairs(BOTH) do
    if args[key_of(item[1])] ~= nil then names[#names + 1] = "--" .. item[1] end
  end
  if #args.type > 0 then names[#names + 1] = "--type" end
  if #names == 0 then return end
  shared.stop(shared.USAGE, ("%s: about text, not %s"):format(table.concat(names, ", "), what))
end

--- The options of blotter.csv, blotter.jsonl, blotter.parquet or blotter.arrow that the command line gives.
function reading.of(args, kind)
  if kind == "parquet" or kind == "arrow" then
    refuse_text_options(args, "Parquet or Arrow")
    return { progress = shared.progress(args) }
  end
  if kind == "sqlite" then
    local types = types_of(args.type)
    refuse_text_options(setmetatable({ type = {} }, { __index = args }), "SQLite")
    return { types = types, progress = shared.progress(args) }
  end
  local options = { types = types_of(args.type), progress = shared.progress(args) }
  for _, item in ipairs(BOTH) do options[key_of(item[1])] = args[key_of(item[1])] end
  if kind == "csv" then
    for _, item in ipairs(CSV) do options[key_of(item[1])] = args[key_of(item[1])] end
    if args.no_header then options.header = false end
    if #args.null > 0 then options.nulls = { "", table.unpack(args.null) } end
    return options
  end
  local given = csv_options_given(args)
  if #given > 0 then
    shared.stop(shared.USAGE, ("%s: about CSV, not JSON lines"):format(table.concat(given, ", ")))
  end
  return options
end

--- The bad rows that were passed over, on standard error.
function reading.show_rejects(info)
  if (info.rejected or 0) == 0 then return end
  local how_many = info.rejected == 1 and "1 row was" or info.rejected .. " rows were"
  io.stderr:write(("blotter: %s rejected:\n%s\n"):format(how_many, tostring(info.rejects)))
end

return reading

--- What the commands share: exit statuses, ending with a message, opening the dataset, delivering a document.

local core = require "blotter.core"
local ending = require "blotter.tables.ending"
local formats = require "blotter.publish.formats"
local habits = require "blotter.errors.habits"
local output = require "blotter.publish.output"
local suggest = require "blotter.errors.suggest"
local width = require "blotter.terminal.width"

local shared = {}

--- Exit statuses of the command; see blotter.cli.
shared.DONE, shared.FOUND, shared.USAGE, shared.REFUSED, shared.INTERNAL, shared.INTERRUPTED = 0, 1, 2, 3, 4, 130

--- The statuses as they are described: {status, what it says}.
shared.STATUSES = {
  { shared.DONE, "done" },
  { shared.FOUND, "check --strict found what no reading can repair" },
  { shared.USAGE, "the command line is wrong" },
  { shared.REFUSED, "the input was refused, or a file cannot be read or written" },
  { shared.INTERNAL, "an error inside blotter" },
  { shared.INTERRUPTED, "interrupted" },
}

--- What `stop` raises: {status, message}.
shared.Stop = {}

--- Ends the command with a message and a status.
function shared.stop(status, message)
  error(setmetatable({ status = status, message = message }, shared.Stop), 0)
end

local HERE = debug.getinfo(1, "S").short_src

--- The message of a problem that was raised at a line of `file`, without its place; nil for another one.
local function raised_in(file, problem)
  return problem:sub(1, #file) == file and problem:match("^:%d+: (.*)", #file + 1) or nil
end

--- What `work` returns. What blotter raises at a line of the caller's file (or here, where a tail call hides it) is the
-- user's mistake, as the command hands on what the user has typed, and ends the command with `status`; anything else
-- goes on as it is.
function shared.blame_user(status, prefix, work)
  local results = table.pack(pcall(work))
  if results[1] then return table.unpack(results, 2, results.n) end
  local problem = results[2]
  local message
  if type(problem) == "string" then
    message = raised_in(debug.getinfo(work, "S").short_src, problem) or raised_in(HERE, problem)
  end
  if not message then error(problem, 0) end
  shared.stop(status, prefix .. message)
end

--- Runs a Lua file of the user's, which registers reports, formats or queries; a report that it returns is registered.
function shared.load(path)
  local chunk, message = loadfile(path)
  if not chunk then shared.stop(shared.USAGE, "--load: " .. message) end
  local ok, result = pcall(chunk)
  if not ok then shared.stop(shared.USAGE, "--load: " .. tostring(result)) end
  if type(result) == "table" and result.build then
    ok, message = pcall(require("blotter.publish.reports").register, result)
    if not ok then shared.stop(shared.USAGE, ("--load: %s: %s"):format(path, message)) end
  end
end

--- The operations dataset in --data.
function shared.open_dataset(args)
  local ops, message = require("blotter.ops").open(args.data)
  if not ops then shared.stop(shared.REFUSED, message) end
  return ops
end

--- A format's name, where its ending stands for it: "markdown" for md.
function shared.format_named(name)
  return formats.get(name) and name or formats.of_ending(name) or name
end

-- Endings of formats that are none of documents.
local ROWS = { jsonl = "jsonl", ndjson = "jsonl", parquet = "parquet", pq = "parquet", arrow = "arrow",
  arrows = "arrow", feather = "arrow", ipc = "arrow", sqlite = "sqlite", sqlite3 = "sqlite", db = "sqlite",
  tsv = "csv", tab = "csv" }

-- The end of a file's name, also of one with a table behind it: "sqlite" of shop.sqlite:orders.
local function ending_of(path)
  return ending.of(path:match "^(.+%.[^./]+):[^:/]+$" or path)
end

-- The format that an ending names, or nil.
local function named_by(last, own_formats)
  local name = ROWS[last]
  if name and (name == "csv" or (own_formats or {})[name]) then return name end
  return formats.of_ending(last)
end

-- The endings that a command writes, for a message.
local function endings(own_formats)
  local list = { formats.endings() }
  for _, name in ipairs { "jsonl", "parquet", "arrow", "sqlite" } do
    if (own_formats or {})[name] then list[#list + 1] = "." .. name end
  end
  return table.concat(list, ", ")
end

--- The format for a file by the end of its name, or the end of the command where no format has that ending; the usual
-- one, text, for standard output, a device and a name without an ending; CSV for a folder.
function shared.format_of(path, own_formats, usual)
  if not path or path == "-" or path:find "^/dev/" then return usual or "text" end
  if path:sub(-1) == "/" then return "csv" end
  local last = ending_of(path)
  if not last then return usual or "text" end
  return named_by(last, own_formats) or shared.stop(shared.USAGE,
    ("%s: nothing is written as '.%s'; the endings are %s (and .gz or .zst behind them), and --format names one for "
      .. "any name"):format(path, last, endings(own_formats)))
end

--- Refuses to write a format into a file whose name says another one; .txt may hold any. A folder holds files of CSV.
function shared.require_ending(path, format, own_formats)
  if path and path:sub(-1) == "/" and not (formats.get(format) or {}).files then
    shared.stop(shared.USAGE, ("%s is a folder, for tables as CSV, and --format says %s"):format(path, format))
  end
  local last = path and path ~= "-" and ending_of(path)
  local named = last and (ROWS[last] or named_by(last, own_formats))
  if not named or named == format or named == "text" then return end
  shared.stop(shared.USAGE, ("%s is the name of a file of %s, and --format says %s"):format(path, named, format))
end

--- Refuses to write what is text only, such as a plan, into a file of another kind.
function shared.require_text(args, what)
  if args.format == "text" then return end
  shared.stop(shared.USAGE, ("%s prints text: name the file .txt"):format(what))
end

--- Refuses an unknown format before any work is done; `own_formats` is a set of those that are none of documents.
function shared.require_format(name, own_formats)
  if formats.get(name) then return end
  local names, habit = formats.names(), habits.answer(habits.formats, name)
  for own in pairs(own_formats or {}) do
    if not formats.get(own) then names[#names + 1] = own end
  end
  table.sort(names)
  local near = suggest.nearest(name, names)
  local meant = near and (": did you mean '%s'?"):format(near) or habit and (": write '%s'"):format(habit)
  shared.stop(shared.USAGE, ("unknown format '%s'%s"):format(name,
    meant or " (there are: " .. table.concat(names, ", ") .. ")"))
end

--- Writes a text where --output says.
function shared.write(text, args)
  local ok, message
  if args.output and args.output ~= "-" then
    ok, message = output.file(args.output, text)
  else
    ok, message = output.standard(text)
  end
  if not ok then shared.stop(shared.REFUSED, message) end
end

--- Writes text that holds names of the user's or of the data, which do nothing to a terminal.
function shared.say(text, args)
  shared.write(width.printable_lines(text), args)
end

--- How many cells a line may have: those of the terminal, $COLUMNS, or 100.
local function line_width()
  return core.terminal() or tonumber(os.getenv "COLUMNS") or 100
end

--- Whether a place takes a file for each table: a folder or an archive.
function shared.is_folder(path)
  return path:sub(-1) == "/" or ending.of(path) == "zip"
end

-- Writes the files of a document into the folder or the ZIP archive of --output.
local function deliver_files(document, args)
  local files = formats.files(document, args.format)
  if #files == 0 then shared.stop(shared.USAGE, "there is no table in it") end
  if args.output:sub(-1) ~= "/" then
    return shared.write(require("blotter.publish.zip").pack(files), args)
  end
  local ok, message = output.files(args.output:gsub("/+$", ""), files)
  if not ok then shared.stop(shared.REFUSED, message) end
end

--- Renders a document in --format and writes it where --output says.
function shared.deliver(document, args)
  local format = formats.get(args.format)
  if format.files and shared.is_folder(args.output or "-") then return deliver_files(document, args) end
  local text, message = formats.render(document, args.format, { width = line_width() })
  if not text then shared.stop(shared.USAGE, message) end
  shared.write(text, args)
end

--- Commands that read or write many rows show how far they are, on a terminal.
function shared.progress_option(command)
  command:flag("--no-progress", "Show no line of progress on a terminal.")
end

--- What blotter.csv takes as `progress`.
function shared.progress(args)
  if args.no_progress then return false end
  return nil
end

--- The findings of an import or a correction, one a line.
function shared.findings_text(findings)
  local lines = {}
  for _, finding in ipairs(findings) do
    lines[#lines + 1] = ("%s, holds for %s: %s"):format(finding.check, finding.verdict, finding.sentence)
  end
  if #lines == 0 then lines[1] = "Nothing that is there contradicts them." end
  return table.concat(lines, "\n") .. "\n"
end

--- What a correction changed (or would change), and what contradicts it.
function shared.changes_text(result, args)
  local lines = {}
  for _, change in ipairs(result.history) do
    if change.field then
      lines[#lines + 1] = ("%s: %s was '%s', %s '%s'"):format(change.row, change.field, change.before or "",
        args.dry_run and "would be" or "is", change.after or "")
    else
      lines[#lines + 1] = ("%s: %s"):format(change.row, args.dry_run and "would be withdrawn" or "withdrawn")
    end
  end
  return table.concat(lines, "\n") .. "\n" .. shared.findings_text(result.findings)
end

function shared.output_option(command)
  command:option("-o --output", "File to write, replaced as a whole (default: standard output); several tables as CSV"
    .. " go to a folder, a name that ends in /, or a .zip."):argname "<file>"
end

--- The option that says a format; `further` names some that are none of documents, `usual` is that of a name without
-- an ending, and `alias` another name of the option.
function shared.format_option(command, further, usual, alias)
  local names = formats.names()
  table.move(further or {}, 1, #(further or {}), #names + 1, names)
  local text = ("Format: %s (default: by the end of the file's name, else %s)."):format(table.concat(names, ", "),
    usual or "text")
  local option = command:option("-f --format" .. (alias and " " .. alias or ""), text):argname "<format>"
  option.suggests = names
end

--- Options of commands that write in a format where --output says; see format_option.
function shared.format_options(command, further)
  shared.format_option(command, further)
  shared.output_option(command)
end

function shared.delivery_options(command, further)
  shared.format_options(command, further)
  command:option("--data", "Folder of the dataset (default: the one that came with blotter)."):argname "<folder>"
end

return shared

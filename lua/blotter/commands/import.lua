local place = require "blotter.commands.place"
local shared = require "blotter.commands.shared"

local import = {
  summary = "Add a source with its figures to the dataset, or with --into the rows of a file to a database.",
}

function import.options(command)
  command:argument("file", "File to read; - is standard input (only with --into)."):argname "<file>"
  command:option("--into", "Table to fill, as db.blt:table; it is made when it is missing."):argname "<db:table>"
  command:option("--as", "With --into: what the file is, csv or jsonl (default: by its name)."):argname "<kind>"
    :choices { "csv", "jsonl" }
  command:option("--delimiter", "With --into, CSV: what separates fields (default: found out)."):argname "<char>"
  command:option("--null", "With --into, CSV: a text that means null (default: the empty text)."):argname "<text>"
    :count "*"
  command:option("--type", "With --into: the type of a column."):argname "<column=type>":count "*"
  command:option("--on-error", "With --into: stop at the first bad row, or reject it and go on."):argname "<what>"
    :choices { "stop", "reject" }:default "stop"
  command:flag("--no-header", "With --into, CSV: the first row is data; columns are c1, c2, …")
  shared.progress_option(command)
  command:flag("--dry-run", "Without --into: check the source and say what it would contradict, and write nothing.")
  command:option("--data", "Folder of the dataset (default: the one that came with blotter)."):argname "<folder>"
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

--- The options of blotter.csv or blotter.jsonl that the command line gives.
local function reading_options(args, kind)
  local options = { on_error = args.on_error, types = types_of(args.type), progress = shared.progress(args) }
  if kind == "csv" then
    options.delimiter, options.header = args.delimiter, not args.no_header
    if #args.null > 0 then options.nulls = args.null end
  elseif args.delimiter or args.no_header or #args.null > 0 then
    shared.stop(shared.USAGE, "--delimiter, --null and --no-header are about CSV, not JSON lines")
  end
  return options
end

--- Reads the file into the table, which is made when it is missing. Returns what is known of the reading, or nil and a
-- message.
local function fill(db, name, read, file, options)
  for _, existing in ipairs(db:tables()) do
    if existing == name then options.into = db:table(name) end
  end
  local rows, info = read(file, options)
  if not rows then return nil, info end
  if options.into then return info end
  local saved, message = db:save(name, rows)
  if not saved then return nil, message end
  return info
end

--- The bad rows that were passed over, on standard error.
local function show_rejects(info)
  if (info.rejected or 0) == 0 then return end
  local how_many = info.rejected == 1 and "1 row was" or info.rejected .. " rows were"
  io.stderr:write(("blotter: %s rejected:\n%s\n"):format(how_many, tostring(info.rejects)))
end

--- Runs `work` in a transaction of the database. When it fails, a file that was made for it does not stay.
local function in_database(path, work)
  local there = io.open(path, "rb")
  if there then there:close() end
  local db <close> = place.open(path)
  local results = table.pack(pcall(db.transaction, db, work))
  local done = results[1] and results[2]
  if not done and not there and #db:tables() == 0 then os.remove(path) end
  if not results[1] then error(results[2], 0) end
  return table.unpack(results, 2, results.n)
end

local function into_database(args)
  local path, name = place.split(args.into)
  if not path then
    shared.stop(shared.USAGE, ("'%s' is not of the form db.blt:table"):format(args.into))
  end
  local kind = place.kind(args.file, args.as)
  local options = reading_options(args, kind)
  local info, message = shared.blame_user(shared.REFUSED, "", function()
    return in_database(path, function(db) return fill(db, name, require("blotter")[kind], args.file, options) end)
  end)
  if not info then shared.stop(shared.REFUSED, message) end
  show_rejects(info)
  shared.write(("%s: %d rows added\n"):format(args.into, info.rows), args)
  return shared.DONE
end

local function into_dataset(args)
  local result, message = shared.open_dataset(args):import(args.file, { dry_run = args.dry_run })
  if not result then
    if message:find "is no field of figures" and not args.file:find "%.json$" then
      message = message .. "\n(a source with its figures is expected; to fill a table, add --into db.blt:table)"
    end
    shared.stop(shared.REFUSED, message)
  end
  local lines = { ("%s: %d figures %s"):format(args.file, #result.added.figures,
    args.dry_run and "would be added" or "added") }
  for _, finding in ipairs(result.findings) do
    lines[#lines + 1] = ("%s, holds for %s: %s"):format(finding.check, finding.verdict, finding.sentence)
  end
  if #result.findings == 0 then lines[#lines + 1] = "Nothing that is there contradicts them." end
  shared.write(table.concat(lines, "\n") .. "\n", args)
  return shared.DONE
end

function import.run(args)
  return args.into and into_database(args) or into_dataset(args)
end

return import

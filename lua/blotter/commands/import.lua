local core = require "blotter.core"
local counted = require "blotter.lang.counted"
local interview = require "blotter.commands.interview"
local output = require "blotter.publish.output"
local place = require "blotter.commands.place"
local reading = require "blotter.commands.reading_options"
local record_file = require "blotter.ops.dataset.record_file"
local shared = require "blotter.commands.shared"
local worksheet = require "blotter.ops.dataset.worksheet"

local import = {
  summary = "Add a source with its figures to the dataset, or with --into the rows of a file to a database.",
}

function import.options(command)
  command:argument("file", "File to read; - is standard input (only with --into)."):argname "<file>":args "?"
  command:option("--into", "Table to fill, as db.blt:table; it is made when it is missing."):argname "<db:table>"
  command:option("--as", "With --into: what the file is, csv, jsonl, parquet, arrow or sqlite (default: by its "
    .. "name)."):argname "<kind>":choices { "csv", "jsonl", "parquet", "arrow", "sqlite" }
  shared.progress_option(command)
  command:flag("--dry-run", "Without --into: check the source and say what it would contradict, and write nothing.")
  command:option("--draft", "Write a worksheet of what the record in <file> lacks, with proposals, and add nothing; "
    .. "without <file>, an empty one."):argname "<sheet>"
  command:flag("--interactive", "Ask on the terminal for what the record lacks, with proposals, and add it.")
  command:option("--data", "Folder of the dataset (default: the one that came with blotter)."):argname "<folder>"
  reading.options(command)
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

--- Parquet and Arrow make a new table, block by block, and SQLite row by row.
local function import_whole(db, name, text, options)
  local file, inner = place.split_sqlite(text)
  if file then options["table"] = inner end
  file = file or text
  for _, existing in ipairs(db:tables()) do
    if existing == name then
      return nil, ("table '%s' is there already: Parquet, Arrow and SQLite are read into a new one"):format(name)
    end
  end
  return select(2, db:import(name, file, options))
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
  local kind = place.kind(place.split_sqlite(args.file) or args.file, args.as)
  place.check(args, { args.file })
  local options = reading.of(args, kind, args.file)
  local info, message = shared.blame_user(shared.REFUSED, "", function()
    return in_database(path, function(db)
      if kind ~= "csv" and kind ~= "jsonl" then return import_whole(db, name, args.file, options) end
      return fill(db, name, require("blotter")[kind], args.file, options)
    end)
  end)
  if not info then shared.stop(shared.REFUSED, kind ~= "jsonl" and reading.advice(message) or message) end
  reading.show_rejects(info)
  shared.say(("%s: %s added\n"):format(args.into, counted(info.rows, "row")), args)
  return shared.DONE
end

--- The record of a file, or the end of the command.
local function read_record(path)
  local record, problems = record_file.read(path)
  if record then return record end
  local message = problems:text()
  if not path:find "%.json$" then
    message = message .. "\n(a source with its figures is expected; to fill a table, add --into db.blt:table)"
  end
  shared.stop(shared.REFUSED, message)
end

--- What may be said of a record, one proposal a line.
local function questions_text(questions)
  local lines = {}
  for _, question in ipairs(questions) do
    for _, proposal in ipairs(question.proposals) do
      lines[#lines + 1] = ("proposal for %s: %s (%s)\n"):format(question.at, proposal.value, proposal.why)
    end
  end
  return table.concat(lines)
end

local function draft(args)
  local record = args.file and read_record(args.file) or { source = {}, figures = { {} } }
  local text = worksheet.text(record, shared.open_dataset(args):questions(record))
  if args.draft == "-" then
    shared.write(text, args)
  else
    local ok, message = output.file(args.draft, text)
    if not ok then shared.stop(shared.REFUSED, message) end
  end
  return shared.DONE
end

local function ask_on_terminal(text)
  io.stdout:write(text)
  io.stdout:flush()
  return io.read()
end

local function into_dataset(args)
  if args.interactive and not (core.is_terminal(0) and core.is_terminal(1)) then
    shared.stop(shared.USAGE, "--interactive needs a terminal; --draft writes a worksheet")
  end
  local ops, record = shared.open_dataset(args), read_record(args.file)
  if args.interactive then interview.run(ops, record, ask_on_terminal) end
  local result, message = ops:add(record, { file = args.file, dry_run = args.dry_run })
  if not result then
    if message:find "is no field of figures" and not args.file:find "%.json$" then
      message = message .. "\n(a source with its figures is expected; to fill a table, add --into db.blt:table)"
    end
    local proposed = questions_text(ops:questions(record)):gsub("\n$", "")
    shared.stop(shared.REFUSED, proposed == "" and message or message .. "\n" .. proposed)
  end
  shared.say(("%s: %d figures %s\n"):format(args.file, #result.added.figures,
    args.dry_run and "would be added" or "added") .. questions_text(result.questions)
    .. shared.findings_text(result.findings), args)
  return shared.DONE
end

function import.run(args)
  if args.into and (args.draft or args.interactive) then
    shared.stop(shared.USAGE, "--draft and --interactive are about the dataset, not --into")
  end
  if args.draft then return draft(args) end
  if not args.file then shared.stop(shared.USAGE, "a file is expected (blotter import --help)") end
  local option = not args.into and reading.first(args)
  if option then shared.stop(shared.USAGE, option .. " is about the rows of a file: add --into db.blt:table") end
  return args.into and into_database(args) or into_dataset(args)
end

return import

local place = require "blotter.commands.place"
local reading = require "blotter.commands.reading_options"
local reports = require "blotter.publish.reports"
local shared = require "blotter.commands.shared"

local report = { summary = "Print a report on the operations dataset." }

function report.options(command)
  command:argument("name", ("Report: %s (default: overview; with --subject, profile)."):format(
    table.concat(reports.names(), ", "))):args "?".suggests = reports.names()
  command:option("-s --subject", "Identifier of the subject (see `blotter subjects`)."):argname "<id>"
  command:option("-p --param", "A parameter of the report, as name=value."):argname "<name=value>":count "*"
  command:flag("--list", "Print every report with what it takes.")
  command:flag("--all", "Write a site of the whole dataset into the folder of --output.")
  shared.delivery_options(command)
  place.options(command)
end

-- Half as much collecting while a site is made, which is nearly all that its process lives for.
local function collect_less()
  local pause = collectgarbage("setpause", 400)
  return setmetatable({}, { __close = function() collectgarbage("setpause", pause) end })
end

-- The site; its folder is named, as many files are written.
local function write_site(args)
  if not args.output or args.output == "-" then shared.stop(shared.USAGE, "--all needs a folder: -o FOLDER") end
  if args.name or args.subject or #args.param > 0 then
    shared.stop(shared.USAGE, "--all writes every report: name none, and no parameters")
  end
  local _ <close> = collect_less()
  local count, message = require("blotter.publish.site").write(shared.open_dataset(args), args.output)
  if not count then shared.stop(shared.REFUSED, message) end
  io.stderr:write(("%s: %d pages written\n"):format(args.output, count))
  return shared.DONE
end

local function list_all(args)
  shared.require_text(args, "--list")
  local parts = {}
  for i, name in ipairs(reports.names()) do parts[i] = reports.help(reports.get(name)) end
  shared.write(table.concat(parts, "\n\n") .. "\n", args)
  return shared.DONE
end

--- The rows of the file that a report is made from, read as the command line says.
local function read_rows(definition, params, args)
  local from = definition.reads_rows and params.from
  if from and from:find "[./]" then
    place.check(args, { from })
    params.rows = place.rows(from, args)
    return
  end
  local option = reading.first(args) or args.as and "--as"
  if not option then return end
  shared.stop(shared.USAGE, definition.reads_rows and option .. " is about a file: add -p from=FILE"
    or ("%s is about a file of rows: report table -p from=FILE reads one, '%s' does not"):format(option,
      definition.name))
end

function report.run(args)
  if args.all then return write_site(args) end
  if args.list then return list_all(args) end
  local params = { subject = args.subject }
  for _, pair in ipairs(args.param) do
    local param, value = pair:match "^([%w_]+)=(.*)$"
    if not param then shared.stop(shared.USAGE, ("'%s' is not of the form name=value"):format(pair)) end
    params[param] = value
  end
  local name = args.name or (params.subject and "profile") or "overview"
  local definition, message = reports.get(name)
  if not definition then shared.stop(shared.USAGE, message) end
  local ops = (args.data or not definition.without_dataset) and shared.open_dataset(args) or nil
  read_rows(definition, params, args)
  local document
  document, message = reports.build(name, ops, params)
  if not document then shared.stop(shared.USAGE, message) end
  shared.deliver(document, args)
  return shared.DONE
end

return report

--- The `blotter` command.
--
-- Exit status: 0 done; 1 `check --strict` found what no reading can repair; 2 the command line is wrong;
-- 3 the input was refused, or a file cannot be read or written; 4 an error inside blotter; 130 interrupted.

local argparse = require "argparse"

local formats = require "blotter.formats"
local output = require "blotter.output"
local reports = require "blotter.reports"
local terminal = require "blotter.terminal"

local cli = {}

local DONE, FOUND, USAGE, REFUSED, INTERNAL, INTERRUPTED = 0, 1, 2, 3, 4, 130

--- What a command raises to end with a message and a status.
local Stop = {}

local function stop(status, message)
  error(setmetatable({ status = status, message = message }, Stop), 0)
end

-- ---- what the commands share -----------------------------------------------------------------------

local function open_dataset(args)
  local ops, message = require("blotter.ops").open(args.data)
  if not ops then stop(REFUSED, message) end
  return ops
end

--- Refuses an unknown format before any work is done.
local function require_format(name)
  local format, message = formats.get(name)
  if not format then stop(USAGE, message) end
end

--- Renders a document and writes it where --output says.
local function deliver(document, args)
  local text, message = formats.render(document, args.format, { width = terminal.width() })
  if not text then stop(USAGE, message) end
  local ok
  if args.output and args.output ~= "-" then
    ok, message = output.file(args.output, text)
  else
    ok, message = output.standard(text)
  end
  if not ok then stop(REFUSED, message) end
end

local function delivery_options(command)
  command:option("-f --format", "Format: " .. table.concat(formats.names(), ", ") .. ".", "text"):argname "<format>"
  command:option("-o --output", "File to write, replaced as a whole (default: standard output)."):argname "<file>"
  command:option("--data", "Folder of the dataset (default: the one that came with blotter)."):argname "<folder>"
end

-- ---- the commands ----------------------------------------------------------------------------------

local commands = {}

commands.report = {
  summary = "Print a report on the operations dataset.",
  options = function(command)
    command:argument("name", "Report: " .. table.concat(reports.names(), ", ") .. " (default: overview)."):args "?"
    command:option("-s --subject", "Identifier of the subject (see `blotter subjects`)."):argname "<id>"
    command:option("-p --param", "A parameter of the report, as name=value."):argname "<name=value>":count "*"
    delivery_options(command)
  end,
  run = function(args)
    local params = { subject = args.subject }
    for _, pair in ipairs(args.param) do
      local param, value = pair:match "^([%w_]+)=(.*)$"
      if not param then stop(USAGE, ("'%s' is not of the form name=value"):format(pair)) end
      params[param] = value
    end
    local name = args.name or "overview"
    local report, message = reports.get(name)
    if not report then stop(USAGE, message) end
    local document
    document, message = reports.build(name, open_dataset(args), params)
    if not document then stop(USAGE, message) end
    deliver(document, args)
    return DONE
  end,
}

commands.subjects = {
  summary = "List the subjects: what the figures are about.",
  options = delivery_options,
  run = function(args)
    local rows = {}
    for i, subject in ipairs(open_dataset(args).subjects) do
      rows[i] = { subject.id, subject.type, subject.name, subject.acronym, subject.lead }
    end
    local columns = {
      { name = "id", type = "string" }, { name = "type", type = "string" }, { name = "name", type = "string" },
      { name = "acronym", type = "string" }, { name = "lead", type = "string" },
    }
    deliver({ blocks = { { kind = "table", columns = columns, rows = rows } } }, args)
    return DONE
  end,
}

commands.check = {
  summary = "Reconcile the figures and say where the public record contradicts itself.",
  options = function(command)
    command:flag("--strict", "End with status 1 when a finding cannot be repaired by any reading.")
    delivery_options(command)
  end,
  run = function(args)
    local findings = open_dataset(args):reconcile()
    local rows, beyond_repair = {}, 0
    for i, finding in ipairs(findings) do
      rows[i] = { finding.check, finding.verdict, finding.sentence }
      if finding.verdict == "none" then beyond_repair = beyond_repair + 1 end
    end
    local columns = {
      { name = "check", type = "string" }, { name = "holds_for", title = "holds for", type = "string" },
      { name = "finding", type = "string" },
    }
    local note = ("%d findings, of which %d hold for no reading of the figures."):format(#rows, beyond_repair)
    deliver({ blocks = { { kind = "table", columns = columns, rows = rows, note = note } } }, args)
    return args.strict and beyond_repair > 0 and FOUND or DONE
  end,
}

-- In the order in which the help lists them.
local ORDER = { "report", "check", "subjects" }

-- ---- the command line --------------------------------------------------------------------------------

local function build_parser()
  local parser = argparse("blotter", "Published figures on operations, with their sources and their bounds.")
  parser:command_target "command"
  parser:require_command(true)
  for _, name in ipairs(ORDER) do
    local command = parser:command(name, commands[name].summary)
    commands[name].options(command)
  end
  return parser
end

local function run(arguments)
  local ok, args = build_parser():pparse(arguments)
  if not ok then stop(USAGE, args:gsub("\n", "; ") .. " (blotter --help lists the commands and their options)") end
  if args.format then require_format(args.format) end
  return commands[args.command].run(args)
end

--- An error on its way out, as a Stop. Lua's own interpreter raises `interrupted!` for Ctrl-C.
local function as_stop(problem)
  if getmetatable(problem) == Stop then return problem end
  local message = tostring(problem)
  if message:find "interrupted!$" then return { status = INTERRUPTED, message = "interrupted" } end
  message = "internal error: " .. message
  if os.getenv "BLOTTER_DEBUG" then message = debug.traceback(message, 2) end
  return { status = INTERNAL, message = message }
end

--- Runs the command line `arguments` (default: the script's) and returns the exit status.
function cli.main(arguments)
  local ok, result = xpcall(run, as_stop, arguments)
  if ok then return result end
  io.stderr:write("blotter: ", result.message, "\n")
  return result.status
end

return cli

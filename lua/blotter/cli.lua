--- The `blotter` command: its command line and its exit status. Each command is a file in commands/.
--
-- Exit status: 0 done; 1 `check --strict` found what no reading can repair; 2 the command line is wrong;
-- 3 the input was refused, or a file cannot be read or written; 4 an error inside blotter; 130 interrupted.

local argparse = require "argparse"

local shared = require "blotter.commands.shared"
local width = require "blotter.terminal.width"

local cli = {}

-- In the order in which the help lists them.
local COMMANDS = { "report", "check", "subjects", "import", "revise", "withdraw", "query", "describe", "export",
  "repl" }

local VERSION = "scm (not released)"

local EXAMPLES = [[
Examples:
   blotter report                                        the overview of the dataset
   blotter query tips.csv --where "n > 5" --order "n desc"
   blotter query tips.csv --by country --agg "n = sum(n)" -o totals.csv
   blotter describe tips.csv                             columns, nulls, smallest and largest values
   blotter import tips.csv --into db.blt:tips            fill a table of a database
   blotter completion bash >~/.blotter.bash              what the Tab key completes (bash, zsh, fish)
]]

local function build_parser()
  local parser = argparse("blotter", "Published figures on operations, with their sources and their bounds.")
  parser:epilog(EXAMPLES)
  parser:flag("--version", "Print the version and end."):action(function()
    io.stdout:write("blotter ", VERSION, "\n")
    os.exit(0, true)
  end)
  parser:add_complete_command "completion"
  parser:command_target "command"
  parser:require_command(true)
  for _, name in ipairs(COMMANDS) do
    local definition = require("blotter.commands." .. name)
    definition.options(parser:command(name, definition.summary))
  end
  return parser
end

local function run(arguments)
  local ok, args = build_parser():pparse(arguments)
  if not ok then
    local message = args:gsub("\n", "; ") .. " (blotter --help lists the commands and their options)"
    shared.stop(shared.USAGE, message)
  end
  local command = require("blotter.commands." .. args.command)
  args.format = args.format or shared.format_of(args.output, command.own_formats)
  if args.format and not (command.own_formats or {})[args.format] then shared.require_format(args.format) end
  return command.run(args)
end

--- An error on its way out, as a Stop. Lua's own interpreter raises `interrupted!` for Ctrl-C.
local function as_stop(problem)
  if getmetatable(problem) == shared.Stop then return problem end
  local message = tostring(problem)
  if message:find "interrupted!$" then return { status = shared.INTERRUPTED, message = "interrupted" } end
  message = "internal error: " .. message
  if os.getenv "BLOTTER_DEBUG" then message = debug.traceback(message, 2) end
  return { status = shared.INTERNAL, message = message }
end

--- Runs the command line `arguments` (default: the script's) and returns the exit status.
function cli.main(arguments)
  local ok, result = xpcall(run, as_stop, arguments)
  if ok then return result end
  io.stderr:write("blotter: ", width.printable_lines(result.message), "\n")
  return result.status
end

return cli

--- The `blotter` command: its command line and its exit status. Each command is a file in commands/; the statuses are
-- described in commands/shared.lua.

local argparse = require "argparse"

local habits = require "blotter.errors.habits"
local shared = require "blotter.commands.shared"
local width = require "blotter.terminal.width"

local cli = {}

-- In the order in which the help lists them.
local COMMANDS = { "report", "new", "check", "subjects", "import", "revise", "withdraw", "query", "describe", "schema",
  "export", "search", "repl", "manual" }

--- The module of a command: the file of its name, but for one whose name another file has.
local function module_of(name)
  return require("blotter.commands." .. (name == "schema" and "column_list" or name))
end

local VERSION = "scm (not released)"

local EXAMPLES = [[
Examples:
   blotter report                                        the overview of the dataset
   blotter report --list                                 every report, with what it takes
   blotter new report mine; blotter --load mine.lua report mine -o mine.html
   blotter query tips.csv --where "n > 5" --order "n desc"
   blotter query tips.csv --by country --agg "n = sum(n)" -o totals.csv
   blotter describe tips.csv                             columns, nulls, smallest and largest values
   blotter schema tips.parquet                           columns and types; of a database, those of all tables
   blotter import tips.csv --into db.blt:tips            fill a table of a database
   blotter query tips.csv areas.csv --left-join "country == code" --by area --agg "n = sum(n)"
   blotter query sheet.csv --header 2 --skip-tail 3 --dates dd.mm.yyyy --decimal-mark ,
   blotter search predator                               what the dataset has under a name or an acronym
   blotter completion bash >~/.blotter.bash              what the Tab key completes (bash, zsh, fish)
   blotter manual | man -l -                             all of it as a page of the manual

]]

local function statuses()
  local lines = { "Exit status:" }
  for _, pair in ipairs(shared.STATUSES) do lines[#lines + 1] = ("   %-3d  %s"):format(pair[1], pair[2]) end
  return table.concat(lines, "\n")
end

--- Runs the files that --load names, before anything else is read: they bring reports and formats.
local function load_files(arguments)
  for i, argument in ipairs(arguments) do
    if argument == "--" then return end
    local path = argument:match "^%-%-load=(.*)$" or argument == "--load" and arguments[i + 1]
    if path then shared.load(path) end
  end
end

local function build_parser()
  local parser = argparse("blotter", "Published figures on operations, with their sources and their bounds.")
  parser:epilog(EXAMPLES .. statuses())
  parser:flag("--version", "Print the version and end."):action(function()
    io.stdout:write("blotter ", VERSION, "\n")
    os.exit(0, true)
  end)
  parser:option("--load", "A Lua file with reports, formats or queries of your own (see `blotter new`).")
    :argname "<file>":count "*"
  parser:add_complete_command "completion"
  parser:command_target "command"
  parser:require_command(true)
  for _, name in ipairs(COMMANDS) do
    local definition = module_of(name)
    definition.options(parser:command(name, definition.summary))
  end
  return parser
end

--- Lets the shell complete what an option or an argument suggests; only then, as choices it would refuse all others.
local function offer_suggestions(parser)
  for _, command in ipairs(parser._commands) do
    for _, elements in ipairs { command._options, command._arguments } do
      for _, element in ipairs(elements) do element._choices = element._choices or element.suggests end
    end
  end
end

--- The options of a command, as they are written.
local function options_of(parser, name)
  local names = {}
  for _, command in ipairs(parser._commands) do
    for _, option in ipairs(command._name == name and command._options or {}) do
      for _, alias in ipairs(option._aliases) do
        if alias:find "^%-%-" then names[#names + 1] = alias end
      end
    end
  end
  return names
end

--- The option of the command that is meant by one of other tools.
local function option_hint(parser, option, name)
  local habit = habits.answer(habits.command_options, (option:gsub("-", "")))
  for _, one in ipairs(options_of(parser, name)) do
    if one == habit then return "; write " .. habit end
  end
  return ""
end

--- What is said behind the message of a command line that cannot be read.
local function hint_at(parser, message, arguments)
  local name = message:match "^unknown command '([^']*)'$"
  if name then
    local habit = habits.answer(habits.commands, name)
    return habit and ("; write blotter %s"):format(habit) or "; the commands are " .. table.concat(COMMANDS, ", ")
  end
  local option = message:match "^unknown option '(%-%-[^']*)'$"
  if not option then return "" end
  if arguments[1] == option then return "; options stand behind their command" end
  return option_hint(parser, option, arguments[1])
end

local function run(arguments)
  arguments = arguments or arg
  load_files(arguments)
  local parser = build_parser()
  if arguments[1] == "completion" then offer_suggestions(parser) end
  local ok, args = parser:pparse(arguments)
  if not ok then
    local message = args:gsub("\n", "; ") .. hint_at(parser, args, arguments)
    shared.stop(shared.USAGE, message .. " (blotter --help lists the commands and their options)")
  end
  local command = module_of(args.command)
  if not args.all and not command.is_text then
    args.format = args.format and shared.format_named(args.format)
      or shared.format_of(args.output, command.own_formats, command.usual_format)
    shared.require_ending(args.output, args.format, command.own_formats)
  end
  local own = command.own_formats or {}
  if args.format and not own[args.format] then shared.require_format(args.format, own) end
  return command.run(args, parser)
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

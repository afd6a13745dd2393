--- The page of the manual, made of what the command line itself says.

local shared = require "blotter.commands.shared"

local manual = { summary = "Print this page of the manual (blotter manual | man -l -).", is_text = true }

manual.options = shared.output_option

--- A text in which roff sees no signs of its own.
local function plain(text)
  text = text:gsub("\\", "\\e"):gsub("%-", "\\-")
  return (text:gsub("^[.']", "\\&%0"):gsub("\n([.'])", "\n\\&%1"))
end

local function bold(text)
  return "\\fB" .. plain(text) .. "\\fR"
end

--- The head of an entry: the names of an option with what it takes, or an argument.
local function head(element)
  local usage = element._argname
  local argument = type(usage) == "table" and usage[1] or usage or ""
  if not element._aliases then return bold(argument ~= "" and argument or "<" .. element._name .. ">") end
  local names = {}
  for i, name in ipairs(element._aliases) do names[i] = bold(name) end
  return table.concat(names, ", ") .. (argument ~= "" and " " .. plain(argument) or "")
end

local function entries(lines, elements)
  for _, element in ipairs(elements) do
    if not element._hidden and element._description then
      lines[#lines + 1] = ".TP\n" .. head(element) .. "\n" .. plain(element._description)
    end
  end
end

local function command_section(lines, command)
  lines[#lines + 1] = ".SS blotter " .. command._name
  lines[#lines + 1] = plain(command._summary or command._description or "")
  lines[#lines + 1] = ".PP\n.nf\n" .. plain(command:get_usage():gsub("^Usage: ", "")) .. "\n.fi"
  entries(lines, command._arguments)
  entries(lines, command._options)
end

--- The page as roff. `parser` is the command line's.
function manual.text(parser)
  local lines = {
    ".TH BLOTTER 1 \"\" \"blotter\" \"blotter\"", ".SH NAME", "blotter \\- " .. plain(parser._description or ""),
    ".SH SYNOPSIS", bold "blotter" .. " command [options]", ".SH COMMANDS",
  }
  for _, command in ipairs(parser._commands) do command_section(lines, command) end
  lines[#lines + 1] = ".SH EXIT STATUS"
  for _, pair in ipairs(shared.STATUSES) do
    lines[#lines + 1] = (".TP\n%s\n%s"):format(bold(tostring(pair[1])), plain(pair[2]))
  end
  lines[#lines + 1] = ".SH EXAMPLES\n.nf\n" .. plain(parser._epilog:match "Examples:\n(.-)\n\n" or "") .. "\n.fi"
  lines[#lines + 1] = ".SH FILES AND ENVIRONMENT"
  for _, pair in ipairs {
    { "~/.blotter_history, $BLOTTER_HISTORY", "what was typed at the prompt" },
    { "$BLOTTER_DATA", "the folder of the dataset" }, { "$PAGER", "shows long answers at the prompt" },
    { "$NO_COLOR", "no colours" }, { "$COLUMNS", "the width of tables that do not go to a terminal" },
    { "$TMPDIR", "copies of streams and compressed files" },
  } do lines[#lines + 1] = (".TP\n%s\n%s"):format(bold(pair[1]), plain(pair[2])) end
  return table.concat(lines, "\n") .. "\n"
end

function manual.run(args, parser)
  shared.write(manual.text(parser), args)
  return shared.DONE
end

return manual

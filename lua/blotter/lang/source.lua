--- The text of one verb, kept beside its tree so that an error can point into it with a caret.

local fail = require "blotter.errors.fail"

local source = {}

local WIDTH = 100

--- Line number, start of the line and end of the line that hold byte `position`.
local function line_at(text, position)
  local line, first = 1, 1
  while true do
    local newline = text:find("\n", first, true)
    if not newline or newline >= position then return line, first, (newline or #text + 1) - 1 end
    line, first = line + 1, newline + 1
  end
end

--- Characters, not bytes, so that the caret stands under the right one.
local function width(text)
  return utf8.len(text) or #text
end

--- Two lines: the text around bytes `first` to `last`, and carets under them.
function source.excerpt(text, first, last)
  first = math.max(1, math.min(first, #text + 1))
  local _, from, to = line_at(text, first)
  last = math.max(first, math.min(last or first, to))
  local lead, tail = "", ""
  if first - from > WIDTH // 2 then from, lead = first - WIDTH // 2, "…" end
  if to - from > WIDTH then to, tail = from + WIDTH, "…" end
  last = math.min(last, math.max(to, first))
  local shown = lead .. text:sub(from, to):gsub("%c", " ") .. tail
  local before = width(lead .. text:sub(from, first - 1))
  local carets = math.max(1, width(text:sub(first, last)))
  return "  " .. shown .. "\n  " .. (" "):rep(before) .. ("^"):rep(carets)
end

--- A message about bytes `first` to `last` of `text`, with the caret below.
function source.message(text, first, last, message)
  local line = line_at(text, math.max(1, math.min(first, #text + 1)))
  local place = text:find("\n", 1, true) and (" (line %d)"):format(line) or ""
  return message .. place .. "\n" .. source.excerpt(text, first, last)
end

--- Raises that message at the user's line.
function source.fail(text, first, last, message)
  fail("%s", source.message(text, first, last, message))
end

--- The same for a node of a syntax tree.
function source.fail_at(node, message)
  fail("%s", source.message(node.text, node.first, node.last, message))
end

return source

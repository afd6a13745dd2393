--- Breaking texts into lines by the cells of a terminal.

local width = require "blotter.terminal.width"

local wrapping = {}

--- The lines of one printable text in at most `most` cells each; always at least one line.
function wrapping.lines(text, most)
  local lines, current, used = {}, {}, 0
  local function flush()
    lines[#lines + 1] = table.concat(current, " ")
    current, used = {}, 0
  end
  for word in text:gmatch "%S+" do
    for _, piece in ipairs(width.pieces(word, most)) do
      local cells = width.of(piece)
      if used > 0 and used + 1 + cells > most then flush() end
      current[#current + 1] = piece
      used = used + cells + (used > 0 and 1 or 0)
    end
  end
  if used > 0 or #lines == 0 then flush() end
  return lines
end

--- The same in at most `count` lines: what does not fit is cut with an ellipsis.
function wrapping.few(text, most, count)
  local lines = wrapping.lines(width.cut(text, most * count), most)
  if #lines > count then
    lines[count] = width.cut(table.concat(lines, " ", count), most)
    for i = #lines, count + 1, -1 do lines[i] = nil end
  end
  return lines
end

return wrapping

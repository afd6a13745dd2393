--- Text as it stands in HTML and XML: marks become entities, bytes that are no UTF-8 are named, and control characters
-- and marks that turn the direction of writing are blanks or spelled out.

local ENTITIES = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;", ["'"] = "&#39;" }

-- The marks U+202A to U+202E and U+2066 to U+2069 would turn what follows them.
local function named(mark)
  return ("(U+%04X)"):format(utf8.codepoint(mark))
end

return function(value)
  if not utf8.len(value) then
    value = value:gsub("[\128-\255]", function(c) return ("\\x%02X"):format(c:byte()) end)
  end
  value = value:gsub("[&<>\"']", ENTITIES):gsub("\226\128[\170-\174]", named):gsub("\226\129[\166-\169]", named)
  return (value:gsub("[%c\127]", function(c) return c == "\n" and c or " " end))
end

--- Text as it stands in HTML and XML: marks become entities, and what is no printable character (a control character, a
-- mark that turns the direction of writing, a byte that is no UTF-8) is spelled out. Line ends stay.

local width = require "blotter.terminal.width"

local ENTITIES = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;", ["'"] = "&#39;" }

-- Most texts are of letters, digits and a few marks: that is seen soonest.
return function(value)
  if not value:find "[^%w ,.:()/-]" then return value end
  if not value:find "[%z\1-\9\11-\31\127-\255&<>\"']" then return value end
  return (width.printable_lines(value):gsub("[&<>\"']", ENTITIES))
end

--- A report as it is asked for from Lua: it prints as text, and each format is a method that writes it to a path or
-- returns its text: ops:report("agency", {subject = "ICE"}):html "ice.html".

local formats = require "blotter.publish.formats"
local output = require "blotter.publish.output"
local suggest = require "blotter.errors.suggest"

local written = {}

local function check_path(name, to)
  if to == nil or type(to) == "string" and to ~= "" then return end
  error(("%s: a path expected, such as \"report.%s\", or nothing for the text"):format(name,
    formats.get(name).extension or name), 3)
end

--- The method of a format: writes to `to` and returns true, or returns the text where that is nil; nil and a message.
local function method(document, name)
  return function(_, to, options)
    check_path(name, to)
    local text, message = formats.render(document, name, options)
    if not text then return nil, message end
    if to == nil then return text end
    return output.file(to, text)
  end
end

local class = { __name = "blotter.report" }

function class.__tostring(report)
  return (assert(formats.render(report.document, "text", { width = tonumber(os.getenv "COLUMNS") or 100 }))
    :gsub("\n+$", ""))
end

function class.__index(report, name)
  if formats.get(name) then return method(report.document, name) end
  if type(name) ~= "string" or name:find "^_" then return nil end
  error(("a report has no '%s'%s"):format(name, suggest.phrase(name, formats.names())), 2)
end

--- The document as a report.
function written.of(document)
  return setmetatable({ document = document }, class)
end

return written

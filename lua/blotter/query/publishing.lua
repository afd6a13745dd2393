--- Methods that write an answer in a format of publish/, whose files are read when one of them is first called.

local arguments = require "blotter.errors.arguments"
local ending = require "blotter.tables.ending"
local fail = require "blotter.errors.fail"

local publishing = {}

local OPTIONS = { "title", "note", "sources" }
local OF_SHEETS = { "title", "note", "sources", "sheet", "percent" }

--- A format's text for an answer: written to `to`, or returned where that is nil.
local function method(name, endings, must_have_path)
  return function(frame, to, options)
    local given = arguments.options(options, name == "xlsx" and OF_SHEETS or OPTIONS, name)
    given.percent = arguments.names(given.percent)
    for _, column in ipairs(given.percent) do arguments.one_of(column, frame.names, "percent", "column") end
    if to == nil and must_have_path then
      fail("%s: a path expected, such as f:%s \"answer.%s\"", name, name, endings[1])
    end
    if to ~= nil and type(to) ~= "string" then fail("%s: a path expected, got a %s", name, type(to)) end
    local last, fits = to and ending.of(to), to == nil or to:find "^/dev/" ~= nil
    for _, known in ipairs(endings) do fits = fits or last == known end
    if not fits then fail("%s: the name of the file must end in .%s, and '%s' does not", name, endings[1], to) end
    local frames = require "blotter.publish.frames"
    local text, message = require("blotter.publish.formats").render(frames.document(frame, given), name)
    if not text then return nil, message end
    if to == nil then return text end
    local ok
    ok, message = require("blotter.publish.output").file(to, text)
    if not ok then return nil, message end
    return #frame
  end
end

--- f:xlsx(path, options) writes a workbook, f:html(path, options) a page, f:markdown(path, options) a table; the last
-- two return the text when there is no path. Options: title, note, sources; of xlsx sheet, its name, and percent,
-- the columns of fractions that are shown as percents.
publishing.xlsx = method("xlsx", { "xlsx" }, true)
publishing.html = method("html", { "html", "htm" })
publishing.markdown = method("markdown", { "md", "markdown" })

return publishing

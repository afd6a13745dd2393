--- The formats by name: each renders a document (see blotter.document) into one text.
--
--   blotter.format(name, { description = "…", extension = "txt", render = function(document, options) … end })
--
-- `render` returns a text, or nil and why a document cannot be written so. A format may have files(document,
-- options), a list of {name, text}, for a folder or a ZIP archive. `options.width` is the width that a format for
-- terminals keeps to.

local document = require "blotter.publish.document"
local suggest = require "blotter.errors.suggest"

local formats = {}

local BUILT_IN = { "text", "markdown", "html", "svg", "csv", "json", "xlsx", "latex" }
local registered, names = {}, {}

--- Registers a format under `name`; a later registration of the same name replaces the earlier one.
function formats.register(name, definition)
  if type(name) ~= "string" or not name:find "^[%w_-]+$" then
    error("a format's name is made of letters, digits, - and _", 2)
  end
  if type(definition) ~= "table" or type(definition.render) ~= "function" then
    error(("format '%s' needs a function render(document, options)"):format(name), 2)
  end
  if not registered[name] then names[#names + 1] = name end
  registered[name] = definition
end

for _, name in ipairs(BUILT_IN) do formats.register(name, require("blotter.publish.formats." .. name)) end

--- The names of all formats, in the order of their registration.
function formats.names()
  return table.move(names, 1, #names, 1, {})
end

--- The format called `name`, or nil and a message that lists what there is.
function formats.get(name)
  if registered[name] then return registered[name] end
  return nil, ("unknown format '%s'%s"):format(name, suggest.phrase(name, names))
end

-- Endings of files besides the formats' own.
local ENDINGS = { markdown = "markdown", htm = "html", text = "text", zip = "csv" }

--- The name of the format that files of an ending are written in, or nil.
function formats.of_ending(last)
  for _, name in ipairs(names) do
    if name == last or registered[name].extension == last then return name end
  end
  return ENDINGS[last]
end

--- The endings that files may have, for a message.
function formats.endings()
  local list = {}
  for i, name in ipairs(names) do list[i] = "." .. (registered[name].extension or name) end
  list[#list + 1] = ".zip"
  return table.concat(list, ", ")
end

--- Renders a document; nil and a message when the format is unknown. A document of the wrong shape raises an error.
function formats.render(doc, name, options)
  local format, message = formats.get(name)
  if not format then return nil, message end
  return format.render(document.check(doc), options or {})
end

return formats

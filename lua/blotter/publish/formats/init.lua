--- The formats by name: each renders a document (see blotter.document) into one text.
--
--   blotter.format(name, { description = "…", extension = "txt", render = function(document, options) … end })
--
-- `options.width` is the width that a format for terminals keeps to.

local document = require "blotter.publish.document"
local suggest = require "blotter.errors.suggest"

local formats = {}

local BUILT_IN = { "text", "markdown", "html", "csv", "json" }
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

--- Renders a document; nil and a message when the format is unknown. A document of the wrong shape raises an error.
function formats.render(doc, name, options)
  local format, message = formats.get(name)
  if not format then return nil, message end
  return format.render(document.check(doc), options or {})
end

return formats

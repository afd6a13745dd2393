--- The formats by name: each renders a document (see blotter.publish.document) into one text.
--
--   blotter.format(name, { description = "…", extension = "txt", render = function(document, options) … end })
--
-- `render` returns a text, or nil and why a document cannot be written so. A format may have files(document,
-- options), a list of {name, text}, for a folder or a ZIP archive. `options.width` is the width that a format for
-- terminals keeps to.

local document = require "blotter.publish.document"
local registry = require "blotter.registry"
local suggest = require "blotter.errors.suggest"

local formats = {}

local registered = registry.new({ "text", "markdown", "html", "svg", "csv", "json", "xlsx", "latex" },
  function(name) return require("blotter.publish.formats." .. name) end)

--- Registers a format under `name`; a later registration of the same name replaces the earlier one.
function formats.register(name, definition)
  if type(name) ~= "string" or not name:find "^[%w_-]+$" then
    error("a format's name is made of letters, digits, - and _", 2)
  end
  if type(definition) ~= "table" or type(definition.render) ~= "function" then
    error(("format '%s' needs a function render(document, options)"):format(name), 2)
  end
  registered:add(name, definition)
end

--- The names of all formats, in the order of their registration.
function formats.names()
  return registered:names()
end

--- The format called `name`, or nil and a message that lists what there is.
function formats.get(name)
  local definition = registered:get(name)
  if definition then return definition end
  return nil, ("unknown format '%s'%s"):format(name, suggest.phrase(name, registered:names()))
end

-- Endings of files besides the formats' own.
local ENDINGS = { markdown = "markdown", htm = "html", text = "text", zip = "csv" }

--- The name of the format that files of an ending are written in, or nil.
function formats.of_ending(last)
  for _, name in ipairs(registered:names()) do
    if name == last or registered:get(name).extension == last then return name end
  end
  return ENDINGS[last]
end

--- The endings that files may have, for a message.
function formats.endings()
  local list = {}
  for i, name in ipairs(registered:names()) do list[i] = "." .. (registered:get(name).extension or name) end
  list[#list + 1] = ".zip"
  return table.concat(list, ", ")
end

--- Renders a document; nil and a message when the format is unknown. A document of the wrong shape raises an error.
function formats.render(doc, name, options)
  local format, message = formats.get(name)
  if not format then return nil, message end
  return format.render(document.check(doc), options or {})
end

--- The files of a document, {name, text} each, in a format that makes several; nil and a message where it does not.
function formats.files(doc, name, options)
  local format, message = formats.get(name)
  if not format then return nil, message end
  if not format.files then return nil, ("the format '%s' makes one file"):format(name) end
  return format.files(document.check(doc), options or {})
end

return formats

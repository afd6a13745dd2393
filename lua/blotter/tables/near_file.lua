--- What may have been meant by a path that leads nowhere: a file of a similar name beside it, or a text.

local core = require "blotter.core"
local ending = require "blotter.tables.ending"
local suggest = require "blotter.errors.suggest"

local near_file = {}

--- The names in a folder whose path ends in a slash, or in the present one.
local function names_in(folder)
  local names = core.glob((folder:gsub("[%[%]*?{}~\\]", "\\%0")) .. "*")
  for i, path in ipairs(names) do names[i] = path:sub(#folder + 1) end
  return names
end

--- The end of the message that a file is not there: which one may be meant; or nothing.
function near_file.phrase(path)
  local folder, name = path:match "^(.*/)([^/]*)$"
  if not folder then folder, name = "", path end
  local near = suggest.nearest(name, names_in(folder))
  if name:find "[*?]" then return "; no file fits the pattern" end
  if path:find "^%a+://" then return "; addresses are not fetched: save the file first" end
  if near then return ("; did you mean '%s'?"):format(folder .. near) end
  local is_text = name:find "[,;\t]"
  return is_text and "; a text that is no path is read with {text = true}, or when its lines end" or ""
end

--- What is read by another call than `verb`, by the end of its name.
local function other_kind(from, verb)
  local last, kind = ending.of(from), ending.kind(from)
  if last == "blt" and verb ~= "open" then return "; blotter.open reads it" end
  local known = kind ~= "csv" or last == "csv" or last == "tsv"
  return known and kind ~= verb and ("; blotter.%s reads it"):format(kind) or ""
end

--- The results of reading `from` by `verb`, with such a phrase behind the message that there is no such file, or that
-- it is another thing.
function near_file.told(from, verb, rows, message, code)
  if rows == nil and code == "format" and type(from) == "string" then message = message .. other_kind(from, verb) end
  if rows == nil and code == "io" and type(from) == "string" and message:find "No such file or directory$" then
    message = message .. near_file.phrase(from)
  end
  return rows, message, code
end

return near_file

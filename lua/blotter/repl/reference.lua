--- The reference as help searches it: the pages that lie beside the library, as chapters and their entries.
--
-- A chapter is {title, lines, entries}. An entry is a row of a table, an item of a list or a paragraph:
--   lines    as they are read on a terminal
--   phrases  set of what people look for, of a row in the chapter of lines (its first cell); nil elsewhere.
--            Its line stands below them, and is not broken
--   defines  set of the names that it is about: those of its first cell, or of calls in a paragraph
--   names    set of all names in its code
--   words    set of all its words

local reference = {}

local FILES = { "README.md", "lang/README.md", "ops/README.md" }
local LINES = "A line each"

--- A line as it is read on a terminal: cells of a table apart, without marks; nil for a ruler.
function reference.readable(line)
  if line:find "^|[%s|:-]*$" then return nil end
  line = line:gsub("^|%s*", ""):gsub("%s*|%s*$", ""):gsub("%s*|%s*", "   "):gsub("%[([^%]]*)%]%([^)]*%)", "%1")
  line = line:gsub("``%s*(.-)%s*``", function(code) return (code:gsub("`", "\1")) end) -- code with backticks in it
  return (line:gsub("`", ""):gsub("%*%*", ""):gsub("\1", "`"))
end

local function put_words(set, text)
  for word in text:lower():gmatch "[%a_][%w_]*" do set[word] = true end
end

--- The name that a piece of code is about: `pivot` of `:pivot {…}`, `csv` of `f:csv(to)`, `sum` of `sum(x)`.
local function subject_of(code)
  return code:match "^[%a_][%w_]*[:.]([%a_][%w_]*)" or code:match "^:?([%a_][%w_]*)"
end

local function read_codes(entry, text, first)
  for code in text:gmatch "`([^`]+)`" do
    put_words(entry.names, code)
    local name = first and subject_of(code) or code:match "^[%a_]+[:.]([%a_][%w_]*)[%({%s]"
    if name then entry.defines[name:lower()] = true end
    for also in first and code:gmatch ":([%a_][%w_]*)" or function() end do entry.defines[also:lower()] = true end
  end
end

--- What the lines of one entry say.
local function read_entry(lines, title)
  local text = table.concat(lines, " ")
  local entry = { lines = {}, defines = {}, names = {}, words = {} }
  entry.lines[1] = reference.readable((text:gsub("%s%s+", " ")))
  put_words(entry.words, text)
  local first, rest = text:match "^|(.-)|(.*)$"
  if not first then first, rest = text:match "^(%- `[^`]*`)(.*)$" end
  read_codes(entry, first or "", true)
  read_codes(entry, rest or text, false)
  if title ~= LINES or not text:find "^|.*`" then return entry end
  entry.phrases = {}
  for phrase in (first .. ","):gmatch "%s*(.-)%s*," do entry.phrases[phrase:lower()] = true end
  entry.lines = { first:match "^%s*(.-)%s*$", "    " .. (rest:match "``%s*(.-)%s*``" or rest:match "`(.-)`") }
  return entry
end

--- The entries of a chapter: rows one by one, items and paragraphs with all their lines; no rulers, no blocks of code.
local function entries_of(chapter)
  local entries, current, in_code = {}, {}, false
  local function finish()
    if #current > 0 then entries[#entries + 1] = read_entry(current, chapter.title) end
    current = {}
  end
  for _, line in ipairs(chapter.lines) do
    local is_row, is_fence = line:find "^|" ~= nil, line:find "^```" ~= nil
    if is_fence then in_code = not in_code end
    if is_row or is_fence or in_code or line == "" or line:find "^%- " then finish() end
    if not (is_fence or in_code or line == "" or line:find "^|[%s|:-]*$") then current[#current + 1] = line end
    if is_row then finish() end
  end
  finish()
  return entries
end

--- The chapters of all pages, in order.
function reference.read()
  local folder, chapters = debug.getinfo(1, "S").source:match "^@(.*)repl/reference%.lua$" or "", {}
  for _, name in ipairs(FILES) do
    local file = io.open(folder .. name, "rb")
    for line in file and file:lines() or function() end do
      local title = line:match "^#+%s+(.*)"
      if title then chapters[#chapters + 1] = { title = title, lines = {} } end
      if not title and chapters[1] then table.insert(chapters[#chapters].lines, line) end
    end
    if file then file:close() end
  end
  for _, chapter in ipairs(chapters) do chapter.entries = entries_of(chapter) end
  return chapters
end

return reference

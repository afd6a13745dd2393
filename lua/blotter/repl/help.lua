--- help(): what the reference says of something. It is read from the reference itself, which lies beside the library.

local core = require "blotter.core"
local suggest = require "blotter.errors.suggest"
local width = require "blotter.terminal.width"

local help = {}

local FILES = { "README.md", "lang/README.md" }

--- Sections of the reference: {title, lines}, read once.
local function read()
  local folder, sections = debug.getinfo(1, "S").source:match "^@(.*)repl/help%.lua$" or "", {}
  for _, name in ipairs(FILES) do
    local file = io.open(folder .. name, "rb")
    for line in file and file:lines() or function() end do
      local title = line:match "^#+%s+(.*)"
      if title then sections[#sections + 1] = { title = title, lines = {} } end
      if not title and sections[1] then table.insert(sections[#sections].lines, line) end
    end
    if file then file:close() end
  end
  return sections
end

--- A line as it is read on a terminal: cells of a table apart, without marks.
local function readable(line)
  if line:find "^|[%s|:-]*$" then return nil end
  line = line:gsub("^|%s*", ""):gsub("%s*|%s*$", ""):gsub("%s*|%s*", "   "):gsub("%[([^%]]*)%]%([^)]*%)", "%1")
  return (line:gsub("`", ""):gsub("%*%*", ""))
end

local function section_text(section)
  local lines = { section.title }
  for _, line in ipairs(section.lines) do lines[#lines + 1] = readable(line) end
  return (table.concat(lines, "\n"):gsub("\n+$", ""))
end

--- Whether `word`, or its singular, is called or named in the code of a line; `join` names left_join, too.
local function names_it(line, word)
  local stem = word:gsub("s$", "")
  for code in line:gmatch "`([^`]+)`" do
    for name in code:gmatch "[%a_][%w_]*" do
      name = name:lower()
      if name == word or name == stem or name:sub(-#stem - 1) == "_" .. stem then return true end
    end
  end
  return false
end

--- The rows of tables and items of lists that name `word`; paragraphs when there are none.
local function lines_about(sections, word)
  local rows, others = {}, {}
  for _, section in ipairs(sections) do
    for _, line in ipairs(section.lines) do
      if names_it(line, word) then table.insert(line:find "^[|-]" and rows or others, readable(line)) end
    end
  end
  return #rows > 0 and rows or others
end

local function titled(sections, word)
  local stem = word:gsub("s$", "")
  for _, section in ipairs(sections) do
    if section.title:lower():find(stem, 1, true) == 1 then return section end
  end
  for _, section in ipairs(sections) do
    if section.title:lower():find(stem, 1, true) then return section end
  end
  return nil
end

local function titles(sections)
  local names = {}
  for i, section in ipairs(sections) do names[i] = section.title end
  return names
end

local function known_names(sections)
  local names = {}
  for _, section in ipairs(sections) do
    for _, line in ipairs(section.lines) do
      for code in line:gmatch "`([^`]+)`" do
        for name in code:gmatch "[%a_][%w_]*" do names[#names + 1] = name end
      end
    end
  end
  return names
end

local OVERVIEW = [[
t = blotter.csv "file.csv"     a table; blotter.jsonl, blotter.table, blotter.open, blotter.memory make others
t:where "n > 5":by "country":agg "total = sum(n)":order "total desc"
                               verbs take a text in which bare names are columns; what is typed is printed
ops                            the operations dataset: ops:figures, ops:total, ops:reconcile, ops:network
help "quantile"                what the reference says of a verb, a function, an option or a chapter
pager = false                  settings are Lua: long answers stay here; t:show(50) prints more rows

chapters: ]]

local function found_text(word)
  local sections = read()
  if word == nil then return OVERVIEW .. table.concat(titles(sections), "; ") end
  word = tostring(word):lower():gsub("^[%w_]*[:.]", ""):gsub("%(.*", "")
  local lines = lines_about(sections, word)
  local section = titled(sections, word)
  if section and (#lines == 0 or section.title:lower():find(word, 1, true) == 1) then return section_text(section) end
  if #lines > 0 then return table.concat(lines, "\n") end
  return ("nothing is known of '%s'%s"):format(word, suggest.phrase(word, known_names(sections)))
end

--- A line cut at blanks into lines of at most `most` cells; what follows the first is indented.
local function wrapped(line, most)
  if width.of(line) <= most or line:find "^    " then return line end
  local lines, current = {}, nil
  for blanks, word in line:gmatch "(%s*)(%S+)" do
    local longer = current and current .. blanks .. word or blanks .. word
    if current and width.of(longer) > most then
      lines[#lines + 1] = current
      current = "    " .. word
    else
      current = longer
    end
  end
  lines[#lines + 1] = current
  return table.concat(lines, "\n")
end

--- The text of help() and help "word", no wider than the terminal.
function help.text(word)
  local most = core.terminal() or tonumber(os.getenv "COLUMNS") or 100
  return (found_text(word):gsub("[^\n]+", function(line) return wrapped(line, most) end))
end

return help

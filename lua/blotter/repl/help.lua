--- help(): what the reference says of something, by its names, by the words of other tools, and by what is looked for.

local core = require "blotter.core"
local habits = require "blotter.errors.habits"
local reference = require "blotter.repl.reference"
local suggest = require "blotter.errors.suggest"
local width = require "blotter.terminal.width"

local help = {}

local MOST = 10 -- entries that are shown

local OVERVIEW = [[
t = blotter.csv "file.csv"     a table; blotter.jsonl, blotter.table, blotter.open, blotter.memory make others
t:where "n > 5":by "country":agg "total = sum(n)":order "total desc"
                               verbs take a text in which bare names are columns; what is typed is printed
ops                            the operations dataset: ops:figures, ops:total, ops:reconcile, ops:network
help "quantile"                what the reference says of a verb, a function, an option or a chapter
help "pivot table"             the line that does what is looked for; help "a line each" has all of them
pager = false                  settings are Lua: long answers stay here; t:show(50) prints more rows

chapters: ]]

-- ---- words ----

--- A word without the endings of several and of doing.
local function stem(word)
  local short = word:gsub("ies$", "y"):gsub("s$", "")
  return #short >= 3 and short or word
end

--- What is asked for, as its text, its words, and as one name: "Left Join" is also `left_join`.
local function asked_of(word)
  local text = tostring(word):lower():gsub("%s+", " "):gsub("^ ", ""):gsub(" $", "")
  text = text:gsub("^[%w_]*[:.]", ""):gsub("%(.*", "")
  local words = {}
  for part in text:gmatch "[^%s,;]+" do words[#words + 1] = part end
  return { text = text, words = words, name = table.concat(words, "_") }
end

local function has(set, word)
  return set[word] or set[stem(word)] or set[word .. "s"] or false
end

-- ---- ways to find ----

local function says_phrase(asked, entry)
  return entry.phrases and has(entry.phrases, asked.text)
end

--- Also "pivot table" of "pivot".
local function begins_phrase(asked, entry)
  for phrase in pairs(entry.phrases or {}) do
    if phrase:sub(1, #asked.text + 1) == asked.text .. " " then return true end
  end
  return false
end

local function defines(asked, entry)
  return not entry.phrases and has(entry.defines, asked.name)
end

--- Also left_join of "join".
local function names_it(asked, entry)
  if has(entry.names, asked.name) then return true end
  local ending = "_" .. stem(asked.name)
  for name in pairs(entry.names) do
    if name:sub(-#ending) == ending then return true end
  end
  return false
end

--- Whether the entry has a word that begins as this one does.
local function has_like(entry, word)
  if has(entry.words, word) then return true end
  local beginning = stem(word)
  for known in pairs(#beginning >= 5 and entry.words or {}) do
    if known:sub(1, #beginning) == beginning then return true end
  end
  return false
end

local function says_words(asked, entry)
  for _, word in ipairs(asked.words) do
    if not has_like(entry, word) then return false end
  end
  return #asked.words > 0
end

--- Words that say nothing of what is looked for.
local EMPTY = {}
for word in ([[a an the of in on at by to for and or is are was were do does did how what which who i we with from
  behind my it its can there]]):gmatch "%S+" do EMPTY[word] = true end

--- Whether all words that say something stand in one of the phrases of a line.
local function says_most(asked, entry)
  for phrase in pairs(entry.phrases or {}) do
    local all, any = true, false
    local words = { words = {} }
    for word in phrase:gmatch "[^%s,;]+" do words.words[word] = true end
    for _, word in ipairs(asked.words) do
      if not EMPTY[word] then all, any = all and has_like(words, word), true end
    end
    if all and any then return true end
  end
  return false
end

local function find(chapters, asked, way)
  local found = {}
  for _, chapter in ipairs(chapters) do
    for _, entry in ipairs(chapter.entries) do
      if way(asked, entry) then found[#found + 1] = { entry = entry, chapter = chapter } end
    end
  end
  return found
end

--- What is written here for a word of other tools: the text, or nil.
local function habit_of(asked)
  for _, of in ipairs { "verbs", "functions", "module", "database", "ops" } do
    local answer = habits.answer(habits[of], asked.name)
    if answer then return (of == "verbs" and answer:find "^:" and "t" or "") .. answer end
  end
  return nil
end

--- The chapter whose title is, or begins with, what is asked for.
local function chapter_of(chapters, asked)
  for _, chapter in ipairs(chapters) do
    local title = chapter.title:lower()
    local first = title:match "^[%w_]+" or title
    if title == asked.text or stem(first) == stem(asked.text) then return chapter end
  end
  return nil
end

-- ---- the answer ----

--- Whether a line goes on where the one before it ends: in a paragraph, or in an item of a list.
local function goes_on(line, before)
  return before and before ~= "" and not before:find "^|" and not before:find "^```" and line:find "%S"
    and not line:find "^|" and not line:find "^```" and not line:find "^%s*%- "
end

local function chapter_text(chapter)
  local lines, before, in_code = { chapter.title }, nil, false
  for _, line in ipairs(chapter.lines) do
    if line:find "^```" then in_code = not in_code end
    local readable = reference.readable(line)
    if readable and not in_code and goes_on(line, before) then
      lines[#lines] = lines[#lines] .. " " .. readable:gsub("^%s+", "")
    else
      lines[#lines + 1] = readable
    end
    before = line
  end
  return (table.concat(lines, "\n"):gsub("\n+$", ""))
end

--- The lines of what was found, each entry once, the first of them; and where there is more.
local function found_lines(lines, found)
  local seen, count, more = {}, 0, {}
  for _, one in ipairs(found) do
    if not seen[one.entry] then
      seen[one.entry], count = true, count + 1
      if count <= MOST then
        table.move(one.entry.lines, 1, #one.entry.lines, #lines + 1, lines)
      elseif more[#more] ~= one.chapter.title then
        more[#more + 1] = one.chapter.title
      end
    end
  end
  if count > MOST then
    lines[#lines + 1] = ("… and %d more in: %s"):format(count - MOST, table.concat(more, "; "))
  end
  return lines
end

local function joined(...)
  local all = {}
  for _, list in ipairs { ... } do table.move(list, 1, #list, #all + 1, all) end
  return all
end

--- Names and phrases that may have been meant.
local function known_words(chapters)
  local words = {}
  for _, chapter in ipairs(chapters) do
    for _, entry in ipairs(chapter.entries) do
      for _, set in ipairs { entry.defines, entry.names, entry.phrases or {} } do
        for word in pairs(set) do words[#words + 1] = word end
      end
    end
  end
  table.sort(words)
  return words
end

local function titles(chapters)
  local names = {}
  for i, chapter in ipairs(chapters) do names[i] = chapter.title end
  return names
end

--- What the dataset says of a word: the meaning of an indicator, and what else is called so.
local function of_dataset(word, ops, is_known)
  local id = word:lower():gsub("[%s-]+", "_")
  local known, indicator = pcall(ops.row, ops, "indicators", id)
  local found = is_known and {} or ops:find(word)
  if known and indicator then
    return ('%s (%s): %s\nops:total("%s", {by = "year"})\nops:figures {indicator = "%s"}'):format(
      indicator.name, indicator.unit, indicator.definition, id, id)
  end
  return #found > 0 and ("in the dataset: ops:find \"%s\"\n%s"):format(word, tostring(found)) or nil
end

local function found_text(word, ops)
  local chapters = reference.read()
  if word == nil then return OVERVIEW .. table.concat(titles(chapters), "; ") end
  local asked = asked_of(word)
  local phrases, about = find(chapters, asked, says_phrase), find(chapters, asked, defines)
  local chapter = chapter_of(chapters, asked)
  if chapter and (#phrases == 0 or chapter.title:lower() == asked.text) then return chapter_text(chapter) end
  local habit = #about + #phrases == 0 and habit_of(asked)
  local found = joined(phrases, about, find(chapters, asked, begins_phrase))
  if #found == 0 then found = find(chapters, asked, names_it) end
  if #found == 0 and not habit then found = find(chapters, asked, says_most) end
  if habit and habit:find "^ops:" then return ("'%s' is written %s"):format(asked.text, habit) end
  if habit then
    local line = ("'%s' is written %s"):format(asked.text, habit)
    return table.concat(found_lines({ line }, find(chapters, asked_of(habit:match "[:.]?([%a_]+)[%s(\"{]" or habit),
      defines)), "\n")
  end
  if #found == 0 then found = find(chapters, asked, says_words) end
  local dataset = #asked.text > 1 and #phrases + #about == 0 and ops and ops()
  local known = dataset and of_dataset(asked.text, dataset, #found > 0)
  if #found > 0 then return table.concat(found_lines({ known or nil }, found), "\n") end
  if known then return known end
  return ("nothing is known of '%s'%s"):format(asked.text, suggest.phrase(asked.text, known_words(chapters)))
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

--- The text of help() and help "word", no wider than the terminal. `ops` gives the dataset, or nil.
function help.text(word, ops)
  local most = core.terminal() or tonumber(os.getenv "COLUMNS") or 100
  return (found_text(word, ops):gsub("[^\n]+", function(line) return wrapped(line, most) end))
end

return help

-- The words that stand with numbers, by language: the package's table `words`, and a text cut into them.
--
-- A word has roles: number and multiplier (with a value), hedge (stands before a number) and tail (behind it), vague (a
-- range without a number), join ("and" within a number), range and range_start, percent, rate, measure (of the unit
-- that is its meaning), counted (names what is counted), fall and rise (of a change), part ("of them"), filler (says
-- nothing), and refuse (makes something else of the number, as in "one in seven"). Every language also knows the signs
-- of `mul` and the English words, because collections in English quote foreign texts; its own words come first.

local glyphs = require "blotter.ops.figures.glyphs"

local wording = {}
local Wording = {}
Wording.__index = Wording

-- A row whose meaning names currencies ("currency EUR"), with these as a set: {EUR = true}.
local function with_currencies(row)
  local meaning, codes = tostring(row.meaning or ""):match "^(%l+) (%u.*)$"
  if not meaning then return row end
  local set = {}
  for code in codes:gmatch "%u+" do set[code] = true end
  return setmetatable({meaning = meaning, currencies = set}, {__index = row})
end

--- The words of a package, from the rows of its table words.
function wording.from_rows(rows)
  local by_language = {}
  for _, row in ipairs(rows) do
    by_language[row.language] = by_language[row.language] or {}
    table.insert(by_language[row.language], with_currencies(row))
  end
  return setmetatable({by_language = by_language, known = {}}, Wording)
end

-- The words of some rows that `taken` does not have: {word = {role = row}}.
local function add_roles(roles, rows)
  local fresh = {}
  for _, row in ipairs(rows or {}) do
    if not roles[row.word] then
      fresh[row.word] = fresh[row.word] or {}
      fresh[row.word][row.role] = row
    end
  end
  for word, its_roles in pairs(fresh) do roles[word] = its_roles end
end

-- The words by their first byte, the longest first.
local function by_first_byte(roles)
  local lists = {}
  for word in pairs(roles) do
    local first = word:byte()
    lists[first] = lists[first] or {}
    table.insert(lists[first], word)
  end
  for _, list in pairs(lists) do
    table.sort(list, function(a, b)
      if #a ~= #b then return #a > #b end
      return a < b
    end)
  end
  return lists
end

-- Languages that put no space between a number's words and what it counts.
local spaces_nothing = {th = true}

--- The dictionary of a language: roles by word, and the words by their first byte.
function Wording:dictionary(language)
  local found = self.known[language]
  if not found then
    local roles = {}
    add_roles(roles, self.by_language[language])
    add_roles(roles, self.by_language.mul)
    if language ~= "en" then add_roles(roles, self.by_language.en) end
    found = {roles = roles, lists = by_first_byte(roles), own = {}}
    for _, row in ipairs(self.by_language[language] or {}) do
      local is_piece = row.role == "number" or row.role == "multiplier" or row.role == "join"
        or spaces_nothing[language] and (row.role == "measure" or row.role == "counted")
      if is_piece then found.own[row.word] = row.role end
    end
    self.known[language] = found
  end
  return found
end

--- Whether there are words of a language.
function Wording:knows(language) return self.by_language[language] ~= nil end

--- The languages in which a word multiplies or bounds a number, and the word's row in the first of them.
function Wording:elsewhere(word)
  if not self.abroad then
    self.abroad = {}
    for language, rows in pairs(self.by_language) do
      for _, row in ipairs(rows) do
        if (row.role == "multiplier" or row.role == "tail") and utf8.len(row.word) > 2 then
          local list = self.abroad[row.word] or {}
          self.abroad[row.word] = list
          list[#list + 1] = {language = language, row = row}
        end
      end
    end
    for _, list in pairs(self.abroad) do
      table.sort(list, function(a, b)
        if a.row.role ~= b.row.role then return a.row.role < b.row.role end
        return a.language < b.language
      end)
    end
  end
  return self.abroad[word]
end

local function code_at(text, at)
  if at < 1 or at > #text then return nil end
  while at > 1 and text:byte(at) & 0xC0 == 0x80 do at = at - 1 end
  return utf8.codepoint(text, at)
end

local function is_hangul(code) return code ~= nil and code >= 0xAC00 and code <= 0xD7A3 end

-- Whether two neighbouring characters belong to one word.
local function holds_together(a, b)
  return a and b and glyphs.is_letter(a) and glyphs.is_letter(b) and not glyphs.is_dense(a) and not glyphs.is_dense(b)
end

-- Whether an item is a number, or a part of one.
local function is_number(item)
  return item ~= nil and (item.digits or item.roles ~= nil and (item.roles.number or item.roles.multiplier) ~= nil)
end

-- A Korean number word begins its word or follows a number: the same syllables are particles elsewhere.
local function is_particle(roles, text, at, before)
  if not (roles.number or roles.multiplier) or not is_hangul(code_at(text, at)) then return false end
  local follows = before and before.last == at - 1 and is_number(before)
  return is_hangul(code_at(text, at - 1)) and not follows
end

-- Whether a word of the dictionary stands at a place and ends where a word may end.
local function stands_at(dictionary, word, text, at, before)
  local last = at + #word - 1
  return text:sub(at, last) == word and not holds_together(code_at(text, at - 1), utf8.codepoint(text, at))
    and not holds_together(code_at(text, last), code_at(text, last + 1))
    and not is_particle(dictionary.roles[word], text, at, before)
end

-- The longest word of the dictionary that stands at a place, or nil. Behind a number a word for many gives way to the
-- multiplier with which it begins: of "dos millones de", "millones" is read.
local function word_at(dictionary, text, at, before)
  local many
  for _, word in ipairs(dictionary.lists[text:byte(at)] or {}) do
    if stands_at(dictionary, word, text, at, before) then
      local roles = dictionary.roles[word]
      if roles.multiplier or not many and not (roles.vague and is_number(before)) then return word end
      many = many or word
    end
  end
  return many
end

-- Digits with their separators. A space separates only where three digits follow up to three others.
local function digits_at(text, at)
  local last = select(2, text:find("^%d+", at))
  if not last then return nil end
  while true do
    local width = #text:sub(at, last):match "%d+$"
    local _, spaced = text:find("^ %d%d%d%f[%D]", last + 1)
    local _, marked = text:find("^[.,']%d+", last + 1)
    if not marked and (text:find("^\u{66B}%d", last + 1) or text:find("^\u{66C}%d", last + 1)) then
      marked = select(2, text:find("^..%d+", last + 1))
    end
    local next_last = marked or width <= 3 and spaced
    if not next_last then return last end
    last = next_last
  end
end

-- The pieces of a number written as one word ("zweihundertfünfzig", "ล้านบาท"), or nil.
local function pieces(dictionary, word)
  if word == "" then return {} end
  for length = #word, 1, -1 do
    local head = word:sub(1, length)
    local rest = dictionary.own[head] and pieces(dictionary, word:sub(length + 1))
    if rest then
      table.insert(rest, 1, head)
      return rest
    end
  end
  return nil
end

-- Languages that write a number as one word.
local writes_together = {de = true, nl = true, sv = true, no = true, nb = true, nn = true, da = true, fi = true,
  it = true, hu = true, th = true}

local LONGEST = 80 -- bytes of a number written as one word

local function add_unknown(items, dictionary, language, text, at, last)
  local word = text:sub(at, last)
  local parts = writes_together[language] and #word <= LONGEST and pieces(dictionary, word)
  if not parts or #parts < 2 then
    items[#items + 1] = {text = word, first = at, last = last}
    return
  end
  for _, part in ipairs(parts) do
    items[#items + 1] = {text = part, roles = dictionary.roles[part], first = at, last = last, is_piece = true}
  end
end

-- Where a run of letters that is no known word ends; a letter of a dense script, and any sign, stands alone.
local function unknown_end(text, at)
  local code = utf8.codepoint(text, at)
  local last = utf8.offset(text, 2, at) - 1
  while last < #text and holds_together(code, code_at(text, last + 1)) do
    last = utf8.offset(text, 2, last + 1) - 1
  end
  return last
end

--- A folded text as a list of items: {text, first, last} with `digits`, `roles` or neither (an unknown word or sign).
function Wording:scan(text, language)
  local dictionary, items, at = self:dictionary(language), {}, 1
  while at <= #text do
    local last = digits_at(text, at)
    local word = not last and word_at(dictionary, text, at, items[#items])
    if last then
      items[#items + 1] = {text = text:sub(at, last), digits = true, first = at, last = last}
    elseif word then
      last = at + #word - 1
      items[#items + 1] = {text = word, roles = dictionary.roles[word], first = at, last = last}
    else
      last = unknown_end(text, at)
      if text:byte(at) ~= 32 then add_unknown(items, dictionary, language, text, at, last) end
    end
    at = last + 1
  end
  return items
end

return wording

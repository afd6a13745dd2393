-- The words beside a printed number: each of them is understood, or the number is refused.
--
-- beside.read(items, first, last, context) goes over all items before the first number and behind the last one (see
-- wording.lua for their roles) and returns what they say: hedge (a row with a qualifier), factor (7 for weeks where
-- days are counted), is_fall. A word without a role, one that measures something else than the
-- indicator counts, and one that makes a part, a change or a rate of the number ends the reading with an error whose
-- message names it: what is not understood may always be a multiplier.

local beside = {}

local function refuse(...) error({message = string.format(...)}, 0) end

beside.refuse = refuse

function beside.is_punctuation(item) return item.text:find "^[.,;!:/]$" ~= nil end

-- Qualifiers that another one beside them may take the place of.
local neutral = {["a further"] = true, record = true}

beside.neutral = neutral

-- A preposition such as "do" or "hasta" is "up to", or that of a verb ("entered 84 homes", "rose to 300"): only the
-- curator knows which. Returns whether the word is one.
local function is_direction(row, context)
  if row.meaning ~= "direction" then return false end
  if context.is_change then
    refuse("'%s' before a percentage may be its end; expected value and qualifier", row.word)
  end
  if not context.qualifier then
    refuse("'%s' can be 'up to', or what a verb goes with (into, until, rose to); expected qualifier 'up to', or "
      .. "'exact' where nothing bounds the number", row.word)
  end
  return true
end

-- Notes the qualifier of a hedge; two that say different things are refused, unless the curator says which one it is.
local function note_hedge(state, row, context)
  if is_direction(row, context) then return end
  local before = state.hedge
  if not before or neutral[before.qualifier] or row.qualifier == context.qualifier then
    state.hedge = row
  elseif before.qualifier ~= row.qualifier and not neutral[row.qualifier] and before.qualifier ~= context.qualifier then
    refuse("'%s' and '%s' bound the number in different ways ('%s' and '%s'); expected one of them, or the wider as "
      .. "qualifier", before.word, row.word, before.qualifier, row.qualifier)
  end
end

beside.note_hedge = note_hedge

-- Whether an item is a minus sign: a hyphen that hangs on a Hebrew or Arabic letter is that of a prefix ("\u{5DE}-30").
function beside.is_minus(items, at)
  local item, before = items[at], items[at - 1]
  if not item or item.text ~= "-" then return false end
  if not before or before.last ~= item.first - 1 or not utf8.len(before.text) then return true end
  local code = utf8.codepoint(before.text, utf8.offset(before.text, -1))
  return not (code >= 0x590 and code <= 0x6FF)
end

local what_measures = {currency = "money", date = "a date", time = "a time of day", place = "a place in a list",
  length = "a length", weight = "a weight"}

-- A word that measures: of the indicator's unit, by its factor, or refused.
local function read_measure(state, item, context)
  local row = item.roles.measure
  if row.meaning ~= context.unit then
    refuse("'%s' measures %s, and the indicator counts %s", item.text, what_measures[row.meaning] or row.meaning,
      context.unit)
  end
  local factor = tonumber(row.value)
  if factor and state.factor and factor ~= state.factor then refuse("'%s' is a second measure", item.text) end
  state.factor = factor or state.factor
end

-- A word for a fall or a rise: a percentage of a change, and nothing else, can be one.
local function read_change(state, item, context)
  if not context.is_change then
    refuse("'%s' makes a change of the number, and the indicator counts %s", item.text, context.unit)
  end
  local falls = item.roles.fall ~= nil
  if state.is_fall ~= nil and state.is_fall ~= falls then refuse("'%s' contradicts another word", item.text) end
  state.is_fall = falls
end

-- Whether a word says that a number fell or rose; one that bounds a number as well does so behind it only.
local function is_change_word(roles, is_behind, context)
  if not (roles.fall or roles.rise) then return false end
  return not roles.hedge or is_behind and context.is_change
end

local function read_part(item, context)
  if not context.is_part then
    refuse("'%s' makes a part of the number; expected part_of, or value and qualifier of all", item.text)
  end
end

--- What is wrong with a rate ("34 a week") beside what an indicator counts, by itself or in another time; nil where
-- nothing is.
function beside.rate_problem(item, unit)
  local time = unit:match "_per_(%a+)$"
  if not time then
    return ("'%s' makes a rate of the number, and the indicator counts %s"):format(item.text, unit)
  end
  local row = item.roles.rate
  return row.meaning ~= time and ("'%s' makes a rate of a %s of the number, and the indicator's is that of a %s")
    :format(item.text, row.meaning, time) or nil
end

-- What roles say wherever the word stands. Returns whether that was all.
local function read_anywhere(state, item, context, is_behind)
  local roles = item.roles
  if roles.rate then
    local problem = beside.rate_problem(item, context.unit)
    if problem then refuse("%s", problem) end
  elseif roles.measure then
    read_measure(state, item, context)
  elseif is_change_word(roles, is_behind, context) then
    read_change(state, item, context)
  else
    return false
  end
  return true
end

local function note_unknown(state, item) state.unknown[#state.unknown + 1] = "'" .. item.text .. "'" end

local function read_before(state, item, context)
  local roles = item.roles
  if not roles then
    if not beside.is_punctuation(item) then note_unknown(state, item) end
  elseif read_anywhere(state, item, context) then
    return
  elseif roles.part and not roles.filler and not roles.hedge then
    if not context.is_change then read_part(item, context) end
  elseif roles.hedge then
    note_hedge(state, roles.hedge, context)
  elseif item.text == "+" and context.is_percent then
    if context.is_change then read_change(state, {text = "+", roles = {rise = true}}, context) end
  elseif not (roles.filler or roles.range_start or roles.percent or roles.counted and context.is_dense) then
    refuse("'%s' stands before the number; expected value and qualifier", item.text)
  end
end

-- Whether words for things are joined: "40 men and women".
local function joins_things(items, at)
  local before, behind = items[at - 1], items[at + 1]
  return behind ~= nil and before.roles and before.roles.counted and behind.roles and behind.roles.counted
end

-- A percentage with "more" behind it is a change, which a share is not.
local function check_more(item, context)
  if context.is_percent and not context.is_change and neutral[item.roles.tail.qualifier] then
    refuse("'%s' makes a change of the percentage; expected value and qualifier", item.text)
  end
end

-- "More" behind a percentage of a change is a rise.
local function note_more(state, item, context)
  if not context.is_change or not neutral[item.roles.tail.qualifier] then return end
  if state.is_fall then refuse("'%s' contradicts another word", item.text) end
  state.is_fall = false
end

-- "More" behind a number may say by how much it is above another one, unless a word before it says that it is counted
-- beside it ("another 30 more"): only the curator knows.
local function check_difference(state, item, context)
  local row = item.roles.tail
  local is_said = state.hedge ~= nil and state.hedge.qualifier == row.qualifier
  if row.meaning ~= "difference" or context.is_change or is_said then return end
  if context.qualifier ~= row.qualifier then
    refuse("'%s' may make a difference of the number; expected qualifier '%s' where it is counted beside another one, "
      .. "or the whole as value, with qualifier and stated 'number'", item.text, row.qualifier)
  end
  state.is_difference = true
end

local function read_behind(state, items, at, context)
  local item = items[at]
  local roles = item.roles
  if not roles then
    local is_hyphen = item.text == "-" and items[at + 1] ~= nil
    if not is_hyphen and not beside.is_punctuation(item) then note_unknown(state, item) end
  elseif read_anywhere(state, item, context, true) then
    return
  elseif roles.part then
    read_part(item, context)
  elseif roles.tail then
    check_more(item, context)
    note_more(state, item, context)
    check_difference(state, item, context)
    note_hedge(state, roles.tail, context)
  elseif roles.range and roles.filler then
    refuse("'%s' begins a range that does not end; expected low and high", item.text)
  elseif roles.filler and roles.number then
    refuse("'%s' behind the number may be one more; expected value and qualifier",
      item.text)
  elseif roles.counted or roles.filler or roles.percent or roles.join and joins_things(items, at) then
    return
  elseif roles.hedge or roles.vague or roles.range_start then
    refuse("'%s' stands behind the number; expected value and qualifier", item.text)
  else
    note_unknown(state, item)
  end
end

-- Whether words beside the number may tell what it is: that it rose to it, or from one to another. Such words are never
-- to be left out.
local function may_tell(state, context)
  return context.is_change or #(context.seen or {}) > 1 or state.hedge ~= nil and state.hedge.qualifier == "up to"
end

-- Refuses what was not understood, with all of it, and says what to write instead.
local function refuse_unknown(state, context)
  local unknown = state.unknown
  for _, quoted in ipairs(unknown) do
    local abroad = context.words:elsewhere(quoted:sub(2, -2))
    if abroad then
      refuse("%s changes a number in '%s', and the source's language is '%s'", quoted, abroad[1].language,
        context.language)
    end
  end
  local all = table.concat(unknown, ", ")
  if not context.words:knows(context.language) then
    refuse("the table words has nothing for '%s', so %s beside the number may multiply or bound it; expected value and "
      .. "qualifier, or low, high and qualifier, as the text means them", context.language, all)
  end
  refuse("%s beside the number %s no word of the table words for '%s' and may multiply, bound or negate it; expected "
    .. "value and qualifier, or low, high and qualifier%s", all, #unknown == 1 and "is" or "are", context.language,
    may_tell(state, context) and ", as the text means them"
      or ", or the number without what only names the thing counted")
end

--- All words before the first number and behind the last one; see the head of this file.
function beside.read(items, first, last, context)
  local state = {unknown = {}}
  for at, item in ipairs(items) do
    if at < first and not (item.text == "-" and at == first - 1) then
      read_before(state, item, context)
    elseif at > last then
      read_behind(state, items, at, context)
    end
  end
  if #state.unknown > 0 then refuse_unknown(state, context) end
  return state
end

--- The words around a word for many ("dozens of"): only its factor is of use.
function beside.read_vague(items, context)
  local state = {unknown = {}}
  for at, item in ipairs(items) do
    local roles = item.roles
    if roles and (roles.hedge or roles.rate) and not roles.vague then
      refuse("'%s' with a word for many can be read in several ways; expected low and high", item.text)
    elseif not (roles and roles.vague) then
      read_behind(state, items, at, context)
    end
  end
  if #state.unknown > 0 then refuse_unknown(state, context) end
  return state
end

return beside

--- "Did you mean": the known name nearest to a misspelt one.

local suggest = {}

local LONGEST = 64
local MOST = 4 -- names that are proposed together

-- Edit distance of two short strings (insert, delete, replace, and swap of neighbours each cost one).
local function distance(a, b)
  local before, last, current = {}, {}, {}
  for j = 0, #b do last[j] = j end
  for i = 1, #a do
    current[0] = i
    for j = 1, #b do
      local cost = a:byte(i) == b:byte(j) and 0 or 1
      local best = math.min(last[j] + 1, current[j - 1] + 1, last[j - 1] + cost)
      if i > 1 and j > 1 and a:byte(i) == b:byte(j - 1) and a:byte(i - 1) == b:byte(j) then
        best = math.min(best, before[j - 2] + 1)
      end
      current[j] = best
    end
    before, last, current = last, current, before
  end
  return last[#b]
end

local FOLDED = {}
for plain, letters in pairs { a = "àáâãäåÀÁÂÃÄÅ", c = "çÇ", e = "èéêëÈÉÊË", i = "ìíîïÌÍÎÏ", n = "ñÑ",
  o = "òóôõöøÒÓÔÕÖØ", u = "ùúûüÙÚÛÜ", y = "ýÿ", ss = "ß" } do
  for letter in letters:gmatch(utf8.charpattern) do FOLDED[letter] = plain end
end

--- A name as it is compared: in small letters, without accents, not endless.
local function folded(name)
  return (name:gsub("[\xC3][\x80-\xBF]", FOLDED):lower():sub(1, LONGEST))
end

--- The nearest of `names` (a sequence) to `wanted`, or nil when none is near enough: within `most` edits, by default
-- one for each three letters and one at least; none for a single letter, which any other would be near. Case counts
-- for nothing.
function suggest.nearest(wanted, names, most)
  local best, best_distance
  local asked = folded(wanted)
  most = most or #wanted < 2 and 0 or math.max(1, #wanted // 3)
  for _, name in ipairs(names) do
    local other = folded(name)
    if math.abs(#other - #asked) <= most then
      local edits = distance(asked, other)
      if edits <= most and (not best or edits < best_distance) then best, best_distance = name, edits end
    end
  end
  return best
end

--- The names that have `wanted` as their first word: "Amount ($)" of "amount".
local function begun(wanted, names)
  local found = {}
  local first = folded(wanted)
  for _, name in ipairs(names) do
    local other = folded(name)
    if #wanted > 2 and other:sub(1, #first) == first and other:find("^[%s_(.-]", #first + 1) then
      found[#found + 1] = name
    end
  end
  return found
end

--- The name that is meant by a misspelt one, or by its first word alone; or nil.
function suggest.meant(wanted, names)
  local near, found = suggest.nearest(wanted, names), begun(wanted, names)
  return near or #found == 1 and found[1] or nil
end

--- A phrase for the end of a message: `: did you mean 'country'?`, or the list when it is short, or nothing.
function suggest.phrase(wanted, names)
  local near = suggest.meant(wanted, names)
  if near then return (": did you mean '%s'?"):format(near) end
  if #names > 0 and #names <= 12 then return " (there are: " .. table.concat(names, ", ") .. ")" end
  local found = begun(wanted, names)
  if #found > 1 and #found <= MOST then return (": did you mean '%s'?"):format(table.concat(found, "' or '")) end
  return ""
end

return suggest

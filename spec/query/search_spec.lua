local blotter = require "blotter"

-- Texts of two letters, so that what is looked for begins in one text and ends in the next one nearly everywhere.
describe("what texts contain", function()
  local function texts(n, seed, longest)
    local list = {}
    math.randomseed(seed)
    for i = 1, n do
      local letters = {}
      for j = 1, math.random(0, longest) do letters[j] = math.random(2) == 1 and "a" or "b" end
      list[i] = i % 11 == 0 and blotter.null or table.concat(letters)
    end
    return list
  end

  -- A pattern of plain pieces and %: the first piece begins the text, the last one ends it, the others follow one
  -- another in between. (Lua's own patterns go back and forth for hours where there are thirty of them.)
  local function matches(text, pattern)
    local pieces = {}
    for piece in (pattern .. "%"):gmatch "([^%%]*)%%" do pieces[#pieces + 1] = piece end
    if #pieces == 1 then return text == pattern end
    local first, last = pieces[1], pieces[#pieces]
    if text:sub(1, #first) ~= first then return false end
    local at = #first + 1
    for i = 2, #pieces - 1 do
      local from, to = text:find(pieces[i], at, true)
      if not from then return false end
      at = to + 1
    end
    return #text - #last + 1 >= at and text:sub(#text - #last + 1) == last
  end

  local function check(list, t)
    for _, part in ipairs { "", "a", "ab", "aab", "ababa", "bbbbbbbb", ("ab"):rep(20) } do
      local n, found = 0, t:where("contains(s, $1)", { part }):count()
      for _, text in ipairs(list) do
        if text ~= blotter.null and text:find(part, 1, true) then n = n + 1 end
      end
      assert.equal(n, found, "contains " .. part)
    end
    for _, pattern in ipairs { "", "%", "%%", "ab", "a%", "%b", "%aab%", "a%b", "a%bab%a", "%ab%ba%ab%",
      ("%ab"):rep(30) .. "%" } do
      local n, found = 0, t:where("like(s, $1)", { pattern }):count()
      for _, text in ipairs(list) do
        if text ~= blotter.null and matches(text, pattern) then n = n + 1 end
      end
      assert.equal(n, found, "like " .. pattern)
    end
  end

  it("is found in dictionaries and in plain text, whatever lies beside it", function()
    local list = texts(5000, 1, 80)
    local t = blotter.table "s string"
    t:append_columns { s = list }
    check(list, t)
    local chosen = {}
    for i = 3, #list, 3 do chosen[#chosen + 1] = list[i] end
    local n = blotter.table "i int64, s string"
    local numbers = {}
    for i = 1, #list do numbers[i] = i end
    n:append_columns { i = numbers, s = list }
    check(chosen, n:where "i % 3 == 0")
  end)

  it("is found in texts of which nearly none repeats", function()
    local list = texts(70000, 2, 60)
    for i = 1, #list do list[i] = list[i] ~= blotter.null and list[i] .. ("%05d"):format(i) or list[i] end
    local t = blotter.table "s string"
    t:append_columns { s = list }
    for _, part in ipairs { "abba", "b0", "00a", "12" } do
      local n = 0
      for _, text in ipairs(list) do
        if text ~= blotter.null and text:find(part, 1, true) then n = n + 1 end
      end
      assert.equal(n, t:where("contains(s, $1)", { part }):count())
      assert.equal(n, t:where("like(s, $1)", { "%" .. part .. "%" }):count())
    end
  end)
end)

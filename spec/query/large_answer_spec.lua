local blotter = require "blotter"

-- Answers are made in parts of columns up to eight blocks, in rows of blocks above: 65,537 groups are of the first
-- kind, 530,000 of the second, and so are their parts' and blocks' last ones, which are not full.
local SIZES = { 8193, 65537, 530000 }

--- Every group once, every third a second time, every fifth without a value; and what must be said of them.
local function rows_of(groups)
  local columns, expected = { k = {}, v = {}, w = {} }, {}
  local function add(k, v)
    local w = ("w%d"):format(v % 1000)
    local i = #columns.k + 1
    columns.k[i], columns.v[i], columns.w[i] = k, k % 5 == 0 and blotter.null or v + 0.25, w
    local group = expected[k] or { n = 0, values = {} }
    expected[k] = group
    group.n, group.last, group.words = group.n + 1, w, group.words and group.words .. "+" .. w or w
    if k % 5 == 0 then return end
    table.insert(group.values, 1, v + 0.25) -- they rise
    group.sum = (group.sum or 0) + v + 0.25
  end
  for i = 0, groups - 1 do add(i * 7919 % groups, i) end
  for k = 0, groups - 1, 3 do add(k, groups + k) end
  return columns, expected
end

--- How many rows of an answer are not as expected.
local function wrong_groups(frame, expected)
  local values, wrong, seen = {}, 0, {}
  for _, name in ipairs { "k", "sum", "n", "last", "words" } do values[name] = frame:values(name) end
  for i, k in ipairs(values.k) do
    local group, good = expected[k], not seen[k]
    for _, name in ipairs { "sum", "n", "last", "words" } do good = good and values[name][i] == group[name] end
    if not good then wrong = wrong + 1 end
    seen[k] = true
  end
  return wrong
end

--- The same of the rows of a top: a group's values stand together, largest first.
local function wrong_tops(frame, expected)
  local k, v, wrong, rows = frame:values "k", frame:values "v", 0, 0
  for i = 1, #frame do
    local rank = (k[i - 1] == k[i] and 2 or 1)
    if expected[k[i]].values[rank] ~= v[i] then wrong = wrong + 1 end
  end
  for _, group in pairs(expected) do rows = rows + #group.values end
  return wrong, rows
end

describe("an answer of many groups", function()
  local threads = blotter.threads
  after_each(function() blotter.threads = threads end)

  for _, groups in ipairs(SIZES) do
    it(("has every one of %d once, whatever the number of threads"):format(groups), function()
      local columns, expected = rows_of(groups)
      local t = blotter.table "k int64, v float64, w string"
      assert(t:append_columns(columns))
      local first
      for _, count in ipairs { 1, 5 } do
        blotter.threads = count
        local frame = t:by "k":agg "sum = sum(v), n = count(), last = last(w), words = string_agg(w, '+')":collect()
        assert.same({ 0, groups }, { wrong_groups(frame, expected), #frame })
        local top = t:select "k, v":top(2, "v", { by = "k" }):collect()
        local wrong_rows, rows = wrong_tops(top, expected)
        assert.same({ 0, rows }, { wrong_rows, #top })
        local order = table.concat(frame:values "k", " ", 1, 1000)
        assert.equal(first or order, order)
        first = order
      end
    end)
  end
end)

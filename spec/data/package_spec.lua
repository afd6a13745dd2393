-- The operations dataset against its own descriptor, lexicon and codebook.
local cjson = require "cjson"
local operations = require "blotter.ops"
local package_copy = require "package_copy"
local package_reader = require "package_reader"
local printed_number = require "printed_number"

local data = package_reader.open "data"
local function rows(name) return data.tables[name].rows end
local function by(name, column) return package_reader.index(data, name, column) end

-- Collects complaints so that one run shows them all.
local function complaints()
  local list = {}
  return setmetatable({}, {
    __call = function(_, format, ...) list[#list + 1] = format:format(...) end,
    __index = { none = function() assert.equal("", table.concat(list, "\n", 1, math.min(#list, 20))) end },
  })
end

local function is_date(text)
  local year, month, day = text:match "^(%d%d%d%d)%-(%d%d)%-(%d%d)$"
  if not year then return false end
  year, month, day = tonumber(year), tonumber(month), tonumber(day)
  local leap = year % 4 == 0 and (year % 100 ~= 0 or year % 400 == 0)
  local days = { 31, leap and 29 or 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 }
  return month >= 1 and month <= 12 and day >= 1 and day <= days[month]
end

local is_type = {
  string = function() return true end,
  number = function(text) return text:find "^%-?%d+%.?%d*$" ~= nil end,
  integer = function(text) return text:find "^%-?%d+$" ~= nil end,
  boolean = function(text) return text == "true" or text == "false" end,
  date = is_date,
}

describe("the package", function()
  it("has the columns of its descriptor, with values of their types, required and enumerated as told", function()
    local complain = complaints()
    for _, name in ipairs(data.names) do
      local fields = data.resources[name].schema.fields
      for index, field in ipairs(fields) do
        if data.tables[name].header[index] ~= field.name then
          complain("%s: column %d is not %s", name, index, field.name)
        end
        local constraints, allowed = field.constraints or {}, nil
        if constraints.enum then
          allowed = {}
          for _, value in ipairs(constraints.enum) do
            allowed[type(value) == "number" and ("%g"):format(value) or value] = true
          end
        end
        for number, row in ipairs(rows(name)) do
          local value = row[field.name]
          if not value then
            if constraints.required then complain("%s row %d: no %s", name, number, field.name) end
          elseif not is_type[field.type](value) then
            complain("%s row %d: %s is no %s: %s", name, number, field.name, field.type, value)
          elseif allowed and not allowed[value] then
            complain("%s row %d: %s cannot be %s", name, number, field.name, value)
          end
        end
      end
      if #data.tables[name].header ~= #fields then complain("%s: columns that the descriptor lacks", name) end
    end
    complain.none()
  end)

  it("has unique primary keys and no dangling foreign key", function()
    local complain = complaints()
    for _, name in ipairs(data.names) do
      local schema, seen = data.resources[name].schema, {}
      for number, row in ipairs(rows(name)) do
        local key = {}
        for index, column in ipairs(schema.primaryKey) do key[index] = row[column] end
        key = table.concat(key, "\0")
        if seen[key] then complain("%s row %d: key %s is there twice", name, number, key) end
        seen[key] = true
      end
      for _, foreign in ipairs(schema.foreignKeys or {}) do
        local column, target = foreign.fields[1], foreign.reference
        local keys = by(target.resource, target.fields[1])
        for number, row in ipairs(rows(name)) do
          if row[column] and not keys[row[column]] then
            complain("%s row %d: %s %s is not in %s", name, number, column, row[column], target.resource)
          end
        end
      end
    end
    complain.none()
  end)

  it("has trees that end: no area, code, subject or figure contains itself", function()
    local complain = complaints()
    local trees = { { "areas", "code", "parent" }, { "codes", "code", "parent" }, { "subjects", "id", "parent" },
      { "figures", "id", "part_of" }, { "sources", "id", "original_source" }, { "sources", "id", "supersedes" } }
    for _, tree in ipairs(trees) do
      local name, key, up = tree[1], tree[2], tree[3]
      local index = by(name, key)
      for _, row in ipairs(rows(name)) do
        local at, steps = row, 0
        while at[up] and steps < 20 do at, steps = index[at[up]], steps + 1 end
        if steps == 20 then complain("%s %s: %s never ends", name, row[key], up) end
      end
    end
    complain.none()
  end)
end)

describe("figures", function()
  local indicators, codes = by("indicators", "id"), by("codes", "code")
  local lexicon, figures = by("qualifiers", "qualifier"), by("figures", "id")

  -- Half a unit of the last printed digit: 0.05 million for "2.1 million". Three digits behind a sign are a group.
  local function half_unit(figure)
    local decimals = (figure.printed:match "%d[%d,.]*" or ""):match "[.,](%d+)[.,]?$" or ""
    if #decimals == 3 then decimals = "" end
    return tonumber(figure.multiplier) * 10 ^ -#decimals / 2
  end

  local function bound(rule, figure, step)
    local value, multiplier = tonumber(figure.value), tonumber(figure.multiplier)
    local sign, word = rule:match "^v([+-])(%w+)$"
    if rule == "open" then return nil end
    if rule == "v" then return value end
    if sign then
      local distance = word == "half" and half_unit(figure) or step * tonumber(word)
      return sign == "+" and value + distance or value - distance
    end
    local factor = rule:match "^v%*(.+)$"
    if factor then return value * tonumber(factor) end
    return tonumber(rule) * multiplier
  end

  local function expected(figure)
    local rule, indicator = lexicon[figure.qualifier], indicators[figure.indicator]
    local step = tonumber(indicator.step)
    local low, high = bound(rule.low, figure, step), bound(rule.high, figure, step)
    if low and high and low > high then low, high = high, low end
    local minimum, maximum = tonumber(indicator.minimum), tonumber(indicator.maximum)
    if step == 1 then
      low, high = low and math.ceil(low - 1e-9), high and math.floor(high + 1e-9)
    end
    if minimum then low = math.max(low or minimum, minimum) end
    if maximum then high = math.min(high or maximum, maximum) end
    return low, high
  end

  local function differs(left, right)
    if left == nil or right == nil then return left ~= right end
    return math.abs(left - right) > 1e-9 * math.max(1, math.abs(left))
  end

  it("have the bounds that the lexicon gives them", function()
    local complain = complaints()
    for _, figure in ipairs(rows "figures") do
      local low, high = tonumber(figure.low), tonumber(figure.high)
      if low and high and low > high then complain("%s: low %s > high %s", figure.id, low, high) end
      if lexicon[figure.qualifier].low ~= "given" then
        local want_low, want_high = expected(figure)
        if differs(low, want_low) or differs(high, want_high) then
          complain("%s: %s to %s, the lexicon says %s to %s", figure.id, low, high, want_low, want_high)
        end
      end
    end
    complain.none()
  end)

  it("have a value exactly where a number is printed, and it is that number", function()
    local complain = complaints()
    for _, figure in ipairs(rows "figures") do
      if not figure.value then
        if lexicon[figure.qualifier].low:find "^v" then
          complain("%s: no value for %s", figure.id, figure.qualifier)
        end
      else
        local numbers, matches = printed_number(figure.printed), false
        for _, number in ipairs(numbers) do
          local value = math.abs(figure.value)
          matches = matches or not differs(number, value) or not differs(number * figure.multiplier, value)
        end
        if #numbers > 0 and not matches then complain("%s: %s is not %s", figure.id, figure.printed, figure.value) end
      end
    end
    complain.none()
  end)

  it("have their indicator's unit, a currency only as money, and codes of the right dimension", function()
    local complain = complaints()
    local dimensions = { "offence", "age_band", "sex", "role", "channel", "notice", "incident", "category" }
    for _, figure in ipairs(rows "figures") do
      if figure.unit ~= indicators[figure.indicator].unit then complain("%s: unit %s", figure.id, figure.unit) end
      if (figure.currency ~= nil) ~= (figure.unit == "currency") then
        complain("%s: currency and unit disagree", figure.id)
      end
      for _, dimension in ipairs(dimensions) do
        local code = figure[dimension]
        if code and codes[code].dimension ~= dimension then
          complain("%s: %s is a code of %s, not of %s", figure.id, code, codes[code].dimension, dimension)
        end
      end
    end
    complain.none()
  end)

  it("have periods whose days fit their kind", function()
    local complain = complaints()
    for _, figure in ipairs(rows "figures") do
      local first, last, kind = figure.period_start, figure.period_end, figure.period_kind
      if first and last and first > last then complain("%s: the period ends before it begins", figure.id) end
      if kind == "as_of" and first then complain("%s: a state has no first day", figure.id) end
      if kind == "day" and first ~= last then complain("%s: a day is one day", figure.id) end
      if kind == "unspecified" and (first or last) then complain("%s: an unspecified period has days", figure.id) end
      if (kind == "calendar" or kind == "fiscal" or kind == "day") and not (first and last) then
        complain("%s: a period of kind %s needs both days", figure.id, kind)
      end
      if kind == "calendar" and not (first:find "%-01%-01$" and last:find "%-12%-31$") then
        complain("%s: %s to %s are no calendar years", figure.id, first, last)
      end
      if (figure.period_precision == "unknown") ~= (first == nil and last == nil) then
        complain("%s: precision %s", figure.id, figure.period_precision)
      end
    end
    complain.none()
  end)

  it("are parts of a whole of the same indicator, by a named split with one coverage", function()
    local complain, coverage = complaints(), {}
    for _, figure in ipairs(rows "figures") do
      if figure.part_of then
        local whole = figures[figure.part_of]
        if whole.indicator ~= figure.indicator then complain("%s: its whole counts something else", figure.id) end
        if whole.source ~= figure.source then complain("%s: its whole is of another source", figure.id) end
        if not figure.split or not figure.coverage then
          complain("%s: a part without split or coverage", figure.id)
        else
          local key = figure.part_of .. " " .. figure.split
          coverage[key] = coverage[key] or figure.coverage
          if coverage[key] ~= figure.coverage then complain("%s: two coverages of one split", figure.id) end
        end
      elseif figure.split or figure.coverage then
        complain("%s: split or coverage without a whole", figure.id)
      end
    end
    complain.none()
  end)

  it("state the ratio that a relation repeats", function()
    local complain = complaints()
    for _, relation in ipairs(rows "relations") do
      if relation.type == "subset" or relation.type == "sum" then
        if not (relation.left and relation.right) then complain("%s: two figures are needed", relation.id) end
      elseif not relation.value then
        complain("%s: no value", relation.id)
      elseif relation.figure and figures[relation.figure].unit == "percent" and
             differs(tonumber(figures[relation.figure].value), tonumber(relation.value) * 100) then
        complain("%s: its figure says %s percent", relation.id, figures[relation.figure].value)
      end
    end
    complain.none()
  end)
end)

describe("the words", function()
  local labels = { ["sources.title"] = true, ["sources.url"] = true, ["codes.label_source"] = true }

  local function each_text(visit)
    for _, name in ipairs(data.names) do
      for _, column in ipairs(data.tables[name].header) do
        for _, row in ipairs(rows(name)) do
          if row[column] then visit(name .. "." .. column, row[column], row) end
        end
      end
    end
  end

  it("avoid what the terminology guidelines avoid, except as a source's label", function()
    local complain = complaints()
    each_text(function(where, text, row)
      if labels[where] and row.title_basis ~= "descriptive" then return end
      for _, code in ipairs(rows "codes") do
        local avoided = code.term_grade == "avoid" and code.label_source
        if avoided and text:lower():find(avoided:lower(), 1, true) then complain("%s: %s", where, text) end
      end
    end)
    complain.none()
  end)

  it("name no person", function()
    local complain = complaints()
    local patterns = { "%f[%a]M[rs]s?%.? %u", "%f[%a]Dr%.? %u", "Commissioner %u%l+ %u", "%f[%a]President %u%l+ %u",
      "Secretary General %u%l+ %u", "Director %u%l+ %u", "%f[%a][Ss]pokes%a+ %u%l+ %u", "year%-old" }
    each_text(function(where, text)
      for _, pattern in ipairs(patterns) do
        if text:find(pattern) then complain("%s: %s", where, text) end
      end
    end)
    complain.none()
  end)
end)

describe("the trace", function()
  it("accounts for every collected fact, and the mapping counts the same", function()
    local complain, kept, left_out, known = complaints(), 0, 0, {}
    for reason in data.codebook:gmatch "\n| `([%a_]+)` | %d+ |" do known[reason] = true end
    for _, fact in ipairs(rows "facts") do
      if fact.figure then kept = kept + 1 else left_out = left_out + 1 end
      if not fact.figure and not known[fact.reason or ""] then complain("%s: no reason of the codebook", fact.fact) end
    end
    local mapped_kept, mapped_out = 0, 0
    for _, line in ipairs(rows "mapping") do
      mapped_kept, mapped_out = mapped_kept + tonumber(line.kept), mapped_out + tonumber(line.left_out)
    end
    complain.none()
    assert.same({ kept, left_out }, { mapped_kept, mapped_out })
  end)
end)

describe("the codebook", function()
  it("counts what is there", function()
    local complain = complaints()
    for _, name in ipairs(data.names) do
      local count = data.codebook:match("\n| `" .. name .. "` | ([%d,]+) |")
      if not count then
        complain("%s is not in the codebook", name)
      elseif tonumber((count:gsub(",", ""))) ~= #rows(name) then
        complain("%s: the codebook says %s, there are %d", name, count, #rows(name))
      end
    end
    local reasons = {}
    for _, fact in ipairs(rows "facts") do
      if not fact.figure then reasons[fact.reason] = (reasons[fact.reason] or 0) + 1 end
    end
    for _, fact in ipairs(rows "facts") do
      local count = not fact.figure and data.codebook:match("\n| `" .. fact.reason .. "` | (%d+) |")
      if count and tonumber(count) ~= reasons[fact.reason] then
        complain("reason %s: the codebook says %s, there are %d", fact.reason, count, reasons[fact.reason])
        reasons[fact.reason] = tonumber(count)
      end
    end
    complain.none()
  end)

  it("shows a record that can be imported", function()
    local copy = package_copy.new()
    local ops = assert(operations.open(copy.path))
    local example = data.codebook:match "```json\n(.-)```"
    local record = cjson.decode(example)
    local report = assert(ops:add(record))
    assert.equal(#record.figures, #report.added.figures)
    local arrests = ops:figures {source = record.source.id, indicator = "arrests"}
    assert.same({41, 41, 41, "exact"}, {arrests[1].value, arrests[1].low, arrests[1].high, arrests[1].qualifier})
    assert.equal(arrests[1].id, arrests[2].part_of)
    copy:remove()
  end)

  it("explains every column", function()
    local complain = complaints()
    for _, name in ipairs(data.names) do
      for _, column in ipairs(data.tables[name].header) do
        if not data.codebook:find("`" .. column .. "`", 1, true) then
          complain("%s.%s is not in the codebook", name, column)
        end
      end
    end
    complain.none()
  end)
end)

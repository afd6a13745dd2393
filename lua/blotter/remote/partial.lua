--- Aggregates in two phases: what each server computes of its own rows, and how the parts become one.
--
-- Counts and sums are added, extremes are extremes of extremes. Of means, variances and what is made of two columns the
-- servers give numbers, means and moments around their own means, which are moved to the common mean here: no large
-- sums of squares are subtracted from each other. Sums for means of int64 are given in two halves: none overflows.

local bind = require "blotter.lang.bind"
local lexer = require "blotter.lang.lexer"

local partial = {}

local DISTINCT = { count_distinct = true, approx_distinct = true }
local ADDED = { count = "sum", sum = "sum", min = "min", max = "max", any = "any", all = "all" }
local MOMENTS = { variance = true, variance_pop = true, stddev = true, stddev_pop = true }
local PAIRS = { covar = true, covar_pop = true, corr = true, regr_slope = true, regr_intercept = true, regr_r2 = true }

--- Aggregates of a group by how they are made: `merged` of parts, `distinct` from the different values of their
-- arguments, `rows` from all of them.
function partial.sorted(aggregates)
  local lists = { merged = {}, distinct = {}, rows = {} }
  for _, item in ipairs(aggregates) do
    local kind = item[2]
    local list = (ADDED[kind] or MOMENTS[kind] or PAIRS[kind] or kind == "mean" or kind == "weighted_mean") and "merged"
      or DISTINCT[kind] and "distinct" or "rows"
    table.insert(lists[list], item)
  end
  return lists
end

-- ---- what the servers compute ----

local builder = {}
builder.__index = builder

function builder:slot(emitted)
  self.slots[#self.slots + 1] = emitted
  return #self.slots
end

--- An aggregate there: the name of its column.
function builder:ask(kind, where, ...)
  local id = table.concat({ kind, where or 0, ... }, " ")
  if not self.asked[id] then
    local name = "p" .. #self.aggregates + 1
    self.aggregates[#self.aggregates + 1] = { name, kind, where or false, ... }
    self.asked[id] = name
  end
  return self.asked[id]
end

--- The name of a text in a list, which it joins once.
local function named(list, prefix, text)
  for i, known in ipairs(list) do
    if known:match "= (.*)$" == text then return prefix .. i end
  end
  local name = prefix .. #list + 1
  list[#list + 1] = name .. " = " .. text
  return name
end

--- An expression over all parts of a group, as a column beside each part.
function builder:common(text)
  return named(self.window, "w", text)
end

--- An aggregate of parts.
function builder:merge(text)
  return named(self.merged, "m", text)
end

local WORD = 1 << 32

--- The sum of an int64 or bool as a double, from two halves that do not overflow.
local function halves(b, node, item)
  local x = node.description.slots[item[4]]
  if node.terms[item[4]].type == "bool" then return ("float64(%s)"):format(b:merge("sum(" .. b:ask("sum", item[3],
    item[4]) .. ")")) end
  local high = b:slot(bind.call("//", x, bind.value("int64", WORD)))
  local low = b:slot(bind.call("%", x, bind.value("int64", WORD)))
  return ("(float64(%s) * %d.0e0 + float64(%s))"):format(b:merge("sum(" .. b:ask("sum", item[3], high) .. ")"), WORD,
    b:merge("sum(" .. b:ask("sum", item[3], low) .. ")"))
end

local function number_of(b, item)
  return b:merge("sum(" .. b:ask("count", item[3], item[4]) .. ")")
end

local function mean(b, node, item)
  local kind = node.terms[item[4]].type
  local whole = kind == "int64" or kind == "bool"
  local sum = whole and halves(b, node, item) or ("float64(%s)"):format(b:merge("sum(" .. b:ask("sum", item[3], item[4])
    .. ")"))
  return ("%s / %s"):format(sum, number_of(b, item))
end

--- Number, mean and moment of one column: the names of columns of the parts, and the common mean.
local function moment(b, where, slot)
  local n, m, v = b:ask("count", where, slot), b:ask("mean", where, slot), b:ask("variance_pop", where, slot)
  return { n = n, mean = m, spread = v, common = b:common(("sum(%s * %s) / sum(%s)"):format(n, m, n)) }
end

--- The sum of squared distances from the common mean.
local function squares(b, x)
  return b:merge(("sum(%s * (%s + (%s - %s) * (%s - %s)))"):format(x.n, x.spread, x.mean, x.common, x.mean, x.common))
end

local function spread(b, item)
  local x = moment(b, item[3], item[4])
  local n, sum, kind = b:merge(("sum(%s)"):format(x.n)), squares(b, x), item[2]
  local text = kind:find "_pop" and ("%s / %s"):format(sum, n) or ("if(%s > 1, %s / (%s - 1))"):format(n, sum, n)
  return kind:find "^stddev" and ("sqrt(%s)"):format(text) or text
end

--- The condition that both arguments are there, and the item's own.
local function both_there(b, node, item)
  local condition
  for _, at in ipairs { item[4], item[5] } do
    local there = bind.call("not", bind.call("isnull", node.description.slots[at]))
    condition = condition and bind.call("and", condition, there) or there
  end
  if item[3] then condition = bind.call("and", condition, node.description.slots[item[3]]) end
  return b:slot(condition)
end

local FINISHED = {
  covar = "if({n} > 1, {xy} / ({n} - 1))", covar_pop = "{xy} / {n}",
  corr = "if({x varies} and {y varies}, {xy} / sqrt({xx} * {yy}))",
  regr_slope = "if({x varies}, {xy} / {xx})",
  regr_intercept = "if({x varies}, {my} - {xy} / {xx} * {mx})",
  regr_r2 = "if({x varies}, if({y varies}, {xy} * {xy} / ({xx} * {yy}), 1.0e0))",
}

--- Whether a column has several values: moments of a constant are zero only about.
local function varies(b, where, slot)
  return ("%s < %s"):format(b:merge("min(" .. b:ask("min", where, slot) .. ")"),
    b:merge("max(" .. b:ask("max", where, slot) .. ")"))
end

local function pair(b, node, item)
  local where, slots = both_there(b, node, item), node.description.slots
  local first, second = b:slot(bind.call("float64", slots[item[4]])), b:slot(bind.call("float64", slots[item[5]]))
  local y, x = moment(b, where, first), moment(b, where, second)
  local product = b:ask("covar_pop", where, first, second)
  local xy = b:merge(("sum(%s * (%s + (%s - %s) * (%s - %s)))"):format(y.n, product, y.mean, y.common, x.mean,
    x.common))
  local parts = { n = b:merge(("sum(%s)"):format(y.n)), xy = xy, xx = squares(b, x), yy = squares(b, y),
    mx = b:merge(("max(%s)"):format(x.common)), my = b:merge(("max(%s)"):format(y.common)),
    ["x varies"] = varies(b, where, second), ["y varies"] = varies(b, where, first) }
  return (FINISHED[item[2]]:gsub("{([%a ]+)}", parts))
end

local function weighted(b, node, item)
  local where, slots = both_there(b, node, item), node.description.slots
  local product = b:slot(bind.call("*", bind.call("float64", slots[item[4]]), bind.call("float64", slots[item[5]])))
  local weight = b:slot(bind.call("float64", slots[item[5]]))
  local total = b:merge("sum(" .. b:ask("sum", where, weight) .. ")")
  return ("if(%s ~= 0e0, %s / %s)"):format(total, b:merge("sum(" .. b:ask("sum", where, product) .. ")"), total)
end

--- The expression over merged parts that is the aggregate's value.
local function value_of(b, node, item)
  local kind = item[2]
  if ADDED[kind] then
    return b:merge(("%s(%s)"):format(ADDED[kind], b:ask(kind, item[3], table.unpack(item, 4))))
  end
  if kind == "mean" then return mean(b, node, item) end
  if MOMENTS[kind] then return spread(b, item) end
  return kind == "weighted_mean" and weighted(b, node, item) or pair(b, node, item)
end

-- ---- both phases ----

--- A group of mergeable aggregates as the description of the group that each server computes, and a function that makes
-- of a query over all their rows the groups themselves.
function partial.split(node)
  local description = node.description
  local b = setmetatable({ slots = table.move(description.slots, 1, #description.slots, 1, {}), aggregates = {},
    asked = {}, window = {}, merged = {} }, builder)
  local items, keys, outs = {}, {}, {}
  for i = 1, #(description.items or {}), 2 do
    keys[#keys + 1] = "k" .. #keys + 1
    items[i], items[i + 1] = keys[#keys], description.items[i + 1]
    outs[#keys] = ("%s = %s"):format(lexer.backquoted(description.items[i]), keys[#keys])
  end
  for _, item in ipairs(description.aggregates or {}) do
    outs[#outs + 1] = ("%s = %s"):format(lexer.backquoted(item[1]), value_of(b, node, item))
  end
  local by = table.concat(keys, ", ")
  local function finish(q)
    if b.window[1] then q = q:window { by = by ~= "" and by or nil, derive = table.concat(b.window, ", ") } end
    if by ~= "" and not b.merged[1] then return q:distinct(by):select(table.concat(outs, ", ")) end
    local groups = by ~= "" and q:by(by) or q
    return groups:agg(table.concat(b.merged, ", ")):select(table.concat(outs, ", "))
  end
  return { slots = b.slots, items = items, aggregates = b.aggregates }, finish
end

return partial

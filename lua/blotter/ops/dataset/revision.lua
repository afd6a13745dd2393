-- Corrections of what is in a package: a field of a figure or a source, a source that is withdrawn, a later edition.
-- Each is validated like an import, and leaves rows in the table `history`.

local diagnostics = require "blotter.ops.dataset.diagnostics"
local filling = require "blotter.ops.dataset.filling"
local history = require "blotter.ops.dataset.history"
local loader = require "blotter.ops.dataset.package"
local rules = require "blotter.ops.dataset.rules"

local revision = {}

--- The table that has a row of a key: "figures" or "sources", or nil.
function revision.table_of(whole, key)
  for _, name in ipairs {"figures", "sources"} do
    if whole.tables[name].index[key] then return name end
  end
  return nil
end

local function texts_of(row, fields)
  local texts = {}
  for _, field in ipairs(fields) do texts[field.name] = filling.text(row[field.name]) end
  return texts
end

-- What follows from a field and is found anew when that field changes.
local follows = {
  printed = {"value", "qualifier", "multiplier", "low", "high", "stated"}, value = {"low", "high", "stated"},
  qualifier = {"low", "high", "stated"}, multiplier = {"low", "high", "stated"},
  number_format = {"value", "multiplier", "low", "high", "stated"}, indicator = {"unit", "low", "high"},
  period = {"period_start", "period_end", "period_kind", "period_precision"}, date_published = {"date_precision"},
}

-- The texts of a row with changes applied and what follows from them found anew.
local function apply(context, name, row, changes)
  local data = context.whole.tables[name]
  local texts = texts_of(row, data.schema.fields)
  for field in pairs(changes) do
    for _, other in ipairs(follows[field] or {}) do texts[other] = nil end
  end
  for field, value in pairs(changes) do texts[field] = filling.text(value) end
  if name == "figures" then filling.figure(context, texts) else filling.source(context, texts) end
  return texts
end

-- Refuses fields that a table does not have, and the key, which others refer to.
local function check_fields(context, name, changes)
  local data, known = context.whole.tables[name], {"period", "number_format"}
  for _, field in ipairs(data.schema.fields) do known[#known + 1] = field.name end
  for field in pairs(changes) do
    local is_known = data.schema.by_name[field] or field == "number_format" or name == "figures" and field == "period"
    if field == data.key_field then
      context.problems:add(context.file, nil, field, "stays; expected another field")
    elseif not is_known then
      local near = diagnostics.nearest(tostring(field), known)
      context.problems:add(context.file, nil, tostring(field), "is no field of " .. name
        .. (near and "; did you mean '" .. near .. "'?" or ""))
    end
  end
end

-- A package in which one row stands in the place of another.
local function with_row(whole, name, row, extra_history)
  local combined = {directory = whole.directory, descriptor = whole.descriptor, names = whole.names, tables = {}}
  for other, data in pairs(whole.tables) do combined.tables[other] = data end
  if row then
    local data = {}
    for field, value in pairs(whole.tables[name]) do data[field] = value end
    data.rows, data.index = {}, {}
    for i, old in ipairs(whole.tables[name].rows) do
      data.rows[i] = old[data.key_field] == row[data.key_field] and row or old
      data.index[data.rows[i][data.key_field]] = data.rows[i]
    end
    combined.tables[name] = data
  end
  local past = {}
  for field, value in pairs(whole.tables.history) do past[field] = value end
  past.rows = table.move(past.rows, 1, #past.rows, 1, {})
  for _, change in ipairs(extra_history) do past.rows[#past.rows + 1] = change end
  combined.tables.history = past
  return combined
end

-- Rows of the history: one for each field whose text changed.
local function changes_between(context, name, before, after, note)
  local fresh, number = {}, #context.whole.tables.history.rows
  for _, field in ipairs(context.whole.tables[name].schema.fields) do
    if before[field.name] ~= after[field.name] then
      number = number + 1
      fresh[#fresh + 1] = {id = tostring(number), date = note.date, action = note.action, resource = name,
        row = before.id, field = field.name, before = before[field.name], after = after[field.name],
        reason = note.reason}
    end
  end
  return fresh
end

-- The new row as values, checked against the schema, its references and the rules.
local function checked_row(context, name, texts)
  local data = context.whole.tables[name]
  local cells = {}
  for i, field in ipairs(data.schema.fields) do cells[i] = texts[field.name] end
  local row = loader.read_record(data.schema, cells, context.file, nil, context.problems)
  row.file, row.is_lame = context.file, texts.is_lame
  return row
end

--- Corrects fields of a figure or source. note has action ("revise", "supersede"), reason and date. Returns the
-- combined package, the new rows of the history and the changed row's texts by table and key; or nil and diagnostics.
function revision.revise(whole, name, key, changes, note)
  local context = filling.context(whole, key, diagnostics.new())
  check_fields(context, name, changes)
  if #context.problems > 0 then return nil, context.problems end
  local old = whole.tables[name].index[key]
  local before = texts_of(old, whole.tables[name].schema.fields)
  local after = apply(context, name, old, changes)
  local row = checked_row(context, name, after)
  local fresh = changes_between(context, name, before, after, note)
  if #fresh == 0 and #context.problems == 0 then context.problems:add(key, nil, nil, "has that already") end
  local combined = with_row(whole, name, row, fresh)
  local view = {file = context.file, schema = whole.tables[name].schema}
  loader.check_references(combined, view, {row}, context.problems)
  rules.check(combined, name == "figures" and {row} or {}, context.problems)
  if #context.problems > 0 then return nil, context.problems end
  return combined, {history = fresh}, {[name] = {[key] = after}}
end

--- Withdraws a source: its figures count no longer. Returns as revision.revise does, without changed rows.
function revision.withdraw(whole, source, note)
  local problems = diagnostics.new()
  if history.withdrawn(whole)[source] then problems:add(source, nil, nil, "is withdrawn already") end
  if #problems > 0 then return nil, problems end
  local change = {id = tostring(#whole.tables.history.rows + 1), date = note.date, action = "withdraw",
    resource = "sources", row = source, reason = note.reason}
  return with_row(whole, "sources", nil, {change}), {history = {change}}, {}
end

return revision

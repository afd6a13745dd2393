--- Age and sex: every statement that is of one age band or sex, by what is counted.

local builder = require "blotter.publish.reports.builder"
local statements = require "blotter.publish.reports.every_statement"

local ages = { name = "ages", title = "Age and sex", params = {} }

local PARTS = { { dimension = "age_band", title = "Age" }, { dimension = "sex", title = "Sex" } }

-- The statements of which a dimension is known, by indicator.
local function by_indicator(ops, dimension)
  local lists = {}
  for _, figure in ipairs(ops:figures {}) do
    if figure.dims[dimension] then
      lists[figure.indicator] = lists[figure.indicator] or {}
      table.insert(lists[figure.indicator], figure)
    end
  end
  return lists
end

-- How many statements of how many subjects there are.
local function count(lists)
  local number, subjects, seen = 0, 0, {}
  for _, list in pairs(lists) do
    for _, figure in ipairs(list) do
      number = number + 1
      if not seen[figure.subject] then seen[figure.subject], subjects = true, subjects + 1 end
    end
  end
  return number, subjects
end

local function add_part(doc, part)
  local lists = by_indicator(doc.ops, part.dimension)
  local number, subjects = count(lists)
  doc:heading(1, part.title)
  doc:text(("%d statements about %d subjects. Their years, ages and definitions differ: no total is made of them.")
    :format(number, subjects))
  for _, indicator in ipairs(doc.ops:rows "indicators") do
    if lists[indicator.id] then
      statements.add(doc, lists[indicator.id], { left_out = { indicator = true }, has_heading = true,
        title = ("%s: %s"):format(part.title, builder.counted(indicator)) })
    end
  end
end

function ages.build(ops, params)
  local doc = builder.new(ops)
  doc:text("Few sources publish the age or the sex of those whom they count, and each in bands of its own. Ages under "
    .. "18 of suspects are of minors who are suspected themselves.")
  for _, part in ipairs(PARTS) do add_part(doc, part) end
  doc:sources()
  return doc:document(ages.title, params)
end

return ages

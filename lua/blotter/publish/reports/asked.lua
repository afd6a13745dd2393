--- Totals that several pages ask for, computed once for a dataset; they are read, not changed.

local asked = {}

-- What was asked, by the data that it was asked of.
local kept = setmetatable({}, { __mode = "k" })

-- What `make` gives for a dataset and a key, made once.
local function once(ops, key, make)
  local answers = kept[ops.model]
  if not answers then
    answers = {}
    kept[ops.model] = answers
  end
  if not answers[key] then answers[key] = make() end
  return answers[key]
end

-- A question as a text.
local function key_of(indicator, options)
  local parts = {}
  for name, value in pairs(options) do
    parts[#parts + 1] = name .. "=" .. (type(value) == "table" and table.concat(value, ",") or tostring(value))
  end
  table.sort(parts)
  return indicator .. "\0" .. table.concat(parts, "\0")
end

--- The answer of ops:total.
function asked.total(ops, indicator, options)
  options.policy = options.policy or "newest"
  return once(ops, key_of(indicator, options), function() return ops:total(indicator, options) end)
end

--- The rows of the total by subject that have figures, by subject.
function asked.by_subject_of(ops, indicator, policy)
  local result = asked.total(ops, indicator, { by = "subject", policy = policy })
  return once(ops, result, function()
    local rows = {}
    for _, row in ipairs(result.rows) do
      if row.subject and not row.unexplained and #row.figures > 0 then rows[row.subject] = row end
    end
    return rows
  end)
end

--- The statements of each subject itself, by its id.
function asked.by_subject(ops)
  return once(ops, "statements", function()
    local by_id = {}
    for _, figure in ipairs(ops:figures {}) do
      by_id[figure.subject] = by_id[figure.subject] or {}
      table.insert(by_id[figure.subject], figure)
    end
    return by_id
  end)
end

return asked

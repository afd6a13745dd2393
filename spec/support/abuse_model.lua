--- What random calls are compared with: the acknowledged rows, in plain Lua tables.
--
-- A world has `models[name] = {rows = {id -> version}, count}`, `tables[name]`, the handles; `log`, what undoes the
-- changes since the last commit; and `trail`, the names of its calls.

local model = {}

-- ---- rows ----
-- A row is known by its id and its version, so the model keeps one number a row.

model.SCHEMA = "id int64 %s, v int64, s string, c string, n int64, f float64, d decimal(9,2), b bool, day date, "
  .. "at timestamp"

function model.row_of(id, v)
  return {
    id = id, v = v,
    s = id % 11 ~= 0 and ("s%d-%d"):format(id, v) or nil,
    c = id % 7 ~= 0 and "c" .. id % 5 or nil,
    n = id % 5 ~= 0 and id * 3 or nil,
    f = id % 13 ~= 0 and id * 0.5 + v or nil,
    d = id % 3 ~= 0 and (id % 1000) + 0.25 or nil,
    b = id % 4 ~= 0 and id % 2 == 0 or nil,
    day = id % 6 ~= 0 and ("2020-01-%02d"):format(id % 28 + 1) or nil,
    at = id % 9 ~= 0 and ("2021-02-03T04:05:%02dZ"):format(id % 60) or nil,
  }
end

model.COLUMNS = { "id", "v", "s", "c", "n", "f", "d", "b", "day", "at" }
model.CHANGES = "v = %d, s = if(id %% 11 ~= 0, 's' .. string(id) .. '-%d', nil), "
  .. "f = if(id %% 13 ~= 0, id * 0.5 + %d, nil)"

function model.positional(id, v)
  local row, out = model.row_of(id, v), { n = #model.COLUMNS }
  for i, name in ipairs(model.COLUMNS) do out[i] = row[name] end
  return out
end

function model.csv_of(ids, v)
  local lines = { table.concat(model.COLUMNS, ",") }
  for _, id in ipairs(ids) do
    local row, fields = model.row_of(id, v), {}
    for i, name in ipairs(model.COLUMNS) do fields[i] = row[name] == nil and "" or tostring(row[name]) end
    lines[#lines + 1] = table.concat(fields, ",")
  end
  return table.concat(lines, "\n") .. "\n"
end

-- ---- the model ----

function model.set(w, m, id, v)
  w.log[#w.log + 1] = { m, id, m.rows[id] or false }
  m.count = m.count + (v and 1 or 0) - (m.rows[id] and 1 or 0)
  m.rows[id] = v
end

function model.undo_to(w, mark)
  for i = #w.log, mark + 1, -1 do
    local m, id, old = table.unpack(w.log[i])
    w.log[i] = nil
    m.count = m.count + (old and 1 or 0) - (m.rows[id] and 1 or 0)
    m.rows[id] = old or nil
  end
end

-- ---- comparing ----

function model.wrong(w, what, ...)
  local last = table.concat(w.trail, " ", math.max(1, #w.trail - 30))
  error(("abuse: %s\n  last calls: %s"):format(what:format(...), last), 0)
end

local function same(a, b)
  return a == b or type(a) == "number" and type(b) == "number" and math.abs(a - b) < 1e-9
end

function model.compare_row(w, name, id, v, got)
  local expected = model.row_of(id, v)
  for _, column in ipairs(model.COLUMNS) do
    if not same(expected[column], got[column]) then
      model.wrong(w, "%s: row %d: %s is %s, not %s", name, id, column, tostring(got[column]),
        tostring(expected[column]))
    end
  end
end

--- Every row of the table against the model.
function model.compare_all(w, name)
  local t, m = w.tables[name], w.models[name]
  local n = 0
  for _, row in t:rows() do
    local v = m.rows[row.id]
    if not v then model.wrong(w, "%s: row %d should not be there", name, row.id) end
    model.compare_row(w, name, row.id, v, row)
    n = n + 1
  end
  if n ~= m.count then model.wrong(w, "%s: %d rows instead of %d", name, n, m.count) end
end

function model.compare_count(w, name)
  if #w.tables[name] ~= w.models[name].count then
    model.wrong(w, "%s: %d rows instead of %d", name, #w.tables[name], w.models[name].count)
  end
end

return model

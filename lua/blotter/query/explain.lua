--- The plan of a query as text.

local core = require "blotter.core"
local fail = require "blotter.errors.fail"
local plan = require "blotter.query.plan"

local explain = {}

local function binding_text(binding, names)
  if type(binding) ~= "table" then return names and names[binding] or "column " .. binding end
  return binding.node.text:sub(binding.node.first, binding.node.last)
end

local function list_of(items, text_of)
  local parts = {}
  for i, item in ipairs(items) do parts[i] = text_of(item) end
  return table.concat(parts, ", ")
end

--- What one stage does, a line a part.
local function describe(q, lines)
  local input = core.is_table(q.source) and core.columns(q.source) or q.source.scope.names
  if #q.conditions > 0 then
    lines[#lines + 1] = "  where   " .. list_of(q.conditions, binding_text)
  end
  local function named(item)
    local text = binding_text(item.binding, input)
    return text == item.name and text or item.name .. " = " .. text
  end
  if q.grouped then
    if #q.keys > 0 then lines[#lines + 1] = "  by      " .. list_of(q.keys, named) end
    if #q.aggregates > 0 then
      lines[#lines + 1] = "  agg     " .. list_of(q.aggregates, function(item)
        return item[1] .. " = " .. item.node.text:sub(item.node.first, item.node.last)
      end)
    end
  else
    lines[#lines + 1] = "  select  " .. list_of(q.scope.names, function(name)
      return named { name = name, binding = q.scope.columns[name] }
    end)
  end
  local output = q.grouped and q.scope.names or input
  if #q.order_by > 0 then
    lines[#lines + 1] = "  order   " .. list_of(q.order_by, function(entry)
      return binding_text(entry.binding, output) .. (entry.descending and " desc" or "")
        .. (entry.nulls_first and " nulls first" or "")
    end)
  end
  if q.before > 0 then lines[#lines + 1] = "  skip    " .. q.before end
  if q.most then lines[#lines + 1] = "  limit   " .. q.most end
  if q.heads then lines[#lines + 1] = ("  top     %d of each group"):format(q.heads.rows) end
  if q.sampled then lines[#lines + 1] = ("  sample  %s"):format(q.sampled.rows or q.sampled.share) end
end

local function milliseconds(seconds)
  return ("%.3f ms"):format(seconds * 1000)
end

local function measured(profile, lines)
  lines[#lines + 1] = ("  ran     %s: filter %s, group %s, sort %s"):format(milliseconds(profile.seconds_total),
    milliseconds(profile.seconds_filter), milliseconds(profile.seconds_group), milliseconds(profile.seconds_sort))
  lines[#lines + 1] = ("  rows    %d scanned, %d selected, %d out; %d bytes read"):format(profile.rows_scanned,
    profile.rows_selected, profile.rows_out, profile.bytes_read)
  lines[#lines + 1] = ("  blocks  %d scanned, %d skipped"):format(profile.groups_scanned, profile.groups_skipped)
end

--- The plan, stage by stage; with "run" the query is run and times and rows are added.
function explain.text(q, mode)
  if mode ~= nil and mode ~= "run" then fail([[explain: nothing or "run" expected, got %s]], tostring(mode)) end
  local stages, lines = {}, {}
  if mode == "run" then plan.run(q, "profile", stages) else plan.explain(q, stages) end
  for i, stage in ipairs(stages) do
    local strategy = stage.profile.strategy ~= "" and stage.profile.strategy or "rows as they come"
    lines[#lines + 1] = ("stage %d: %s"):format(i, strategy)
    describe(stage.query, lines)
    if mode == "run" then measured(stage.profile, lines) end
  end
  return table.concat(lines, "\n")
end

return explain

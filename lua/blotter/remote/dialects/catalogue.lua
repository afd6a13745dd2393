--- What the dialects share: words for types and comparisons, and the way from a call to its SQL.

local outline = require "blotter.remote.outline"

local catalogue = {}

--- Comparisons as SQL writes them.
catalogue.OPERATORS = { ["=="] = "=", ["~="] = "<>", ["<"] = "<", ["<="] = "<=", [">"] = ">", [">="] = ">=" }

--- Running aggregates of a window, by the aggregate that each is over a frame up to the row.
catalogue.CUMULATIVE = { cumsum = "sum", cummean = "mean", cummin = "min", cummax = "max", cumcount = "count" }

function catalogue.is_decimal(kind) return kind:find "^decimal" ~= nil end
function catalogue.is_time(kind) return kind == "date" or kind == "timestamp" end

--- A table's name; "schema.name" is a table of that schema.
function catalogue.quoted(name, quote)
  local before, behind = name:match "^([^.]+)%.(.+)$"
  return before and quote(before) .. "." .. quote(behind) or quote(name)
end

--- The refusals of a dialect: function(call, reason), which raises.
function catalogue.refusal(dialect)
  return function(call, reason)
    outline.refuse(call.term, ("%s: %s does not translate: %s"):format(dialect, call.name, reason))
  end
end

--- A text with {1}, {2} … in the place of a call's arguments.
function catalogue.fill(call, text)
  return (text:gsub("{(%d)}", function(n) return call[tonumber(n)].sql end))
end

--- From a call to its SQL: `known` has by name a text to fill or a function of the call, `reasons` why others fail.
function catalogue.translator(known, reasons, refuse)
  return function(call)
    local made = known[call.name]
    if not made then refuse(call, reasons[call.name] or "the server has nothing of the same meaning") end
    return type(made) == "string" and catalogue.fill(call, made) or made(call)
  end
end

return catalogue

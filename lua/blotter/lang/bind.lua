--- Trees whose names are resolved, as the engine's postfix form.
--
-- A *scope* says what names mean to a verb: the columns of the node that it stands on: `names` in order, `columns`
-- (name -> number) and `types` by number. What is emitted is a flat sequence of three values a node for core.node,
-- with `origins`, the tree's node of each of its own. Values of parameters are copied into it.

local core = require "blotter.core"
local macros = require "blotter.lang.macros"
local habits = require "blotter.errors.habits"
local lexer = require "blotter.lang.lexer"
local mistyped = require "blotter.errors.mistyped"
local remarks = require "blotter.lang.remarks"
local source = require "blotter.lang.source"
local suggest = require "blotter.errors.suggest"
local tree = require "blotter.lang.tree"

local bind = {}

local COLUMN, VALUE, CALL = 1, 2, 3

local function set(names)
  local known = {}
  for _, name in ipairs(names) do known[name] = true end
  return known
end

local function_names, aggregate_names = core.functions(), core.aggregates()
local functions, aggregates, windows = set(function_names), set(aggregate_names), set(core.windows())

--- Kind of the aggregate that a call is, and whether its last argument is a condition; nil when it is none. `min` and
-- `max` of several values are functions of a row.
function bind.aggregate(call)
  local name = call.name
  if aggregates[name] and not (functions[name] and #call.args > 1) then return name, false end
  local base = name:match "^(.+)_if$"
  if base and aggregates[base] then return base, true end
  return nil
end

local function all_calls()
  local names = {}
  table.move(function_names, 1, #function_names, 1, names)
  table.move(aggregate_names, 1, #aggregate_names, #names + 1, names)
  for name in pairs(macros) do names[#names + 1] = name end
  table.sort(names)
  local plain = {}
  for _, name in ipairs(names) do
    if name:find "^%a" then plain[#plain + 1] = name end
  end
  return plain
end

local function unknown_call(node)
  local names = all_calls()
  local habit = windows[node.name] and "it in a window: t:window {order = \"n\", derive = \"x = …\"}"
    or habits.answer(habits.functions, node.name)
  source.fail_at({ text = node.text, first = node.first, last = node.first + #node.name - 1 },
    ("unknown function '%s'%s"):format(node.name,
      habit and ": write " .. habit or suggest.phrase(node.name, names)))
end

local COMPARES = { ["=="] = true, ["~="] = true, ["<"] = true, ["<="] = true, [">"] = true, [">="] = true }

--- Whether the name `use` is compared with something in the tree: there it may be a text without its quotes.
local function is_compared(root, use)
  local found = false
  tree.walk(root, function(node)
    if node.kind == "binary" and COMPARES[node.op] and node.b == use then found = true end
    for _, item in ipairs(node.kind == "in" and node.list or {}) do found = found or item == use end
  end)
  return found
end

--- Values as other languages write them.
local VALUES = { null = "nil", none = "nil", na = "nil", ["true"] = "true", ["false"] = "false" }

--- Raises for a name that is no column of the scope.
function bind.unknown_column(root, use, scope)
  local value = VALUES[use.name:lower()]
  if value then source.fail_at(use, ("unknown column '%s': write '%s'"):format(use.name, value)) end
  local near = suggest.meant(use.name, scope.names)
  local phrase = suggest.phrase(use.name, scope.names)
  if near and lexer.written(near) ~= near then phrase = (": did you mean %s?"):format(lexer.written(near)) end
  if use.name == "desc" or use.name == "asc" then phrase = ": it stands behind its column without a comma, 'n desc'" end
  if is_compared(root, use) and not near then
    phrase = ("%s; a text stands in quotes: '%s'"):format(phrase, use.name)
  end
  source.fail_at(use, ("unknown column '%s'%s"):format(use.name, phrase))
end

--- Raises for a call of the tree that is neither a function nor an aggregate.
function bind.check_calls(node)
  for _, call in ipairs(node.calls) do
    if not functions[call.name] and not bind.aggregate(call) then unknown_call(call) end
  end
end

--- Raises for an aggregate whose result is a column that nobody has given a name, as `sum(n)` behind agg "sum(n)".
local function check_named(call, scope)
  local text = call.text:sub(call.first, call.last)
  if not scope.columns[text] then return end
  source.fail_at(call, ("the column is written `%s`, in backticks; or give it a name, as in agg \"total = %s\""):format(
    text, text))
end

--- Raises unless every name of the tree is a column of the scope and every call a function.
function bind.check(node, scope)
  for _, call in ipairs(node.calls) do check_named(call, scope) end
  for _, use in ipairs(node.uses) do
    if use.side then source.fail_at(use, "only the condition of a join has a left and a right side") end
    if not scope.columns[use.name] then
      bind.unknown_column(node, use, scope)
    end
  end
  for _, call in ipairs(node.calls) do
    if bind.aggregate(call) then
      source.fail_at(call, ("'%s' is an aggregate: it stands in agg, or in a window: "
        .. "t:window {derive = \"share = n / sum(n)\"}"):format(call.name))
    end
    if not functions[call.name] then unknown_call(call) end
  end
end

-- ---- to postfix ----

local emit

local function put(out, kind, a, b, node)
  local n = #out
  out[n + 1], out[n + 2], out[n + 3] = kind, a, b
  out.origins[#out.origins + 1] = node
end

local LITERAL = { boolean = "bool", string = "string" }

--- The type of a parameter's value as a literal.
local function literal_type(node, value)
  local kind = math.type(value)
  if kind then return kind == "integer" and "int64" or "float64" end
  kind = LITERAL[type(value)]
  if kind then return kind end
  source.fail_at(node, ("parameter $%s: a boolean, number, string, query of one value or blotter.null expected, "
    .. "got a %s"):format(node.name, type(value)))
end

local function parameter_value(node, params)
  local value = params and params[node.name]
  if value == nil and params then value = params[math.tointeger(tonumber(node.name)) or node.name] end
  if value == nil then
    local names = {}
    for name in pairs(params or {}) do names[#names + 1] = tostring(name) end
    table.sort(names)
    source.fail_at(node, ("no value for parameter $%s%s"):format(node.name, suggest.phrase(node.name, names)))
  end
  return value
end

--- Type date or timestamp when the node is a column of that type: a string compared with it is read as one.
local function time_type(node, scope)
  local kind = node.kind == "column" and scope.types[scope.columns[node.name]]
  return (kind == "date" or kind == "timestamp") and kind or nil
end

local function is_source(value)
  return core.is_table(value) or type(value) == "table" and value.collect ~= nil
end

--- The type and the value of the only row of a query of one column; of no row null. Of a decimal the value is its text.
local function only_value(node, q)
  local columns = q:columns()
  if #columns ~= 1 then
    source.fail_at(node, ("$%s: a query of one column expected, got %d"):format(node.name, #columns))
  end
  local answer = q:limit(2):collect()
  if #answer > 1 then source.fail_at(node, ("$%s: a query of one row expected, got more"):format(node.name)) end
  local value = answer:values(1)[1]
  if value == nil then return "null", nil end
  if columns[1].type:find "^decimal" then return "decimal", answer:texts()[1].cells[1] end
  return columns[1].type, value
end

--- Values of queries as parameters, by the table of parameters: taken once for a verb.
local taken = setmetatable({}, { __mode = "k" })

local function scalar(node, params, q)
  local known = taken[params]
  if not known then
    known = {}
    taken[params] = known
  end
  if not known[q] then known[q] = table.pack(only_value(node, q)) end
  return table.unpack(known[q], 1, 2)
end

local function put_literal(out, node, kind, value)
  if kind ~= node.type then
    local ok, message = core.literal_problem(kind, value)
    if not ok and type(value) == "string" then message = message .. mistyped.day(value) end
    if not ok then source.fail_at(node, message) end
  end
  if value == nil then value = false end -- a sequence has no holes; a null's value is not looked at
  put(out, VALUE, kind, value, node)
end

--- A literal or parameter, read as `wanted` (date, timestamp) when it is a string.
local function emit_constant(out, node, params, wanted)
  local kind, value = node.type, node.value
  if node.kind == "parameter" then
    value = parameter_value(node, params)
    if core.is_null(value) then
      kind, value = "null", nil
    elseif is_source(value) then
      kind, value = scalar(node, params, value)
      wanted = nil
    else
      kind = literal_type(node, value)
    end
  end
  put_literal(out, node, kind ~= "null" and wanted or kind, value)
end

local function emit_operand(out, node, scope, params, wanted)
  if wanted and (node.type == "string" or node.kind == "parameter") then
    emit_constant(out, node, params, wanted)
  else
    emit(out, node, scope, params)
  end
end

--- Raises for a text in quotes that is the name of a column.
local function check_text(node, scope)
  if node.kind ~= "literal" or node.type ~= "string" or not scope.columns[node.value] then return end
  source.fail_at(node, ("in quotes this is a text, no column: the column is written %s"):format(
    lexer.written(node.value)))
end

--- Raises for a number that a column is called by, as after a pivot by years.
local function check_number(node, scope)
  local name = node.kind == "literal" and node.type == "int64" and tostring(node.value)
  if name and scope.columns[name] then
    source.fail_at(node, ("%s is a number; the column is written `%s`"):format(name, name))
  end
end

--- Raises for 2013-01, 2013/14 or 0-14 where a column is called so.
local function check_computed(node, scope)
  local text = node.text and node.text:sub(node.first, node.last)
  if text and text:find "^%d" and scope.columns[text] then
    source.fail_at(node, ("%s is computed; the column is written `%s`"):format(text, text))
  end
end

--- Raises for a constant where a column is meant: quotes make none, and digits neither.
function bind.check_constant(node, scope)
  check_number(node, scope)
  check_computed(node, scope)
  check_text(node, scope)
end

--- Raises for an item of a list that has no name of its own where it is such a constant, or what stands behind the
-- comma of 1,5.
function bind.check_item(item, scope)
  if item.named or item.star then return end
  local node = item.node
  bind.check_constant(node, scope)
  local behind = node.text and node.text:sub(1, node.first):match "%f[%w_.`]%d+,%d$"
  if behind then source.fail_at(node, ("a fraction is written with a point: %s"):format((behind:gsub(",", ".")))) end
end

--- Raises where an operator stands between two constants of which one is meant as a column.
local function check_constants(node, scope)
  if node.a.kind ~= "literal" or node.b.kind ~= "literal" or not node.text then return end
  for _, side in ipairs { node.a, node.b } do
    check_number(side, scope)
    check_text(side, scope)
  end
end

--- Raises where a function of nothing but constants has a text that is the name of a column; one of digits and signs
-- may be a date.
local function check_arguments(arguments, scope)
  for _, argument in ipairs(arguments) do
    if argument.kind ~= "literal" or not argument.text then return end
  end
  for _, argument in ipairs(arguments) do
    if argument.type == "string" and argument.value:find "%a" then check_text(argument, scope) end
  end
end

local ORDERS = { ["<"] = true, ["<="] = true, [">"] = true, [">="] = true }

--- Remarks that a text is put in order with a day as texts are, letter by letter.
local function remark_on_day(node, column, day, scope)
  local kind = column.kind == "column" and scope.types[scope.columns[column.name]]
  if kind ~= "string" or day.kind ~= "literal" or day.type ~= "string" then return end
  if not day.value:find "^%d%d%d%d%-%d%d%-%d%d" then return end
  local name = column.name:find "^[%a_][%w_]*$" and column.name or lexer.backquoted(column.name)
  remarks.keep(("%s is text and was compared letter by letter; as times: try_timestamp(%s) %s timestamp('%s')")
    :format(name, name, node.op, day.value))
end

local function emit_binary(out, node, scope, params)
  local compares = COMPARES[node.op]
  if ORDERS[node.op] then remark_on_day(node, node.a, node.b, scope) end
  check_computed(node, scope)
  check_constants(node, scope)
  emit_operand(out, node.a, scope, params, compares and time_type(node.b, scope))
  emit_operand(out, node.b, scope, params, compares and time_type(node.a, scope))
  put(out, CALL, node.op, 2, node)
end

--- The values of a query of one column as literals of its type.
local function emit_values(out, node, q)
  local columns = q:columns()
  if #columns ~= 1 then
    source.fail_at(node, ("$%s: a query of one column expected after 'in', got %d"):format(node.name, #columns))
  end
  local kind, answer = columns[1].type, q:collect()
  local is_decimal = kind:find "^decimal" ~= nil
  local values = is_decimal and core.texts(answer.handle, 1, 1, #answer) or answer:values(1)
  for i = 1, #answer do
    put_literal(out, node, values[i] == nil and "null" or is_decimal and "decimal" or kind, values[i])
  end
  return #answer
end

--- The values of `in $list`: each element of the sequence as a literal.
local function emit_list(out, node, params, wanted)
  local list = parameter_value(node, params)
  if is_source(list) then return emit_values(out, node, list) end
  if type(list) ~= "table" then
    source.fail_at(node, ("parameter $%s: a sequence expected after 'in', got a %s"):format(node.name, type(list)))
  end
  local n = math.type(list.n) == "integer" and list.n or #list
  for i = 1, n do
    local value = list[i]
    if value == nil or core.is_null(value) then
      put_literal(out, node, "null", nil)
    else
      local kind = literal_type(node, value)
      put_literal(out, node, kind == "string" and wanted or kind, value)
    end
  end
  return n
end

--- lua($f, x, type): a function of the user's. Its number stands for it; `functions` keeps it as long as the plan.
local function emit_host(out, node, scope, params)
  local call, x, kind = table.unpack(node.args)
  local fits = call and x and call.kind == "parameter" and #node.args <= 3
    and (not kind or kind.kind == "literal" and kind.type == "string")
  if not fits then
    source.fail_at(node, "lua takes a function and a value: lua($f, n), with {f = function(n) … end} behind the text; "
      .. "a third one is the type of what it gives, 'int64'")
  end
  local f = parameter_value(call, params)
  if type(f) ~= "function" then
    source.fail_at(call, ("parameter $%s: a function expected in lua(…), got a %s"):format(call.name, type(f)))
  end
  emit(out, x, scope, params)
  put(out, VALUE, "int64", core.host_function(f), node)
  put(out, VALUE, "string", kind and kind.value or "", kind or node)
  put(out, CALL, "lua", 3, node)
  out.functions = out.functions or {}
  out.functions[#out.functions + 1] = f
end

local function emit_in(out, node, scope, params)
  local wanted = time_type(node.a, scope)
  check_arguments({ node.a }, scope)
  emit(out, node.a, scope, params)
  local n = #node.list
  if n == 1 and node.list[1].kind == "parameter" then
    n = emit_list(out, node.list[1], params, wanted)
  else
    for _, item in ipairs(node.list) do emit_operand(out, item, scope, params, wanted) end
  end
  put(out, CALL, "in", n + 1, node)
  if node.negated then put(out, CALL, "not", 1, node) end
end

function emit(out, node, scope, params)
  local kind = node.kind
  if kind == "column" then
    put(out, COLUMN, scope.columns[node.name], false, node)
  elseif kind == "binary" then
    emit_binary(out, node, scope, params)
  elseif kind == "literal" or kind == "parameter" then
    emit_constant(out, node, params)
  elseif kind == "call" and node.name == "lua" then
    emit_host(out, node, scope, params)
  elseif kind == "call" then
    check_arguments(node.args, scope)
    for _, argument in ipairs(node.args) do emit(out, argument, scope, params) end
    put(out, CALL, node.name, #node.args, node)
  elseif kind == "unary" then
    emit(out, node.a, scope, params)
    put(out, CALL, node.op == "-" and "neg" or node.op, 1, node)
  elseif kind == "isnull" then
    check_arguments({ node.a }, scope)
    emit(out, node.a, scope, params)
    put(out, CALL, "isnull", 1, node)
    if node.negated then put(out, CALL, "not", 1, node) end
  else
    emit_in(out, node, scope, params)
  end
end

--- Whether a constant is read as the type that is wanted. A decimal literal is a text, which no other number is.
local function reads_as(node, wanted, params)
  if node.kind ~= "literal" then return node.kind == "parameter" and not is_source(parameter_value(node, params)) end
  return not (node.type:find "^decimal" and (wanted == "float64" or wanted == "int64"))
end

--- The postfix form of a tree, checked.
function bind.emit(node, scope, params)
  bind.check(node, scope)
  local out = { origins = {} }
  emit(out, node, scope, params)
  return out
end

--- What was emitted, of type `from`, as type `to`: the function of that name goes over it.
function bind.as(out, from, to)
  if from == to then return out end
  local node = out.origins[#out.origins]
  local precision, scale = to:match "^decimal%((%d+),(%d+)%)$"
  if precision then
    put(out, VALUE, "int64", math.tointeger(precision), node)
    put(out, VALUE, "int64", math.tointeger(scale), node)
  end
  put(out, CALL, precision and "decimal" or to, precision and 3 or 1, node)
  return out
end

--- A function over what was emitted, one after the other.
function bind.call(name, ...)
  local out = { origins = {} }
  for _, argument in ipairs { ... } do
    table.move(argument, 1, #argument, #out + 1, out)
    table.move(argument.origins, 1, #argument.origins, #out.origins + 1, out.origins)
    if argument.functions then
      out.functions = table.move(argument.functions, 1, #argument.functions, #(out.functions or {}) + 1,
        out.functions or {})
    end
  end
  put(out, CALL, name, select("#", ...), false)
  return out
end

--- A literal of that type.
function bind.value(kind, value)
  return { VALUE, kind, value == nil and false or value, origins = { false } }
end

local SAMPLES = { string = "", bool = false, float64 = 0.0, date = "2000-01-01", timestamp = "2000-01-01T00:00:00Z" }

--- Null of that type.
function bind.null(kind)
  local sample = SAMPLES[kind]
  sample = sample ~= nil and bind.value(kind, sample) or bind.as(bind.value("int64", 0), "int64", kind)
  return bind.call("nullif", sample, sample)
end

--- The postfix form of a bare column by number.
function bind.column(number)
  return { COLUMN, number, false, origins = { false } }
end

--- The same with a value of the type that is wanted: a constant is read as it, anything else goes through the function
-- of its name.
function bind.cast(node, scope, params, wanted)
  bind.check(node, scope)
  local out = { origins = {} }
  if reads_as(node, wanted, params) then
    emit_constant(out, node, params, wanted)
  else
    emit(out, node, scope, params)
  end
  local precision, scale = wanted:match "^decimal%((%d+),(%d+)%)$"
  if precision then
    put(out, VALUE, "int64", math.tointeger(precision), node)
    put(out, VALUE, "int64", math.tointeger(scale), node)
  end
  local cast = precision and "=decimal" or wanted == "date" and "=date" or wanted
  put(out, CALL, cast, precision and 3 or 1, node)
  return out
end

return bind

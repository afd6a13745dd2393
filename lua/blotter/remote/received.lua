--- Answers of servers, which come as CSV, as tables: whole, or none.

local core = require "blotter.core"
local read = require "blotter.tables.read"
local schema = require "blotter.tables.schema"

local received = {}

local function empty(names, types)
  local columns = {}
  for i, name in ipairs(names) do columns[i] = { name = name, type = types[i] } end
  return core.table(schema.read(columns))
end

--- A core table of the pieces that `pull` gives, until it gives nil and, as its second result, a problem {message,
-- code} or nothing. `null` is what stands for null. Or nil, message, code: what the reader says of a piece becomes
-- `told(message)`, which names the server.
function received.table(pull, names, types, null, told)
  local first, problem = pull()
  if problem then return nil, problem.message, problem.code end
  if not first then return empty(names, types) end
  local function next_piece()
    local piece = first
    first = nil
    if not piece then piece, problem = pull() end
    if problem then error(problem) end
    return piece
  end
  local type_of = {}
  for i, name in ipairs(names) do type_of[name] = types[i] end
  local ok, made, message, code = pcall(read.own, next_piece, { header = false, names = names, types = type_of,
    nulls = { null }, delimiter = ",", quote = '"', progress = false, infer = false })
  if problem then return nil, problem.message, problem.code end
  if not ok then error(made, 0) end
  if not made then return nil, told(message), code end
  return made
end

return received

local place = require "blotter.commands.place"
local shared = require "blotter.commands.shared"

local query = { summary = "Ask a file or a table of a database.", own_formats = { csv = true, jsonl = true } }

-- The verbs in the order in which they are applied, each an option of its own.
local VERBS = {
  { "where", "Rows to keep, such as \"n > 10 and country == 'KR'\"." },
  { "derive", "Columns to add, such as \"share = n / total\"." },
  { "by", "Columns to group by." },
  { "agg", "Aggregates, such as \"n = sum(n), days = count()\"." },
  { "having", "Groups to keep, a condition on the aggregates." },
  { "select", "Columns to keep, in their order." },
  { "order", "Columns to sort by, such as \"n desc, country\"." },
}

function query.options(command)
  command:argument("source", "A table as db.blt:table, or a CSV or JSON lines file (- is standard input).")
    :argname "<source>"
  place.kind_option(command)
  for _, verb in ipairs(VERBS) do command:option("--" .. verb[1], verb[2]):argname "<text>" end
  command:option("--limit", "Rows to print at most."):argname "<n>":convert(function(text)
    local n = math.tointeger(text)
    if n and n >= 0 then return n end
    return nil, ("--limit: a whole number from 0 on expected, got '%s'"):format(text)
  end)
  command:flag("--explain", "Print the plan instead of the answer.")
  command:option("-f --format", "Format: text, csv, jsonl, json, markdown or html"
    .. " (default: by the end of the file's name)."):argname "<format>"
  command:option("-o --output", "File to write, replaced as a whole (default: standard output)."):argname "<file>"
end

--- The query that the options describe. Each verb is planned at once, so that a mistake is told of its own option.
local function build(source, args)
  local q = source:query()
  for _, verb in ipairs(VERBS) do
    local name, text = verb[1], args[verb[1]]
    if text then
      q = shared.blame_user(shared.USAGE, "--" .. name .. ": ", function()
        local following = q[name == "having" and "where" or name](q, text)
        if name ~= "by" then following:explain() end
        return following
      end)
    end
  end
  return args.limit and q:limit(args.limit) or q
end

--- A frame as a document of one table. Its numbers are plain: what a column holds, quantities or years or codes, only
-- the reader knows.
local function as_document(frame)
  local columns, rows = {}, {}
  for at, column in ipairs(frame:columns()) do
    columns[at] = { name = column.name, type = column.type, plain = true }
  end
  for i, row in frame:rows() do
    rows[i] = {}
    for at, column in ipairs(columns) do rows[i][at] = row[column.name] end
  end
  return { blocks = { { kind = "table", columns = columns, rows = rows } } }
end

function query.run(args)
  if args.by and not args.agg then
    shared.stop(shared.USAGE, '--by wants --agg, such as --agg "rows = count()"')
  end
  local q = build(place.rows(args.source, args.as), args)
  if args.explain then
    shared.write(shared.blame_user(shared.USAGE, "", function() return q:explain() end) .. "\n", args)
    return shared.DONE
  end
  local answer = shared.blame_user(shared.REFUSED, "", function() return q:collect() end)
  if query.own_formats[args.format] then
    place.write(answer, args.output or "-", args.format)
  else
    shared.deliver(as_document(answer), args)
  end
  return shared.DONE
end

return query

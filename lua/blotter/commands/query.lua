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
  for _, verb in ipairs(VERBS) do command:option("--" .. verb[1], verb[2]):argname "<text>" end
  command:option("--limit", "Rows to print at most."):argname "<n>":convert(math.tointeger)
  command:flag("--explain", "Print the plan instead of the answer.")
  command:option("-f --format", "Format: text, csv, jsonl, json, markdown or html.", "text"):argname "<format>"
  command:option("-o --output", "File to write, replaced as a whole (default: standard output)."):argname "<file>"
end

--- The query that the options describe.
local function build(source, args)
  local q = source:query()
  for _, verb in ipairs(VERBS) do
    local name, text = verb[1], args[verb[1]]
    if text then
      local ok, result = pcall(function() return q[name == "having" and "where" or name](q, text) end)
      if not ok then
        -- The place that the message begins with is the call above, which is not the user's.
        shared.stop(shared.USAGE, ("--%s: %s"):format(verb[1], (tostring(result):gsub("^[^\n]-%.lua:%d+: ", ""))))
      end
      q = result
    end
  end
  return args.limit and q:limit(args.limit) or q
end

--- A frame as a document of one table.
local function as_document(frame)
  local columns, rows = frame:columns(), {}
  for i, row in frame:rows() do
    rows[i] = {}
    for at, column in ipairs(columns) do rows[i][at] = row[column.name] end
  end
  return { blocks = { { kind = "table", columns = columns, rows = rows } } }
end

function query.run(args)
  local q = build(place.rows(args.source), args)
  if args.explain then
    shared.write(q:explain() .. "\n", args)
  elseif query.own_formats[args.format] then
    place.write(q, args.output or "-", args.format)
  else
    shared.deliver(as_document(q:collect()), args)
  end
  return shared.DONE
end

return query

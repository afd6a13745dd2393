local place = require "blotter.commands.place"
local remarks = require "blotter.lang.remarks"
local shared = require "blotter.commands.shared"

local query = {
  summary = "Ask files or tables of a database, one or several.",
  own_formats = place.formats,
}

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

-- What puts a further source beside or below the rows before it; those without a text take none.
local JOINS = {
  { "join", "Rows of both sources that belong together: columns that both have, or \"country == code\"." },
  { "left-join", "The same, with all rows of the first." }, { "right-join", "With all rows of the next." },
  { "full-join", "With all rows of both." }, { "semi-join", "Rows of the first that have a partner." },
  { "anti-join", "Rows of the first that have none." },
  { "asof-join", "The last row before, such as \"a == b and t >= u\"." },
  { "union", "Rows of both, those that differ." , false }, { "union-all", "Rows of both.", false },
}

local function join_options(command)
  local added = {}
  for _, join in ipairs(JOINS) do
    local name, text, takes = join[1], join[2], join[3] ~= false
    local option = takes and command:option("--" .. name, text):argname "<on>" or command:flag("--" .. name, text)
    added[#added + 1] = option:target "joins":init {}:count "*":action(function(args, _, value)
      table.insert(args.joins, { name = name, on = takes and value or nil })
    end)
  end
  command:group("Further sources, in the order in which they are named", table.unpack(added))
end

function query.options(command)
  command:argument("source", "A table as db.blt:table, or a CSV, JSON lines or Parquet file (- is standard input).")
    :argname "<source>":args "+"
  place.options(command)
  join_options(command)
  local verbs = {}
  for i, verb in ipairs(VERBS) do verbs[i] = command:option("--" .. verb[1], verb[2]):argname "<text>" end
  command:group("The question, in the order in which it is answered", table.unpack(verbs))
  command:option("--limit", "Rows to print at most."):argname "<n>":convert(function(text)
    local n = math.tointeger(text)
    if n and n >= 0 then return n end
    return nil, ("--limit: a whole number from 0 on expected, got '%s'"):format(text)
  end)
  command:flag("--explain", "Print the plan instead of the answer.")
  shared.format_options(command, { "jsonl", "parquet", "arrow" })
end

--- Runs a verb that is planned at once, so that a mistake is told of its own option.
local function planned(option, run)
  return shared.blame_user(shared.USAGE, "--" .. option .. ": ", run)
end

--- How the further sources are put to the first: one way for each, or one for all.
local function joins_of(args)
  for _, source in ipairs(args.source) do
    if source:lower():find "^%s*select%s" then
      shared.stop(shared.USAGE, "no SQL is read: say it by --select, --where, --by, --agg, --order and --limit")
    end
  end
  local joins, further = args.joins or {}, #args.source - 1
  if #joins == 1 then
    for i = 2, further do joins[i] = joins[1] end
  end
  if #joins == further then return joins end
  if further == 0 then shared.stop(shared.USAGE, ("--%s wants a second source"):format(joins[1].name)) end
  if #joins > 0 then shared.stop(shared.USAGE, ("%d sources and %d joins"):format(#args.source, #joins)) end
  shared.stop(shared.USAGE, ('%d sources want --join "column", --left-join …, or --union-all: %s (what has blanks '
    .. "stands in quotes)"):format(#args.source, table.concat(args.source, ", ")))
end

--- The query over all sources.
local function sources(args)
  local joins = joins_of(args)
  place.check(args, args.source)
  local q = place.rows(args.source[1], args):query()
  for i, join in ipairs(joins) do
    local other = place.rows(args.source[i + 1], args)
    q = planned(join.name, function()
      local following = q[join.name:gsub("-", "_")](q, other, join.on)
      following:explain()
      return following
    end)
  end
  return q
end

--- The query that the options describe.
local function build(q, args)
  for _, verb in ipairs(VERBS) do
    local name, text = verb[1], args[verb[1]]
    if text then
      q = planned(name, function()
        local following = q[name == "having" and "where" or name](q, text)
        if name ~= "by" then following:explain() end
        return following
      end)
    end
  end
  return args.limit and q:limit(args.limit) or q
end

function query.run(args)
  if args.by and not args.agg then
    shared.stop(shared.USAGE, '--by wants --agg, such as --agg "rows = count()"')
  end
  local q = build(sources(args), args)
  if args.explain then
    shared.require_text(args, "--explain")
    shared.say(shared.blame_user(shared.USAGE, "", function() return q:explain() end) .. "\n", args)
    return shared.DONE
  end
  local answer = shared.blame_user(shared.REFUSED, "", function() return q:collect() end)
  for _, remark in ipairs(remarks.take()) do io.stderr:write("blotter: ", remark, "\n") end
  place.deliver(answer, args)
  return shared.DONE
end

return query

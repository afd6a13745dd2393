--- Named queries over the operations dataset, one file each: {name, title, build = function(ops) return query end}.
--
--   ops:query "statements_by_subject":where "statements > 20"

local suggest = require "blotter.errors.suggest"

local queries = {}

local NAMES = { "statements_by_subject", "statements_by_year", "words_beside_numbers" }

--- The names of all queries.
function queries.names()
  return table.move(NAMES, 1, #NAMES, 1, {})
end

--- The query called `name` over a dataset, or nil and a message.
function queries.build(name, ops)
  for _, known in ipairs(NAMES) do
    if known == name then return require("blotter.queries." .. name).build(ops) end
  end
  return nil, ("unknown query '%s'%s"):format(tostring(name), suggest.phrase(tostring(name), NAMES))
end

return queries

--- What the end of a file's name says of what is in it, in any case and below an ending of compression.

local ending = {}

local COMPRESSED = { gz = true, zst = true }

--- The last ending that is not one of compression, in small letters: "csv" of `Tips.CSV.gz`; nil when there is none.
function ending.of(path)
  local name = path:match "[^/]*$"
  repeat
    local stem, last = name:match "^(.+)%.([^.]*)$"
    if not stem then return nil end
    last = last:lower()
    if not COMPRESSED[last] then return last end
    name = stem
  until false
end

local KINDS = { jsonl = "jsonl", ndjson = "jsonl", parquet = "parquet", pq = "parquet", arrow = "arrow",
  arrows = "arrow", feather = "arrow", ipc = "arrow", sqlite = "sqlite", sqlite3 = "sqlite", db = "sqlite" }

--- "jsonl" for .jsonl and .ndjson, "parquet" for .parquet and .pq, "arrow" for .arrow, .arrows, .feather and .ipc,
-- "sqlite" for .sqlite, .sqlite3 and .db, "csv" for any other.
function ending.kind(path)
  return KINDS[ending.of(path) or ""] or "csv"
end

--- The delimiter that a file of that name is written with.
function ending.delimiter(path)
  local last = ending.of(path)
  return (last == "tsv" or last == "tab") and "\t" or ","
end

return ending

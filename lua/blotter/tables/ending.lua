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

local TEXT = { csv = true, tsv = true, tab = true }

--- The same, but nil where the name does not say that the file holds rows.
function ending.said(path)
  local last = ending.of(path) or ""
  return KINDS[last] or TEXT[last] and "csv" or nil
end

--- The name of the file without its folders and its endings: "tips" of `in/tips.csv.gz`.
function ending.stem(path)
  local name, last = path:match "[^/]*$", ending.of(path)
  local at = last and name:lower():find("." .. last, 1, true)
  while at and name:lower():find("." .. last, at + 1, true) do at = name:lower():find("." .. last, at + 1, true) end
  return at and name:sub(1, at - 1) or name
end

--- The delimiter that a file of that name is written with.
function ending.delimiter(path)
  local last = ending.of(path)
  return (last == "tsv" or last == "tab") and "\t" or ","
end

return ending

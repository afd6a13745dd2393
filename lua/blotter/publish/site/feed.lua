--- The Atom feed of changes: corrections with their history, and the curator's judgements, the newest first. What one
-- correction did to the fields of a statement is one entry.

local builder = require "blotter.publish.reports.builder"
local cell = require "blotter.publish.formats.cell"
local escape = require "blotter.publish.formats.escape"

local feed = {}

local MOST = 100

local ACTIONS = { revise = "Corrected", add = "Added", withdraw = "Withdrawn", remove = "Removed" }
local VERDICTS = { same = "the same", revision = "a revision", conflict = "a conflict", different = "different things" }

--- A statement in words, by its id: "Operation Cathedral, 107 arrests (Wikipedia)"; the id of what is none.
local function statement(ops, id)
  local row = ops:row("figures", id)
  if not row then return id end
  local subject, source = ops:row("subjects", row.subject), ops:row("sources", row.source)
  local publisher = source and ops:row("publishers", source.publisher)
  return ("%s, %s (%s)"):format(subject and subject.name or row.subject, ops:words(id).counted,
    publisher and publisher.name or row.source)
end

-- What the fields of a statement are called. Those without a name follow from another one, and are not said.
local FIELDS = { value = "number", printed = "words in print", status = "flag", rank = "rank", note = "note",
  indicator = "counted", area = "area", offence = "offence", subject = "subject", qualifier = "qualifier",
  period_start = "first day", period_end = "last day", source = "source", category = "category", part_of = "whole" }

local RANKS = { normal = "one among others", preferred = "the one to be taken", deprecated = "not to be taken" }

-- A field's value in words.
local IN_WORDS = {
  status = function(_, code) return builder.status_words[code] or "none" end,
  rank = function(_, code) return RANKS[code] or code end,
  indicator = function(ops, id) return builder.lower(ops:row("indicators", id).name) end,
  area = function(ops, code) return ops:row("areas", code).name end,
  subject = function(ops, id) return ops:row("subjects", id).name end,
  period_start = function(_, day) return cell.date(day) end, period_end = function(_, day) return cell.date(day) end,
  note = function(_, text) return '"' .. text .. '"' end, printed = function(_, text) return '"' .. text .. '"' end,
}

local function value_in_words(ops, field, value)
  if not value or value == "" then return "not said" end
  local known, words = pcall(IN_WORDS[field] or tostring, IN_WORDS[field] and ops or value, value)
  return known and words or (value:gsub("_", " "))
end

-- What a correction did to one field, or nil where that follows from what it did to another.
local function became(ops, row)
  local name = row.field and FIELDS[row.field]
  if not name then return nil end
  return ("%s: %s, before %s"):format(name, value_in_words(ops, row.field, row.after),
    value_in_words(ops, row.field, row.before))
end

-- What the rows of one correction did, with its reason.
local function text_of(ops, rows)
  local parts, reason = {}, rows[1].reason or ""
  for _, row in ipairs(rows) do parts[#parts + 1] = became(ops, row) end
  if #parts == 0 then return reason end
  return (("%s. %s"):format(table.concat(parts, "; "), reason):gsub("^%l", string.upper):gsub('%."%.', '."'))
end

-- The rows of the history by what was corrected when and why, in their order.
local function corrections(ops)
  local list, by_key = {}, {}
  for _, row in ipairs(ops:rows "history") do
    local key = ("%s\0%s\0%s\0%s"):format(row.date, row.action, row.row, row.reason)
    if not by_key[key] then
      by_key[key] = {}
      list[#list + 1] = by_key[key]
    end
    table.insert(by_key[key], row)
  end
  return list
end

--- The changes: {id, date, kind, title, about, text} each, the newest first; `kind` is correction or judgement, and
-- `about` is the title without what was done.
function feed.entries(ops)
  local list = {}
  for _, rows in ipairs(corrections(ops)) do
    local row = rows[1]
    local what = row.resource == "figures" and statement(ops, row.row) or row.row or ""
    list[#list + 1] = { id = "history:" .. row.id, date = row.date, kind = "correction", text = text_of(ops, rows),
      title = ("%s: %s"):format(ACTIONS[row.action] or row.action, what), about = what }
  end
  for _, row in ipairs(ops:rows "judgements") do
    local verdict = VERDICTS[row.verdict] or row.verdict
    local both = ("%s; %s"):format(statement(ops, row.left), statement(ops, row.right))
    list[#list + 1] = { id = "judgement:" .. row.id, date = row.date, kind = "judgement", text = row.reason,
      title = ("Judged %s: %s"):format(verdict, both), about = ("%s: judged %s"):format(both, verdict) }
  end
  table.sort(list, function(a, b)
    if a.date ~= b.date then return tostring(a.date) > tostring(b.date) end
    return a.id < b.id
  end)
  return list
end

--- The feed as a text.
function feed.render(ops, about)
  local list = feed.entries(ops)
  local newest = list[1] and list[1].date or "1970-01-01"
  local out = { '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">',
    "<title>Changes: " .. escape(about.title) .. "</title>", "<id>urn:blotter:operations</id>",
    "<author><name>blotter</name></author>", "<updated>" .. escape(tostring(newest)) .. "T00:00:00Z</updated>" }
  for i = 1, math.min(#list, MOST) do
    local entry = list[i]
    out[#out + 1] = ("<entry><id>urn:blotter:%s</id><title>%s</title><updated>%sT00:00:00Z</updated>"
      .. "<content>%s</content></entry>"):format(escape(entry.id), escape(entry.title), escape(tostring(entry.date)),
      escape(entry.text or ""))
  end
  out[#out + 1] = "</feed>\n"
  return table.concat(out, "\n")
end

return feed

--- The Atom feed of changes: corrections with their history, and the curator's judgements, the newest first.

local escape = require "blotter.publish.formats.escape"

local feed = {}

local MOST = 100

--- The changes: {id, date, title, text} each, the newest first.
function feed.entries(ops)
  local list = {}
  for _, row in ipairs(ops:rows "history") do
    list[#list + 1] = { id = "history:" .. row.id, date = row.date, title = ("%s: %s"):format(row.action, row.row),
      text = ("%s: '%s' became '%s'. %s"):format(row.field or "", row.before or "", row.after or "", row.reason or "") }
  end
  for _, row in ipairs(ops:rows "judgements") do
    list[#list + 1] = { id = "judgement:" .. row.id, date = row.date, text = row.reason,
      title = ("Judged %s: %s and %s"):format(row.verdict, row.left, row.right) }
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

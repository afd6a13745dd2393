local place = require "blotter.commands.place"
local shared = require "blotter.commands.shared"

local schema = {
  summary = "Say what columns a file or a database has, and of what types.",
  own_formats = place.formats,
}

function schema.options(command)
  command:argument("source", "A file of rows, a database (all of its tables), or one table as db.blt:table.")
    :argname "<source>"
  place.options(command)
  shared.format_options(command, { "jsonl", "parquet", "arrow" })
end

--- Adds the columns of a table to the list, with what is to be known of each.
local function add(list, name, rows, info)
  local notes = {}
  for _, note in ipairs(info and info.notes or {}) do
    notes[note.column] = note.what
    if note.skipped then notes[#notes + 1] = note.column end
  end
  for _, column in ipairs(rows:schema()) do
    list:append { ["table"] = name, column = column.name, type = column.type, required = column.required or false,
      note = notes[column.name] }
  end
  for _, column in ipairs(notes) do list:append { ["table"] = name, column = column, note = notes[column] } end
end

function schema.run(args)
  local list = require("blotter").table "table string, column string, type string, required bool, note string"
  place.check(args, { args.source })
  place.each(args.source, args, function(name, rows, info) add(list, name, rows, info) end)
  local answer = list:query()
  for _, column in ipairs { "table", "note" } do
    if answer:where(("`%s` ~= nil"):format(column)):count() == 0 then answer = answer:drop(column) end
  end
  place.deliver(answer:collect(), args)
  return shared.DONE
end

return schema

--- `blotter revise`: corrects a figure or a source, with its history.

local shared = require "blotter.commands.shared"

local revise = { summary = "Correct a figure or a source; what stood there stays in the history." }

function revise.options(command)
  command:argument("id", "The figure or the source."):argname "<id>"
  command:argument("change", "A field and what is to stand there; nothing behind = empties it."):argname "<field=value>"
    :args "+"
  command:option("--reason", "Why; it is written into the history."):argname "<text>":count(1)
  command:flag("--dry-run", "Say what the correction would contradict, and write nothing.")
  command:option("--data", "Folder of the dataset (default: the one that came with blotter)."):argname "<folder>"
end

local function changes_of(pairs_given)
  local changes = {}
  for _, pair in ipairs(pairs_given) do
    local field, value = pair:match "^([%w_]+)=(.*)$"
    if not field then shared.stop(shared.USAGE, ("'%s' is not of the form field=value"):format(pair)) end
    changes[field] = value
  end
  return changes
end

function revise.run(args)
  local changes = changes_of(args.change)
  local ops = shared.open_dataset(args)
  local result, message = shared.blame_user(shared.USAGE, "", function()
    return ops:revise(args.id, changes, args.reason, { dry_run = args.dry_run })
  end)
  if not result then shared.stop(shared.REFUSED, message) end
  shared.say(shared.changes_text(result, args), args)
  return shared.DONE
end

return revise

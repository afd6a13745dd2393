--- `blotter withdraw`: a source counts no longer, or a later edition of it does.

local shared = require "blotter.commands.shared"

local withdraw = { summary = "Withdraw a source, or say which later edition replaces it; its rows stay." }

function withdraw.options(command)
  command:argument("source", "The source."):argname "<source>"
  command:option("--reason", "Why; it is written into the history."):argname "<text>":count(1)
  command:option("--superseded-by", "The source that is a later edition of this one and counts in its place.")
    :argname "<source>"
  command:flag("--dry-run", "Say what would change, and write nothing.")
  command:option("--data", "Folder of the dataset (default: the one that came with blotter)."):argname "<folder>"
end

function withdraw.run(args)
  local ops, options = shared.open_dataset(args), { dry_run = args.dry_run }
  local result, message = shared.blame_user(shared.USAGE, "", function()
    if args.superseded_by then return ops:supersede(args.superseded_by, args.source, args.reason, options) end
    return ops:withdraw(args.source, args.reason, options)
  end)
  if not result then shared.stop(shared.REFUSED, message) end
  shared.say(shared.changes_text(result, args), args)
  return shared.DONE
end

return withdraw

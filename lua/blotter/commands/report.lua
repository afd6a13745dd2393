local reports = require "blotter.publish.reports"
local shared = require "blotter.commands.shared"

local report = { summary = "Print a report on the operations dataset." }

function report.options(command)
  command:argument("name", ("Report: %s (default: overview; with --subject, profile)."):format(
    table.concat(reports.names(), ", "))):args "?"
  command:option("-s --subject", "Identifier of the subject (see `blotter subjects`)."):argname "<id>"
  command:option("-p --param", "A parameter of the report, as name=value."):argname "<name=value>":count "*"
  shared.delivery_options(command)
end

function report.run(args)
  local params = { subject = args.subject }
  for _, pair in ipairs(args.param) do
    local param, value = pair:match "^([%w_]+)=(.*)$"
    if not param then shared.stop(shared.USAGE, ("'%s' is not of the form name=value"):format(pair)) end
    params[param] = value
  end
  local name = args.name or (params.subject and "profile") or "overview"
  local definition, message = reports.get(name)
  if not definition then shared.stop(shared.USAGE, message) end
  local document
  document, message = reports.build(name, shared.open_dataset(args), params)
  if not document then shared.stop(shared.USAGE, message) end
  shared.deliver(document, args)
  return shared.DONE
end

return report

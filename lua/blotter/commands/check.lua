local shared = require "blotter.commands.shared"

local check = { summary = "Reconcile the figures and say where the public record contradicts itself." }

function check.options(command)
  command:flag("--strict", "End with status 1 when a finding cannot be repaired by any reading.")
  shared.delivery_options(command)
end

local COLUMNS = {
  { name = "check", type = "string" }, { name = "holds_for", title = "holds for", type = "string" },
  { name = "finding", type = "string" },
}

function check.run(args)
  local findings = shared.open_dataset(args):reconcile()
  local rows, beyond_repair = {}, 0
  for i, finding in ipairs(findings) do
    rows[i] = { finding.check, finding.verdict, finding.sentence }
    if finding.verdict == "none" then beyond_repair = beyond_repair + 1 end
  end
  local note = ("%d findings, of which %d hold for no reading of the figures."):format(#rows, beyond_repair)
  for _, unchecked in ipairs(findings.notes) do note = note .. " Not checked: " .. unchecked .. "." end
  shared.deliver({ blocks = { { kind = "table", columns = COLUMNS, rows = rows, note = note } } }, args)
  return args.strict and beyond_repair > 0 and shared.FOUND or shared.DONE
end

return check

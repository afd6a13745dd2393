-- Who works by fiscal years: a subject, or one that it belongs to, of which more figures are of fiscal years (or of
-- years that may be) than of calendar years. A bare year of such a body may be either.
--
-- fiscal_bodies.new(rows) takes the figures of a package; bodies:works_so(subject, find) tells, where find(subject)
-- returns a subject's row.

local fiscal_bodies = {}
local Bodies = {}
Bodies.__index = Bodies

local weights = {fiscal = 1, year = 1, calendar = -1}

--- The bodies of a package, from the rows of its figures.
function fiscal_bodies.new(rows)
  local balance = {}
  for _, row in ipairs(rows) do
    if row.subject then balance[row.subject] = (balance[row.subject] or 0) + (weights[row.period_kind] or 0) end
  end
  return setmetatable({balance = balance}, Bodies)
end

--- The subject that works by fiscal years: the given one or one that it is a part of, or nil.
function Bodies:works_so(subject, find)
  local seen, row = {}, subject and find(subject)
  while row and not seen[row] do
    seen[row] = true
    local balance = self.balance[row.id] or 0
    if balance ~= 0 then return balance > 0 and row or nil end
    row = row.parent and find(row.parent)
  end
  return nil
end

--- Whether a period as a curator writes it is a bare year.
function fiscal_bodies.is_bare_year(text) return tostring(text or ""):find "^%s*%d%d%d%d%s*$" ~= nil end

return fiscal_bodies

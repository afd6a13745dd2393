--- What is right as it is written, though another thing may be meant: kept until somebody who can say it asks, as the
-- prompt does behind each answer.

local remarks = {}

local MOST = 10

local kept = {}

--- Keeps a remark, once.
function remarks.keep(text)
  for _, known in ipairs(kept) do
    if known == text then return end
  end
  if #kept < MOST then kept[#kept + 1] = text end
end

--- The remarks since the last call, as a list.
function remarks.take()
  local all = kept
  kept = {}
  return all
end

return remarks

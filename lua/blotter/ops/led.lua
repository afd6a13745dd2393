-- What an agency leads or coordinates: where to look when it has no figures of its own.

local led = {}

local acts = {leads = true, coordinates = true}

-- The subjects that one leads, or that are said to be led by it, as a set; those of its parts as well.
local function led_by(whole, id)
  local set = {}
  for _, subject in ipairs(whole.tables.subjects.rows) do
    if subject.lead and whole:subject_within(subject.lead, id) then set[subject.id] = true end
  end
  for _, link in ipairs(whole.tables.links.rows) do
    if acts[link.role] and whole:subject_within(link.from, id) then set[link.to] = true end
  end
  return set
end

-- The nearest of a subject and those above it that is in the set.
local function member(whole, set, id)
  local subjects = whole.tables.subjects.index
  while id and not set[id] do id = subjects[id] and subjects[id].parent end
  return id
end

--- What is said of a subject without figures of an indicator (nil: of any) where what it leads has some; or nil.
function led.advice(whole, id, indicator)
  local set, count, order = led_by(whole, id), {}, {}
  if not next(set) then return nil end
  for _, figure in ipairs(whole.figures) do
    local led_id = (not indicator or figure.indicator == indicator) and member(whole, set, figure.subject)
    if led_id then
      if not count[led_id] then order[#order + 1] = led_id end
      count[led_id] = (count[led_id] or 0) + 1
    end
  end
  if #order == 0 then return nil end
  table.sort(order, function(a, b)
    if count[a] ~= count[b] then return count[a] > count[b] end
    return a < b
  end)
  local named = table.concat(order, ", ", 1, math.min(#order, 5))
  return ("%s has none of its own; what it leads, or what is grouped under it, has: %s%s "
    .. "(ops:network \"%s\" draws it)"):format(whole.tables.subjects.index[id].name, named,
    #order > 5 and (" and %d more"):format(#order - 5) or "", id)
end

return led

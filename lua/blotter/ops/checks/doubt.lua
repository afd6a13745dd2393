-- Reasons to doubt that two figures count the same thing, so that a disagreement is one of reading.
--
-- A curator's status (SDMX OBS_STATUS: D definition differs, B break in the series, U low reliability, P provisional),
-- or the source's own words for what it counts, which the note keeps behind "Printed as:".

local doubt = {}

local of_status = {
  D = "they may be defined differently", B = "the series has a break", U = "one is of low reliability",
  P = "one is provisional",
}

--- The source's own words for what a figure counts, where the curator kept them, or nil.
function doubt.own_words(figure)
  return figure.note and figure.note:match "^Printed as:%s*([^.;]+)"
end

--- Why some of the figures may not count the same as the others, in words, or nil.
function doubt.reason(figures)
  for _, figure in ipairs(figures) do
    if of_status[figure.status] then return of_status[figure.status] end
  end
  for _, figure in ipairs(figures) do
    local words = doubt.own_words(figure)
    if words then return ("one source speaks of '%s'"):format(words) end
  end
  return nil
end

--- How a disagreement between figures is to be read: class, verdict, and the end of the sentence that says why.
function doubt.reading(figures)
  local why = doubt.reason(figures)
  if why then return "drift", "some", "; " .. why end
  return "contradiction", "none", ""
end

return doubt

-- Which figures of a row count something else than their indicator says.
--
-- definition.of(model, figures) returns a list of {figure, about}: figures whose definition the curator found to differ
-- (status D), on themselves or on another telling of the same number (about is that statement), and arrests of which a
-- source says that most were not taken into custody (about counts those who were).

local facets = require "blotter.ops.figures.facets"

local definition = {}

-- What some indicators hold that is counted apart, and that most of what they count is expected to be.
local held = {arrests = "persons_in_custody"}

local function number_key(figure)
  return ("%s|%s|%s"):format(figure.cell, figure.low, figure.high)
end

-- The statements with a definition of their own, by cell and number; and those of who was held, by subject and area.
local function index(model)
  if not model.defined then
    local marked, in_custody = {}, {}
    for _, figure in ipairs(model.figures) do
      if figure.status == "D" and figure.rank ~= "deprecated" then marked[number_key(figure)] = figure end
      for _, indicator in pairs(held) do
        if figure.indicator == indicator and figure.dim_count == 0 then
          local key = figure.subject .. "|" .. indicator
          in_custody[key] = in_custody[key] or {}
          table.insert(in_custody[key], figure)
        end
      end
    end
    model.defined = {marked = marked, in_custody = in_custody}
  end
  return model.defined
end

local function marked(model, figure)
  if figure.status == "D" then return figure end
  local other = index(model).marked[number_key(figure)]
  return other and facets.same_period(figure, other) and other or nil
end

-- The statement that less than half of what a figure counts was held, or nil.
local function mostly_free(model, figure)
  local indicator = held[figure.indicator]
  if not indicator or figure.dim_count > 0 or not figure.low then return nil end
  for _, other in ipairs(index(model).in_custody[figure.subject .. "|" .. indicator] or {}) do
    if other.high and other.high * 2 < figure.low
      and (other.area == figure.area or not figure.area) and facets.same_period(figure, other) then return other end
  end
  return nil
end

--- What of some figures is counted differently; see the head of this file.
function definition.of(model, figures)
  local list = {}
  for _, figure in ipairs(figures) do
    local about = marked(model, figure) or mostly_free(model, figure)
    if about then list[#list + 1] = {figure = figure, about = about} end
  end
  return list
end

return definition

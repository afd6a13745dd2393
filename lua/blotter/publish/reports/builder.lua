--- Builds the document of a report over the operations dataset: blocks in order, figures as cells, sources numbered in
-- the order in which they are first cited.

local builder = {}

local Builder = {}
Builder.__index = Builder

--- What the status of a figure (SDMX OBS_STATUS) means to a reader; nil for a normal one.
builder.status_words = { B = "break in series", D = "counted differently", E = "estimate", F = "forecast",
  P = "provisional", U = "doubtful" }

--- A builder for a document about `ops`.
function builder.new(ops)
  return setmetatable({ ops = ops, blocks = {}, numbers = {}, cited = {}, published = {} }, Builder)
end

--- Adds a block of any kind.
function Builder:add(block)
  self.blocks[#self.blocks + 1] = block
  return block
end

function Builder:heading(level, text) return self:add { kind = "heading", level = level, text = text } end

function Builder:text(text) return self:add { kind = "text", text = text } end

--- The number of a source in this document.
function Builder:cite(source)
  local number = self.numbers[source.id]
  if not number then
    number = #self.cited + 1
    self.numbers[source.id] = number
    self.cited[number] = source
  end
  return number
end

--- The numbers of the sources of some figures, each once, in ascending order.
function Builder:cite_all(figures)
  local numbers, seen = {}, {}
  for _, figure in ipairs(figures) do
    local number = self:cite(figure.source_row)
    if not seen[number] then
      seen[number] = true
      numbers[#numbers + 1] = number
    end
  end
  table.sort(numbers)
  return numbers
end

--- Numbers as they stand in a text: "[1][4]".
function builder.marks(numbers)
  local marks = {}
  for i, number in ipairs(numbers) do marks[i] = "[" .. number .. "]" end
  return table.concat(marks)
end

--- A figure as a cell, with its source.
function Builder:figure(figure, flags)
  return { low = figure.low, best = figure.best, high = figure.high, flags = flags or {},
    sources = { self:cite(figure.source_row) } }
end

-- What a flag of ops:total says already.
local said_by_flag = { P = "provisional", F = "provisional", B = "series break" }

--- The flags of a row of ops:total: its own, contradicted first when a figure in it stands in a contradiction, and what
-- the status of all of its figures says besides.
function Builder:flags_of(row)
  self.impossible = self.impossible or self.ops:impossible()
  local flags, status, is_contradicted = {}, row.figures[1] and row.figures[1].status, false
  for _, figure in ipairs(row.figures) do
    is_contradicted = is_contradicted or self.impossible[figure.id] or false
    if figure.status ~= status then status = nil end
  end
  if is_contradicted then flags[1] = "contradicted" end
  for _, flag in ipairs(row.flags) do
    if not (is_contradicted and flag == "contested") then flags[#flags + 1] = flag end
  end
  if not said_by_flag[status] then flags[#flags + 1] = builder.status_words[status] end
  return flags
end

--- A row of ops:total as a cell, or nothing when its figures may not be added. `label` names the number in the audit.
function Builder:sum(row, flags, label)
  if row.refused then return nil end
  self.published[#self.published + 1] = { label = label or "a total", low = row.low, best = row.best,
    high = row.high, flags = flags, figures = row.figures }
  return { low = row.low, best = row.best, high = row.high, flags = flags or {}, sources = self:cite_all(row.figures) }
end

--- Prints what the audit of the document's sums found, and nothing when all is well.
function Builder:audit()
  local problems = self.ops:audit(self.published)
  if #problems == 0 then return end
  self:heading(1, "Not to be published without a second look")
  self:add { kind = "notes", items = problems }
end

--- The numbered list of everything cited so far.
function Builder:sources()
  local items = {}
  for number, source in ipairs(self.cited) do
    items[number] = { number = number, publisher = source.publisher_row.name, title = source.title,
      date = self.ops:published(source), url = source.url }
  end
  self:heading(1, "Sources")
  self:add { kind = "sources", items = items }
end

--- The finished document.
function Builder:document(title, params)
  return { title = title, params = params, blocks = self.blocks }
end

return builder

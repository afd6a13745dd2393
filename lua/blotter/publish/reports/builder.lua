--- Builds the document of a report over the operations dataset: blocks in order, figures as cells, sources numbered in
-- the order in which they are first cited.

local addable = require "blotter.publish.reports.addable"
local asked = require "blotter.publish.reports.asked"
local cells = require "blotter.publish.formats.cell"
local notes_of = require "blotter.publish.reports.telling.notes"
local taken_apart = require "blotter.publish.reports.telling.taken_apart"

local date, number = cells.date, cells.number

local builder = {}

local Builder = {}
Builder.__index = Builder

--- What the status of a figure (SDMX OBS_STATUS) means to a reader; nil for a normal one.
builder.status_words = { B = "series break", D = "counted differently", E = "estimate", F = "forecast",
  P = "provisional", U = "doubtful" }

--- A builder for a document about `ops`. Its field subject is the id, area the name of what the document is about;
-- has_lines says that it shows the lines in which numbers stand.
function builder.new(ops)
  return setmetatable({ ops = ops, blocks = {}, numbers = {}, cited = {}, published = {}, computed = {} }, Builder)
end

local function is_filled(rows, i)
  for _, row in ipairs(rows) do
    if row[i] ~= nil and row[i] ~= "" then return true end
  end
  return false
end

-- Takes from a table those columns that its `may_lack` names, {date = true}, and no row fills.
local function drop_empty(block)
  local kept = {}
  for i, column in ipairs(block.columns) do
    if not block.may_lack[column.name] or is_filled(block.rows, i) then kept[#kept + 1] = i end
  end
  local function only_kept(list)
    local own = {}
    for at, i in ipairs(kept) do own[at] = list[i] end
    return own
  end
  if #kept < #block.columns then
    for r, row in ipairs(block.rows) do block.rows[r] = only_kept(row) end
    block.columns = only_kept(block.columns)
  end
  block.may_lack = nil
end

--- Adds a block of any kind. A table's `may_lack` names the columns that are left out where no row fills them.
function Builder:add(block)
  if block.may_lack then drop_empty(block) end
  self.blocks[#self.blocks + 1] = block
  return block
end

function Builder:heading(level, text) return self:add { kind = "heading", level = level, text = text } end

function Builder:text(text) return self:add { kind = "text", text = text } end

--- The number of a source in this document.
function Builder:cite(source)
  local known = self.numbers[source.id]
  if not known then
    known = #self.cited + 1
    self.numbers[source.id] = known
    self.cited[known] = source
  end
  return known
end

--- The numbers of the sources of some figures, each once, in ascending order.
function Builder:cite_all(figures)
  local numbers, seen = {}, {}
  for _, figure in ipairs(figures) do
    local cited = self:cite(figure.source_row)
    if not seen[cited] then
      seen[cited] = true
      numbers[#numbers + 1] = cited
    end
  end
  table.sort(numbers)
  return numbers
end

--- Numbers as they stand in a text: "[1][4]".
function builder.marks(numbers)
  local marks = {}
  for i, cited in ipairs(numbers) do marks[i] = "[" .. cited .. "]" end
  return table.concat(marks)
end

--- An ISO day as exactly as it is known: "2015", "Sep 2014", "9 Jul 2003".
function builder.known_date(day, precision)
  if not day then return nil end
  return date(day:sub(1, precision == "year" and 4 or precision == "month" and 7 or 10))
end

--- The items of facts whose value is known.
function builder.known(items)
  local known = {}
  for _, name_and_value in ipairs(items) do
    local value = name_and_value[2]
    if value and value ~= "" then known[#known + 1] = name_and_value end
  end
  return known
end

-- Units that the name of what is counted does not say.
local UNSAID = { percent = true, terabytes = true }

--- What a number counts, with the unit, or its currency, where the name does not say it.
function builder.counted(indicator, currency)
  local unit = UNSAID[indicator.unit] and indicator.unit or currency
  return unit and ("%s (%s)"):format(indicator.name, unit) or indicator.name
end

--- The unit of an indicator as people write it: "URLs a day".
function builder.unit(indicator)
  return (indicator.unit:gsub("_per_", " a "):gsub("_", " "):gsub("^urls", "URLs"))
end

--- The indicators of some figures, in the order of their table.
function builder.indicators_of(ops, figures)
  local present, list = {}, {}
  for _, figure in ipairs(figures) do present[figure.indicator] = true end
  for _, row in ipairs(ops:rows "indicators") do
    if present[row.id] then list[#list + 1] = row end
  end
  return list
end

--- The source's words for a figure; nothing where only its bounds say it.
local function words_of(ops, figure)
  return figure.qualifier ~= "between" and ops:words(figure).value or nil
end

-- A text without what differs between languages and printers in how a number looks.
local function bare(text)
  return (text:lower():gsub("[%s,.%%$\194\160]", ""))
end

--- A curator's text with the publishers and numbers of sources, "NHK [4]", in place of their ids.
function Builder:readable(text)
  return (text:gsub("%w[%w%-]*%-%w[%w%-]*", function(id)
    local source = self.ops:row("sources", id)
    if not source then return nil end
    return ("%s [%d]"):format(source.publisher_row.name, self:cite(source))
  end))
end

--- What a reader must know of one figure: how it was printed, where its words do not show it, what it is a change from,
-- and the curator's note.
function Builder:notes_of(figure)
  local ops = self.ops
  local notes, words = {}, words_of(ops, figure)
  if figure.printed and words and bare(figure.printed) ~= bare(words) then
    notes[1] = ("Printed: %s."):format(notes_of.printed(figure.printed))
  end
  notes[#notes + 1] = notes_of.base_of(ops, figure)
  local note = figure.note and notes_of.for_readers(figure.note, self.has_lines)
  notes[#notes + 1] = note and self:readable(note)
  return notes
end

-- What flags a source that is neither a release nor a report of one.
local ENCYCLOPEDIA = "encyclopedia"

local function is_of_encyclopedia(figure)
  return figure.source_row.publisher_row.type == ENCYCLOPEDIA
end

-- Some flags, and that the source of a figure is an encyclopedia.
local function flags_with_source(figure, flags)
  local list = table.move(flags or {}, 1, #(flags or {}), 1, {})
  for _, flag in ipairs(list) do
    if flag == ENCYCLOPEDIA then return list end
  end
  if is_of_encyclopedia(figure) then list[#list + 1] = ENCYCLOPEDIA end
  return list
end

--- The name of what is counted inside a sentence: "reports received", "URLs confirmed".
function builder.lower(name)
  return (name:gsub("^%u%f[%l]", string.lower))
end

--- A figure as a cell, with its words, period, notes and source.
function Builder:figure(figure, flags)
  flags = flags_with_source(figure, flags)
  return { low = figure.low, best = figure.best, high = figure.high, value = figure.value, flags = flags,
    words = words_of(self.ops, figure), period = self.ops:words(figure).period, notes = self:notes_of(figure),
    sources = { self:cite(figure.source_row) } }
end

--- What makes two breakdowns the same one to a reader, in whatever order a source prints its parts and however it
-- dates them.
function builder.breakdown_key(whole, split)
  local parts = { whole.subject, whole.indicator, tostring(whole.low), split.name }
  local first = #parts + 1
  for i, part in ipairs(split.figures) do
    parts[first + i] = ("%s#%s#%s"):format(split.labels[i], part.low, part.high)
  end
  parts[first] = #split.figures
  local labels = table.move(parts, first + 1, #parts, 1, {})
  table.sort(labels)
  return table.concat(parts, "\0", 1, first) .. "\0" .. table.concat(labels, "\0")
end

-- The curator's notes of a finding, each once, with its figure; where two are on the same number, with their source.
function Builder:remarks(finding)
  local kept, said, counts = {}, {}, {}
  for _, note in ipairs(finding.notes) do
    local text = notes_of.for_readers(note.note)
    if text and not said[note.note] then
      local words = self.ops:words(note.figure).value
      said[note.note], counts[words] = true, (counts[words] or 0) + 1
      kept[#kept + 1] = { words = words, figure = note.figure, text = text }
    end
  end
  for i, item in ipairs(kept) do
    local figure = item.figure
    local from = counts[item.words] > 1 and (" in [%d]"):format(self:cite(figure.source_row)) or ""
    kept[i] = ("Note on %s%s: %s"):format(item.words, from, self:readable(item.text))
  end
  return kept
end

--- A finding as a paragraph: what is wrong, the sources that the sentence does not name, the curator's judgement and
-- notes, and the numbers of all sources.
function Builder:finding(finding)
  local figures = table.move(finding.figures, 1, #finding.figures, 1, {})
  table.move(finding.also, 1, #finding.also, #figures + 1, figures)
  local text, unnamed, seen = finding.statement, {}, {}
  if text:find(": one source gives ", 1, true) then
    local name = " (" .. finding.figures[1].source_row.publisher_row.name .. ")"
    text = text:gsub(name:gsub("%p", "%%%0"), "")
  end
  for _, figure in ipairs(finding.figures) do
    local publisher = figure.source_row.publisher_row.name
    if not seen[publisher] and not text:find(publisher, 1, true) then unnamed[#unnamed + 1] = publisher end
    seen[publisher] = true
  end
  if #unnamed > 0 and #unnamed <= 3 then text = ("%s (%s)"):format(text, table.concat(unnamed, "; ")) end
  local parts, remarks = { text .. "." }, self:remarks(finding)
  parts[2] = finding.judged and self:readable(finding.judged)
  table.move(remarks, 1, #remarks, #parts + 1, parts)
  return table.concat(parts, " ") .. " " .. builder.marks(self:cite_all(figures))
end

--- The categories and the area of a figure in words, without the area that the whole document is about; or nil.
function Builder:label(figure)
  local label = self.ops:label(figure)
  if not self.area or label == self.area then return label ~= self.area and label or nil end
  local rest, last = label:match "^(.*), (.-)$"
  return last == self.area and rest or label
end

-- What flags a count of sweeps against trafficking, which are no operations against online offences.
local SWEEPS = "trafficking sweeps"

-- Whether all of some figures are of sweeps against trafficking, on a page that is not about such sweeps itself.
local function are_of_sweeps(doc, figures)
  if doc.subject and doc.ops:is_sweep(doc.subject) then return false end
  for _, figure in ipairs(figures) do
    if not doc.ops:is_sweep(figure.subject) then return false end
  end
  return #figures > 0
end

--- The flags of one statement: contradicted first, then its status.
function Builder:statement_flags(figure)
  local flags = addable.is_contradicted(self.ops, figure) and { "contradicted" } or {}
  flags[#flags + 1] = builder.status_words[figure.status]
  if are_of_sweeps(self, { figure }) then flags[#flags + 1] = SWEEPS end
  return flags
end

--- The flags of a row of ops:total: its own, contradicted first when a figure in it stands in a contradiction, and
-- that all of its figures are estimates, or of an encyclopedia.
function Builder:flags_of(row)
  local flags, is_estimate, is_contradicted, is_weak = {}, #row.figures > 0, false, #row.figures > 0
  for _, figure in ipairs(row.exceeded_by and { row.exceeded_by } or row.figures) do
    is_contradicted = is_contradicted or addable.is_contradicted(self.ops, figure)
    is_estimate = is_estimate and figure.status == "E"
    is_weak = is_weak and is_of_encyclopedia(figure)
  end
  if is_contradicted then flags[1] = "contradicted" end
  for _, flag in ipairs(row.flags) do
    if not (is_contradicted and flag == "contested") then flags[#flags + 1] = flag end
  end
  if is_estimate then flags[#flags + 1] = builder.status_words.E end
  if is_weak then flags[#flags + 1] = ENCYCLOPEDIA end
  if are_of_sweeps(self, row.figures) then flags[#flags + 1] = SWEEPS end
  return flags
end

-- The words for a sum with an open end, its number, and a note where its figures together say more than these words:
-- "more than 35,200" where its figures say no less, and nothing where not.
local function open_words(row)
  if row.high or not row.low then return nil end
  local sum, low, word = 0, 0, "at least"
  for _, figure in ipairs(row.figures) do
    if not figure.value or not figure.low then return nil end
    if figure.qualifier == "more than" then word = "more than"
    elseif figure.low ~= figure.value then return nil
    end
    sum, low = sum + figure.value, low + figure.low
  end
  if low ~= row.low then return nil end
  local least = low > sum + 1 and ("Each 'more than' is one more, so at least %s."):format(number(low)) or nil
  return ("%s %s"):format(word, number(sum)), sum, least
end

-- What this site counts under a figure's name, up to the first full stop or semicolon, in parentheses.
local function defined(figure)
  local definition = figure.indicator_row.definition
  return definition and (" (%s)"):format(definition:match "^[^.;]+":gsub("^%u", string.lower)) or ""
end

-- What makes the definition of a row's figures another one, in words.
function Builder:differences(row, notes)
  for _, item in ipairs(row.differs or {}) do
    local about, words = item.about, self.ops:words(item.figure).counted
    local what
    if about.indicator ~= item.figure.indicator then
      what = ("of %s, %s"):format(words, self.ops:words(about).counted)
    else
      local printed = about.note and about.note:match "^Printed as: ([^.;]+)"
      what = words .. (printed and ": printed as " .. printed
        or ", not by the definition of this site" .. defined(about))
    end
    notes[#notes + 1] = ("Counted differently: %s [%d]."):format(what, self:cite(about.source_row))
  end
end

-- Whether a row says what its one figure says.
local function is_one_figure(row)
  local figure = row.figures[1]
  return #row.figures == 1 and figure.low == row.low and figure.high == row.high
end

--- A row of ops:total as a cell, or nothing when its figures may not be added. `label` names the number in the audit.
function Builder:sum(row, flags, label)
  if addable.refusal(self.ops, row) then return nil end
  self.published[#self.published + 1] = { label = label or "a total", low = row.low, best = row.best,
    high = row.high, flags = flags, figures = row.figures }
  local cell
  if row.exceeded_by then
    cell = self:figure(row.exceeded_by, flags)
    cell.notes[#cell.notes + 1] = ("Other figures, which may be added, make less: %s."):format(
      taken_apart.words(self, row.figures))
  elseif is_one_figure(row) then
    cell = self:figure(row.figures[1], flags)
  else
    flags = table.move(flags or {}, 1, #(flags or {}), 2, { "computed" })
    local words, value, least = open_words(row)
    cell = { low = row.low, best = row.best, high = row.high, value = value, flags = flags,
      sources = self:cite_all(row.figures),
      words = words or not row.high and row.low and number(row.low) .. " or more" or nil,
      period = asked.period(self.ops, row),
      notes = { taken_apart.note(self, row.figures), least } }
    taken_apart.keep(self, label, cell, row.figures)
  end
  self:differences(row, cell.notes)
  local kinds = row.figures[1].indicator_row.unit == "organisations" and (row.covers or {}).categories
  if kinds then cell.notes[#cell.notes + 1] = ("What is counted: %s."):format(table.concat(kinds, "; ")) end
  if #(row.lacks or {}) > 0 then
    cell.notes[#cell.notes + 1] = ("Partial: %s."):format(table.concat(row.lacks, "; "))
  end
  return cell
end

local MOST_UNDATED = 3

-- When an operation was, in words behind a number that has no date of its own.
local function dated(subject)
  local from = builder.known_date(subject.date_start, subject.date_precision)
  local to = builder.known_date(subject.date_end, subject.date_precision)
  if not from or subject.type ~= "operation" then return "" end
  return (" (its operation is of %s)"):format(to and to ~= from and from .. " to " .. to or from)
end

-- Whether all figures that a total's number rests on have a date.
local function is_dated(row)
  for _, figure in ipairs(row.exceeded_by and { row.exceeded_by } or row.figures) do
    if not figure.first and not figure.last then return false end
  end
  return true
end

-- Whether two statements have no value in common: one begins above where the other ends.
local function is_apart(a, b)
  return a.low and b.high and a.low > b.high or a.high and b.low and a.high < b.low or false
end

-- What was left out since no source dates it, and may be newer than what is used, and whether any of it is another
-- number than what is used; nil where there is nothing, or what is used has no date either.
function Builder:undated(result)
  local parts, used, shown = {}, result.total.figures[1], result.total.exceeded_by
  local is_other = false
  if not is_dated(result.total) then return nil end
  for _, entry in ipairs(result.left_out) do
    local figure = entry.figure
    local is_like = figure.dim_count == used.dim_count and figure.rank ~= "deprecated" and figure.status ~= "U"
      and figure ~= shown and not figure.part_of
    if is_like and not figure.first and not figure.last and #parts < MOST_UNDATED then
      parts[#parts + 1] = ("%s%s [%d]"):format(self.ops:words(figure).value, dated(figure.subject_row),
        self:cite(figure.source_row))
      is_other = is_other or is_apart(figure, shown or result.total)
    end
  end
  if #parts == 0 then return nil end
  return ("Not dated by its source, and so not used: %s."):format(table.concat(parts, "; ")), is_other
end

--- The cells of a total: its label, the number, and what it rests on; nil where there is no figure.
function Builder:total_row(result, label)
  local row = result.total
  if #row.figures == 0 then return nil end
  local refused = addable.refusal(self.ops, row)
  if refused then return { label, nil, "not added: " .. refused } end
  local used = #row.figures == 1 and "1 figure" or #row.figures .. " figures"
  local basis = ("%s used, %s left out"):format(used, #result.left_out > 0 and #result.left_out or "none")
  local cell = self:sum(row, self:flags_of(row), label)
  local note, is_other = self:undated(result)
  cell.notes[#cell.notes + 1] = note
  if is_other then cell.flags[#cell.flags + 1] = "another, undated" end
  return { label, cell, basis }
end

--- Prints what the audit of the document's sums found, and nothing when all is well.
function Builder:audit()
  local problems = self.ops:audit(self.published)
  if #problems == 0 then return end
  self:heading(1, "Not to be published without a second look")
  self:add { kind = "notes", items = problems }
end

-- A source's title, with whose release it retells.
function Builder:title_of(source)
  local original = source.original_source and self.ops:row("sources", source.original_source)
  if not original then return source.title end
  local says = ("(retells %s)"):format(original.publisher_row.name)
  return source.title and source.title .. " " .. says or says
end

--- The numbered list of everything cited so far.
function Builder:sources()
  local items = {}
  taken_apart.add(self)
  for place, source in ipairs(self.cited) do
    items[place] = { number = place, publisher = source.publisher_row.name, title = self:title_of(source),
      date = self.ops:published(source), url = source.url }
  end
  if #items == 0 then return end
  self:heading(1, "Sources")
  for _, item in ipairs(items) do
    if not item.url then
      self:text "Where a source has no address, none was collected."
      break
    end
  end
  self:add { kind = "sources", items = items }
end

--- The finished document.
function Builder:document(title, params)
  return { title = title, params = params, blocks = self.blocks }
end

return builder

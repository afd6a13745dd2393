-- Changing the dataset: what is added, corrected, withdrawn or replaced, and decisions about figures.
--
-- changing.methods are those of the ops object. blotter.ops gives its class, changing.class, and changing.opened: the
-- ops object of a package, whose rows belong to it from then on.

local adding = require "blotter.ops.dataset.adding"
local arguments = require "blotter.errors.arguments"
local fail = require "blotter.errors.fail"
local history = require "blotter.ops.dataset.history"
local proposals = require "blotter.ops.dataset.proposals"
local record_file = require "blotter.ops.dataset.record_file"
local revision = require "blotter.ops.dataset.revision"
local writing = require "blotter.ops.dataset.writing"

local changing = {methods = {}}
local Ops = changing.methods

-- The findings in which a new figure takes part.
local function findings_about(added, all)
  local is_new, list = {}, {}
  for _, figure in ipairs(added) do is_new[figure.id] = true end
  for _, finding in ipairs(all) do
    local concerned = false
    for _, group in ipairs {finding.figures, finding.also} do
      for _, figure in ipairs(group) do concerned = concerned or is_new[figure.id] end
    end
    if concerned then list[#list + 1] = finding end
  end
  return list
end

-- Takes over a combined package: writes it unless the options say not to, and returns the findings about some figures.
local function accept(self, combined, rows, options)
  local extended = changing.opened(combined)
  local about = findings_about(rows.about, extended:reconcile())
  if options.dry_run then
    changing.opened(self.package)
    return about
  end
  local ok, problem = writing.write(combined, rows.fresh, rows.changed)
  if not ok then
    changing.opened(self.package)
    return nil, problem
  end
  for name, value in pairs(extended) do self[name] = value end
  self.made = nil
  return about
end

--- Adds a source with its figures (filling.lua says what a record may leave out). Everything is validated first; what
-- is wrong is returned at once as nil, a message and the problems, and nothing is written. Otherwise the rows are
-- written to the package (not with {dry_run = true}), this ops object holds them, and {added, findings, questions} is
-- returned: the new rows by table, the findings in which a new figure takes part, and what a curator may want to say.
function Ops:add(record, options)
  arguments.receiver(self, changing.class, "add")
  options = arguments.options(options, {"dry_run", "file"}, "add")
  if self.day then fail("a view of the past cannot be added to") end
  local combined, added, fresh = adding.prepare(self.package, record, options.file)
  if not combined then return nil, added:text(), added end
  local questions = proposals.questions(self.model, record)
  local about, problem = accept(self, combined, {about = added.figures, fresh = fresh}, options)
  if not about then return nil, problem end
  return {added = added, findings = about, questions = questions}
end

--- What a curator may want to say of a record, or must: a list of {at, given, proposals}, where at is a place such as
-- "figures[1].subject" and a proposal {value, why}. See proposals.lua.
function Ops:questions(record)
  arguments.receiver(self, changing.class, "questions")
  arguments.expect(record, "table", "questions", "a record with source and figures")
  return proposals.questions(self.model, record)
end

-- The options of a change, which a view of the past does not take.
local function options_of_change(self, name, options)
  arguments.receiver(self, changing.class, name)
  if self.day then fail("a view of the past cannot be changed") end
  return arguments.options(options, {"dry_run"}, name)
end

-- The note of a change, its reason required.
local function note_of(name, action, reason)
  arguments.expect(reason, "string", name, "a reason such as \"a slip in the locator\"")
  if reason == "" then fail("%s: the reason is empty", name) end
  return {action = action, reason = reason, date = os.date "%Y-%m-%d"}
end

local function figures_of(self, source) return self.model:figures_by "source"[source] or {} end

local function change(self, about, options, combined, fresh, changed)
  if not combined then return nil, fresh:text(), fresh end
  local findings_, problem = accept(self, combined, {about = about, fresh = fresh, changed = changed}, options)
  if not findings_ then return nil, problem end
  return {history = fresh.history, findings = findings_}
end

--- Corrects fields of a figure or a source by its id: ops:revise("ice-2014-1.01", {printed = "20"}, "misread"). What
-- follows from a field (a value from what is printed) is found anew. The change is validated, written with its history,
-- and {history, findings} is returned; or nil, a message and the problems.
function Ops:revise(id, changes, reason, options)
  options = options_of_change(self, "revise", options)
  arguments.expect(changes, "table", "revise", "fields to change, such as {printed = \"20\"}")
  local name = revision.table_of(self.package, id)
  if not name then return nil, self:unknown("figures", id) end
  local note = note_of("revise", "revise", reason)
  local combined, fresh, changed = revision.revise(self.package, name, id, changes, note)
  local about = name == "figures" and {{id = id}} or figures_of(self, id)
  return change(self, about, options, combined, fresh, changed)
end

--- Withdraws a source: its figures count no longer, and views of days before still hold them.
function Ops:withdraw(source, reason, options)
  options = options_of_change(self, "withdraw", options)
  if not self.package.tables.sources.index[source] then return nil, self:unknown("sources", source) end
  local note = note_of("withdraw", "withdraw", reason)
  return change(self, {}, options, revision.withdraw(self.package, source, note))
end

--- Says that one source is a later edition of another one, whose figures it replaces.
function Ops:supersede(source, earlier, reason, options)
  options = options_of_change(self, "supersede", options)
  for _, id in ipairs {source, earlier} do
    if not self.package.tables.sources.index[id] then return nil, self:unknown("sources", id) end
  end
  local note = note_of("supersede", "supersede", reason)
  return change(self, figures_of(self, source), options,
    revision.revise(self.package, "sources", source, {supersedes = earlier}, note))
end

--- The changes of a figure, or of a source and its figures, in their order; of all without an id.
function Ops:history(id)
  arguments.receiver(self, changing.class, "history")
  local list = history.of(self.package, id)
  if #list == 0 and id ~= nil and not revision.table_of(self.package, id) then
    fail("history: %s", self:unknown("figures", id))
  end
  return list
end

--- Adds a curator's decision about two figures, by their ids: same, revision (right replaces left), conflict or
-- different, and why. It is written like a source (see Ops:add), and reconcile and totals follow it at once.
function Ops:judge(left, right, verdict, reason, options)
  local judgement = {id = ("%s-%s"):format(left, right), left = left, right = right, verdict = verdict, reason = reason,
    date = os.date "%Y-%m-%d"}
  return self:add({judgements = {judgement}}, options)
end

--- Adds what a file holds, JSON or CSV; see Ops:add.
function Ops:import(path, options)
  arguments.receiver(self, changing.class, "import")
  arguments.expect(path, "string", "import", "the path of a JSON or CSV file")
  local record, problems = record_file.read(path)
  if not record then return nil, problems:text(), problems end
  options = arguments.options(options, {"dry_run"}, "import")
  return self:add(record, {file = path, dry_run = options.dry_run})
end

return changing

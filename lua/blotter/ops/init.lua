-- The operations dataset: opens the package and answers over it. See data/README.md for the tables and the rules.
--
--   ops = assert(blotter.operations())            data/ of this installation, or blotter.operations "path"
--   ops:figures {subject = "operation-predator", indicator = "arrests", period = "2010/2014"}
--   ops:total("arrests", {by = "area, year", policy = "official"})
--   ops:reconcile()          ops:network("cyber-guardian-2025", {depth = 2})
--   ops:at "2013-03-31"      ops:add {...}        ops:table "figures"

local audit = require "blotter.ops.checks.audit"
local arguments = require "blotter.errors.arguments"
local bounds = require "blotter.ops.figures.bounds"
local changing = require "blotter.ops.changing"
local citing = require "blotter.ops.figures.citing"
local dates = require "blotter.ops.figures.dates"
local diagnostics = require "blotter.ops.dataset.diagnostics"
local fail = require "blotter.errors.fail"
local find = require "blotter.ops.find"
local findings = require "blotter.ops.checks.findings"
local habits = require "blotter.errors.habits"
local history = require "blotter.ops.dataset.history"
local led = require "blotter.ops.led"
local lexicon = require "blotter.ops.figures.lexicon"
local loader = require "blotter.ops.dataset.package"
local model = require "blotter.ops.dataset.model"
local naming = require "blotter.ops.dataset.naming"
local network = require "blotter.ops.network"
local parts = require "blotter.ops.checks.parts"
local phrase = require "blotter.ops.figures.phrase"
local policy = require "blotter.ops.totals.policy"
local reconcile = require "blotter.ops.checks.reconcile"
local relations = require "blotter.ops.checks.relations"
local rules = require "blotter.ops.dataset.rules"
local select_ = require "blotter.ops.figures.select"
local show = require "blotter.ops.figures.printing"
local suggest = require "blotter.errors.suggest"
local tables = require "blotter.ops.dataset.engine_tables"
local surplus = require "blotter.errors.surplus"
local sweeps = require "blotter.ops.totals.sweeps"
local taking_part = require "blotter.ops.taking_part"
local total = require "blotter.ops.totals.total"
local unknown = require "blotter.errors.unknown"

local operations = {}

local Ops = {}
Ops.__index = Ops
setmetatable(Ops, {__index = unknown.handler(Ops, {what = "ops", habits = habits.ops,
  private = {day = true, made = true, undated = true, earlier = true}})})

local function wrap(whole_model, whole)
  return setmetatable({
    model = whole_model, package = whole, directory = whole.directory,
    subjects = whole.tables.subjects.rows, sources = history.sources(whole), names = whole.names,
    policies = table.move(policy.names, 1, #policy.names, 1, {}),
  }, Ops)
end

--- What is in it, for the prompt.
function Ops:__tostring()
  return ("operations dataset in %s%s: %s figures, %d sources, %d subjects"):format(self.directory,
    self.day and ", as known on " .. self.day or "", bounds.group_digits(#self.model.figures), #self.sources,
    #self.subjects)
end

-- Calls a function whose errors speak of the caller's mistake, and raises them where the user called.
local function blame_caller(call, ...)
  local ok, result = pcall(call, ...)
  if not ok then fail("%s", tostring(result)) end
  return result
end

-- Where to look when a question about one subject found no figures: what it leads may have some. A function, as few
-- answers are printed, which returns a text or nil; or nil.
local function advice(self, subject, indicator, found)
  if #found > 0 or type(subject) ~= "string" then return nil end
  return function()
    local id = naming.key(subject, self.subjects, "id")
    return id and led.advice(self.model, id, type(indicator) == "string"
      and naming.key(indicator, self.package.tables.indicators.rows, "id") or nil)
  end
end

--- The statements that pass a filter: an array of figures (see model.lua for what a figure holds).
function Ops:figures(filter)
  arguments.receiver(self, Ops, "figures")
  filter = filter or {}
  arguments.expect(filter, "table", "figures", "a filter such as {indicator = \"arrests\"}")
  local found = blame_caller(select_.figures, self.model, filter)
  return show.figures(self.model, found, advice(self, filter.subject, filter.indicator, found))
end

--- What is there under a name: a frame of the subjects, areas, indicators and sources whose id, name, acronym, title or
-- publisher holds all words of the text.
function Ops:find(text)
  arguments.receiver(self, Ops, "find")
  arguments.expect(text, "string", "find", "words such as \"predator\"")
  return find.rows(self.package.tables, self.model.figures, text)
end

--- A total that does not count twice; see total.lua.
function Ops:total(indicator, options)
  arguments.receiver(self, Ops, "total")
  arguments.expect(indicator, "string", "total", "an indicator such as \"arrests\"")
  arguments.expect(options or {}, "table", "total", "options such as {by = \"subject\"}")
  arguments.expect(options and options.by or "", "string", "total", "by to be a text such as \"area, year\"")
  local result = blame_caller(total.compute, self.model, indicator, options)
  return show.total(self.model, result, advice(self, options and options.subject, indicator, result.total.figures))
end

-- The findings in which a figure of the subject, or of what belongs to it, takes part.
local function findings_of(self, subject, all)
  local own, kept = {}, {}
  for _, figure in ipairs(blame_caller(select_.figures, self.model, {subject = subject})) do own[figure.id] = true end
  for _, finding in ipairs(all) do
    local is_own = false
    for _, figure in ipairs(finding.figures) do is_own = is_own or own[figure.id] end
    if is_own then kept[#kept + 1] = finding end
  end
  return show.findings(kept)
end

--- What does not fit together, ranked; see findings.lua for what a finding holds. options.check runs one check only,
-- options.subject gives what is about a subject.
-- The list is remembered; it is the caller's to read, not to change.
function Ops:reconcile(options)
  arguments.receiver(self, Ops, "reconcile")
  if type(options) == "string" then
    local check = suggest.nearest(options, reconcile.names)
    fail("reconcile: write ops:reconcile {%s = \"%s\"}", check and "check" or "subject", check or options)
  end
  options = arguments.options(options, {"check", "subject"}, "reconcile")
  if options.check then arguments.one_of(options.check, reconcile.names, "reconcile", "check") end
  if options.subject then
    return findings_of(self, options.subject, self:reconcile(options.check and {check = options.check}))
  end
  if options.check then return show.findings(reconcile.run(self.model, options)) end
  local found = self.model.findings or reconcile.run(self.model)
  self.model.findings = getmetatable(found) and found or show.findings(found)
  return self.model.findings
end

--- The ids of the figures that some finding calls impossible, as a set: ops:impossible()[figure.id].
function Ops:impossible()
  arguments.receiver(self, Ops, "impossible")
  return findings.impossible(self:reconcile())
end

-- A figure or a source, given itself or by its id; something else is refused where the user called.
local function row_of(self, name, asked, method)
  arguments.receiver(self, Ops, method)
  local is_figure = name == "figures"
  if type(asked) == "table" and asked[is_figure and "indicator_row" or "publisher_row"] then return asked end
  if type(asked) ~= "string" then
    local given = asked == nil and "nothing" or type(asked) == "table" and "another table" or "a " .. type(asked)
    fail("%s: expected a %s or its id, got %s", method, is_figure and "figure" or "source", given)
  end
  local row
  if is_figure then row = self.model.by_id[asked] else row = self.package.tables.sources.index[asked] end
  return row or fail("%s: %s", method, self:unknown(name, asked))
end

-- The first age of a band, such as 10 of Y10T19; of one that is not known none.
local function first_age(figure)
  local band = figure.age_band or ""
  if band:find "^Y_LT" then return 0 end
  return tonumber(band:match "%d+") or math.huge
end

-- By what the parts of a split are ordered: ages and periods by themselves, all others by size, the largest first.
local orders = {
  age_band = first_age,
  period = function(figure) return figure.first or math.huge end,
}

local function by_size(figure)
  return -(figure.best or figure.low or 0)
end

-- Puts the parts of a split into the order in which a reader looks for them.
local function order_parts(split)
  local printed, place_of = {}, orders[split.name] or by_size
  for i, part in ipairs(split.figures) do printed[part] = i end
  table.sort(split.figures, function(a, b)
    local x, y = place_of(a), place_of(b)
    if x ~= y then return x < y end
    return printed[a] < printed[b]
  end)
end

--- The breakdowns of a figure or of its id: {name, coverage, figures, low, high}, low and high bounding what the parts
-- leave. Ages and periods stand in their order, other parts by size.
function Ops:breakdowns(asked)
  local figure = row_of(self, "figures", asked, "breakdowns")
  local splits = parts.breakdowns(figure)
  for _, split in ipairs(splits) do
    order_parts(split)
    split.labels = {}
    for i, part in ipairs(split.figures) do split.labels[i] = self:label(part, figure) end
  end
  return splits
end

-- The relation of that id, or the ratio or change that a figure, or the figure of that id, states.
local function relation_of(data, asked)
  local id = type(asked) == "table" and asked.id or asked
  if data.index[id] then return data.index[id] end
  for _, relation in ipairs(data.rows) do
    local states = relation.type == "change" or relation.type == "ratio"
    if states and (relation.figure == id or relation.left == id) then return relation end
  end
  return nil
end

--- The range that a declared ratio or change makes of the figure whose number is not printed: low, high. The relation
-- is named by its id in the table of relations, or by the figure that states it.
function Ops:implied(id)
  arguments.receiver(self, Ops, "implied")
  if type(id) ~= "string" and not (type(id) == "table" and id.id) then
    fail("implied: expected a relation's or a figure's id, got %s", id == nil and "nothing" or "a " .. type(id))
  end
  local relation = relation_of(self.package.tables.relations, id)
  if not relation then fail("%s", self:unknown("relations", type(id) == "table" and id.id or id)) end
  return relations.implied(self.model, relation)
end

-- What is asked of a figure on many pages, made once.
local labels, sayings = setmetatable({}, {__mode = "k"}), setmetatable({}, {__mode = "k"})

local function kept(cache, figure, make)
  local known = cache[figure]
  if known == nil then
    known = make()
    cache[figure] = known
  end
  return known
end

--- The categories and area of a figure in words, without those of another (its whole): "Japan, 20 to 29 years".
function Ops:label(asked, whole)
  local figure = row_of(self, "figures", asked, "label")
  if whole == nil then return kept(labels, figure, function() return phrase.categories(self.model, figure) end) end
  local besides = row_of(self, "figures", whole, "label")
  local known = setmetatable({area = besides.area}, {__index = besides.dims})
  return phrase.categories(self.model, figure, known)
end

--- The words for a figure: value ("more than 2,000"), period ("fiscal year 2013") and source ("ICE, Nov 2014").
function Ops:words(asked)
  local figure = row_of(self, "figures", asked, "words")
  local known = kept(sayings, figure, function()
    return {phrase.value(figure), phrase.counted(figure), phrase.period(figure) or false,
      phrase.source(figure.source_row)}
  end)
  return {value = known[1], counted = known[2], period = known[3] or nil, source = known[4]}
end

--- From when, in one figure, to when, in another, some count, in words; either may be nil: "9 Jul 2003 to 2013".
function Ops:between(from, to)
  from = from and row_of(self, "figures", from, "between")
  return phrase.between(from, to and row_of(self, "figures", to, "between"))
end

--- When a source was published, in words, or nil.
function Ops:published(source)
  return phrase.published(row_of(self, "sources", source, "published"))
end

-- The key of a row that is named by its key, its name or an acronym; anything else is refused where the user called.
local function key_asked(self, name, asked, method, example)
  arguments.receiver(self, Ops, method)
  arguments.expect(asked, "string", method, example)
  local row = self:row(name, asked)
  return row and row[self.package.tables[name].key_field] or fail("%s", self:unknown(name, asked))
end

--- The links around a subject as rows, with a drawing; see network.lua. options: depth (default 1).
function Ops:network(subject, options)
  local id = key_asked(self, "subjects", subject, "network", "a subject such as \"icse\", by its id, name or acronym")
  local depth = arguments.options(options, {"depth"}, "network").depth or 1
  if math.type(depth) ~= "integer" or depth < 1 then fail("network: depth is a whole number from 1") end
  return show.network(network.around(self.model, id, depth))
end

--- The countries that an operation reached: a frame {country, name, how, figures}; see taking_part.lua.
function Ops:countries(subject)
  local id = key_asked(self, "subjects", subject, "countries", "a subject such as \"operation-cumberland\"")
  return taking_part.countries(self.model, id)
end

--- The operations that a country, or a larger area, had a part in: a frame {id, name, type, start, how, figures}.
function Ops:operations(area)
  arguments.receiver(self, Ops, "operations")
  local is_subject = type(area) == "string" and not self:row("areas", area) and self:row("subjects", area)
  if is_subject then fail("'%s' is a subject, no area: ops:countries %q has the countries of one", area, area) end
  return taking_part.operations(self.model, key_asked(self, "areas", area, "operations", "an area such as \"Korea\""))
end

--- Whether a subject is a sweep against trafficking in persons, or a programme of such sweeps; see sweeps.lua.
function Ops:is_sweep(subject)
  local id = key_asked(self, "subjects", subject, "is_sweep", "a subject such as \"operation-cross-country\"")
  return sweeps.is(self.model, self:row("subjects", id))
end

-- The data of a table of the package.
local function data_of(self, name)
  local data = self.package.tables[name]
  if not data then
    fail("%s: the tables are %s", name == nil and "a table's name expected" or ("no table '%s'"):format(tostring(name)),
      table.concat(self.names, ", "))
  end
  return data
end

--- A table of the package to query: ops:table "figures":where "indicator == 'arrests'":by "subject":agg "n = count()".
-- It is made at the first call; changing it changes nothing here.
function Ops:table(name)
  local data = data_of(self, name)
  self.made = self.made or {}
  self.made[name] = self.made[name] or tables.make(data, name == "figures" and self.model.figures or data.rows)
  return self.made[name]
end

--- A named query, to print or to go on with: ops:query "statements_by_subject":limit(5). `params` are its parameters by
-- name.
function Ops:query(name, params)
  return require("blotter.queries").build(name, self, params)
end

--- A report on the dataset, which prints as text and is written by its formats: ops:report "overview",
-- ops:report("agency", {subject = "ICE"}):html "ice.html". ops:reports() lists what there is.
function Ops:report(name, params)
  arguments.receiver(self, Ops, "report")
  if name == nil then name = "overview" end
  arguments.expect(name, "string", "report", "a name such as \"overview\" (ops:reports() lists them)")
  arguments.expect(params or {}, "table", "report", "parameters such as {subject = \"icse\"}")
  local document, message = require("blotter.publish.reports").build(name, self, params)
  return document and require("blotter.publish.written").of(document) or fail("report: %s", message)
end

--- The reports that there are: a table {name, title, params}.
function Ops:reports()
  arguments.receiver(self, Ops, "reports")
  local reports = require "blotter.publish.reports"
  local made = require("blotter").table "name string, title string, params string"
  for _, name in ipairs(reports.names()) do
    local report, words = reports.get(name), {}
    for i, param in ipairs(report.params or {}) do words[i] = param.name .. (param.required and " (needed)" or "") end
    made:append(name, report.title, table.concat(words, ", "))
  end
  return made
end

--- How to cite: a source, or those of a figure, a list of figures or a total, each given itself or by its id; without
-- an argument the dataset. One line each.
function Ops:cite(...)
  arguments.receiver(self, Ops, "cite")
  local asked = ...
  if select("#", ...) == 0 then return citing.dataset(self.package) end
  if asked == nil then fail "cite: nil is nothing to cite: there is no such figure; ops:cite() cites the dataset" end
  local found, problem = citing.sources(self.model, asked)
  return found or fail("cite: %s", problem and self:unknown("sources", problem)
    or "a source or a figure expected, by its id or itself")
end

--- The rows of a table, as records by column name.
function Ops:rows(name)
  return data_of(self, name).rows
end

--- The message for a key that a table does not have: "unknown subject 'icsee': did you mean 'icse'?".
function Ops:unknown(name, key)
  local data = data_of(self, name)
  local meant = naming.meant(key, data.rows, data.key_field)
  if meant == "" and find.looks_in(name) then meant = naming.elsewhere end
  return ("unknown %s '%s'%s"):format((name:gsub("s$", "")), tostring(key), meant)
end

--- What should not be published so, of the numbers of a report; see audit.lua. An empty list when all is well.
function Ops:audit(published)
  arguments.receiver(self, Ops, "audit")
  arguments.expect(published, "table", "audit", "a list of numbers, each {label, low, best, high, flags, figures}")
  return audit.check(self.model, self:reconcile(), published)
end

--- The row of a table by its key, or by a name or an acronym that only one has; or nil: ops:row("subjects", "icse"),
-- ops:row("areas", "Korea").
function Ops:row(name, key)
  local data = data_of(self, name)
  if data.index[key] or key == nil or not data.key_field then return data.index[key] end
  return data.index[naming.key(key, data.rows, data.key_field)]
end

-- Where the package lies when the caller names no place: $BLOTTER_DATA, beside the installed modules, data/ of this
-- checkout, or data/ here.
local function default_directory()
  local named = os.getenv "BLOTTER_DATA"
  if named and named ~= "" then return named end
  local modules = debug.getinfo(1, "S").source:match "^@(.*)blotter/ops/init%.lua$" or ""
  local places = {modules .. "blotter/data", (modules:gsub("[^/]+/$", "")) .. "data", "data"}
  for _, place in ipairs(places) do
    local file = io.open(place .. "/datapackage.json", "rb")
    if file then
      file:close()
      return place
    end
  end
  return "data"
end

local function copy(figure)
  local row = {}
  for name, value in pairs(figure) do row[name] = value end
  return row
end

--- The dataset as it was known on a day: only what had been published by then, as a new ops object. Sources whose day
-- of publication is not known are not in it; their number is its field undated. What was corrected or withdrawn later
-- is in it as it was held on that day.
function Ops:at(day)
  arguments.receiver(self, Ops, "at")
  local period = dates.period(day)
  if not period then fail("at: '%s' is no day that exists, such as 2013-03-31", tostring(day)) end
  local last = dates.format(period[2])
  local held = history.before(self.package, last)
  if held ~= self.package then model.build(held) end
  local known, sources, undated = {}, {}, 0
  for _, source in ipairs(history.sources(held, last)) do
    if not source.published_last then
      undated = undated + 1
    elseif source.published_last <= period[2] then
      known[source.id] = true
      sources[#sources + 1] = source
    end
  end
  local figures = {}
  for _, figure in ipairs(held.tables.figures.rows) do
    if known[figure.source] then figures[#figures + 1] = copy(figure) end
  end
  local view = wrap(model.build(held, figures), held)
  view.sources, view.undated, view.day = sources, undated, last
  return view
end

--- The dataset under another lexicon, as a new ops object: ops:reading {about = {low = "v*0.8", high = "v*1.2"}}. Words
-- that are not named keep the package's rules.
function Ops:reading(words)
  arguments.expect(words, "table", "reading", "a lexicon such as {about = {low = \"v*0.8\", high = \"v*1.2\"}}")
  for name, word in pairs(words) do
    if not self.package.tables.qualifiers.index[name] then fail("%s", self:unknown("qualifiers", name)) end
    if type(word) ~= "table" or not lexicon.is_rule(word.low) or not lexicon.is_rule(word.high) then
      fail("reading: '%s' needs two rules, low and high, such as \"v*0.8\", \"v+1\" or \"open\"", name)
    end
  end
  local figures = {}
  for i, figure in ipairs(self.model.figures) do
    figures[i] = copy(figure)
    if words[figure.qualifier] then
      figures[i].low, figures[i].high = lexicon.bounds(words, figure, figure.indicator_row)
    end
  end
  return wrap(model.build(self.package, figures), self.package)
end

local function opened(whole)
  return wrap(model.build(whole, history.figures(whole)), whole)
end

--- Opens the dataset in a directory. Returns an ops object, or nil, a message with every problem, and the problems.
function operations.open(directory)
  arguments.expect(directory or "", "string", "operations", "the folder of the dataset")
  directory = directory or default_directory()
  local whole, problems = loader.open(directory)
  if whole then
    problems = diagnostics.new()
    rules.check(whole, whole.tables.figures and whole.tables.figures.rows or {}, problems)
    if #problems > 0 then whole = nil end
  end
  if not whole then return nil, problems:text(), problems end
  return opened(whole)
end

changing.class, changing.opened = Ops, opened
for name, method in pairs(changing.methods) do Ops[name] = method end
surplus.of(Ops, 1)
operations.Ops = Ops
return operations

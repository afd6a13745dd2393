--- What an entry of the index is found by besides its title: where it is, who leads it, what kind it is, of which years
-- its figures are, what they count, and what people commonly call that.

local called = require "blotter.publish.site.called"

local sought = {}

-- What people call things besides the words of this site: the others for a beginning of one.
local COMMON = {
  { "arrest", "arrested busted busts detained captured caught apprehended" },
  { "safeguard", "rescued rescues saved freed children kids minors" },
  { "victim", "children child kids minors girls boys" }, { "children", "kids minors victims" },
  { "report", "tips tipoffs tip complaints referrals" }, { "hotline", "helpline tipline tip line phone" },
  { "convict", "sentenced sentences jailed prison guilty court courts" }, { "guilty", "court plea" },
  { "charge", "prosecuted prosecution prosecutions court indicted" },
  { "indict", "prosecuted prosecution prosecutions court charged" },
  { "funding", "money budget budgets grants grant paid spending costs donation donor donors" },
  { "projects funded", "money budget grants" }, { "currency", "money" },
  { "extortion", "sextortion blackmail" }, { "enticement", "grooming luring" }, { "luring", "grooming" },
  { "csam", "images pictures material" }, { "child sexual abuse material", "csam csem images pictures" },
  { "deepfake", "ai artificial intelligence synthetic" }, { "generated", "artificial intelligence deepfake synthetic" },
  { "removal", "takedown takedowns taken down removed deleted" }, { "hosting", "hosted hosts server servers country" },
  { "search", "raids raided homes" }, { "raids", "searches homes" }, { "users", "members accounts darknet dark web" },
  { "age", "old young years teenagers" }, { "officer", "police staff" }, { "offices", "attaches abroad" },
  { "change", "increase decrease rise fall trend growth" }, { "share", "percentage percent proportion" },
  { "statistic", "statistics series" }, { "database", "databases image" },
  { "operation", "operations sweep sweeps crackdown raid ring action" }, { "programme", "program programs scheme" },
  { "task force", "taskforce unit" }, { "agency", "police agencies authority" }, { "fund", "donor donors funding" },
  { "devices", "computers phones hardware" }, { "terabytes", "tb data volume" }, { "blocked", "blocking filter" },
  { "trained", "training courses" }, { "notice", "wanted fugitives" }, { "trafficking", "prostitution" },
  { "providers", "companies platforms tech" }, { "suspect", "suspects perpetrators offenders" },
  { "offender", "perpetrators suspects" }, { "deport", "removed immigration" },
}

-- Words gathered each once, in the order in which they come, without those of the title.
local function new_words(title)
  local words = { seen = {}, list = {} }
  for word in title:lower():gmatch "[%w\128-\255]+" do words.seen[word] = true end
  return words
end

local function add(words, text)
  for word in (text or ""):lower():gmatch "[%w\128-\255]+" do
    if not words.seen[word] then
      words.seen[word] = true
      words.list[#words.list + 1] = word
    end
  end
end

-- The same for words that say something: none of few letters, and no numbers.
local LEAST_LETTERS = 4

local function add_long(words, text)
  for word in (text or ""):gmatch "[%w\128-\255]+" do
    if #word >= LEAST_LETTERS and not word:find "^%d+$" then add(words, word) end
  end
end

-- What people call what is said so far, in the title or behind it.
local function add_common(words, title)
  local text = " " .. title:lower() .. " " .. table.concat(words.list, " ")
  for _, pair in ipairs(COMMON) do
    if text:find(" " .. pair[1], 1, true) then add(words, pair[2]) end
  end
end

local function add_area(words, ops, code)
  while code and code ~= "001" do
    local area = ops:row("areas", code)
    add(words, area and area.name)
    add(words, code:match "^%a%a$")
    add(words, called[code])
    code = area and area.type == "subdivision" and area.parent or nil
  end
end

-- A subject that another one belongs to, or is led by, and what those in turn belong to.
local function add_above(words, ops, id)
  local above = id and ops:row("subjects", id)
  while above do
    add(words, above.name)
    add(words, above.acronym)
    above = above.parent and ops:row("subjects", above.parent)
  end
end

local function add_years(words, from, to)
  for year = from, math.min(to, from + 30) do add(words, tostring(year)) end
end

local function year_of(day)
  return day and tonumber(tostring(day):match "^%d%d%d%d")
end

-- The years in which a figure counts, or else in which its source was published.
local function add_years_of(words, figure)
  local from, to = year_of(figure.period_start), year_of(figure.period_end)
  from, to = from or to, to or from
  if not from then
    from = figure.published and tonumber(os.date("!%Y", figure.published * 86400))
    to = from
  end
  if from then add_years(words, from, to) end
  if figure.period_kind == "fiscal" then add(words, "fiscal") end
end

-- What is counted, where, of which categories and years, of each thing once.
local function add_figures(words, ops, figures)
  local seen = {}
  local function is_new(key)
    if not key or seen[key] then return false end
    seen[key] = true
    return true
  end
  for _, figure in ipairs(figures) do
    if is_new(figure.indicator) then add(words, figure.indicator_row.name) end
    if is_new(figure.area) then add_area(words, ops, figure.area) end
    for _, code in pairs(figure.dims) do
      local row = is_new(code) and ops:row("codes", code)
      if row then
        add(words, row.label_preferred)
        add_long(words, code)
      end
    end
    if is_new(("%s %s %s %s"):format(figure.period_start, figure.period_end, figure.period_kind, figure.published)) then
      add_years_of(words, figure)
    end
  end
end

local kept = setmetatable({}, { __mode = "k" })

-- The links that say who leads, funds or takes part in what, by what that is.
local function links_to(ops, id)
  if not kept[ops] then
    kept[ops] = {}
    for _, link in ipairs(ops:rows "links") do
      kept[ops][link.to] = kept[ops][link.to] or {}
      table.insert(kept[ops][link.to], link)
    end
  end
  return kept[ops][id] or {}
end

local function add_subject(words, ops, entry)
  local row = entry.row
  add(words, row.type)
  if ops:is_sweep(row.id) then add(words, "sweep trafficking") end
  add(words, row.acronym)
  add_area(words, ops, row.area)
  add_above(words, ops, row.lead)
  add_above(words, ops, row.parent)
  for _, link in ipairs(links_to(ops, row.id)) do
    add_above(words, ops, link.from)
    add_area(words, ops, ops:row("subjects", link.from).area)
    if link.role == "funds" then add(words, "funded money") end
  end
  local from, to = year_of(row.date_start), year_of(row.date_end)
  if from or to then add_years(words, from or to, to or from) end
  add_figures(words, ops, entry.figures)
  for _, figure in ipairs(entry.figures) do add_long(words, figure.source_row.title) end
end

local function add_source(words, ops, entry)
  local publisher = entry.row.publisher_row
  local same = ops:row("subjects", publisher.id)
  add(words, same and same.acronym)
  add(words, publisher.type)
  if publisher.area then add_area(words, ops, publisher.area) end
  add(words, entry.row.published and os.date("!%Y", entry.row.published * 86400))
end

local ADD = { subject = add_subject, source = add_source,
  indicator = function(words, _, entry)
    add_long(words, entry.row.definition)
    add(words, entry.row.unit)
  end,
  area = function(words, ops, entry)
    add_area(words, ops, entry.id)
    local parent = entry.row.parent and ops:row("areas", entry.row.parent)
    add_long(words, parent and parent.name)
    add_figures(words, ops, entry.figures)
  end }

--- The words by which an entry of a kind is found, besides its title.
function sought.words(ops, kind, entry)
  local words = new_words(entry.title)
  ADD[kind](words, ops, entry)
  if kind ~= "source" then add_common(words, entry.title) end
  return table.concat(words.list, " ")
end

--- The same for a page that the index names: what it says, what else it is looked for by, and what people call that.
function sought.words_of_page(title, says, find)
  local words = new_words(title .. " " .. says)
  add(words, find)
  add_common(words, title .. " " .. says)
  return table.concat(words.list, " ")
end

return sought

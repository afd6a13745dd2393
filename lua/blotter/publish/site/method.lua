--- The page on what the site is, how its numbers are made, and how to cite it. Each of its parts is found by the search
-- of the index.

local bounds_in_words = require "blotter.publish.site.bounds_in_words"
local builder = require "blotter.publish.reports.builder"

local method = {}

local FLAGS = {
  { "counted differently", "A source counts something else than the definition says, such as persons arrested or "
    .. "convicted, or persons most of whom were not taken into custody; the footnote says what. It is not ranked." },
  { "doubtful", "The curator doubts the number itself; its note says why." },
  { "calendar or fiscal", "The source names a year and does not say which of the two." },
  { "estimate", "The source calls it an estimate." },
  { "encyclopedia", "Its source is an encyclopedia that its readers or a program write, which is no release and no "
    .. "report of one." },
  { "computed", "Made of several figures. The footnote names each of them with its subject, period and source, and so "
    .. "does a table at the end of the page." },
  { "contested", "Another source says something that cannot be true with it." },
  { "contradicted", "It stands in a contradiction that no reading of the figures can repair." },
  { "provisional", "A figure in it is provisional or a forecast." },
  { "partial", "Months, areas, categories or parts are missing; the footnote names them." },
  { "lower bound", "It is open above: the sources say no less, and no upper end." },
  { "overlap possible", "It may count one person, report or case twice." },
  { "attributed", "Reports that a clearing house elsewhere received, counted for the area to which they point: the "
    .. "area itself did not receive them." },
  { "trafficking sweeps", "Counted by a sweep against trafficking in persons of every age, or by a programme of such "
    .. "sweeps, not by an operation against online offences; totals of an area leave it out." },
  { "another, undated", "A source without a date prints another number, which may be newer; the footnote has it." },
  { "series break", "It is not comparable with what was before." },
}

-- The parts in their order: what each is led to by, its title, its text, and by what else it is looked for.
local PARTS = {
  { "not", "What this is not", "It is no count of children, of offenders or of offences, and no person is in it. It "
    .. "holds what agencies, international organisations and the press have published in numbers; what they did not "
    .. "publish is missing, and a larger number may only mean that more was reported.",
    find = "about caveats limitations prevalence how many offenders estimate personal data names privacy" },
  { "numbers", "Numbers and their bounds", "Each number stands in its source's words, as in \"more than 30,000\": the "
    .. "number and what qualifies it. The sentences around it are not copied; the page of a source gives the line, "
    .. "counted among those of its text that are not empty, in which each number stands. The words leave bounds: more "
    .. "than 30,000 has a lower end and none above; about 400 is taken as 360 to 440. The table below says it of every "
    .. "word.", find = "uncertainty range error about parentheses brackets rounding" },
  { "totals", "How a total is made", "Figures are added only where they cannot count the same thing twice: never a "
    .. "part and its whole, overlapping periods, or an operation and the agency that led it. What was computed says so "
    .. "and names its figures in a footnote, with what is missing. Years of one series that cover at most half of its "
    .. "time are not added, nor is a count of some areas or categories to counts of all; where one statement alone "
    .. "says more than the others make, it stands instead of them. Where figures may not be added, the page says why.",
    find = "sum sums add added double counting total methodology computed" },
  { "rates", "No rates, and no comparison of countries", "Nothing here is divided by inhabitants, by children, by "
    .. "Internet users or by reports, and no arrests are set against reports. What was published is no count of what "
    .. "happened: it depends on what an agency chose to count and to print, on laws, on what platforms look for, and "
    .. "on what this collection has. A rate made of it would compare that and not countries. For the same reason "
    .. "convictions are not divided by arrests: they are of other persons and other years. Shares and changes are "
    .. "those that a source printed, with what they are of, or the change between two years of one series.",
    find = "rate rates ratio per capita population inhabitants 100,000 compare comparison countries conviction rate "
      .. "ranking of countries normalised" },
  { "hosting", "\"Hosted in\" is not \"made in\"", "A share by place of hosting says where the servers stood from "
    .. "which material could be reached. It does not say where the material was made, where those live who put it "
    .. "there or look at it, or where a child is. Large hosting companies make a country stand out, and a hotline sees "
    .. "what is reported to it. Material moves within days and is at many addresses, so a share is of addresses, not "
    .. "of children. Some sources leave open whether they print the country of hosting or that of the hotline that "
    .. "reported; the note of the number says so.",
    find = "hosted hosts host hosting server servers where made produced origin country location of material" },
  { "reports", "A report is no case", "A report, tip or complaint is what a hotline or clearing house received. One "
    .. "image may be reported many times, most reports come from platforms' own searches, and receivers pass reports "
    .. "on to each other: so receivers are never added up, and a rise in reports is not a rise in offences.",
    find = "tips tip reports cybertipline increase rise offences cases platforms" },
  { "victims", "Rescued, identified, safeguarded, depicted", "Sources say \"rescued\" of children removed from harm, "
    .. "of children whose name was found, and of children seen in pictures. They stand here under what the source's "
    .. "words say: safeguarded (removed from harm), identified (whose identity was established), depicted (seen in "
    .. "material), recorded (in police statistics). They are not added to each other, since one child may be in "
    .. "several.",
    find = "children rescued saved definition victims minors" },
  { "sweeps", "Sweeps against trafficking", "Police sweeps against trafficking in persons, such as Operation Cross "
    .. "Country, find adults beside children, and are not of online offences. Their statements are here, since they "
    .. "are reported beside the others, but they have no place in rankings, and sums of several subjects leave them "
    .. "out and name them.", find = "sweep trafficking adults cross country prostitution" },
  { "years", "Calendar years, fiscal years", "A fiscal year is named by the calendar year in which it ends: in the "
    .. "United States from October to September, in the United Kingdom, Canada and Japan from April to March, in "
    .. "Australia and New Zealand from July to June. Where a source does not say which of the two it means, the number "
    .. "is flagged.",
    find = "fiscal year FY financial 2020/21 october september" },
  { "money", "Money", "Amounts stand in the currency of their source; none is converted, and no two currencies are "
    .. "added. An amount that was announced, granted or pledged is not money that was paid.",
    find = "currency currencies dollars pounds euros exchange converted inflation budget" },
  { "missing", "What is missing", "Sources were not drawn at random, and no country, agency or year is complete: the "
    .. "first were a given collection of pages, the later ones were searched for among official releases, yearly "
    .. "reports and news. That something is missing here does not mean that nobody published it. Not collected are, "
    .. "among others, reports by provider, sentences and their length, budgets of agencies, and surveys of how many "
    .. "children are harmed. Several sources that retell one release are one voice; the page of "
    .. "each says what it retells.",
    find = "gaps coverage complete completeness providers companies facebook meta google prison sentence length staff "
      .. "survey budget not found absent" },
  { "competing", "Competing statements", "Where sources give different numbers for one thing, the newest is taken "
    .. "unless the curator ranked them; the others stay among the statements. What contradicts itself is listed with "
    .. "the curator's judgement.", find = "conflict contradiction discrepancy which number is right rank preferred" },
}

--- The parts as the index names them: {path, title, what they are found by}.
function method.entries()
  local list = {}
  for i, part in ipairs(PARTS) do list[i] = { "method.html#" .. part[1], part[2], part.find } end
  list[#list + 1] = { "method.html#flags", "What the words beside a number mean",
    "flag flags partial doubtful contested contradicted computed lower bound overlap provisional estimate footnote" }
  list[#list + 1] = { "method.html#cite", "Version, licence, citation",
    "cite citing citation reference quote licence license cc0 copyright reuse version date doi author" }
  return list
end

local function heading(doc, anchor, text)
  doc:heading(1, text).anchor = anchor
end

-- Which part is to be read before the numbers of an indicator, by the beginning of its id.
local READ_FIRST = { { "^hosting_share", "hosting" }, { "^reports_", "reports" }, { "^victims_", "victims" },
  { "^missing_children", "sweeps" }, { "^funding", "money" } }

--- The part to be read before an indicator's numbers, {title, address}; or nil.
function method.before(indicator)
  for _, pair in ipairs(READ_FIRST) do
    for _, part in ipairs(indicator:find(pair[1]) and PARTS or {}) do
      if part[1] == pair[2] then return { part[2], "method.html#" .. part[1] } end
    end
  end
  return nil
end

--- The page.
function method.build(ops, about)
  local doc = builder.new(ops)
  for _, part in ipairs(PARTS) do
    heading(doc, part[1], part[2])
    doc:text(part[3])
  end
  bounds_in_words.add(doc)
  heading(doc, "flags", "What the words beside a number mean")
  doc:add { kind = "facts", items = FLAGS }
  heading(doc, "cite", "Version, licence, citation")
  doc:add { kind = "facts", items = { { "Version of the data", about.version },
    { "Newest source", about.newest }, { "Statements", #ops:figures {} }, { "Sources", #ops.sources },
    { "Licence of the data", about.licence } } }
  doc:text(("How to cite the whole: blotter, \"%s\", version %s, sources up to %s."):format(about.title, about.version,
    about.newest))
  doc:text("How to cite a number: its source first, since the number is the source's; then, if at all, the title of "
    .. "the page here, the version, and the day on which you read it. The mark # behind a statement is its address, "
    .. "which stays. A computed number is this site's and no source's: cite it as computed, with what it is made of.")
  doc:text("This site has no date of its own, and when a source was read was not kept. Where a source has no address, "
    .. "none was collected; a title in square brackets is the curator's description of a text whose own title was not "
    .. "collected.")
  return doc:document "What this is, and how its numbers are made"
end

return method

--- What stands around each page of the site: the way back, the data beside it, the footer; and the index with its
-- search, whose few lines of script only hide what does not match.

local escape = require "blotter.publish.formats.escape"
local groups = require "blotter.publish.reports.subject_groups"
local html = require "blotter.publish.formats.html"
local pages = require "blotter.publish.site.pages"

local shell = {}

local HEADINGS = { subject = "Subjects", indicator = "What is counted", area = "Areas", source = "Sources" }

local SEARCH = [[
const plain = (text) => " " + text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "")
  .replace(/[^\p{L}\p{N}]+/gu, " ");
const field = document.getElementById("find"), none = document.getElementById("none");
const items = [...document.querySelectorAll("li[data-find]")].map((item) =>
  [item, plain(item.textContent + " " + item.dataset.find)]);
document.getElementById("search").hidden = false;
const search = () => {
  const words = plain(field.value).split(" ").filter(Boolean);
  let found = 0;
  for (const [item, text] of items) {
    item.hidden = !words.every((word) => text.includes(" " + word));
    found += item.hidden ? 0 : 1;
  }
  for (const part of document.querySelectorAll("section"))
    part.hidden = ![...part.querySelectorAll("li[data-find]")].some((item) => !item.hidden);
  for (const part of document.querySelectorAll("details")) part.open = words.length > 0;
  for (const part of document.querySelectorAll(".contents")) part.hidden = words.length > 0;
  none.textContent = words.length === 0 ? "" : found === 0 ? "Nothing found: no subject, area, indicator, source or "
    + "report has words that begin so." : found === 1 ? "1 found" : found + " found";
};
field.addEventListener("input", search);
if (field.value) search();
]]

-- Makes buttons of the titles of tables, which sort the rows, and puts a field above long tables that hides rows.
local TABLES = [[
const sorted = new Intl.Collator("en", { numeric: true });
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const day = (text) => {
  const parts = text.match(/^(?:(?:(\d{1,2}) )?([A-Z][a-z][a-z]) )?(\d{4})$/);
  if (!parts || parts[2] && !months.includes(parts[2])) return text;
  return Number(parts[3]) * 10000 + (months.indexOf(parts[2]) + 1) * 100 + Number(parts[1] || 0);
};
const key = (row, at) => {
  const cell = row.cells[at].cloneNode(true);
  for (const part of cell.querySelectorAll("sup, .meta")) part.remove();
  const text = cell.textContent.trim(), number = row.cells[at].className === "number" && text.match(/-?[\d,]+(\.\d+)?/);
  return number ? Number(number[0].replace(/,/g, "")) : day(text);
};
// What has no number stands behind all that have one, whichever way they are sorted.
const order = (a, b, sign) => typeof a !== typeof b ? (typeof a === "number" ? -1 : 1)
  : sign * (typeof a === "number" ? a - b : sorted.compare(a, b));
document.querySelectorAll("table").forEach((table) => {
  const body = table.tBodies[0], heads = [...table.tHead.rows[0].cells];
  if (body.rows.length < 3) return;
  heads.forEach((head, at) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const rows = [...body.rows].map((row) => [key(row, at), row]);
      rows.sort((a, b) => order(a[0], b[0], down ? -1 : 1));
      body.append(...rows.map((pair) => pair[1]));
    });
  });
  if (body.rows.length < 20) return;
  const label = document.createElement("label"), field = document.createElement("input");
  field.type = "search";
  label.className = "filter";
  label.append("Rows with ", field);
  table.parentNode.before(label);
  field.addEventListener("input", () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const row of body.rows)
      row.hidden = !words.every((word) => row.textContent.toLowerCase().includes(word));
  });
});
]]

local function footer(about, root)
  return ('<footer><p>%s, version %s, sources up to %s. <a href="%smethod.html">What this is, and how its numbers are '
    .. 'made; how to cite</a>. Licence of the data: %s. <a href="%schanges.xml">Changes (Atom)</a>.</p></footer>')
    :format(escape(about.title), escape(about.version), escape(about.newest), root, escape(about.licence), root)
end

-- What every printed sheet says of where it is from, in place of the footer.
local function sheet(about)
  return ("blotter %s: %s, %s, sources up to %s"):format(about.version, about.title, about.licence, about.newest)
end

local function head(root)
  return ('<link rel="alternate" type="application/atom+xml" title="Changes" href="%schanges.xml">'):format(root)
end

local function navigation(root, json)
  local parts = { ('<a href="%sindex.html">Index</a>'):format(root) }
  for i, item in ipairs(pages.reports) do
    parts[#parts + 1] = ('<a href="%s%s.html">%s</a>'):format(root, item[1], escape(item[2]))
    if i == 1 then
      parts[#parts + 1] = ('<a href="%s%s.html">%s</a>'):format(root, pages.by_date[1], escape(pages.by_date[2]))
    end
  end
  parts[#parts + 1] = ('<a href="%smethod.html">Method</a>'):format(root)
  if json then parts[#parts + 1] = ('<a href="%s.json">This page as JSON</a>'):format(escape(json)) end
  return '<nav class="site" aria-label="Site">' .. table.concat(parts, "\n") .. "</nav>"
end

--- The options of the HTML format for a page: `root` leads to the index, `base` names the data beside the page.
function shell.options(about, root, base)
  return { contents = true, sheet = sheet(about), bounds = root .. "method.html#bounds", head = head(root),
    before = navigation(root, base),
    after = footer(about, root) .. "\n<script>\n" .. TABLES .. "</script>" }
end

-- What people call areas besides their names.
local CALLED = { AE = "UAE Emirates", BO = "Bolivia", CZ = "Czech Republic", GB = "UK Britain England "
  .. "Scotland Wales British", KP = "DPRK", KR = "South Korea Korean", LA = "Laos", MD = "Moldova", MK = "Macedonia",
  NL = "Holland Dutch", RU = "Russia", SY = "Syria", TR = "Turkey", TW = "Taiwan", TZ = "Tanzania",
  US = "USA America American", VE = "Venezuela", VN = "Vietnam" }

local LEAST_LETTERS = 4

-- The words of some texts that do not stand in `title`, each once, for the search.
local function other_words(title, texts)
  local seen, list = {}, {}
  for word in title:lower():gmatch "[%w\128-\255]+" do seen[word] = true end
  for _, text in ipairs(texts) do
    for word in text:lower():gmatch "[%w\128-\255]+" do
      if #word >= LEAST_LETTERS and not seen[word] and not word:find "^%d+$" then
        seen[word] = true
        list[#list + 1] = word
      end
    end
  end
  return table.concat(list, " ")
end

--- What an entry is found by besides its title: other names of an area, a definition, titles of a subject's sources.
local function find_words(kind, entry)
  if kind == "area" then return ("%s %s"):format(entry.id, CALLED[entry.id] or "") end
  if kind == "indicator" then return other_words(entry.title, { entry.row.definition }) end
  local texts = {}
  for i, figure in ipairs(kind == "subject" and entry.figures or {}) do texts[i] = figure.source_row.title or "" end
  return other_words(entry.title, texts)
end

local function put_list(out, kind, entries)
  out[#out + 1] = '<ul class="index">'
  for _, entry in ipairs(entries) do
    local count = #entry.figures == 1 and "1 statement" or #entry.figures .. " statements"
    out[#out + 1] = ('<li data-find="%s"><a href="%s.html">%s</a>%s</li>'):format(escape(find_words(kind, entry)),
      pages.path(kind, entry.id), escape(entry.title),
      #entry.figures > 0 and (' <span class="note">%s</span>'):format(count) or "")
  end
  out[#out + 1] = "</ul>"
end

-- A long list that opens when somebody asks for it or searches.
local function put_folded(out, kind, entries, summary)
  out[#out + 1] = "<details><summary>" .. summary .. "</summary>"
  put_list(out, kind, entries)
  out[#out + 1] = "</details>"
end

-- The subjects by what they are, those without a figure at the end.
local function put_subjects(out, entries)
  local without = {}
  for _, group in ipairs(groups.list) do
    local list = {}
    for _, entry in ipairs(entries) do
      if group.types[entry.row.type] then
        local into = #entry.figures > 0 and list or without
        into[#into + 1] = entry
      end
    end
    out[#out + 1] = "<section><h3>" .. group.title .. "</h3>"
    put_list(out, "subject", list)
    out[#out + 1] = "</section>"
  end
  table.sort(without, function(a, b) return a.title:lower() < b.title:lower() end)
  out[#out + 1] = "<section><h3>Named without a figure of their own</h3>"
  put_folded(out, "subject", without, ("%d that sources name"):format(#without))
  out[#out + 1] = "</section>"
end

local function put_section(out, ops, kind)
  out[#out + 1] = ('<section aria-labelledby="%s"><h2 id="%s">%s</h2>'):format(kind, kind, HEADINGS[kind])
  local entries = pages.list(ops, kind)
  if kind == "subject" then put_subjects(out, entries)
  elseif kind == "source" then
    out[#out + 1] = "<p>A title in square brackets is the curator's description of a text whose own title was not "
      .. "collected; without a number of statements behind it, no figure was taken from it.</p>"
    put_folded(out, kind, entries, ("All %d, by publisher"):format(#entries))
  else put_list(out, kind, entries)
  end
  out[#out + 1] = "</section>"
end

--- The index as a page.
function shell.index(ops, about, agencies)
  local out = {
    "<p>What agencies, international organisations and the press have published in numbers, each number in its "
      .. "source's words, with its period and its source. It is no count of children, of offenders or of offences: "
      .. '<a href="method.html">what this is, and how its numbers are made</a>.</p>',
    '<p id="search" hidden><label for="find">Search subjects, areas, indicators and sources</label><br>'
      .. '<input id="find" type="search" autocomplete="off"></p><p id="none" role="status"></p>',
    '<section><h2>Reports</h2><ul class="lead">',
  }
  local listed = { pages.reports[1], pages.by_date }
  table.move(pages.reports, 2, #pages.reports, 3, listed)
  table.move(agencies, 1, #agencies, #listed + 1, listed)
  for _, item in ipairs(listed) do
    out[#out + 1] = ('<li data-find=""><a href="%s.html">%s</a>: %s</li>'):format(escape(item[1]), escape(item[2]),
      escape(item[3]))
  end
  out[#out + 1] = '<li data-find=""><a href="method.html">Method</a>: what this is not, how a total is made, how to '
    .. 'cite</li><li data-find="">All data: <a href="data/datapackage.json">a Data Package</a> of CSV tables with '
    .. '<a href="data/README.md">its codebook</a>, of which <a href="data/figures.csv">figures.csv</a> has every '
    .. 'statement</li>'
  out[#out + 1] = '</ul></section><nav class="contents" aria-label="Contents"><ul>'
  for _, kind in ipairs(pages.kinds) do
    out[#out + 1] = ('<li><a href="#%s">%s</a></li>'):format(kind, HEADINGS[kind])
  end
  out[#out + 1] = "</ul></nav>"
  for _, kind in ipairs(pages.kinds) do put_section(out, ops, kind) end
  return html.page(about.title, table.concat(out, "\n"), { head = head "", before = navigation(""),
    sheet = sheet(about), after = footer(about, "") .. "\n<script>\n" .. SEARCH .. "</script>" })
end

return shell

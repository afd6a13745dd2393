--- What stands around each page of the site: the way back, the data beside it, the footer; and the index with its
-- search, whose few lines of script only hide what does not match.

local directory = require "blotter.publish.site.directory"
local escape = require "blotter.publish.formats.escape"
local groups = require "blotter.publish.reports.subject_groups"
local html = require "blotter.publish.formats.html"
local method = require "blotter.publish.site.method"
local pages = require "blotter.publish.site.pages"
local search_script = require "blotter.publish.site.search_script"
local sought = require "blotter.publish.site.sought"

local shell = {}

local HEADINGS = { subject = "Subjects", indicator = "What is counted", area = "Areas", source = "Sources",
  reports = "Reports", lists = "Lists", about = "About these numbers" }

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
    .. 'made; how to cite</a>. Licence of the data: %s. <a href="%schanges.html">Changes</a> '
    .. '(<a href="%schanges.xml">Atom</a>).</p></footer>')
    :format(escape(about.title), escape(about.version), escape(about.newest), root, escape(about.licence), root, root)
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
  parts[#parts + 1] = ('<a href="%sa-to-z.html">A to Z</a>'):format(root)
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

-- How far behind others a kind stands among what a search finds.
local BEHIND = { indicator = 2, area = 2, subject = 2, source = 9 }

-- The same of an entry: what has many figures stands before what has few, and a part of a country behind it.
local function place_of(kind, entry)
  local is_part = kind == "area" and entry.row.type == "subdivision"
  return BEHIND[kind] + (is_part and 1 or 0) - math.min(2, math.log(#entry.figures + 1, 10))
end

local function put_list(out, ops, kind, entries)
  out[#out + 1] = '<ul class="index">'
  for _, entry in ipairs(entries) do
    local count = #entry.figures == 1 and "1 statement" or #entry.figures .. " statements"
    out[#out + 1] = ('<li data-at="%.1f" data-find="%s"><a href="%s.html">%s</a>%s</li>'):format(
      place_of(kind, entry), escape(sought.words(ops, kind, entry)),
      pages.path(kind, entry.id), escape(entry.title),
      #entry.figures > 0 and (' <span class="note">%s</span>'):format(count) or "")
  end
  out[#out + 1] = "</ul>"
end

-- A long list that opens when somebody asks for it or searches.
local function put_folded(out, ops, kind, entries, summary)
  out[#out + 1] = "<details><summary>" .. summary .. "</summary>"
  put_list(out, ops, kind, entries)
  out[#out + 1] = "</details>"
end

-- The subjects by what they are, those without a figure at the end.
local function put_subjects(out, ops, entries)
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
    put_list(out, ops, "subject", list)
    out[#out + 1] = "</section>"
  end
  table.sort(without, function(a, b) return a.title:lower() < b.title:lower() end)
  out[#out + 1] = "<section><h3>Named without a figure of their own</h3>"
  put_folded(out, ops, "subject", without, ("%d that sources name"):format(#without))
  out[#out + 1] = "</section>"
end

local function put_section(out, ops, kind)
  out[#out + 1] = ('<section aria-labelledby="%s"><h2 id="%s">%s</h2>'):format(kind, kind, HEADINGS[kind])
  local entries = pages.list(ops, kind)
  if kind == "subject" then put_subjects(out, ops, entries)
  elseif kind == "source" then
    out[#out + 1] = "<p>A title in square brackets is the curator's description of a text whose own title was not "
      .. "collected; without a number of statements behind it, no figure was taken from it.</p>"
    put_folded(out, ops, kind, entries, ("All %d, by publisher"):format(#entries))
  else put_list(out, ops, kind, entries)
  end
  out[#out + 1] = "</section>"
end

-- A page that the index names, with what it says of it.
local function put_page(out, path, title, says, find)
  out[#out + 1] = ('<li data-at="-4" data-find="%s"><a href="%s">%s</a>%s</li>'):format(
    escape(sought.words_of_page(title, says or "", find)), escape(path), escape(title),
    says and ": " .. escape(says) or "")
end

local function put_reports(out, ops, agencies)
  out[#out + 1] = '<section><h2 id="reports">Reports</h2><ul class="lead">'
  local listed = { pages.reports[1], pages.by_date }
  table.move(pages.reports, 2, #pages.reports, 3, listed)
  for _, item in ipairs(listed) do put_page(out, item[1] .. ".html", item[2], item[3], item.find) end
  for _, item in ipairs(agencies) do
    put_page(out, item[1] .. ".html", item[2], item[3], "agency " .. sought.words(ops, "subject",
      { title = item[2], row = item.subject, figures = {} }))
  end
  out[#out + 1] = "</ul></section>"
end

-- The pages on the site itself: what is counted, the parts of the method, changes, the data.
local function put_about(out)
  out[#out + 1] = '<section><h2 id="about">About these numbers</h2><ul class="index">'
  put_page(out, "glossary.html", "What is counted, and how it is defined", nil,
    "glossary definitions definition meaning terms indicators vocabulary")
  put_page(out, "changes.html", "Changes, corrections and revisions",
    "numbers that their publishers changed, and what was corrected here",
    "changed revised revision errata updates latest new release versions history")
  for _, entry in ipairs(method.entries()) do put_page(out, entry[1], entry[2], nil, entry[3]) end
  put_page(out, "data/figures.csv", "All statements as one CSV table", nil, "download data excel spreadsheet raw")
  put_page(out, "data/datapackage.json", "All data as a Data Package", nil, "download json api machine readable schema")
  put_page(out, "data/README.md", "The codebook of the data", nil, "columns fields documentation readme")
  out[#out + 1] = "</ul></section>"
end

local function put_lists(out)
  out[#out + 1] = '<section><h2 id="lists">Lists</h2><ul class="lead">'
  for _, item in ipairs(directory.list) do
    put_page(out, item[1] .. ".html", item[2], item[3], "list index browse")
  end
  out[#out + 1] = "</ul></section>"
end

local SEARCH = '<p id="search" hidden><label for="find">Search: an operation, agency, country, year, what is counted'
  .. '</label><br><input id="find" type="search" autocomplete="off"></p><p id="none" role="status"></p>'
  .. '<p id="advice" hidden>Try fewer or other words: a country (<i>Japan</i>), an agency or its letters (<i>FBI</i>), '
  .. 'an operation, what is counted (<i>arrests</i>, <i>reports</i>), a year. Or look <a href="a-to-z.html">from A to '
  .. 'Z</a>, <a href="by-kind.html">by kind</a>, <a href="by-area.html">by country</a>, <a href="by-agency.html">by '
  .. 'leading agency</a>, <a href="operations.html">by date</a>, or among <a href="glossary.html">what is counted</a>. '
  .. 'What is not here may have been published all the same: <a href="method.html#missing">what is missing</a>.</p>'
  .. '<section id="best" hidden><h2>Best matches</h2><ol></ol></section>'

--- The index as a page.
function shell.index(ops, about, agencies)
  local out = {
    "<p>What agencies, international organisations and the press have published in numbers, each number in its "
      .. "source's words, with its period and its source. It is no count of children, of offenders or of offences: "
      .. '<a href="method.html">what this is, and how its numbers are made</a>.</p>', SEARCH }
  out[#out + 1] = '<nav class="contents" aria-label="Contents"><ul>'
  for _, part in ipairs { "reports", "lists", "about", table.unpack(pages.kinds) } do
    out[#out + 1] = ('<li><a href="#%s">%s</a></li>'):format(part, HEADINGS[part])
  end
  out[#out + 1] = "</ul></nav>"
  put_reports(out, ops, agencies)
  put_lists(out)
  put_about(out)
  for _, kind in ipairs(pages.kinds) do put_section(out, ops, kind) end
  return html.page(about.title, table.concat(out, "\n"), { head = head "", before = navigation(""),
    sheet = sheet(about), after = footer(about, "") .. "\n<script>\n" .. search_script .. "</script>" })
end

--- A list of the site as a page; it needs no script.
function shell.list(ops, about, item)
  return html.page(item[2], directory.body(item, pages, ops), { head = head "", before = navigation(""),
    sheet = sheet(about), after = footer(about, "") })
end

return shell

--- What stands around each page of the site: the way back, the data beside it, the footer; and the index with its
-- search, whose few lines of script only hide what does not match.

local escape = require "blotter.publish.formats.escape"
local html = require "blotter.publish.formats.html"
local pages = require "blotter.publish.site.pages"

local shell = {}

local HEADINGS = { subject = "Subjects", indicator = "What is counted", area = "Areas", source = "Sources" }

local SEARCH = [[
const field = document.getElementById("find"), items = document.querySelectorAll("li[data-find]");
document.getElementById("search").hidden = false;
field.addEventListener("input", () => {
  const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const item of items) item.hidden = !words.every((word) => item.textContent.toLowerCase().includes(word));
  for (const part of document.querySelectorAll("section"))
    part.hidden = ![...part.querySelectorAll("li[data-find]")].some((item) => !item.hidden);
});
]]

-- Makes buttons of the titles of tables, which sort the rows, and puts a field above long tables that hides rows.
local TABLES = [[
const sorted = new Intl.Collator("en", { numeric: true });
const key = (row, at) => {
  const cell = row.cells[at].cloneNode(true);
  for (const part of cell.querySelectorAll("sup, .meta")) part.remove();
  const text = cell.textContent.trim(), number = row.cells[at].className === "number" && text.match(/-?[\d,]+(\.\d+)?/);
  return number ? Number(number[0].replace(/,/g, "")) : text;
};
const order = (a, b) => typeof a === "number" && typeof b === "number" ? a - b
  : typeof a === typeof b ? sorted.compare(a, b) : typeof a === "number" ? -1 : 1;
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
      rows.sort((a, b) => (down ? -1 : 1) * order(a[0], b[0]));
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

local function head(root)
  return ('<link rel="alternate" type="application/atom+xml" title="Changes" href="%schanges.xml">'):format(root)
end

local function navigation(root, json)
  local parts = { ('<a href="%sindex.html">Index</a>'):format(root) }
  for _, item in ipairs(pages.reports) do
    parts[#parts + 1] = ('<a href="%s%s.html">%s</a>'):format(root, item[1], escape(item[2]))
  end
  parts[#parts + 1] = ('<a href="%smethod.html">Method</a>'):format(root)
  if json then parts[#parts + 1] = ('<a href="%s.json">This page as JSON</a>'):format(escape(json)) end
  return '<nav class="site" aria-label="Site">' .. table.concat(parts, "\n") .. "</nav>"
end

--- The options of the HTML format for a page: `root` leads to the index, `base` names the data beside the page.
function shell.options(about, root, base)
  return { contents = true, head = head(root), before = navigation(root, base),
    after = footer(about, root) .. "\n<script>\n" .. TABLES .. "</script>" }
end

local function put_list(out, kind, entries)
  out[#out + 1] = '<ul class="index">'
  for _, entry in ipairs(entries) do
    local count = #entry.figures == 1 and "1 statement" or #entry.figures .. " statements"
    out[#out + 1] = ('<li data-find><a href="%s.html">%s</a>%s</li>'):format(pages.path(kind, entry.id),
      escape(entry.title), #entry.figures > 0 and (' <span class="note">%s</span>'):format(count) or "")
  end
  out[#out + 1] = "</ul>"
end

-- The parts of the list of subjects: by what they are, those without a figure at the end.
local GROUPS = {
  { title = "Operations", types = { operation = true } },
  { title = "Programmes, projects, funds and task forces",
    types = { programme = true, project = true, task_force = true, fund = true, measure = true } },
  { title = "Agencies, jurisdictions and statistics",
    types = { agency = true, jurisdiction = true, statistic = true } },
  { title = "Databases, hotlines, notices and platforms",
    types = { database = true, hotline = true, notice_system = true, platform = true } },
}

local function put_subjects(out, entries)
  local without = {}
  for _, group in ipairs(GROUPS) do
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
  out[#out + 1] = "<section><h3>Named without a figure of their own</h3>"
  table.sort(without, function(a, b) return a.title:lower() < b.title:lower() end)
  put_list(out, "subject", without)
  out[#out + 1] = "</section>"
end

local function put_section(out, ops, kind)
  out[#out + 1] = ('<section aria-labelledby="%s"><h2 id="%s">%s</h2>'):format(kind, kind, HEADINGS[kind])
  if kind == "subject" then put_subjects(out, pages.list(ops, kind)) else put_list(out, kind, pages.list(ops, kind)) end
  out[#out + 1] = "</section>"
end

--- The index as a page.
function shell.index(ops, about, agencies)
  local out = {
    "<p>What agencies, international organisations and the press have published in numbers, each number in its "
      .. "source's words, with its period and its source. It is no count of children, of offenders or of offences: "
      .. '<a href="method.html">what this is, and how its numbers are made</a>.</p>',
    '<p id="search" hidden><label for="find">Search subjects, areas, indicators and sources</label><br>'
      .. '<input id="find" type="search" autocomplete="off"></p>',
    '<h2>Reports</h2><ul class="lead">',
  }
  for _, item in ipairs(pages.reports) do
    out[#out + 1] = ('<li><a href="%s.html">%s</a>: %s</li>'):format(item[1], escape(item[2]), escape(item[3]))
  end
  for _, item in ipairs(agencies) do
    out[#out + 1] = ('<li><a href="%s.html">%s</a>: %s</li>'):format(escape(item[1]), escape(item[2]), escape(item[3]))
  end
  out[#out + 1] = '<li><a href="method.html">Method</a>: what this is not, how a total is made, how to cite</li>'
  out[#out + 1] = '<li>All data: <a href="data/datapackage.json">a Data Package</a> of CSV tables, of which '
    .. '<a href="data/figures.csv">figures.csv</a> has every statement</li>'
  out[#out + 1] = '</ul><nav class="contents" aria-label="Contents"><ul>'
  for _, kind in ipairs(pages.kinds) do
    out[#out + 1] = ('<li><a href="#%s">%s</a></li>'):format(kind, HEADINGS[kind])
  end
  out[#out + 1] = "</ul></nav>"
  for _, kind in ipairs(pages.kinds) do put_section(out, ops, kind) end
  return html.page(about.title, table.concat(out, "\n"), { head = head "", before = navigation(""),
    after = footer(about, "") .. "\n<script>\n" .. SEARCH .. "</script>" })
end

return shell

--- What stands around each page of the site: the way back, the data beside it, the footer; and the index with its
-- search, whose few lines of script only hide what does not match.

local escape = require "blotter.publish.formats.escape"
local html = require "blotter.publish.formats.html"
local pages = require "blotter.publish.site.pages"

local shell = {}

local HEADINGS = { subject = "Subjects", indicator = "What is counted", area = "Areas", source = "Sources" }

local SCRIPT = [[
const field = document.getElementById("find"), items = document.querySelectorAll("li[data-find]");
document.getElementById("search").hidden = false;
field.addEventListener("input", () => {
  const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const item of items) item.hidden = !words.every((word) => item.textContent.toLowerCase().includes(word));
  for (const part of document.querySelectorAll("section"))
    part.hidden = ![...part.querySelectorAll("li[data-find]")].some((item) => !item.hidden);
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

--- The options of the HTML format for a page: `root` leads to the index, `base` names the data beside the page.
function shell.options(about, root, base)
  return { contents = true, head = head(root), after = footer(about, root),
    before = ('<nav aria-label="Site"><a href="%sindex.html">Index</a> · <a href="%soverview.html">Overview</a> · '
      .. '<a href="%smethod.html">Method</a> · Data of this page: <a href="%s.json">JSON</a>'
      .. "</nav>"):format(root, root, root, escape(base)) }
end

local function put_section(out, ops, kind)
  out[#out + 1] = ('<section aria-labelledby="%s"><h2 id="%s">%s</h2>\n<ul class="index">'):format(kind, kind,
    HEADINGS[kind])
  for _, entry in ipairs(pages.list(ops, kind)) do
    local count = #entry.figures == 1 and "1 statement" or #entry.figures .. " statements"
    if #entry.figures == 0 then count = "no figures" end
    out[#out + 1] = ('<li data-find><a href="%s.html">%s</a> <span class="note">%s</span></li>'):format(
      pages.path(kind, entry.id), escape(entry.title), count)
  end
  out[#out + 1] = "</ul></section>"
end

--- The index as a page.
function shell.index(ops, about)
  local out = {
    "<p>What agencies, international organisations and the press have published in numbers, each number in its "
      .. "source's words"
      .. ', with its period and its source. It is no count of children, of offenders or of offences: '
      .. '<a href="method.html">what this is, and how its numbers are made</a>. '
      .. '<a href="overview.html">The overview</a> has the main numbers and what contradicts itself.</p>',
    '<p id="search" hidden><label for="find">Search</label> <input id="find" type="search"></p>',
    '<nav aria-label="Contents"><ul>',
  }
  for _, kind in ipairs(pages.kinds) do
    out[#out + 1] = ('<li><a href="#%s">%s</a></li>'):format(kind, HEADINGS[kind])
  end
  out[#out + 1] = "</ul></nav>"
  for _, kind in ipairs(pages.kinds) do put_section(out, ops, kind) end
  return html.page(about.title, table.concat(out, "\n"), { head = head "",
    after = footer(about, "") .. "\n<script>\n" .. SCRIPT .. "</script>" })
end

return shell

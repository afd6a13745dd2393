--- A static site of the whole dataset: an index with search, a page for each subject, area, indicator and source, all
-- linked, the overview, the method, each table's data as CSV and JSON beside its page, and a feed of changes. Nothing
-- in it asks for anything from elsewhere, and it works without scripts.
--
--   site.write(ops, "build/report")      the number of pages, or nil and a message

local cjson = require "cjson"

local cell = require "blotter.publish.formats.cell"
local changes = require "blotter.publish.site.changes"
local csv = require "blotter.publish.formats.csv"
local directory = require "blotter.publish.site.directory"
local document = require "blotter.publish.document"
local feed = require "blotter.publish.site.feed"
local flat = require "blotter.publish.flat"
local formats = require "blotter.publish.formats"
local glossary = require "blotter.publish.site.glossary"
local method = require "blotter.publish.site.method"
local shell = require "blotter.publish.site.shell"
local output = require "blotter.publish.output"
local pages = require "blotter.publish.site.pages"
local reports = require "blotter.publish.reports"
local titles = require "blotter.publish.titles"

local site = {}

local function quoted(path)
  return "'" .. path:gsub("'", "'\\''") .. "'"
end

local function make_folders(path, names)
  local folders = { quoted(path) }
  for _, name in ipairs(names) do
    folders[#folders + 1] = quoted(path .. "/" .. name)
  end
  if os.execute("mkdir -p -- " .. table.concat(folders, " ") .. " 2>/dev/null") then return true end
  return nil, path .. ": cannot make the folder"
end

local function write(path, text)
  local file, message = io.open(path, "wb")
  if not file then return nil, message end
  local ok
  ok, message = file:write(text)
  local closed, problem = file:close()
  if not ok or not closed then return nil, path .. ": " .. (message or problem) end
  return true
end

--- What the package says of itself: version, title and licence.
local function about(ops)
  local file = io.open(ops.directory .. "/datapackage.json", "rb")
  local package = file and cjson.decode(file:read "a") or {}
  if file then file:close() end
  local licence = package.licenses and package.licenses[1] or {}
  local newest = 0
  for _, source in ipairs(ops.sources) do newest = math.max(newest, source.published or 0) end
  return { title = titles.seen(package.title) or "blotter", version = package.version or "",
    licence = licence.title or "", newest = newest > 0 and cell.date(os.date("!%Y-%m-%d", newest * 86400)) or "" }
end

--- Writes a page with its CSV and JSON; `name` is a path in the site without an ending. Returns true, or nil and a
-- message.
local function put(state, name, doc)
  local base = name:match "([^/]+)$"
  doc = document.check(doc)
  local options = shell.options(state.about, name:find "/" and "../" or "", base)
  options.data = function(number) return ("%s-%d.csv"):format(base, number) end
  for _, format in ipairs { "html", "json" } do
    local text = formats.get(format).render(doc, options)
    local ok, message = write(("%s/%s.%s"):format(state.directory, name, format), text)
    if not ok then return nil, message end
  end
  for number, made in ipairs(flat.tables(doc)) do
    if made.is_data then
      local ok, message = write(("%s/%s-%d.csv"):format(state.directory, name, number), csv.text(made))
      if not ok then return nil, message end
    end
  end
  state.count = state.count + 1
  return true
end

--- The package itself, for who wants all rows.
local function copy_data(ops, to)
  local ok, message = make_folders(to, { "data" })
  if not ok then return nil, message end
  local description = output.read(ops.directory .. "/datapackage.json")
  local names = { "datapackage.json", "README.md" }
  for _, resource in ipairs(description and cjson.decode(description).resources or {}) do
    local path = resource.path
    if type(path) == "string" and path:find "^[%w_%-]+%.csv$" then names[#names + 1] = path end
  end
  for _, name in ipairs(names) do
    local text
    text, message = output.read(ops.directory .. "/" .. name)
    if text then ok, message = write(to .. "/data/" .. name, text) end
    if not ok or not text and name ~= "README.md" then return nil, message end
  end
  return true
end

local function put_all(state, ops, kind)
  for _, entry in ipairs(pages.list(ops, kind)) do
    local ok, message = put(state, pages.path(kind, entry.id), pages.build(ops, kind, entry))
    if not ok then return nil, message end
  end
  return true
end

-- The pages that are no report: on the site itself, and what it counts.
local function own_pages(ops, about_site)
  return { { "method", method.build(ops, about_site) }, { "changes", changes.build(ops, about_site) },
    { "glossary", glossary.build(ops, pages.list(ops, "indicator")) } }
end

--- Writes the site into a folder, which is made when it is not there.
function site.write(ops, path)
  local ok, message = make_folders(path, pages.kinds)
  if not ok then return nil, message end
  local state = { directory = path, about = about(ops), count = 0 }
  for _, kind in ipairs(pages.kinds) do
    ok, message = put_all(state, ops, kind)
    if not ok then return nil, message end
  end
  for _, item in ipairs(pages.reports) do
    local doc = assert(reports.build(item.report or item[1], ops, item.params or {}))
    if ok then ok, message = put(state, item[1], pages.link(doc, ops, "")) end
  end
  if ok then ok, message = put(state, pages.by_date[1], pages.link(pages.operations(ops), ops, "")) end
  local agencies = pages.agencies(ops)
  for _, item in ipairs(agencies) do
    if ok then ok, message = put(state, item[1], pages.link(item.document, ops, "")) end
  end
  if ok then ok, message = copy_data(ops, path) end
  for _, item in ipairs(own_pages(ops, state.about)) do
    if ok then ok, message = put(state, item[1], pages.link(item[2], ops, "")) end
  end
  for _, item in ipairs(directory.list) do
    if ok then ok, message = write(("%s/%s.html"):format(path, item[1]), shell.list(ops, state.about, item)) end
    state.count = state.count + 1
  end
  if ok then ok, message = write(path .. "/index.html", shell.index(ops, state.about, agencies)) end
  if ok then ok, message = write(path .. "/changes.xml", feed.render(ops, state.about)) end
  if not ok then return nil, message end
  return state.count + 1
end

return site

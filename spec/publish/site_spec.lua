-- The site of the real package: its pages are all there, lead to each other, and ask for nothing from elsewhere.

local changes = require "blotter.publish.site.feed"
local cjson = require "cjson"
local operations = require "blotter.ops"
local site = require "blotter.publish.site"

local function read(path)
  local file = io.open(path, "rb")
  if not file then return nil end
  local text = file:read "a"
  file:close()
  return text
end

describe("the site", function()
  local directory, ops, count, names

  setup(function()
    directory = os.tmpname()
    os.remove(directory)
    ops = assert(operations.open "data")
    count = assert(site.write(ops, directory))
    names = {}
    local found = io.popen("cd '" .. directory .. "' && find . -name '*.html'")
    for name in found:lines() do names[#names + 1] = name:sub(3) end
    found:close()
  end)

  teardown(function() os.execute("rm -r '" .. directory .. "'") end)

  it("has a page for each subject and source, and its data beside it", function()
    assert.equal(count, #names)
    for _, subject in ipairs(ops.subjects) do
      assert.is_truthy(read(directory .. "/subject/" .. subject.id .. ".html"), subject.id)
    end
    local data = cjson.decode(read(directory .. "/subject/operation-predator.json"))
    assert.equal("Operation Predator", data.title)
    local page = read(directory .. "/subject/operation-predator.html")
    assert.is_truthy(page:find('href="operation-predator-1.csv"', 1, true))
    assert.is_truthy(read(directory .. "/subject/operation-predator-1.csv"):find "^indicator,total,")
  end)

  -- The folder and the rest of a path, without "../".
  local function resolved(path)
    local changed
    repeat path, changed = path:gsub("[^/]+/%.%./", "", 1) until changed == 0
    return path
  end

  it("has no link that leads nowhere, no id twice and nothing from elsewhere", function()
    local ids_of, texts = {}, {}
    for _, name in ipairs(names) do
      local text, ids = read(directory .. "/" .. name), {}
      for id in text:gmatch ' id="([^"]*)"' do
        assert.is_nil(ids[id], name .. ": twice " .. id)
        ids[id] = true
      end
      ids_of[name], texts[name] = ids, text
      assert.is_nil(text:find "<[^>]* src=", name)
      assert.is_nil(text:find("@import", 1, true), name)
    end
    for _, name in ipairs(names) do
      local targets = {}
      for target in texts[name]:gmatch 'href="([^"]*)"' do targets[target] = true end
      for number in texts[name]:gmatch '<li id="(source%-%d+)"' do
        assert.is_true(targets["#" .. number], name .. ": nothing leads to " .. number)
      end
      for target in pairs(targets) do
        if not target:find "^https?:" then
          local path, id = target:match "^([^#]*)#?(.*)$"
          local page = path == "" and name or resolved((name:match "^(.*/)" or "") .. path)
          assert.is_truthy(ids_of[page] or read(directory .. "/" .. page), name .. ": " .. target)
          if id ~= "" then assert.is_true(ids_of[page][id], name .. ": " .. target) end
        end
      end
    end
  end)

  it("leads from facts and findings to subjects, and from an agency by year to its subjects and back", function()
    local page = read(directory .. "/subject/operation-predator.html")
    assert.is_truthy(page:find('<dt>Led by</dt><dd><a href="../subject/hsi.html">', 1, true))
    assert.is_truthy(read(directory .. "/discrepancies.html"):find '<li><a href="subject/[^"]+">[^<]+</a>[,:]')
    local back = page:match '<dt>By year</dt><dd><a href="../(agency%-[%w-]+.html)">'
    assert.is_truthy(read(directory .. "/" .. back):find('href="subject/hsi.html"', 1, true))
  end)

  it("lists operations by date, and says of each number in which line of its source it stands", function()
    local page = read(directory .. "/operations.html")
    local newest, oldest = page:find("Operation Vibora", 1, true), page:find("Operation Cathedral", 1, true)
    assert.is_true(newest < oldest)
    local data = cjson.decode(read(directory .. "/source/ncmec-2024-ojjdp.json"))
    local columns = data.blocks[3].columns
    assert.equal("line", columns[#columns].name)
    assert.is_truthy(data.blocks[3].rows[1][#columns]:find "^%d+$")
  end)

  it("is searched by what people call things", function()
    local index = read(directory .. "/index.html")
    assert.is_truthy(index:find 'data%-find="[^"]*kidflix[^"]*"><a href="subject/operation%-stream.html"')
    assert.is_truthy(index:find 'data%-find="[^"]*south[^"]*"><a href="area/KR.html"')
    assert.is_truthy(read(directory .. "/data/README.md"):find("codebook", 1, true))
  end)

  it("names publishers in its notes, not the ids of sources", function()
    for _, name in ipairs(names) do
      local page = name:find "^subject/" and read(directory .. "/" .. name) or ""
      for note in page:gmatch "<li id=\"note.-</li>" do
        for id in note:gmatch "%w+%-%w[%w%-]*" do assert.is_nil(ops:row("sources", id), name .. ": " .. id) end
      end
    end
  end)

  it("has a feed that names each change", function()
    local feed = read(directory .. "/changes.xml")
    assert.is_truthy(feed:find("<feed xmlns=", 1, true))
    assert.equal(math.min(100, #changes.entries(ops)), select(2, feed:gsub("<entry>", "")))
    for title in feed:gmatch "<entry>.-<title>(.-)</title>" do
      for id in title:gmatch "[%w-]+%.%d+" do assert.is_nil(ops:row("figures", id), title) end
    end
  end)
end)

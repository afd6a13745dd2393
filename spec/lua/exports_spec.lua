--- What there is, the stub for language servers and the reference name the same things.
local blotter = require "blotter"
local core = require "blotter.core"
local help = require "blotter.repl.help"
local read = require "slurp"

-- Fields that are blotter's own: nobody calls them, and no page tells of them.
local PRIVATE = {
  table = "check_keys", frame = "check_shown SHOWN new texts", ops = "unknown",
  query = "aggregate aggregate_sets append cast check_text check_whole computed filtered grouped keyed of over "
    .. "put_order ready scope",
}

local function set_of(words)
  local set = {}
  for word in words:gmatch "%S+" do set[word] = true end
  return set
end

-- Verbs of databases on servers, which have a page of their own.
local OF_SERVERS = set_of "sql pull push"

--- The public names of a class.
local function names_of(class, what)
  local names, private = {}, set_of(PRIVATE[what] or "")
  for name in next, class do
    if type(name) == "string" and not name:find "^_" and not private[name] then names[name] = true end
  end
  return names
end

local function sorted(set)
  local list = {}
  for name in pairs(set) do list[#list + 1] = name end
  table.sort(list)
  return list
end

local t = blotter.table "a int64"
local query = getmetatable(t:where "a > 1").__index
local classes = {
  Table = names_of(core.table_class.__index, "table"), Db = names_of(core.db_class.__index, "db"),
  Relation = names_of(query, "query"), Ops = names_of(getmetatable(assert(blotter.operations())).__index, "ops"),
}

describe("the stub for language servers", function()
  local stub = read "lua/blotter/meta.lua"

  local function stubbed(prefix)
    local names = {}
    for name in stub:gmatch("\nfunction " .. prefix .. "[.:]([%w_]+)") do names[name] = true end
    return names
  end

  it("names each call of tables, queries, answers, databases and the dataset, and no other", function()
    local relation = stubbed "Relation"
    for name in pairs(relation) do
      assert.is_truthy(classes.Table[name], "tables lack " .. name)
      classes.Table[name] = nil
    end
    for class, names in pairs(classes) do assert.same(sorted(names), sorted(stubbed(class)), class) end
    local answers = names_of(getmetatable(t:collect()).__index, "frame")
    for name in pairs(stubbed "Frame") do relation[name] = true end
    assert.same(sorted(relation), sorted(answers))
  end)

  it("names each field of the module, and no other", function()
    local _, message = pcall(function() return blotter.nothing_like_this end)
    assert.is_string(message)
    local names = stubbed "blotter"
    local fields = stub:match "%-%-%-@class blotter\n(.-)\nlocal blotter"
    for name in fields:gmatch "@field ([%w_]+)" do names[name] = true end
    for name in stub:gmatch "\nblotter%.([%w_]+) = " do names[name] = true end
    local known = {}
    for _, name in ipairs(require("blotter.repl.complete").lines("blotter.", { blotter = blotter })) do
      known[name:sub(9)] = true
    end
    assert.same(sorted(known), sorted(names))
  end)

  it("names each option of reading, and no other", function()
    for _, kind in ipairs { "csv", "jsonl" } do
      local class = stub:match("%-%-%-@class blotter%." .. kind .. "_options\n(.-)\n\n")
      local names = {}
      for name in class:gmatch "@field ([%w_]+)%?" do names[name] = true end
      assert.same(sorted(set_of(table.concat(require("blotter.tables.read").options[kind], " "))), sorted(names))
      local reference = read "lua/blotter/README.md"
      for name in pairs(names) do assert.is_truthy(reference:find("`" .. name .. "`", 1, true), name) end
    end
  end)

  it("is Lua, and runs nothing", function()
    local chunk = assert(loadfile "lua/blotter/meta.lua")
    assert.is_table(chunk())
  end)
end)

describe("the reference", function()
  local reference = read "lua/blotter/README.md" .. read "lua/blotter/ops/README.md"
  local code = {}
  for text in reference:gmatch "`([^`\n]+)`" do
    for name in text:gmatch "[%a_][%w_]*" do code[name] = true end
  end

  it("tells of every call, setting, function and aggregate", function()
    local missing = {}
    for _, names in pairs(classes) do
      for name in pairs(names) do
        if not code[name] and not OF_SERVERS[name] then missing[#missing + 1] = name end
      end
    end
    for _, list in ipairs { core.functions(), core.aggregates() } do
      for _, name in ipairs(list) do
        if name:find "^%a" and name ~= "neg" and not code[name] then missing[#missing + 1] = name end
      end
    end
    assert.same({}, missing)
  end)

  it("names no call that there is not", function()
    local objects = { t = classes.Table, f = {}, q = {}, db = classes.Db, ops = classes.Ops }
    local relation = names_of(query, "query")
    for object, name in reference:gmatch "`([%a]+):([%w_]+)[%(%{ ]" do
      local known = objects[object]
      if known then assert.is_true(known[name] or relation[name] or false, object .. ":" .. name) end
    end
    for name in reference:gmatch "`blotter%.([%w_]+)[%(`]" do
      local ok = pcall(function() return blotter[name] end) or pcall(require, "blotter." .. name)
      assert.is_true(ok, "blotter." .. name)
    end
    for verb in reference:gmatch "\n| `:([%w_]+)" do assert.is_truthy(relation[verb], verb) end
  end)

  it("has an answer for help of each call", function()
    for _, name in ipairs(sorted(names_of(query, "query"))) do
      if not OF_SERVERS[name] then assert.is_nil(help.text(name):find("nothing is known", 1, true), name) end
    end
  end)
end)

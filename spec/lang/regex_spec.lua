--- Regular expressions, and dates in a writing of the user's, as a user meets them.

local answer = require "answer"
local blotter = require "blotter"

local lines, refusal = answer.lines, answer.refusal

local function texts(...)
  local t = blotter.table "s string"
  for _, s in ipairs { ... } do t:append(s) end
  return t
end

describe("regular expressions", function()
  local t = texts("Operation Predator (2003)", "Endeavour 2014", "북한 12", blotter.null)

  it("stand in every verb, over dictionaries and plain texts", function()
    assert.equal("s Endeavour 2014 ", lines(t:where [=[matches(s, [[^\w+ \d{4}$]])]=]))
    assert.equal("y,n 2003,1 2014,1 ,2 ",
      lines(t:by("y = int64(extract(s, $re))", { re = [[\d{4}]] }):agg "n = count()"))
    assert.equal("s 북한 12 ", lines(t:where "matches(s, '^\\\\w+ \\\\d\\\\d$')"))
    local many = {}
    for i = 1, 5000 do many[i] = "x" .. i end
    assert.equal(500, texts(table.unpack(many)):where "matches(s, '^x[0-9]*7$')":count())
  end)

  it("of a bare group take that group, of a null nothing", function()
    assert.equal("w,name Operation,Predator Endeavour, 북한, , ",
      lines(t:select("w = extract(s, $w), name = extract(s, $name, 'name')",
        { w = [[^\w+]], name = [[^\w+ (?<name>\pL+)]] })))
  end)

  it("are told with a caret under them", function()
    local message = refusal(function() return t:where "len(s) > 3 and matches(s, 'a(b')" end)
    assert.matches("at byte 3: missing closing parenthesis\n  len%(s%) > 3 and matches%(s, 'a%(b'%)\n +%^%^%^%^%^$",
      message)
    assert.matches("%[%[ %]%]", refusal(function() return t:where "matches(s, '\\d')" end))
    assert.matches("%]%] is missing", refusal(function() return t:where "matches(s, [[a)" end))
    assert.matches("a constant", refusal(function() return t:where "matches(s, s)" end))
    assert.matches("longer than", refusal(function() return t:where("matches(s, $1)", { ("a"):rep(40000) }) end))
    assert.matches("too large", refusal(function() return t:where "matches(s, '((a{1,999}){1,999}){1,999}')" end))
  end)

  it("that are hostile end with the text that they are lost in", function()
    for _, pattern in ipairs { "(a+)+$", "(a|aa)*$", ".*.*.*.*[xy]", "(?:a?){40}a{40}$", "(a*)*\\1[xy]" } do
      local long = texts(("a"):rep(20000) .. "c")
      assert.matches("too many steps for 'aaaa", refusal(function()
        return long:where("matches(s, $1)", { pattern }):count()
      end))
    end
    assert.equal(1, texts(("ab"):rep(50000)):where "matches(s, '(?:ab)+$')":count())
  end)

  it("are held by the limit of memory", function()
    local used = blotter.memory_used()
    blotter.memory_limit = used + 4 * 1024 * 1024
    local deep = texts(("ab"):rep(200000))
    local ok, message = pcall(function() return deep:where "matches(s, '^(?:(a)(?=.*b$)|(b))*$')":count() end)
    blotter.memory_limit = 0
    assert.is_true(not ok or message == 1)
    assert.equal(1, deep:where "matches(s, 'ab$')":count())
  end)

  it("match nothing of what is no UTF-8", function()
    local bad = texts "a\xffb"
    assert.same({ a = true, b = false, c = true, d = "a-\xffb-" }, bad:select("a = matches(s, 'b$'), "
      .. "b = matches(s, 'a.b'), c = matches(s, '^a'), d = regex_replace(s, '([ab])', '$1-')"):first())
  end)

  it("replace every match, empty ones too", function()
    assert.equal("r -a-b- ", lines(texts "ab":select "r = regex_replace(s, '', '-')"))
    assert.equal("r Smith Joe ", lines(texts "Joe Smith":select "r = regex_replace(s, '(\\\\w+) (\\\\w+)', '$2 $1')"))
    assert.equal("r 5$ ", lines(texts "5 USD":select "r = regex_replace(s, ' USD', '$$')"))
  end)
end)

describe("layouts of dates", function()
  it("read and write what people write", function()
    local t = texts("31.12.2012", "1.2.2013", blotter.null, "32.1.2013")
    assert.equal("d,f 2012-12-31,12/31/12 2013-02-01,2/1/13 , , ",
      lines(t:derive "d = try_date(s, 'd.m.yyyy')":select "d, f = format(d, 'm/d/yy')"))
    assert.matches("'32.1.2013' is no date that exists, written d.m.yyyy",
      refusal(function() return t:select "d = date(s, 'd.m.yyyy')":collect() end))
  end)

  it("come back as they went, each day and each second", function()
    local t = blotter.table "t timestamp"
    local append = t:appender()
    for i = 0, 3000 do append(("%04d-%02d-%02dT%02d:%02d:%02dZ"):format(1969 + i % 100, i % 12 + 1, i % 28 + 1, i % 24,
      i * 7 % 60, i * 11 % 60)) end
    for _, layout in ipairs { "yyyy-mm-dd hh:mi:ss", "dddd, d mmmm yyyy h:mi:ss am", "m/d/yy hhmiss",
      'ddmmmyyyy"T"hh.mi.ss', "ss mi hh d m yyyy" } do
      local back = t:derive("b = timestamp(format(t, $l), $l)", { l = layout })
      assert.equal(0, back:where "b ~= t or b == nil":count(), layout)
    end
  end)

  it("that cannot be are told at once", function()
    local t = texts "x"
    for text, what in pairs { ["date(s, '%d.%m.%Y')"] = "yyyy%-mm%-dd", ["date(s, 'hh:mi')"] = "no year",
      ["timestamp(s, 'yyyy-mm-dd hh:mm')"] = "minutes are written mi", ["date(s, s)"] = "a constant text",
      ["date(s, 'yyyy mm dd hh')"] = "date%(timestamp%(s, 'yyyy mm dd hh'%)%)", ["format(s, 'yyyy')"] = "expected date",
      ["date(s, 'yyyyy')"] = "'y' is none of" } do
      assert.matches(what, refusal(function() return t:select("a = " .. text) end))
    end
  end)
end)

--- Addresses of servers: their parts, and that no part of a password is ever told.

local address = require "blotter.remote.address"
local blotter = require "blotter"

local SECRET = "s3cr3t-XY"

describe("the address of a server", function()
  it("is read in its parts", function()
    local at = assert(address.read "postgresql://me:a%40b%2Fc@one:5433,[::1]:5/tips?sslmode=require&password=secret")
    assert.same({ "me", "a@b/c", "one:5433,[::1]:5", "tips" }, { at.user, at.password, at.hosts, at.database })
    assert.equal("postgresql://me@one:5433,[::1]:5/tips?sslmode=require&password=…", at.name)
    at = assert(address.read "clickhouse://one")
    assert.same({ "", "", "one", "", "clickhouse://one" }, { at.user, at.password, at.hosts, at.database, at.name })
    assert.equal("postgresql://%2Frun%2Fpg/x", assert(address.read "postgresql://%2Frun%2Fpg/x").name)
  end)

  it("is refused before anything is done with it where a library would take it apart in another way", function()
    for _, rest in ipairs { "u:a@S@h/x", "u:a/S@h/x", "u:12/S@h/x", "u:12/a?S@h/x", "u:S", "u:S@h:port/x", "u:%zzS@h/x",
      "u:S@[::1", "u:a%0AX-Evil: S@h/x", "u:S@h/a@b", "u:a\nS@h" } do
      for _, scheme in ipairs { "postgresql", "postgres", "clickhouse" } do
        local url = scheme .. "://" .. rest:gsub("S", SECRET)
        local made, message, code = blotter.connect(url)
        assert.is_nil(made)
        assert.equal("format", code, url)
        assert.is_nil(message:find(SECRET, 1, true), message)
        assert.is_truthy(message:find("%40", 1, true), message)
      end
    end
  end)

  it("is told without a password, however it is written", function()
    for _, url in ipairs { "postgresql://u:S@127.0.0.1:1/x", "postgresql://u:%73%33cr3t-XY@127.0.0.1:1/x",
      "postgresql://u:a?S@127.0.0.1:1/x", "postgresql://u:a#S@127.0.0.1:1/x", "postgresql://:S@127.0.0.1:1/x",
      "postgresql://127.0.0.1:1/x?password=S", "postgresql://127.0.0.1:1/x?passw%6frd=S",
      "postgresql://127.0.0.1:1/x?PASSWORD=S", "postgresql://127.0.0.1:1/x?pasword=S&user=u",
      "postgresql://127.0.0.1:1/x?sslpassword=S", "postgresql://127.0.0.1:1/x?options=-c%20a.b%3DS",
      "postgresql://u:S@127.0.0.1:1,127.0.0.1:2/x", "clickhouse://u:S@127.0.0.1:1/x", "clickhouse://u:a?S@127.0.0.1:1",
      "clickhouse://127.0.0.1:1/x?password=S", "clickhouse://127.0.0.1:1/x?key=S" } do
      local made, message = blotter.connect((url:gsub("S$", SECRET):gsub("S([@&])", SECRET .. "%1")))
      assert.is_nil(made)
      assert.is_nil(message:find(SECRET, 1, true), message)
      assert.is_truthy(message:find("127.0.0.1", 1, true) or message:find("not installed", 1, true), message)
    end
    for _, target in ipairs { "host=127.0.0.1 user=u password=" .. SECRET, "u:" .. SECRET .. "@127.0.0.1",
      "mysql://u:" .. SECRET .. "@127.0.0.1/x", { password = SECRET },
      { "postgresql://127.0.0.1:1", pasword = SECRET } } do
      local ok, message = pcall(blotter.connect, target)
      assert.is_false(ok)
      assert.is_nil(message:find(SECRET, 1, true), message)
    end
  end)
end)

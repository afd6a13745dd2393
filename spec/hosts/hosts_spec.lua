--- blotter inside other programs: what the pages of lua/blotter/hosts show is what runs here, on the loopback.
local blotter = require "blotter"
local command = require "command"

local TIPS = "country,day,n\nKR,2012-01-31,3\nJP,2012-01-31,5\nKR,2012-02-01,4\n"

--- The blocks of a page: files by name, and the commands with what they print.
local function blocks_of(page, folder, port)
  local files, transcript = {}, nil
  local text = command.slurp("lua/blotter/hosts/" .. page):gsub("CALLS", folder):gsub("PORT", port)
  for fence, info, body in text:gmatch "\n(```+)(%w[^\n]*)\n(.-)\n%f[`]%1\n" do
    local name = info:match "^%w+ (.+)$"
    if name then files[name] = body .. "\n" else transcript = body .. "\n" end
    assert(fence)
  end
  return files, transcript
end

local function has(program)
  return os.execute("command -v " .. program .. " >/dev/null 2>&1") == true
end

local function output(line)
  local pipe = assert(io.popen(line))
  local text = pipe:read "a"
  pipe:close()
  return text
end

describe("the page of", function()
  local folder, port, pid

  before_each(function()
    folder = command.folder()
    command.spill(folder .. "/tips.csv", TIPS)
    local db = assert(blotter.open(folder .. "/tips.blt"))
    assert(db:save("tips", assert(blotter.csv(TIPS))))
    db:commit()
    db:close()
    port = tostring(20000 + math.random(0, 20000))
    pid = nil
  end)

  after_each(function()
    if pid then os.execute(("kill %s; tail --pid=%s -f /dev/null"):format(pid, pid)) end
    command.remove(folder)
  end)

  --- Writes the files of a page and returns what its last block shows.
  local function written(page)
    local files, transcript = blocks_of(page, folder, port)
    for name, text in pairs(files) do command.spill(name, text) end
    return transcript
  end

  --- Starts a server, and gives it time to listen when it is asked.
  local function start(line)
    pid = output(("sh -c '%s >%s/out 2>&1 & echo $!'"):format(line, folder)):match "%d+"
  end

  local function ask(address, status)
    return output(("curl -s --retry 60 --retry-connrefused --retry-delay 1 --retry-max-time 60 -m 60 %s '%s'"):format(
      status and "-o /dev/null -w '%{http_code}'" or "", address))
  end

  local function answer_of(transcript)
    return transcript:match "%$ curl [^\n]*\n(.*)$"
  end

  --- A test that needs programs of Debian.
  local function page_it(name, programs, body)
    for program in programs:gmatch "%S+" do
      if not has(program) then
        return it(name, function() pending("needs " .. program .. ": make hosts installs it") end)
      end
    end
    if os.getenv "BLOTTER_PRELOAD" then
      return it(name, function() pending "other programs do not run with a sanitizer's library" end)
    end
    it(name, body)
  end

  page_it("lighttpd answers as it shows", "lighttpd curl", function()
    local shown = written "lighttpd.md"
    start(('exec env LUA_PATH="%s/?.lua;$LUA_PATH" lighttpd -D -f %s/lighttpd.conf'):format(folder, folder))
    local address = "http://127.0.0.1:" .. port
    assert.equal(answer_of(shown), ask(address .. "/tips?country=KR"))
    assert.equal("", ask(address .. "/tips?country=FR"))
    assert.equal("400", ask(address .. "/tips?country=K%27R", true):sub(-3))
    for _ = 1, 20 do assert.equal(answer_of(shown), ask(address .. "/tips?country=KR")) end
    assert.equal("", (command.slurp(folder .. "/error.log"):gsub("[^\n]*server started[^\n]*\n", "")))
  end)

  page_it("Prosody answers as it shows, and keeps what it counted", "prosody curl", function()
    local shown = written "prosody.md"
    start(("exec prosody --config %s/prosody.cfg.lua -F"):format(folder))
    local address = ("http://localhost:%s/blotter_events"):format(port)
    local today = os.date "!%Y-%m-%d"
    assert.equal(answer_of(shown):gsub("2012%-01%-31", today), ask(address))
    assert.equal("kind,day,n\nquestion," .. today .. ",2\n", ask(address))
    os.execute(("kill %s; tail --pid=%s -f /dev/null"):format(pid, pid))
    pid = nil
    local db = assert(blotter.open(folder .. "/events.blt"))
    assert.equal(2, db:table "events":get("question", today).n)
    db:close()
    assert.is_nil((command.slurp(folder .. "/error.log") or ""):find "blotter")
  end)

  page_it("C prints as it shows", "cc pkg-config", function()
    local shown = written "c.md"
    local compile, answer = shown:match "^%$ ([^\n]+)\n%$ [^\n]+\n(.*)$"
    assert.is_true(os.execute(compile))
    assert.equal(answer, output(("%s/host %s/tips.csv"):format(folder, folder)))
    assert.matches("no/such.csv: cannot open", output(("%s/host no/such.csv 2>&1"):format(folder)))
  end)

  page_it("pandoc writes as it shows", "pandoc", function()
    local shown = written "pandoc.md"
    local line, answer = shown:match "^%$ ([^\n]+)\n(.*)$"
    local path = command.path():match "^(.*)/"
    assert.equal(answer, output(("PATH='%s':$PATH %s"):format(path, line)))
    command.spill(folder .. "/report.md", (command.slurp(folder .. "/report.md"):gsub("sum%(n%)", "summ(n)")))
    assert.matches("did you mean 'sum'", output(("PATH='%s':$PATH %s 2>&1"):format(path, line)))
  end)
end)

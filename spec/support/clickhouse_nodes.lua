--- ClickHouse servers on the loopback for the specs of lua/blotter/remote, as Debian has them (18.16): each with a
-- folder and ports of its own, together a cluster called `pair`. Gone afterwards.

local clickhouse_nodes = {}

local SERVER = "/usr/sbin/clickhouse-server"

local CONFIG = [[<yandex><logger><level>warning</level><console>1</console></logger><http_port>%d</http_port>
<tcp_port>%d</tcp_port><listen_host>127.0.0.1</listen_host><path>%s/data/</path><tmp_path>%s/tmp/</tmp_path>
<format_schema_path>%s/formats/</format_schema_path><users_config>%s/users.xml</users_config>
<default_profile>default</default_profile><default_database>default</default_database>
<mark_cache_size>100000000</mark_cache_size><timezone>Asia/Tokyo</timezone>
<remote_servers><pair>%s</pair></remote_servers></yandex>]]

local SHARD = [[<shard><replica><host>127.0.0.1</host><port>%d</port><user>me</user><password>geheim-7</password>
</replica></shard>]]

local USERS = [[<yandex><profiles><default/></profiles><users><me><password>geheim-7</password><networks>
<ip>127.0.0.1</ip></networks><profile>default</profile>
<quota>default</quota></me></users><quotas><default/></quotas></yandex>]]

local function write(path, text)
  local file = assert(io.open(path, "w"))
  file:write(text)
  file:close()
end

local function line_of(command)
  local pipe = assert(io.popen(command))
  local line = pipe:read "l"
  pipe:close()
  return line
end

local function is_running(node)
  return node.pid and os.execute("kill -0 " .. node.pid .. " 2>/dev/null")
end

--- Starts a node that does not run: whether it listens.
function clickhouse_nodes.start(node)
  node.pid = line_of(("%s --config-file=%s/config.xml </dev/null >%s/log 2>&1 & echo $! | tee %s/pid"):format(SERVER,
    node.folder, node.folder, node.folder))
  local session = require "blotter.remote.http_session"
  repeat -- until it listens, or has ended
    local made, message = session.open(node.url)
    if made then
      made:drop()
      return true
    end
  until not message:find("Failed to connect", 1, true) or not is_running(node)
  return false
end

--- Ends a node at once, as a crash does.
function clickhouse_nodes.kill(node)
  if is_running(node) then os.execute("kill -9 " .. node.pid) end
  while is_running(node) do os.execute "true" end
  node.pid = nil
end

--- A child that ends the nodes in a folder, and the folder, when what this gives is closed.
local function guard_of(folder)
  return io.popen(("trap '' HUP INT TERM; read line; kill -9 $(cat %s/*/pid) 2>/dev/null; rm -rf %s"):format(folder,
    folder), "w")
end

local function set_up(folder, first)
  local list, shards = { guard = guard_of(folder) }, {}
  for i = 1, 2 do
    list[i] = { folder = folder .. "/" .. i, url = ("clickhouse://me:geheim-7@127.0.0.1:%d"):format(first + i) }
    shards[i] = SHARD:format(first + 2 + i)
  end
  for i, node in ipairs(list) do
    local own = node.folder
    assert(os.execute(("mkdir -p %s/data %s/tmp %s/formats"):format(own, own, own)))
    write(own .. "/config.xml", CONFIG:format(first + i, first + 2 + i, own, own, own, own, table.concat(shards)))
    write(own .. "/users.xml", USERS)
  end
  return list
end

--- Two running nodes {url, folder, pid}, or nil where clickhouse-server is not installed.
function clickhouse_nodes.open()
  local file = io.open(SERVER)
  if not file then return nil end
  file:close()
  math.randomseed(os.time())
  for _ = 1, 5 do
    local list = set_up(line_of "mktemp -d", 20000 + math.random(0, 30000))
    if clickhouse_nodes.start(list[1]) and clickhouse_nodes.start(list[2]) then return list end
    clickhouse_nodes.close(list)
  end
  error "no free ports for clickhouse-server"
end

--- Stops them and removes their folder.
function clickhouse_nodes.close(list)
  list.guard:close()
end

return clickhouse_nodes

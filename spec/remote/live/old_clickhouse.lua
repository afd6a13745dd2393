--- A ClickHouse server of 2018, which Debian has: too old for the dialect, and that is what is said. Only where it is
-- installed (clickhouse-server).

local blotter = require "blotter"

local SERVER = "/usr/sbin/clickhouse-server"

local CONFIG = [[<yandex><logger><level>warning</level><console>1</console></logger><http_port>%d</http_port>
<listen_host>127.0.0.1</listen_host><path>%s/data/</path><tmp_path>%s/tmp/</tmp_path>
<users_config>%s/users.xml</users_config><default_profile>default</default_profile>
<default_database>default</default_database><mark_cache_size>100000000</mark_cache_size>
<timezone>UTC</timezone></yandex>]]

local USERS = [[<yandex><profiles><default/></profiles><users><default><password></password><networks><ip>127.0.0.1</ip>
</networks><profile>default</profile><quota>default</quota></default></users><quotas><default/></quotas></yandex>]]

local function write(path, text)
  local file = assert(io.open(path, "w"))
  file:write(text)
  file:close()
end

describe("an old ClickHouse server", function()
  it("is refused with its version and the one that is needed", function()
    local file = io.open(SERVER)
    if not file then return pending "clickhouse-server is not installed" end
    file:close()
    local pipe = io.popen "mktemp -d"
    local folder, port = pipe:read "l", 20000 + os.time() % 30000
    pipe:close()
    assert(os.execute(("mkdir %s/data %s/tmp"):format(folder, folder)))
    write(folder .. "/config.xml", CONFIG:format(port, folder, folder, folder))
    write(folder .. "/users.xml", USERS)
    local child = io.popen(("%s --config-file=%s/config.xml </dev/null >%s/log 2>&1 & echo $!"):format(SERVER, folder,
      folder))
    local pid = child:read "n"
    local made, message
    repeat -- until it listens, or has ended
      made, message = blotter.connect(("clickhouse://127.0.0.1:%d"):format(port))
    until not message:find("Failed to connect", 1, true) or not os.execute("kill -0 " .. pid .. " 2>/dev/null")
    os.execute("kill " .. pid)
    child:close()
    os.execute("rm -rf " .. folder)
    assert.is_nil(made)
    assert.matches("ClickHouse 18%.[%d.]+ is too old: 25 or later is needed", message)
  end)
end)

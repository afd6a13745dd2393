--- Addresses of servers: scheme://user:password@host:port/database?name=value&…
--
-- An address is read before anything is done with it, for one that is written wrongly is taken apart in another way by
-- the library that connects, and then a part of the password stands in its message. What is shown of an address is put
-- together from parts that are no secret.

local address = {}

--- Parameters whose values anybody may see.
local SHOWN = { user = true, host = true, hostaddr = true, port = true, dbname = true, sslmode = true,
  sslrootcert = true, sslcert = true, connect_timeout = true, application_name = true, target_session_attrs = true,
  service = true, secure = true, cafile = true }

local SHORTEST = 4 -- a secret of fewer bytes is in any message by chance

local HELP = ": in a name or a password @ is written %40, / %2F, ? %3F, # %23 and % %25"

local function decoded(text)
  return (text:gsub("%%(%x%x)", function(hex) return string.char(tonumber(hex, 16)) end))
end

--- Whether every % begins two hexadecimal digits, and nothing stands there that no header and no address may have.
local function is_clean(text)
  return not text:gsub("%%%x%x", ""):find "%%" and not decoded(text):find "%c"
end

--- Hosts with their ports, separated by commas; a host in brackets is an IPv6 address.
local function are_hosts(text)
  for one in (text .. ","):gmatch "([^,]*)," do
    local host = one:gsub("^%[[%x:.%%]*%]", ""):gsub(":%d*$", "")
    if host:find "[^%w._%%-]" then return false end
  end
  return true
end

--- What stands before the host, the host, and what is behind it. As libpq has it, a user ends at the first @ unless a /
-- stands before that.
local function split(rest)
  local login, behind = rest:match "^([^@/]*)@(.*)$"
  local hosts, tail = (behind or rest):match "^([^/?]*)(.*)$"
  return login, hosts, tail
end

local function read_parameters(text)
  local list = {}
  for name, value in text:gmatch "([^&=]*)=?([^&]*)" do
    local one = { name = decoded(name), value = decoded(value), raw = name .. "=" .. value }
    if name ~= "" then list[#list + 1] = one end
  end
  return list
end

local function shown_parameters(parameters)
  local parts = {}
  for i, one in ipairs(parameters) do parts[i] = SHOWN[one.name] and one.raw or one.name:match "^[%w_]*" .. "=…" end
  return parts[1] and "?" .. table.concat(parts, "&") or ""
end

--- The address in its parts: user, password, hosts, database (decoded), parameters ({name, value} each), secrets, and
-- `name`, by which it is called in messages. Or nil and what is wrong with it, without a secret.
function address.read(url)
  local scheme, rest = url:match "^(%a[%w+.-]*)://(.*)$"
  local login, hosts, tail = split(rest)
  if not are_hosts(hosts) or tail:find("@", 1, true) or not is_clean(url) then
    return nil, ("an address that begins with %s:// can not be read"):format(scheme) .. HELP
  end
  local user, password = (login or ""):match "^([^:]*):?(.*)$"
  local database, query = tail:match "^/?([^?]*)%??(.*)$"
  local parameters, secrets = read_parameters(query), {}
  local function hide(text)
    if #text >= SHORTEST then secrets[#secrets + 1] = text end
  end
  for _, one in ipairs(parameters) do
    if not SHOWN[one.name] then hide(one.value) end
  end
  hide(password)
  hide(decoded(password))
  local name = ("%s://%s%s%s%s"):format(scheme, user ~= "" and user .. "@" or "", hosts,
    database ~= "" and "/" .. database or "", shown_parameters(parameters))
  return { url = url, name = name, user = decoded(user), password = decoded(password), hosts = hosts,
    database = decoded(database), parameters = parameters, secrets = secrets }
end

--- A message about the address, in which its secrets are left out.
function address.message(at, text)
  for _, secret in ipairs(at.secrets) do
    local from, to = text:find(secret, 1, true)
    while from do
      text = text:sub(1, from - 1) .. "…" .. text:sub(to + 1)
      from, to = text:find(secret, from + #"…", true)
    end
  end
  return ("%s: %s"):format(at.name, text)
end

return address

--- Passwords in addresses: they stand in no message.

local secrecy = {}

--- The secrets in an address, as it writes them and as they are.
function secrecy.of(url)
  local secrets = {}
  local function add(text)
    if text and text ~= "" then
      secrets[#secrets + 1] = text
      secrets[#secrets + 1] = text:gsub("%%(%x%x)", function(hex) return string.char(tonumber(hex, 16)) end)
    end
  end
  add(url:match "^%a[%w+.-]*://[^/@]-:(.*)@[^@]*$")
  add(url:match "[?&]password=([^&]*)")
  add(url:match "[?&]sslpassword=([^&]*)")
  return secrets
end

--- The address without its password, for messages and explain.
function secrecy.shown(url)
  local text = url:gsub("^(%a[%w+.-]*://[^/@]-):.*(@[^@]*)$", "%1%2")
  return (text:gsub("([?&]s?s?l?password)=[^&]*", "%1=…"))
end

--- A message in which they are left out.
function secrecy.without(message, secrets)
  for _, secret in ipairs(secrets) do
    local from, to = message:find(secret, 1, true)
    while from do
      message = message:sub(1, from - 1) .. "…" .. message:sub(to + 1)
      from, to = message:find(secret, from + #"…", true)
    end
  end
  return message
end

return secrecy

--- A ZIP archive of texts, stored as they are.

local zip = {}

local TABLE = {}
for byte = 0, 255 do
  local value = byte
  for _ = 1, 8 do value = value & 1 == 1 and 0xEDB88320 ~ (value >> 1) or value >> 1 end
  TABLE[byte] = value
end

local function crc32(text)
  local crc = 0xFFFFFFFF
  for at = 1, #text, 4096 do
    for _, byte in ipairs { text:byte(at, math.min(at + 4095, #text)) } do
      crc = TABLE[(crc ~ byte) & 0xFF] ~ (crc >> 8)
    end
  end
  return crc ~ 0xFFFFFFFF
end

-- 1 January 1980, so that the same texts make the same archive; names are UTF-8.
local DATE, TIME, UTF8 = 33, 0, 0x800

--- The archive of a list of {name, text}.
function zip.pack(files)
  local out, directory, at = {}, {}, 0
  for i, file in ipairs(files) do
    local name, text = file[1], file[2]
    local crc = crc32(text)
    out[i] = ("<c4I2I2I2I2I2I4I4I4I2I2"):pack("PK\3\4", 20, UTF8, 0, TIME, DATE, crc, #text, #text, #name, 0)
      .. name .. text
    directory[i] = ("<c4I2I2I2I2I2I2I4I4I4I2I2I2I2I2I4I4"):pack("PK\1\2", 20, 20, UTF8, 0, TIME, DATE, crc, #text,
      #text, #name, 0, 0, 0, 0, 0, at) .. name
    at = at + #out[i]
  end
  local listing = table.concat(directory)
  return table.concat(out) .. listing
    .. ("<c4I2I2I2I2I4I4I2"):pack("PK\5\6", 0, 0, #files, #files, #listing, at, 0)
end

return zip

--- The bytes of a file; raises when it cannot be read.
return function(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read "a"
  file:close()
  return text
end

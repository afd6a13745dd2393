--- A number of things in words: "1 row", "2,000 rows".

--- `n` of `noun`, which takes an s when it is not one.
return function(n, noun)
  local digits = tostring(n):reverse():gsub("(%d%d%d)", "%1,"):reverse():gsub("^,", "")
  return digits .. " " .. noun .. (n == 1 and "" or "s")
end

--- Numbers as text with a point, whatever locale the program has set (os.setlocale).

--- `value` by a format of string.format with one number, such as "%.1f".
return function(format, value)
  return (format:format(value):gsub("(%d)[^%d%a+-]+(%d)", "%1.%2"))
end

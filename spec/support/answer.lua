--- Answers and refusals as a spec compares them.

local answer = {}

--- The CSV of a table, query or frame in one line.
function answer.lines(q)
  return (q:csv():gsub("\n", " "))
end

--- The message with which a call is refused; one that is not fails.
function answer.refusal(call, ...)
  local ok, message = pcall(call, ...)
  assert(not ok, "this should have been refused")
  return message
end

--- The rows of a frame, each as `text_of` makes it of {n = columns, value, …}.
function answer.rows(frame, text_of)
  local columns, rows = {}, {}
  for c = 1, #frame:columns() do columns[c] = frame:values(c) end
  for r = 1, #frame do
    local values = { n = #columns }
    for c, column in ipairs(columns) do values[c] = column[r] end
    rows[r] = text_of(values)
  end
  return rows
end

return answer

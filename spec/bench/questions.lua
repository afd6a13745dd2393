--- The ten group-by questions of db-benchmark, each { name, ask, check }: `ask` gives the query over a table, `check`
--- the rows of its answer and the sums that are its checksum.

-- Each with the columns that are summed.
local QUESTIONS = {
  { "q1", { "a" }, function(x) return x:by "id1":agg "a = sum(v1)" end },
  { "q2", { "a" }, function(x) return x:by "id1, id2":agg "a = sum(v1)" end },
  { "q3", { "a", "b" }, function(x) return x:by "id3":agg "a = sum(v1), b = mean(v3)" end },
  { "q4", { "a", "b", "c" }, function(x) return x:by "id4":agg "a = mean(v1), b = mean(v2), c = mean(v3)" end },
  { "q5", { "a", "b", "c" }, function(x) return x:by "id6":agg "a = sum(v1), b = sum(v2), c = sum(v3)" end },
  { "q6", { "a", "b" }, function(x) return x:by "id4, id5":agg "a = median(v3), b = stddev(v3)" end },
  { "q7", { "a" }, function(x) return x:by "id3":agg "a = max(v1) - min(v2)" end },
  { "q8", { "a" }, function(x) return x:select "id6, a = v3":top(2, "a", { by = "id6" }) end },
  { "q9", { "a" }, function(x) return x:by "id2, id4":agg "a = regr_r2(v1, v2)" end },
  { "q10", { "a", "b" }, function(x) return x:by "id1, id2, id3, id4, id5, id6":agg "a = sum(v3), b = count()" end },
}

local function checker(columns)
  local sums = {}
  for i, column in ipairs(columns) do sums[i] = ("s%d = sum(%s)"):format(i, column) end
  return function(frame)
    local total, values = frame:agg(table.concat(sums, ", ")):first(), {}
    for i in ipairs(columns) do values[i] = total["s" .. i] end
    return #frame, values
  end
end

local questions = {}
for i, question in ipairs(QUESTIONS) do
  local name, columns, ask = table.unpack(question)
  questions[i] = { name = name, ask = ask, check = checker(columns) }
end

return questions

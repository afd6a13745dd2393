--- The median of a sequence of numbers, which stays as it is; nil of none.
return function(numbers)
  local sorted = table.move(numbers, 1, #numbers, 1, {})
  table.sort(sorted)
  local middle = (#sorted + 1) // 2
  return #sorted % 2 == 1 and sorted[middle] or #sorted > 0 and (sorted[middle] + sorted[middle + 1]) / 2 or nil
end

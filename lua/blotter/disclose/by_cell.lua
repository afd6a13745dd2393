--- What is said of cells, by the cell: {[cell] = {what is said of it, in order}}, of a list of {cell =, …}.
return function(list)
  local of = {}
  for _, said in ipairs(list) do
    of[said.cell] = of[said.cell] or {}
    table.insert(of[said.cell], said)
  end
  return of
end

--- Walking syntax trees.

local tree = {}

--- Calls `visit` with the node and everything below it, parents first.
function tree.walk(node, visit)
  visit(node)
  if node.a then tree.walk(node.a, visit) end
  if node.b then tree.walk(node.b, visit) end
  for _, child in ipairs(node.args or node.list or {}) do tree.walk(child, visit) end
end

--- Notes on the root what binding asks for: `uses` (column nodes), `calls` (call nodes), `size` (nodes).
function tree.survey(root)
  local uses, calls, size = {}, {}, 0
  tree.walk(root, function(node)
    size = size + 1
    if node.kind == "column" then uses[#uses + 1] = node end
    if node.kind == "call" then calls[#calls + 1] = node end
  end)
  root.uses, root.calls, root.size = uses, calls, size
  return root
end

--- A copy in which `change(node)` replaces a node, or keeps it when it returns nil.
function tree.rewrite(node, change)
  local changed = change(node)
  if changed then return changed end
  if not (node.a or node.args or node.list) then return node end
  local copy = {}
  for key, value in pairs(node) do copy[key] = value end
  copy.a = node.a and tree.rewrite(node.a, change)
  copy.b = node.b and tree.rewrite(node.b, change)
  for _, field in ipairs { "args", "list" } do
    if node[field] then
      copy[field] = {}
      for i, child in ipairs(node[field]) do copy[field][i] = tree.rewrite(child, change) end
    end
  end
  return copy
end

return tree

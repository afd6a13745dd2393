--- Examples of a page, run: each block marked lua, in order and in one environment, prints what the block marked text
-- behind it shows, and `print(x)  --> y` prints y.

local read = require "slurp"

local examples = {}

--- The fenced blocks of a Markdown text: {language, text, line}.
local function blocks_of(markdown)
  local blocks, open, number = {}, nil, 0
  for line in markdown:gmatch "(.-)\n" do
    number = number + 1
    local fence = line:match "^```(%w*)$"
    if fence and open then
      blocks[#blocks + 1] = open
      open = nil
    elseif fence then
      open = { language = fence, line = number, lines = {} }
    elseif open then
      open.lines[#open.lines + 1] = line
    end
  end
  assert(not open, "a block is not closed")
  return blocks
end

--- What the comments `--> y` of a block say will be printed.
local function promised(block)
  local wanted = {}
  for _, line in ipairs(block.lines) do wanted[#wanted + 1] = line:match "%-%-> ?(.*)$" end
  return wanted
end

local function trimmed(lines)
  local result = {}
  for i, line in ipairs(lines) do result[i] = line:gsub("%s+$", "") end
  return table.concat(result, "\n")
end

--- Runs a block in an environment; returns what is promised and what was printed.
local function run(block, after, environment, path, change)
  local printed = {}
  function environment.print(...)
    local parts = table.pack(...)
    for at = 1, parts.n do parts[at] = tostring(parts[at]) end
    for line in (table.concat(parts, "\t") .. "\n"):gmatch "(.-)\n" do printed[#printed + 1] = line end
  end
  local code = table.concat(block.lines, "\n")
  assert(load(change and change(code) or code, "=" .. path, "t", environment))()
  local wanted = after and after.language == "text" and after.lines or promised(block)
  return trimmed(wanted), trimmed(printed)
end

--- The examples of a page, in order: {line, run}, where `run()` gives what is promised and what was printed.
-- `change(code)`, if given, gives the code that is run for that of the page.
function examples.of(path, change)
  local environment, blocks, list = setmetatable({}, { __index = _G }), blocks_of(read(path)), {}
  for i, block in ipairs(blocks) do
    if block.language == "lua" then
      list[#list + 1] = { line = block.line, run = function()
        return run(block, blocks[i + 1], environment, path, change)
      end }
    end
  end
  return list
end

return examples

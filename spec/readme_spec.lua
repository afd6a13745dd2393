-- The examples of the README and of the references run: each block marked lua, in order and in one
-- environment, prints what the block marked text behind it shows, and `print(x)  --> y` prints y.

local read = require "slurp"

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

for _, path in ipairs { "README.md", "lua/blotter/README.md", "lua/blotter/ops/README.md" } do
  describe(path, function()
    local environment = setmetatable({}, { __index = _G })
    local blocks = blocks_of(read(path))

    for i, block in ipairs(blocks) do
      if block.language == "lua" then
        it("holds at line " .. block.line, function()
          local printed = {}
          function environment.print(...)
            local parts = table.pack(...)
            for at = 1, parts.n do parts[at] = tostring(parts[at]) end
            for line in (table.concat(parts, "\t") .. "\n"):gmatch "(.-)\n" do printed[#printed + 1] = line end
          end
          local chunk = assert(load(table.concat(block.lines, "\n"), "=" .. path, "t", environment))
          chunk()
          local wanted = promised(block)
          local after = blocks[i + 1]
          if after and after.language == "text" then wanted = after.lines end
          assert.equal(trimmed(wanted), trimmed(printed))
        end)
      end
    end
  end)
end

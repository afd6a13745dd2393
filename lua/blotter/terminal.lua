--- What is known of the terminal that the output goes to.

local terminal = {}

local FILE_WIDTH = 100

--- How many cells a line may have: $COLUMNS, the terminal's own width, or 100 when the output is no terminal.
function terminal.width()
  local told = tonumber(os.getenv "COLUMNS" or "")
  if told and told >= 1 then return math.floor(told) end
  if os.execute "test -t 1" then
    local pipe = io.popen "stty size 2>/dev/null </dev/tty"
    local columns = pipe and tonumber(pipe:read "a":match "^%d+ (%d+)")
    if pipe then pipe:close() end
    if columns and columns >= 1 then return columns end
  end
  return FILE_WIDTH
end

return terminal

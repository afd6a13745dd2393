local progress = require "blotter.terminal.progress"

describe("progress", function()
  it("says how far, how many rows, how fast and how long still", function()
    assert.equal("█████░░░░░░░░░░░░░░░  25%  5.0 MiB  1,000 rows  2.5 MiB/s  6 s left",
      progress.text(5 * 2 ^ 20, 20 * 2 ^ 20, 1000, 2))
    assert.equal("512 B  128 B/s", progress.text(512, 0, 0, 4))
  end)

  it("draws nothing in the first second, then ten times a second, and wipes its line away", function()
    local now, written = 0, {}
    local file = { write = function(_, ...) written[#written + 1] = table.concat { ... } end, flush = function() end }
    local draw, wipe = progress.line(file, function() return now end)
    draw(1, 100, 1)
    wipe()
    assert.same({}, written)
    now = 1.5
    draw(50, 100, 1)
    now = 1.55
    draw(51, 100, 1)
    wipe()
    assert.equal(2, #written)
    assert.is_truthy(written[1]:find("50%", 1, true))
    assert.equal("\r\27[K", written[2])
  end)
end)

--- Verbs made of random words: whatever is written, the answer is rows or a message for its writer, never an error of
-- blotter's own.

local blotter = require "blotter"
local random_query = require "random_query"

local WORDS = { "a", "b", "c", "d", "e", "f", "g", "sum", "count", "min", "max", "year", "if", "coalesce", "trunc",
  "date", "upper", "median", "top", "quantile", "(", ")", "(", ")", ",", "+", "-", "*", "/", "//", "%", "^", "..", "==",
  "~=", "<", ">=", "and", "or", "not", "in", "nil", "true", "1", "0", "2.5", "1e3", "'x'", "'2012-01-05'",
  "date '2012-01-03'", "$p", "$l", "$q", "=", "x", "desc", "asc", "nulls", "first", "`a`", "'year'", "0.5" }
local PARAMS = { p = 5, l = { 1, 2, "s1" }, q = "2012-01-03" }
local VERBS = { "where", "select", "derive", "order", "agg", "by", "top" }
local ROUNDS = os.getenv "BLOTTER_TORTURE" and 200000 or 4000
local OWN = { "attempt to", "stack", "/lua/blotter/", "stage:" }

local function ask(t, verb, text, g)
  if verb == "by" then return t:by(text, PARAMS):agg "n = count(), s = sum(a)" end
  if verb == "top" then return t:top(3, text, { by = g:chance(50) and "b" or nil, params = PARAMS }) end
  return t[verb](t, text, PARAMS)
end

describe("verbs of random words", function()
  it("run or say what is wrong", function()
    local t = blotter.table "a int64, b string, c float64, d date, e decimal(9,2), f bool, g timestamp"
    for i = 1, 50 do
      assert(t:append(i, "s" .. i % 5, i / 3, ("2012-01-%02d"):format(i % 28 + 1), i % 7 .. ".25", i % 2 == 0,
        "2012-01-01T00:00:00Z"))
    end
    local g, ran = random_query.new(tonumber(os.getenv "BLOTTER_SEED") or 1), 0
    for _ = 1, ROUNDS do
      local words = {}
      for k = 1, g:int(1, 9) do words[k] = g:pick(WORDS) end
      local verb, text = g:pick(VERBS), table.concat(words, " ")
      local ok, answer = pcall(function()
        local q = ask(t, verb, text, g)
        return tostring(q) .. q:explain()
      end)
      if ok then ran = ran + 1 end
      for _, sign in ipairs(ok and {} or OWN) do
        if type(answer) ~= "string" or answer:find(sign, 1, true) then
          error(("%s %q: %s"):format(verb, text, tostring(answer)), 0)
        end
      end
    end
    assert.is_true(ran > 20)
  end)
end)

--- approx_distinct of few groups is kept in sketches while rows are read: it says the same on any number of threads,
--- within its error of the exact count, with filters, conditions, nulls, NaN and negative zero.

local blotter = require "blotter"

local ROWS, THREADS = 400000, blotter.threads

describe("approx_distinct", function()
  local t
  setup(function()
    local g, u, f, s = { n = ROWS }, { n = ROWS }, { n = ROWS }, { n = ROWS }
    for i = 1, ROWS do
      local x = i * 2654435761 % 4294967296
      g[i], u[i], f[i], s[i] = x % 5, x % 90001 - 40000, (x % 60013) / 8, "text " .. x % 30011
      if i % 7 == 0 then f[i] = i % 2 == 0 and 0 / 0 or -0.0 end
      if i % 11 == 0 then u[i], s[i] = nil, nil end
      if i % 13 == 0 then g[i] = nil end
    end
    t = assert(blotter.table "g int64, u int64, f float64, s string")
    assert(t:append_columns { g = g, u = u, f = f, s = s })
  end)
  teardown(function() blotter.threads = THREADS end)

  local questions = { "%s(u)", "%s(f)", "%s(s)", "%s(u + 1)", "%s(g)", "%s_if(u, f > 1000)" }

  local function ask(keys, aggregate, filter)
    local q = filter and t:where(filter) or t
    q = keys and q:by(keys) or q
    return q:agg("x = " .. aggregate .. ", n = count()"):collect()
  end

  for _, keys in ipairs { false, "g", "k = g % 2" } do
    for _, filter in ipairs { false, "u % 3 == 1", "u > 1000000" } do
      it(("is near the exact count by %s where %s"):format(keys or "nothing", filter or "true"), function()
        for _, question in ipairs(questions) do
          local exact, first = ask(keys, question:format "count_distinct", filter), nil
          for _, threads in ipairs { 1, 2, 5, 16 } do
            blotter.threads = threads
            local rough, values = ask(keys, question:format "approx_distinct", filter), {}
            assert.equal(#exact, #rough)
            for i, row in rough:rows() do
              local want = exact:row(i).x
              assert.is_true(math.abs(row.x - want) <= 0.033 * want, ("%d, not %d"):format(row.x, want))
              values[i] = row.x
            end
            first = first or values
            assert.same(first, values)
          end
        end
      end)
    end
  end
end)

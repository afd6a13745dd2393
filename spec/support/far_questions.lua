--- Questions that servers answer as blotter does here: verbs that are made of others, functions and joins.

local blotter = require "blotter"

local far_questions = {}

local SCHEMA = "id int64, s string, f float64, d decimal(9,2), z timestamp, b bool, t date"
local FLOATS = { 0 / 0, -0.0, 1 / 0, 1e15, 12345.678e-9 }

--- A table with columns of every type.
function far_questions.table()
  local t = blotter.table(SCHEMA)
  for i = 1, 300 do
    assert(t:append { n = 7, i, i % 7 ~= 0 and "s" .. i % 5 or nil, FLOATS[i % 6] or i / 4, ("%.2f"):format(i / 8),
      "2012-01-31T10:20:30.25Z", i % 3 == 0, "2012-02-29" })
  end
  return t
end

--- A small table beside it.
function far_questions.areas()
  local areas = blotter.table "code string, area string"
  areas:append("s1", "one")
  areas:append("s2", "two")
  return areas
end

--- Each of a query and a small table beside it.
far_questions.ALL = {
  ["pivot"] = function(q)
    return q:pivot{rows="s", cols="b", value="sum(id)", totals=true}:order "s"
  end,
  ["unpivot"] = function(q)
    return q:select "id, a = id * 2, c = id + 1":unpivot{cols="a, c"}:order "id, name"
  end,
  ["fill"] = function(q)
    return q:by "m = id // 50":agg "n = count()":where "m ~= 2":fill{over="m", with=0}:order "m"
  end,
  ["describe"] = function(q)
    return q:describe():select "column, nulls, distinct, min, max"
  end,
  ["facets"] = function(q)
    return q:facets{cols = "b", top = 2}:order "column, value"
  end,
  ["string f"] = function(q)
    return q:order "id":select "id, x = string(f), y = s .. d"
  end,
  ["tail"] = function(q)
    return q:order "id":tail(3)
  end,
  ["distinct"] = function(q)
    return q:distinct "s, b":order "s, b"
  end,
  ["rollup"] = function(q)
    return q:by "rollup(s, b)":agg "n = count(), g = grouping(b)":order "s, b, g"
  end,
  ["top by"] = function(q)
    return q:top(2, "id", {by = "s"}):order "id"
  end,
  ["top f"] = function(q)
    return q:top(5, "f, id"):select"id, f"
  end,
  ["join repl"] = function(q, a)
    return q:left_join(a, "s == code"):by "area":agg "n = count(), m = mean(d)":order "area"
  end,
  ["semi"] = function(q, a)
    return q:semi_join(a, "s == code"):agg "n = count()"
  end,
  ["in q"] = function(q, a)
    return q:where("s in $q", {q = a:select "code"}):agg "n = count()"
  end,
  ["not in"] = function(q, a)
    return q:where("s not in $q", {q = a:select "code"}):agg "n = count()"
  end,
  ["self join"] = function(q)
    return q:join(q:select "id, k = id + 1", "id == k", {suffix="_x"}):agg "n = count(), s = sum(id)"
  end,
  ["self join id"] = function(q)
    return q:join(q:select "id, e = s", "id"):agg "n = count(), s = sum(id)"
  end,
  ["nulls of rows without partner"] = function(q)
    local half = q:where "id % 2 == 0":select "k = id, e = d"
    local function nulls(joined, key) return joined:by(key):agg "n = count()":where(key .. " == nil") end
    return nulls(q:left_join(half, "id == k"), "k"):union_all(nulls(half:right_join(q, "k == id"), "k"))
      :union_all(nulls(half:full_join(q, "k == id"), "k"))
  end,
  ["window"] = function(q)
    return q:window{by="s", order="id", derive=[[r = row_number(), c = cumsum(d),
      l = lag(id)]]}:order "id":select "id, r, c, l"
  end,
  ["window range"] = function(q)
    return q:window{order="z", derive="r = count()", range="1 day"}:order "id":select "id, r"
  end,
  ["median"] = function(q)
    return q:by "b":agg [[m = median(d), q = quantile(id, 0.9), mo = mode(s), st = stddev(d),
      va = variance_pop(id), p = approx_distinct(s)]]:order "b"
  end,
  ["corr"] = function(q)
    return q:agg [[c = round(1000000 * corr(id, d)), s = round(1000000 * regr_slope(id, d)),
      w = round(100 * weighted_mean(d, id))]]
  end,
  ["corr of a constant"] = function(q)
    return q:by "b":agg [[c = corr(id, 430.02), d = corr(430.02, id), s = regr_slope(id, 430.02),
      r = regr_r2(id, 430.02), o = regr_r2(430.02, id), i = regr_intercept(d, 0.1)]]:order "b"
  end,
  ["first"] = function(q)
    return q:order "id":by "b":agg "f = first(s), l = last(s), a = string_agg(s, '-')":order "b"
  end,
  ["min str"] = function(q)
    return q:agg "a = min(s), b = max(s), c = min(b), d = max(f), e = min(f), g = any(b), h = all(b)"
  end,
  ["union"] = function(q)
    return q:select "id, s":union(q:select "id = id + 1, s"):order "id, s"
  end,
  ["except"] = function(q)
    return q:select "s":except(q:where "id < 3":select "s"):order "s"
  end,
  ["cut"] = function(q)
    return q:by "c = cut(id, 10, 100)":agg "n = count()":order "c"
  end,
  ["skip"] = function(q)
    return q:order "id":skip(295)
  end,
  ["skiplimit"] = function(q)
    return q:order "d desc":skip(5):limit(3):select "id"
  end,
  ["limit0"] = function(q)
    return q:limit(0)
  end,
  ["global empty"] = function(q)
    return q:where "id < 0":agg [[n = count(), s = sum(id), m = mean(d), sd = stddev(id), mi = min(s),
      c = count_distinct(s), me = median(id)]]
  end,
  ["fiscal"] = function(q)
    return q:limit(1):select [[a = fiscal_year(t, 10), b = fiscal_quarter(t, 10), c = date_add(t, 1, 'year'),
      d = date_diff(t, z, 'month'), e = trunc(z, 'hour'), w = week(t)]]
  end,
  ["if"] = function(q)
    return q:order "id":limit(9):select [[x = if(b, id, f), y = coalesce(s, 'none'), z = nullif(id, 3),
      l = least(id, 5), g = greatest(d, 3)]]
  end,
  ["count"] = function(q)
    return q:where "b":count()
  end,
  ["params"] = function(q)
    return q:where("s == $s and id > $n", {s = "s1", n = 5}):count()
  end,
  ["zeros of both signs as keys"] = function(q)
    local z = q:select "id, z = if(id % 2 == 0, -1e0, 1e0) * 0, b"
    local zero = z:select "z"
    local function told(...)
      local all
      for _, part in ipairs { ... } do
        part = part:select "x = string(z)"
        all = all and all:union_all(part) or part
      end
      return all
    end
    local groups = z:where "id % 2 == 0":by "z, b":agg "n = count()"
    return told(zero:distinct(), zero:union(zero), zero:intersect(zero), zero:except(z:where "id < 0":select "z"),
      groups, z:by "rollup(z)":agg "n = count()"):by "x":agg "n = count()":order "x"
  end,
  ["zeros of both signs as sums"] = function(q)
    return q:where "id in (2, 4)":agg "z = sum(-0e0)":select "x = string(z)"
  end,
  ["ranges and what has no value"] = function(q)
    local z = q:select [[id, i = nullif(id % 5, 3), f = if(id % 11 == 0, 1e0 / 0, id % 7 == 0, 0e0 / 0, id % 4 * 1e0)]]
      :derive "f = if(id % 9 == 0, nil, f)"
    local all
    for _, order in ipairs { "i", "i desc", "i nulls first", "i desc nulls first", "f", "f desc", "f nulls first",
      "f desc nulls first" } do
      for _, frame in ipairs { { math.huge, 0 }, { 0, math.huge }, { 1, 1 }, { 0, 0 }, { 1, math.huge } } do
        local part = z:window { order = order, range = frame, derive = "s = sum(id), n = count()" }
          :select("of = $of, id, s, n", { of = ("%s %s %s"):format(order, frame[1], frame[2]) })
        all = all and all:union_all(part) or part
      end
    end
    return all:order "of, id"
  end,
  ["zeros of both signs as extremes"] = function(q)
    local z = q:select "id, g = id % 3, z = if(id % 2 == 0, -1e0, 1e0) * if(id % 7 == 0, nil, 0)"
    local groups = z:by "g":agg "a = min(z), b = max(z), c = min_if(z, id % 2 == 1), d = max_if(z, id % 2 == 0)"
    return groups:select "g, a = string(a), b = string(b), c = string(c), d = string(d)":order "g"
  end,
  ["zeros of both signs, running"] = function(q)
    return q:select "id, z = if(id % 3 == 0, -1e0, 1e0) * 0":where "id <= 40"
      :window { order = "id", derive = "a = cummin(z), b = cummax(z)" }
      :select "id, a = string(a), b = string(b), c = string(least(z, -z)), d = string(greatest(-z, z))":order "id"
  end,
  ["zeros of both signs, rounded"] = function(q)
    return q:order "id":limit(9):select "id, x = string(round((id - 5) / 8e0))"
  end,
  ["odd names"] = function(q)
    return q:select "`we\"ird ?name` = id, `select` = s, `ünï` = d":order "`we\"ird ?name`":limit(2)
  end,
  ["long name"] = function(q)
    local n = ("x"):rep(80)
    return q:select(("`%s1` = id, `%s2` = s"):format(n, n)):order(("`%s1`"):format(n)):limit(2)
  end,
}

return far_questions

--- ClickBench's 43 questions over the table of hits, and 22 over a web log, each { name, columns, ask }: `ask` gives
--- the query over the table and its number of rows; the sums of `columns` are the checksum (those that ties in an
--- order do not change; ClickHouse's mean of UserID wraps). clicks_sql.js has the same in SQL.

local JULY = "CounterID == 62 and EventDate >= date '2013-07-01' and EventDate <= date '2013-07-31'"

--- `sum(column + k)` for all k below n.
local function sums(column, n)
  local items = {}
  for k = 0, n - 1 do items[#items + 1] = ("s%d = sum(%s + %d)"):format(k, column, k) end
  return table.concat(items, ", ")
end

local hits = {
  { "c0", { "n" }, function(t) return t:agg "n = count()" end },
  { "c1", { "n" }, function(t) return t:where "AdvEngineID ~= 0":agg "n = count()" end },
  { "c2", { "a", "n", "m" },
    function(t) return t:agg "a = sum(AdvEngineID), n = count(), m = mean(ResolutionWidth)" end },
  { "c3", {}, function(t) return t:agg "m = mean(UserID)" end },
  { "c4", { "n" }, function(t) return t:agg "n = count_distinct(UserID)" end },
  { "c5", { "n" }, function(t) return t:agg "n = count_distinct(SearchPhrase)" end },
  { "c6", {}, function(t) return t:agg "a = min(EventDate), b = max(EventDate)" end },
  { "c7", { "n" }, function(t)
    return t:where "AdvEngineID ~= 0":by "AdvEngineID":agg "n = count()":order "n desc"
  end },
  { "c8", { "u" }, function(t)
    return t:by "RegionID":agg "u = count_distinct(UserID)":order "u desc":limit(10)
  end },
  { "c9", { "a", "c", "m", "u" }, function(t)
    return t:by "RegionID":agg [[a = sum(AdvEngineID), c = count(), m = mean(ResolutionWidth),
      u = count_distinct(UserID)]]:order "c desc":limit(10)
  end },
  { "c10", { "u" }, function(t)
    return t:where "MobilePhoneModel ~= ''":by "MobilePhoneModel":agg "u = count_distinct(UserID)":order "u desc"
      :limit(10)
  end },
  { "c11", { "u" }, function(t)
    return t:where "MobilePhoneModel ~= ''":by "MobilePhone, MobilePhoneModel":agg "u = count_distinct(UserID)"
      :order "u desc":limit(10)
  end },
  { "c12", { "c" }, function(t)
    return t:where "SearchPhrase ~= ''":by "SearchPhrase":agg "c = count()":order "c desc":limit(10)
  end },
  { "c13", { "u" }, function(t)
    return t:where "SearchPhrase ~= ''":by "SearchPhrase":agg "u = count_distinct(UserID)":order "u desc":limit(10)
  end },
  { "c14", { "c" }, function(t)
    return t:where "SearchPhrase ~= ''":by "SearchEngineID, SearchPhrase":agg "c = count()":order "c desc":limit(10)
  end },
  { "c15", { "c" }, function(t) return t:by "UserID":agg "c = count()":order "c desc":limit(10) end },
  { "c16", { "c" }, function(t) return t:by "UserID, SearchPhrase":agg "c = count()":order "c desc":limit(10) end },
  { "c17", {}, function(t) return t:by "UserID, SearchPhrase":agg "c = count()":limit(10) end },
  { "c18", { "c" }, function(t)
    return t:by "UserID, m = minute(EventTime), SearchPhrase":agg "c = count()":order "c desc":limit(10)
  end },
  { "c19", { "UserID" }, function(t) return t:where "UserID == -8189796354748139125":select "UserID" end },
  { "c20", { "n" }, function(t) return t:where "like(URL, '%google%')":agg "n = count()" end },
  { "c21", { "c" }, function(t)
    return t:where "like(URL, '%google%') and SearchPhrase ~= ''":by "SearchPhrase"
      :agg "u = min(URL), c = count()":order "c desc":limit(10)
  end },
  { "c22", { "c" }, function(t)
    return t:where "like(Title, '%Google%') and not like(URL, '%.google.%') and SearchPhrase ~= ''":by "SearchPhrase"
      :agg "u = min(URL), t = min(Title), c = count(), d = count_distinct(UserID)":order "c desc":limit(10)
  end },
  { "c23", {}, function(t) return t:where "like(URL, '%google%')":order "EventTime":limit(10) end },
  { "c24", {}, function(t)
    return t:where "SearchPhrase ~= ''":order "EventTime":limit(10):select "SearchPhrase"
  end },
  { "c25", {}, function(t)
    return t:where "SearchPhrase ~= ''":order "SearchPhrase":limit(10):select "SearchPhrase"
  end },
  { "c26", {}, function(t)
    return t:where "SearchPhrase ~= ''":order "EventTime, SearchPhrase":limit(10):select "SearchPhrase"
  end },
  { "c27", { "l", "c" }, function(t, rows)
    return t:where "URL ~= ''":by "CounterID":agg "l = mean(bytes(URL)), c = count()"
      :where("c > $1", { rows // 1000 }):order "l desc":limit(25)
  end },
  { "c28", { "l", "c" }, function(t, rows)
    return t:where "Referer ~= ''":by "k = replace(split_part(Referer, '/', 3), 'www.', '')"
      :agg "l = mean(bytes(Referer)), c = count(), m = min(Referer)"
      :where("c > $1", { rows // 1000 }):order "l desc":limit(25)
  end },
  { "c29", { "s0", "s1", "s89" }, function(t) return t:agg(sums("ResolutionWidth", 90)) end },
  { "c30", { "c" }, function(t)
    return t:where "SearchPhrase ~= ''":by "SearchEngineID, ClientIP"
      :agg "c = count(), r = sum(IsRefresh), m = mean(ResolutionWidth)":order "c desc":limit(10)
  end },
  { "c31", { "c" }, function(t)
    return t:where "SearchPhrase ~= ''":by "WatchID, ClientIP"
      :agg "c = count(), r = sum(IsRefresh), m = mean(ResolutionWidth)":order "c desc":limit(10)
  end },
  { "c32", { "c" }, function(t)
    return t:by "WatchID, ClientIP":agg "c = count(), r = sum(IsRefresh), m = mean(ResolutionWidth)"
      :order "c desc":limit(10)
  end },
  { "c33", { "c" }, function(t) return t:by "URL":agg "c = count()":order "c desc":limit(10) end },
  { "c34", { "c" }, function(t) return t:by "one = 1, URL":agg "c = count()":order "c desc":limit(10) end },
  { "c35", { "c" }, function(t)
    return t:by "ClientIP, a = ClientIP - 1, b = ClientIP - 2, d = ClientIP - 3":agg "c = count()":order "c desc"
      :limit(10)
  end },
  { "c36", { "c" }, function(t)
    return t:where(JULY .. " and DontCountHits == 0 and IsRefresh == 0 and URL ~= ''"):by "URL":agg "c = count()"
      :order "c desc":limit(10)
  end },
  { "c37", { "c" }, function(t)
    return t:where(JULY .. " and DontCountHits == 0 and IsRefresh == 0 and Title ~= ''"):by "Title"
      :agg "c = count()":order "c desc":limit(10)
  end },
  { "c38", { "c" }, function(t)
    return t:where(JULY .. " and IsRefresh == 0 and IsLink ~= 0 and IsDownload == 0"):by "URL":agg "c = count()"
      :order "c desc":skip(1000):limit(10)
  end },
  { "c39", { "c" }, function(t)
    return t:where(JULY .. " and IsRefresh == 0")
      :by [[TraficSourceID, SearchEngineID, AdvEngineID,
        src = if(SearchEngineID == 0 and AdvEngineID == 0, Referer, ''), dst = URL]]
      :agg "c = count()":order "c desc":skip(1000):limit(10)
  end },
  { "c40", { "c" }, function(t)
    return t:where(JULY .. " and IsRefresh == 0 and TraficSourceID in (-1, 6) and RefererHash == -3614405504117431962")
      :by "URLHash, EventDate":agg "c = count()":order "c desc":skip(100):limit(10)
  end },
  { "c41", { "c" }, function(t)
    return t:where(JULY .. " and IsRefresh == 0 and DontCountHits == 0 and URLHash == -3614405504117431962")
      :by "WindowClientWidth, WindowClientHeight":agg "c = count()":order "c desc":skip(1000):limit(10)
  end },
  { "c42", { "c" }, function(t)
    return t:where [[CounterID == 62 and EventDate >= date '2013-07-14' and EventDate <= date '2013-07-15'
      and IsRefresh == 0 and DontCountHits == 0]]:by "m = trunc(EventTime, 'minute')":agg "c = count()":order "m"
      :skip(1000):limit(10)
  end },
}

local log = {
  { "l0", { "n" }, function(t) return t:where "phrase ~= ''":agg "n = count()" end },
  { "l1", { "s", "n" }, function(t)
    return t:by "region":agg "s = sum(width), n = count(), m = mean(duration)":order "n desc":limit(10)
  end },
  { "l2", { "n" }, function(t) return t:agg "n = count_distinct(user)" end },
  { "l3", { "n" }, function(t) return t:agg "n = count_distinct(phrase)" end },
  { "l4", { "u" }, function(t) return t:by "region":agg "u = count_distinct(user)":order "u desc":limit(10) end },
  { "l5", { "c" }, function(t) return t:by "user":agg "c = count()":order "c desc":limit(10) end },
  { "l6", { "c" }, function(t) return t:by "url":agg "c = count()":order "c desc":limit(10) end },
  { "l7", { "c" }, function(t)
    return t:where "phrase ~= ''":by "phrase":agg "c = count()":order "c desc":limit(10)
  end },
  { "l8", { "c" }, function(t) return t:by "user, phrase":agg "c = count()":order "c desc":limit(10) end },
  { "l9", { "n", "m" }, function(t) return t:by "h = hour(time)":agg "n = count(), m = mean(duration)":order "h" end },
  { "l10", { "n" }, function(t) return t:where "like(url, '%google%')":agg "n = count()" end },
  { "l11", { "n" }, function(t) return t:where "contains(url, 'id=12')":agg "n = count()" end },
  { "l12", { "l", "c" }, function(t)
    return t:by "k = split_part(url, '/', 3)":agg "l = mean(len(url)), m = min(url), c = count()":order "c desc"
      :limit(10)
  end },
  { "l13", { "s0", "s1", "s89" }, function(t) return t:agg(sums("width", 90)) end },
  { "l14", {}, function(t) return t:order "price" end },
  { "l15", {}, function(t) return t:order "url":limit(10) end },
  { "l16", {}, function(t) return t:agg "a = min(url), b = max(url)" end },
  { "l17", { "m" }, function(t)
    return t:by "region":agg "m = median(duration), c = count()":order "c desc":limit(10)
  end },
  { "l18", { "a", "b" }, function(t) return t:agg "a = quantile(price, 0.5), b = quantile(price, 0.9)" end },
  { "l19", { "c" }, function(t) return t:by "m = trunc(time, 'minute')":agg "c = count()":order "m":limit(10) end },
  { "l20", { "s" }, function(t)
    return t:where "flag and width > 1000":by "region":agg "s = sum(price)":order "s desc":limit(10)
  end },
  { "l21", { "n" }, function(t) return t:where "lower(url) ~= url":agg "n = count()" end },
}

local function named(list)
  for i, q in ipairs(list) do list[i] = { name = q[1], columns = q[2], ask = q[3] } end
  return list
end

return { hits = named(hits), log = named(log) }

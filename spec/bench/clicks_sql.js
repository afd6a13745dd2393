// The questions of clicks_questions.lua in SQL, each [sql, columns whose sums are the checksum].
"use strict";

const july = "CounterID = 62 AND EventDate >= '2013-07-01' AND EventDate <= '2013-07-31'";
const sums = (column, n) => Array.from({ length: n }, (_, k) => `sum(${column} + ${k}) AS s${k}`).join(", ");

// `words`: how a dialect says split(text) (its third part between slashes), bytes(text), characters(text),
// median(x), quantile(x, p), minute(t), hour(t), month_minute(t), distinct(x).
function hits(words, rows) {
  const { split, bytes, minute, trunc } = words;
  const distinct = words.distinct;
  const top = "ORDER BY c DESC LIMIT 10", phrase = "WHERE SearchPhrase <> ''";
  const three = "count(*) AS c, sum(IsRefresh) AS r, avg(ResolutionWidth) AS m";
  return {
    c0: ["SELECT count(*) AS n FROM hits", "n"],
    c1: ["SELECT count(*) AS n FROM hits WHERE AdvEngineID <> 0", "n"],
    c2: ["SELECT sum(AdvEngineID) AS a, count(*) AS n, avg(ResolutionWidth) AS m FROM hits", "a", "n", "m"],
    c3: ["SELECT avg(UserID) AS m FROM hits"],
    c4: [`SELECT ${distinct("UserID")} AS n FROM hits`, "n"],
    c5: [`SELECT ${distinct("SearchPhrase")} AS n FROM hits`, "n"],
    c6: ["SELECT min(EventDate) AS a, max(EventDate) AS b FROM hits"],
    c7: ["SELECT AdvEngineID, count(*) AS n FROM hits WHERE AdvEngineID <> 0 GROUP BY AdvEngineID ORDER BY n DESC", "n"],
    c8: [`SELECT RegionID, ${distinct("UserID")} AS u FROM hits GROUP BY RegionID ORDER BY u DESC LIMIT 10`, "u"],
    c9: ["SELECT RegionID, sum(AdvEngineID) AS a, count(*) AS c, avg(ResolutionWidth) AS m, " +
      `${distinct("UserID")} AS u FROM hits GROUP BY RegionID ${top}`, "a", "c", "m", "u"],
    c10: [`SELECT MobilePhoneModel, ${distinct("UserID")} AS u FROM hits WHERE MobilePhoneModel <> '' ` +
      "GROUP BY MobilePhoneModel ORDER BY u DESC LIMIT 10", "u"],
    c11: [`SELECT MobilePhone, MobilePhoneModel, ${distinct("UserID")} AS u FROM hits WHERE MobilePhoneModel <> '' ` +
      "GROUP BY MobilePhone, MobilePhoneModel ORDER BY u DESC LIMIT 10", "u"],
    c12: [`SELECT SearchPhrase, count(*) AS c FROM hits ${phrase} GROUP BY SearchPhrase ${top}`, "c"],
    c13: [`SELECT SearchPhrase, ${distinct("UserID")} AS u FROM hits ${phrase} GROUP BY SearchPhrase ` +
      "ORDER BY u DESC LIMIT 10", "u"],
    c14: [`SELECT SearchEngineID, SearchPhrase, count(*) AS c FROM hits ${phrase} ` +
      `GROUP BY SearchEngineID, SearchPhrase ${top}`, "c"],
    c15: [`SELECT UserID, count(*) AS c FROM hits GROUP BY UserID ${top}`, "c"],
    c16: [`SELECT UserID, SearchPhrase, count(*) AS c FROM hits GROUP BY UserID, SearchPhrase ${top}`, "c"],
    c17: ["SELECT UserID, SearchPhrase, count(*) AS c FROM hits GROUP BY UserID, SearchPhrase LIMIT 10"],
    c18: [`SELECT UserID, ${minute("EventTime")} AS m, SearchPhrase, count(*) AS c FROM hits ` +
      `GROUP BY UserID, m, SearchPhrase ${top}`, "c"],
    c19: ["SELECT UserID FROM hits WHERE UserID = -8189796354748139125", "UserID"],
    c20: ["SELECT count(*) AS n FROM hits WHERE URL LIKE '%google%'", "n"],
    c21: ["SELECT SearchPhrase, min(URL) AS u, count(*) AS c FROM hits " +
      `WHERE URL LIKE '%google%' AND SearchPhrase <> '' GROUP BY SearchPhrase ${top}`, "c"],
    c22: [`SELECT SearchPhrase, min(URL) AS u, min(Title) AS t, count(*) AS c, ${distinct("UserID")} AS d FROM hits ` +
      "WHERE Title LIKE '%Google%' AND URL NOT LIKE '%.google.%' AND SearchPhrase <> '' " +
      `GROUP BY SearchPhrase ${top}`, "c"],
    c23: ["SELECT * FROM hits WHERE URL LIKE '%google%' ORDER BY EventTime LIMIT 10"],
    c24: [`SELECT SearchPhrase FROM hits ${phrase} ORDER BY EventTime LIMIT 10`],
    c25: [`SELECT SearchPhrase FROM hits ${phrase} ORDER BY SearchPhrase LIMIT 10`],
    c26: [`SELECT SearchPhrase FROM hits ${phrase} ORDER BY EventTime, SearchPhrase LIMIT 10`],
    c27: [`SELECT CounterID, avg(${bytes("URL")}) AS l, count(*) AS c FROM hits WHERE URL <> '' GROUP BY CounterID ` +
      `HAVING count(*) > ${Math.floor(rows / 1000)} ORDER BY l DESC LIMIT 25`, "l", "c"],
    c28: [`SELECT replace(${split("Referer")}, 'www.', '') AS k, avg(${bytes("Referer")}) AS l, count(*) AS c, ` +
      "min(Referer) AS m FROM hits WHERE Referer <> '' GROUP BY k " +
      `HAVING count(*) > ${Math.floor(rows / 1000)} ORDER BY l DESC LIMIT 25`, "l", "c"],
    c29: [`SELECT ${sums("ResolutionWidth", 90)} FROM hits`, "s0", "s1", "s89"],
    c30: [`SELECT SearchEngineID, ClientIP, ${three} FROM hits ${phrase} GROUP BY SearchEngineID, ClientIP ${top}`, "c"],
    c31: [`SELECT WatchID, ClientIP, ${three} FROM hits ${phrase} GROUP BY WatchID, ClientIP ${top}`, "c"],
    c32: [`SELECT WatchID, ClientIP, ${three} FROM hits GROUP BY WatchID, ClientIP ${top}`, "c"],
    c33: [`SELECT URL, count(*) AS c FROM hits GROUP BY URL ${top}`, "c"],
    c34: [`SELECT 1 AS one, URL, count(*) AS c FROM hits GROUP BY one, URL ${top}`, "c"],
    c35: ["SELECT ClientIP, ClientIP - 1 AS a, ClientIP - 2 AS b, ClientIP - 3 AS d, count(*) AS c FROM hits " +
      `GROUP BY ClientIP, a, b, d ${top}`, "c"],
    c36: [`SELECT URL, count(*) AS c FROM hits WHERE ${july} AND DontCountHits = 0 AND IsRefresh = 0 AND URL <> '' ` +
      `GROUP BY URL ${top}`, "c"],
    c37: [`SELECT Title, count(*) AS c FROM hits WHERE ${july} AND DontCountHits = 0 AND IsRefresh = 0 ` +
      `AND Title <> '' GROUP BY Title ${top}`, "c"],
    c38: [`SELECT URL, count(*) AS c FROM hits WHERE ${july} AND IsRefresh = 0 AND IsLink <> 0 AND IsDownload = 0 ` +
      `GROUP BY URL ${top} OFFSET 1000`, "c"],
    c39: ["SELECT TraficSourceID, SearchEngineID, AdvEngineID, CASE WHEN SearchEngineID = 0 AND AdvEngineID = 0 " +
      "THEN Referer ELSE '' END AS src, URL AS dst, count(*) AS c " +
      `FROM hits WHERE ${july} AND IsRefresh = 0 GROUP BY TraficSourceID, SearchEngineID, AdvEngineID, src, dst ` +
      `${top} OFFSET 1000`, "c"],
    c40: [`SELECT URLHash, EventDate, count(*) AS c FROM hits WHERE ${july} AND IsRefresh = 0 ` +
      "AND TraficSourceID IN (-1, 6) AND RefererHash = -3614405504117431962 " +
      `GROUP BY URLHash, EventDate ${top} OFFSET 100`, "c"],
    c41: [`SELECT WindowClientWidth, WindowClientHeight, count(*) AS c FROM hits WHERE ${july} AND IsRefresh = 0 ` +
      "AND DontCountHits = 0 AND URLHash = -3614405504117431962 " +
      `GROUP BY WindowClientWidth, WindowClientHeight ${top} OFFSET 1000`, "c"],
    c42: [`SELECT ${trunc("EventTime")} AS m, count(*) AS c FROM hits WHERE CounterID = 62 ` +
      "AND EventDate >= '2013-07-14' AND EventDate <= '2013-07-15' AND IsRefresh = 0 AND DontCountHits = 0 " +
      "GROUP BY m ORDER BY m LIMIT 10 OFFSET 1000", "c"],
  };
}

function log(words) {
  const { split, characters, median, quantile, hour, trunc, sorted } = words;
  const distinct = words.distinct, top = "ORDER BY c DESC LIMIT 10";
  return {
    l0: ["SELECT count(*) AS n FROM log WHERE phrase <> ''", "n"],
    l1: ["SELECT region, sum(width) AS s, count(*) AS n, avg(duration) AS m FROM log GROUP BY region " +
      "ORDER BY n DESC LIMIT 10", "s", "n"],
    l2: [`SELECT ${distinct("user")} AS n FROM log`, "n"],
    l3: [`SELECT ${distinct("phrase")} AS n FROM log`, "n"],
    l4: [`SELECT region, ${distinct("user")} AS u FROM log GROUP BY region ORDER BY u DESC LIMIT 10`, "u"],
    l5: [`SELECT "user", count(*) AS c FROM log GROUP BY "user" ${top}`, "c"],
    l6: [`SELECT url, count(*) AS c FROM log GROUP BY url ${top}`, "c"],
    l7: [`SELECT phrase, count(*) AS c FROM log WHERE phrase <> '' GROUP BY phrase ${top}`, "c"],
    l8: [`SELECT "user", phrase, count(*) AS c FROM log GROUP BY "user", phrase ${top}`, "c"],
    l9: [`SELECT ${hour("time")} AS h, count(*) AS n, avg(duration) AS m FROM log GROUP BY h ORDER BY h`, "n", "m"],
    l10: ["SELECT count(*) AS n FROM log WHERE url LIKE '%google%'", "n"],
    l11: ["SELECT count(*) AS n FROM log WHERE url LIKE '%id=12%'", "n"],
    l12: [`SELECT ${split("url")} AS k, avg(${characters("url")}) AS l, min(url) AS m, count(*) AS c FROM log ` +
      `GROUP BY k ${top}`, "l", "c"],
    l13: [`SELECT ${sums("width", 90)} FROM log`, "s0", "s1", "s89"],
    l14: [sorted],
    l15: ["SELECT * FROM log ORDER BY url LIMIT 10"],
    l16: ["SELECT min(url) AS a, max(url) AS b FROM log"],
    l17: [`SELECT region, ${median("duration")} AS m, count(*) AS c FROM log GROUP BY region ${top}`, "m"],
    l18: [`SELECT ${quantile("price", 0.5)} AS a, ${quantile("price", 0.9)} AS b FROM log`, "a", "b"],
    l19: [`SELECT ${trunc("time")} AS m, count(*) AS c FROM log GROUP BY m ORDER BY m LIMIT 10`, "c"],
    l20: ["SELECT region, sum(price) AS s FROM log WHERE flag AND width > 1000 GROUP BY region " +
      "ORDER BY s DESC LIMIT 10", "s"],
    l21: ["SELECT count(*) AS n FROM log WHERE lower(url) <> url", "n"],
  };
}

// Asks all questions `runs` times and prints `engine question run seconds rows checksum`: `rows_of` gives an answer's
// rows as objects, once it is timed; of a table `answer` that was made, as many as it has.
async function ask(engine, questions, runs, run, rows_of) {
  const only = process.env.ONLY ? process.env.ONLY.split(",") : null;
  for (const [name, [sql, ...columns]] of Object.entries(questions)) {
    if (only && !only.includes(name)) continue;
    for (let number = 1; number <= runs; number++) {
      const start = process.hrtime.bigint();
      const answer = await run(sql);
      const seconds = Number(process.hrtime.bigint() - start) / 1e9;
      const rows = await rows_of(answer, sql);
      const sums = columns.map((c) => rows.reduce((sum, row) => sum + Number(row[c]), 0).toPrecision(12));
      console.log([engine, name, number, seconds.toFixed(6), rows.length, sums.join(";")].join("\t"));
    }
  }
}

module.exports = { hits, log, ask };

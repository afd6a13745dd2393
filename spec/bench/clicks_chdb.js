// The questions about clicks in ClickHouse, embedded as chdb: LowCardinality where few strings repeat.
//
//   node clicks_chdb.js hits|log CSV ROWS RUNS THREADS     prints   engine question run seconds rows checksum
"use strict";
const { Session } = require("chdb");
const { hits, log, ask } = require("./clicks_sql.js");

const [which, csv, rows, runs, threads] = process.argv.slice(2);
const words = {
  split: (s) => `splitByChar('/', ${s})[3]`,
  bytes: (s) => `length(${s})`,
  characters: (s) => `lengthUTF8(${s})`,
  median: (x) => `quantileExactInclusive(0.5)(${x})`,
  quantile: (x, p) => `quantileExactInclusive(${p})(${x})`,
  minute: (t) => `toMinute(${t})`,
  hour: (t) => `toHour(${t})`,
  trunc: (t) => `toStartOfMinute(${t})`,
  distinct: (x) => `uniqExact("${x}")`,
  sorted: "CREATE TABLE answer ENGINE = Memory AS SELECT * FROM log ORDER BY price",
};
const tables = {
  hits: "WatchID Int64, EventTime DateTime, EventDate Date, CounterID Int32, ClientIP Int32, RegionID Int32, " +
    "UserID Int64, URL String, Referer String, Title String, IsRefresh Int16, ResolutionWidth Int16, " +
    "MobilePhone Int16, MobilePhoneModel LowCardinality(String), TraficSourceID Int16, SearchEngineID Int16, " +
    "SearchPhrase String, AdvEngineID Int16, WindowClientWidth Int16, WindowClientHeight Int16, IsLink Int16, " +
    "IsDownload Int16, DontCountHits Int16, RefererHash Int64, URLHash Int64",
  log: "user Int64, time DateTime, region Int32, url String, phrase String, width Int32, duration Int32, " +
    "price Float64, flag Bool",
};

async function main() {
  const session = new Session();
  const run = (sql) => session.query(sql, "JSONEachRow");
  run(`SET max_threads = ${threads}, max_insert_threads = ${threads}`);
  run("CREATE DATABASE bench");
  run("USE bench");
  run(`CREATE TABLE ${which} (${tables[which]}) ENGINE = Memory`);
  const start = process.hrtime.bigint();
  run(`INSERT INTO ${which} SELECT * FROM file('${csv}', CSVWithNames)`);
  console.log(["chdb", `load_${which}`, 1, (Number(process.hrtime.bigint() - start) / 1e9).toFixed(6), rows, ""].join("\t"));
  await ask("chdb", (which === "hits" ? hits : log)(words, Number(rows)), Number(runs), run, (text, sql) => {
    if (sql.startsWith("CREATE")) {
      const count = Number(session.query("SELECT count() FROM answer", "CSV"));
      run("DROP TABLE answer");
      return new Array(count);
    }
    return text.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
  });
  session.cleanup();
}
main().catch((error) => { console.error(String(error)); process.exit(1); });

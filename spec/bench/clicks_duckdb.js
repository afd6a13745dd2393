// The questions about clicks in DuckDB, its strings as ENUM where few repeat: a telephone's model.
//
//   node clicks_duckdb.js hits|log CSV ROWS RUNS THREADS     prints   engine question run seconds rows checksum
"use strict";
const { DuckDBInstance } = require("@duckdb/node-api");
const { hits, log, ask } = require("./clicks_sql.js");

const [which, csv, rows, runs, threads] = process.argv.slice(2);
const words = {
  split: (s) => `split_part(${s}, '/', 3)`,
  bytes: (s) => `strlen(${s})`,
  characters: (s) => `length(${s})`,
  median: (x) => `quantile_cont(${x}, 0.5)`,
  quantile: (x, p) => `quantile_cont(${x}, ${p})`,
  minute: (t) => `extract(minute FROM ${t})`,
  hour: (t) => `extract(hour FROM ${t})`,
  trunc: (t) => `date_trunc('minute', ${t})`,
  distinct: (x) => `count(DISTINCT "${x}")`,
  sorted: "CREATE OR REPLACE TEMP TABLE answer AS SELECT * FROM log ORDER BY price",
};
const small = ["IsRefresh", "ResolutionWidth", "MobilePhone", "TraficSourceID", "SearchEngineID", "AdvEngineID",
  "WindowClientWidth", "WindowClientHeight", "IsLink", "IsDownload", "DontCountHits"];

async function main() {
  const instance = await DuckDBInstance.create(":memory:", { threads: String(threads) });
  const db = await instance.connect();
  const read = `read_csv('${csv}', allow_quoted_nulls = false, nullstr = '\\N')`;
  const narrow = [...small.map((c) => `${c}::SMALLINT AS ${c}`),
    ...["CounterID", "ClientIP", "RegionID"].map((c) => `${c}::INT AS ${c}`)].join(", ");
  const start = process.hrtime.bigint();
  await db.run(`CREATE TABLE ${which} AS SELECT * ${which === "hits" ? `REPLACE (${narrow})` : ""} FROM ${read}`);
  console.log(["duckdb", `load_${which}`, 1, (Number(process.hrtime.bigint() - start) / 1e9).toFixed(6), rows, ""].join("\t"));
  if (which === "hits") {
    await db.run("CREATE TYPE model AS ENUM (SELECT DISTINCT MobilePhoneModel FROM hits)");
    await db.run("ALTER TABLE hits ALTER MobilePhoneModel TYPE model");
  }
  await ask("duckdb", (which === "hits" ? hits : log)(words, Number(rows)), Number(runs),
    (sql) => db.runAndReadAll(sql), async (answer, sql) => {
      if (!sql.startsWith("CREATE")) return answer.getRowObjects();
      const count = await db.runAndReadAll("SELECT count(*) FROM answer");
      return new Array(Number(count.getRows()[0][0]));
    });
}
main().catch((error) => { console.error(String(error)); process.exit(1); });

// The ten group-by questions in DuckDB: strings as ENUM, answers materialised into tables.
"use strict";
const { DuckDBInstance } = require("@duckdb/node-api");
const { csv, threads, time, ask } = require("./peer.js");

const own = {
  q6: ["SELECT id4, id5, quantile_cont(v3, 0.5) AS a, stddev(v3) AS b FROM x GROUP BY id4, id5", "a", "b"],
  q8: ["SELECT id6, unnest(max(v3, 2)) AS a FROM x GROUP BY id6", "a"],
};

async function main() {
  const instance = await DuckDBInstance.create(":memory:", { threads: String(threads) });
  const db = await instance.connect();
  const row = async (sql) => (await db.runAndReadAll(sql)).getRows()[0].map(Number);
  await time("duckdb", "load", 1, () => db.run(`CREATE TABLE raw AS SELECT * FROM read_csv('${csv}')`),
    async () => [(await row("SELECT count(*) FROM raw"))[0], [(await row("SELECT sum(v1) FROM raw"))[0]]]);
  for (const id of ["id1", "id2", "id3"]) await db.run(`CREATE TYPE ${id} AS ENUM (SELECT DISTINCT ${id} FROM raw)`);
  await db.run("CREATE TABLE x AS SELECT id1::id1 AS id1, id2::id2 AS id2, id3::id3 AS id3, " +
    "id4::INT AS id4, id5::INT AS id5, id6::INT AS id6, v1::INT AS v1, v2::INT AS v2, v3 FROM raw");
  await db.run("DROP TABLE raw");
  await ask("duckdb", own, "", (sql) => db.run(sql), row);
}
main().catch((error) => { console.error(String(error)); process.exit(1); });

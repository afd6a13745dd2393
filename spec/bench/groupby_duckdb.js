// The ten group-by questions in DuckDB: strings as ENUM, answers materialised into tables.
"use strict";
const { DuckDBInstance } = require("@duckdb/node-api");
const { csv, runs, threads, time } = require("./peer.js");

const questions = {
  q1: ["SELECT id1, sum(v1) AS a FROM x GROUP BY id1", "a"],
  q2: ["SELECT id1, id2, sum(v1) AS a FROM x GROUP BY id1, id2", "a"],
  q3: ["SELECT id3, sum(v1) AS a, avg(v3) AS b FROM x GROUP BY id3", "a", "b"],
  q4: ["SELECT id4, avg(v1) AS a, avg(v2) AS b, avg(v3) AS c FROM x GROUP BY id4", "a", "b", "c"],
  q5: ["SELECT id6, sum(v1) AS a, sum(v2) AS b, sum(v3) AS c FROM x GROUP BY id6", "a", "b", "c"],
  q6: ["SELECT id4, id5, quantile_cont(v3, 0.5) AS a, stddev(v3) AS b FROM x GROUP BY id4, id5", "a", "b"],
  q7: ["SELECT id3, max(v1) - min(v2) AS a FROM x GROUP BY id3", "a"],
  q8: ["SELECT id6, unnest(max(v3, 2)) AS a FROM x GROUP BY id6", "a"],
  q9: ["SELECT id2, id4, pow(corr(v1, v2), 2) AS a FROM x GROUP BY id2, id4", "a"],
  q10: [
    "SELECT id1, id2, id3, id4, id5, id6, sum(v3) AS a, count(*) AS b FROM x " +
      "GROUP BY id1, id2, id3, id4, id5, id6",
    "a", "b",
  ],
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
  for (const [name, [sql, ...columns]] of Object.entries(questions)) {
    for (let run = 1; run <= runs; run++) {
      await db.run("DROP TABLE IF EXISTS answer");
      await time("duckdb", name, run, () => db.run(`CREATE TABLE answer AS ${sql}`), async () => {
        const [rows, ...sums] = await row(`SELECT count(*), ${columns.map((c) => `sum(${c})`).join()} FROM answer`);
        return [rows, sums];
      });
    }
  }
}
main().catch((error) => { console.error(String(error)); process.exit(1); });

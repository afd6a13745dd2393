// What joins.lua asks, in DuckDB: each answer of a join or window is summed, column by column, in one statement.
"use strict";
const { DuckDBInstance } = require("@duckdb/node-api");

const [folder, rows, runs, threads] = [process.argv[2], process.argv[3], Number(process.argv[4]), process.argv[5]];

async function main() {
  const instance = await DuckDBInstance.create(":memory:", { threads: String(threads || 2) });
  const db = await instance.connect();
  for (const name of ["x", "small", "medium", "big"]) {
    await db.run(`CREATE TABLE ${name} AS SELECT * FROM read_csv('${folder}/J1_${rows}_${name}.csv')`);
  }
  await db.run("CREATE TYPE t5 AS ENUM (SELECT DISTINCT id5 FROM (SELECT id5 FROM x UNION SELECT id5 FROM medium))");
  for (const name of ["x", "medium"]) await db.run(`ALTER TABLE ${name} ALTER id5 TYPE t5`);
  await db.run("CREATE TABLE t AS SELECT (id3 * 7919) % 100000 AS g, id3 AS o, v1 AS v FROM x");
  await db.run("CREATE TABLE keys AS SELECT id2 % 100 AS a, id3 % 100 AS b, id1 AS c, v1 AS v FROM x");
  const all = (columns) => ["count(*)", ...columns.map((c) => `sum(${c})`)].join(", ");
  const left = ["x.id1", "x.id2", "x.id3", "v1"];
  const window = (what) => `SELECT ${all(["g", "o", "v", "w"])} FROM (SELECT *, ${what} AS w FROM t)`;
  const over = "OVER (PARTITION BY g ORDER BY o";
  const questions = {
    j1: `SELECT ${all([...left, "v2"])} FROM x JOIN small USING (id1)`,
    j2: `SELECT ${all([...left, "medium.id1", "v2"])} FROM x JOIN medium USING (id2)`,
    j3: `SELECT ${all([...left, "medium.id1", "v2"])} FROM x LEFT JOIN medium USING (id2)`,
    j4: `SELECT ${all([...left, "medium.id1", "medium.id2", "v2"])} FROM x JOIN medium USING (id5)`,
    j5: `SELECT ${all([...left, "big.id1", "big.id2", "v2"])} FROM x JOIN big USING (id3)`,
    w1: window(`sum(v) ${over} ROWS UNBOUNDED PRECEDING)`),
    w2: window(`lag(v) ${over})`),
    w3: window(`rank() ${over})`),
    w4: window(`avg(v) ${over} ROWS 6 PRECEDING)`),
    p1: "PIVOT keys ON b USING sum(v) GROUP BY a",
    p2: "SELECT a, b, c, count(*) AS n, sum(v) AS v FROM keys GROUP BY CUBE (a, b, c)",
  };
  for (const [name, sql] of Object.entries(questions)) {
    for (let run = 1; run <= runs; run++) {
      const start = process.hrtime.bigint();
      const answer = await db.runAndReadAll(sql);
      const seconds = Number(process.hrtime.bigint() - start) / 1e9;
      const n = name.startsWith("p") ? answer.getRows().length : Number(answer.getRows()[0][0]);
      console.log(["duckdb", name, run, seconds.toFixed(6), n, n].join("\t"));
    }
  }
}
main().catch((error) => { console.error(String(error)); process.exit(1); });

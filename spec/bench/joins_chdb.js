// What joins.lua asks, in ClickHouse, embedded as chdb: each answer of a join or window is summed, column by column, in
// one statement; a pivot is a conditional sum for each column.
"use strict";
const { Session } = require("chdb");

const [folder, rows, runs, threads] = [process.argv[2], process.argv[3], Number(process.argv[4]), process.argv[5] || 2];

const numbers = "id1 Int32, id2 Int32, id3 Int32, ";
const texts = "id4 LowCardinality(String), id5 LowCardinality(String), id6 String, ";
const tables = {
  x: `${numbers}${texts}v1 Float64`,
  small: "id1 Int32, id4 LowCardinality(String), v2 Float64",
  medium: "id1 Int32, id2 Int32, id4 LowCardinality(String), id5 LowCardinality(String), v2 Float64",
  big: `${numbers}${texts}v2 Float64`,
};

function main() {
  const session = new Session();
  const run = (sql) => session.query(sql, "CSV");
  run(`SET max_threads = ${threads}, max_insert_threads = ${threads}`);
  run("CREATE DATABASE bench");
  run("USE bench");
  for (const [name, columns] of Object.entries(tables)) {
    run(`CREATE TABLE ${name} (${columns}) ENGINE = Memory`);
    run(`INSERT INTO ${name} SELECT * FROM file('${folder}/J1_${rows}_${name}.csv', CSVWithNames)`);
  }
  run("CREATE TABLE t ENGINE = Memory AS SELECT (id3 * 7919) % 100000 AS g, id3 AS o, v1 AS v FROM x");
  run("CREATE TABLE keys ENGINE = Memory AS SELECT id2 % 100 AS a, id3 % 100 AS b, id1 AS c, v1 AS v FROM x");
  const all = (columns) => ["count()", ...columns.map((c) => `sum(${c})`)].join(", ");
  const left = ["x.id1", "x.id2", "x.id3", "v1"];
  const window = (what) => `SELECT ${all(["g", "o", "v", "w"])} FROM (SELECT *, ${what} AS w FROM t)`;
  const over = "OVER (PARTITION BY g ORDER BY o";
  const cells = Array.from({ length: 100 }, (_, b) => `sumIf(v, b = ${b}) AS v${b}`).join(", ");
  const questions = {
    j1: `SELECT ${all([...left, "v2"])} FROM x JOIN small ON x.id1 = small.id1`,
    j2: `SELECT ${all([...left, "medium.id1", "v2"])} FROM x JOIN medium ON x.id2 = medium.id2`,
    j3: `SELECT ${all([...left, "medium.id1", "v2"])} FROM x LEFT JOIN medium ON x.id2 = medium.id2`,
    j4: `SELECT ${all([...left, "medium.id1", "medium.id2", "v2"])} FROM x JOIN medium ON x.id5 = medium.id5`,
    j5: `SELECT ${all([...left, "big.id1", "big.id2", "v2"])} FROM x JOIN big ON x.id3 = big.id3`,
    w1: window(`sum(v) ${over} ROWS UNBOUNDED PRECEDING)`),
    w2: window(`lagInFrame(v) ${over} ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)`),
    w3: window(`rank() ${over})`),
    w4: window(`avg(v) ${over} ROWS 6 PRECEDING)`),
    p1: `SELECT a, ${cells} FROM keys GROUP BY a`,
    p2: "SELECT a, b, c, count() AS n, sum(v) AS v FROM keys GROUP BY CUBE (a, b, c)",
  };
  for (const [name, sql] of Object.entries(questions)) {
    const groups = name.startsWith("p");
    for (let i = 1; i <= runs; i++) {
      const start = process.hrtime.bigint();
      const answer = run(groups ? `CREATE TABLE r ENGINE = Memory AS ${sql}` : sql);
      const seconds = Number(process.hrtime.bigint() - start) / 1e9;
      const n = Number(groups ? run("SELECT count() FROM r") : answer.split(",")[0]);
      if (groups) run("DROP TABLE r");
      console.log(["chdb", name, i, seconds.toFixed(6), n, n].join("\t"));
    }
  }
  session.cleanup();
}
main();

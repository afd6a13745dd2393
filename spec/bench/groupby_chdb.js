// The ten group-by questions in ClickHouse, embedded as chdb: strings as LowCardinality, answers in Memory tables.
"use strict";
const { Session } = require("chdb");
const { csv, runs, threads, time } = require("./peer.js");

const questions = {
  q1: ["SELECT id1, sum(v1) AS a FROM x GROUP BY id1", "a"],
  q2: ["SELECT id1, id2, sum(v1) AS a FROM x GROUP BY id1, id2", "a"],
  q3: ["SELECT id3, sum(v1) AS a, avg(v3) AS b FROM x GROUP BY id3", "a", "b"],
  q4: ["SELECT id4, avg(v1) AS a, avg(v2) AS b, avg(v3) AS c FROM x GROUP BY id4", "a", "b", "c"],
  q5: ["SELECT id6, sum(v1) AS a, sum(v2) AS b, sum(v3) AS c FROM x GROUP BY id6", "a", "b", "c"],
  q6: ["SELECT id4, id5, quantileExactInclusive(0.5)(v3) AS a, stddevSamp(v3) AS b FROM x GROUP BY id4, id5", "a", "b"],
  q7: ["SELECT id3, max(v1) - min(v2) AS a FROM x GROUP BY id3", "a"],
  q8: ["SELECT id6, arrayJoin(arraySlice(arrayReverseSort(groupArray(v3)), 1, 2)) AS a FROM x GROUP BY id6", "a"],
  q9: ["SELECT id2, id4, pow(corr(v1, v2), 2) AS a FROM x GROUP BY id2, id4", "a"],
  q10: [
    "SELECT id1, id2, id3, id4, id5, id6, sum(v3) AS a, count() AS b FROM x " +
      "GROUP BY id1, id2, id3, id4, id5, id6",
    "a", "b",
  ],
};

async function main() {
  const session = new Session();
  const ask = (sql) => session.query(sql, "CSV");
  const row = (sql) => ask(sql).trim().split(",").map(Number);
  ask(`SET max_threads = ${threads}, max_insert_threads = ${threads}`);
  ask("CREATE DATABASE bench");
  ask("USE bench");
  ask("CREATE TABLE x (id1 LowCardinality(String), id2 LowCardinality(String), id3 LowCardinality(String), " +
    "id4 Int32, id5 Int32, id6 Int32, v1 Int32, v2 Int32, v3 Float64) ENGINE = Memory");
  await time("chdb", "load", 1, () => ask(`INSERT INTO x SELECT * FROM file('${csv}', CSVWithNames)`),
    () => [row("SELECT count() FROM x")[0], row("SELECT sum(v1) FROM x")]);
  for (const [name, [sql, ...columns]] of Object.entries(questions)) {
    for (let run = 1; run <= runs; run++) {
      ask("DROP TABLE IF EXISTS answer");
      await time("chdb", name, run, () => ask(`CREATE TABLE answer ENGINE = Memory AS ${sql}`), () => {
        const [rows, ...sums] = row(`SELECT count(), ${columns.map((c) => `sum(${c})`).join()} FROM answer`);
        return [rows, sums];
      });
    }
  }
  session.cleanup();
}
main().catch((error) => { console.error(String(error)); process.exit(1); });

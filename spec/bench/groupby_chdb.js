// The ten group-by questions in ClickHouse, embedded as chdb: strings as LowCardinality, answers in Memory tables.
"use strict";
const { Session } = require("chdb");
const { csv, threads, time, ask } = require("./peer.js");

const own = {
  q6: ["SELECT id4, id5, quantileExactInclusive(0.5)(v3) AS a, stddevSamp(v3) AS b FROM x GROUP BY id4, id5", "a", "b"],
  q8: ["SELECT id6, arrayJoin(arraySlice(arrayReverseSort(groupArray(v3)), 1, 2)) AS a FROM x GROUP BY id6", "a"],
};

async function main() {
  const session = new Session();
  const run = (sql) => session.query(sql, "CSV");
  const row = (sql) => run(sql).trim().split(",").map(Number);
  run(`SET max_threads = ${threads}, max_insert_threads = ${threads}`);
  run("CREATE DATABASE bench");
  run("USE bench");
  run("CREATE TABLE x (id1 LowCardinality(String), id2 LowCardinality(String), id3 LowCardinality(String), " +
    "id4 Int32, id5 Int32, id6 Int32, v1 Int32, v2 Int32, v3 Float64) ENGINE = Memory");
  await time("chdb", "load", 1, () => run(`INSERT INTO x SELECT * FROM file('${csv}', CSVWithNames)`),
    () => [row("SELECT count() FROM x")[0], row("SELECT sum(v1) FROM x")]);
  await ask("chdb", own, "ENGINE = Memory", run, row);
  session.cleanup();
}
main().catch((error) => { console.error(String(error)); process.exit(1); });

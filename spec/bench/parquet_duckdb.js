// What parquet.lua measures, in DuckDB; writes the files first when they are not there.
//
//   node parquet_duckdb.js PREFIX RUNS THREADS
"use strict";
const fs = require("fs");
const { DuckDBInstance } = require("@duckdb/node-api");
const { csv: prefix, runs, threads, time } = require("./peer.js");

async function main() {
  const instance = await DuckDBInstance.create(":memory:", { threads: String(threads) });
  const db = await instance.connect();
  const row = async (sql) => (await db.runAndReadAll(sql)).getRows()[0].map(Number);
  const path = (codec) => `${prefix}_${codec}.parquet`;
  if (!["snappy", "zstd"].every((codec) => fs.existsSync(path(codec)))) {
    await db.run("CREATE TABLE raw AS SELECT id1, id2, id3, id4::INT AS id4, id5::INT AS id5, id6::INT AS id6, " +
      `v1::INT AS v1, v2::INT AS v2, v3 FROM read_csv('${prefix}.csv')`);
    for (const codec of ["snappy", "zstd"]) {
      await db.run(`COPY raw TO '${path(codec)}' (FORMAT parquet, COMPRESSION ${codec})`);
    }
    await db.run("DROP TABLE raw");
  }
  for (const codec of ["snappy", "zstd"]) {
    for (let run = 1; run <= runs; run++) {
      await db.run("DROP TABLE IF EXISTS x");
      await time("duckdb", `parquet_read_${codec}`, run,
        () => db.run(`CREATE TABLE x AS SELECT * FROM '${path(codec)}'`),
        () => row("SELECT count(*), sum(v1) FROM x").then(([n, s]) => [n, [s]]));
    }
    for (let run = 1; run <= runs; run++) {
      await db.run("DROP TABLE IF EXISTS answer");
      await time("duckdb", `parquet_sum_${codec}`, run,
        () => db.run(`CREATE TABLE answer AS SELECT id1, sum(v1) AS a FROM '${path(codec)}' GROUP BY id1`),
        () => row("SELECT count(*), sum(a) FROM answer").then(([n, s]) => [n, [s]]));
    }
    const written = `${prefix}_written_duckdb.parquet`;
    for (let run = 1; run <= runs; run++) {
      await time("duckdb", `parquet_write_${codec}`, run,
        () => db.run(`COPY x TO '${written}' (FORMAT parquet, COMPRESSION ${codec})`),
        () => row("SELECT count(*) FROM x").then(([n]) => [n, []]));
    }
    const mib = fs.statSync(written).size / 2 ** 20;
    const [rows] = await row("SELECT count(*) FROM x");
    console.log(["duckdb", `parquet_mib_${codec}`, 1, mib.toFixed(6), rows, ""].join("\t"));
    fs.unlinkSync(written);
  }
}
main().catch((error) => { console.error(String(error)); process.exit(1); });

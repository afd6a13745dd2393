// The reading that parquet.lua measures, in Polars.
//
//   node parquet_polars.js PREFIX RUNS THREADS
"use strict";
const { csv: prefix, runs, threads, time } = require("./peer.js");
process.env.POLARS_MAX_THREADS = String(threads);
const pl = require("nodejs-polars");

async function main() {
  for (const codec of ["snappy", "zstd"]) {
    for (let run = 1; run <= runs; run++) {
      let x;
      await time("polars", `parquet_read_${codec}`, run, () => { x = pl.readParquet(`${prefix}_${codec}.parquet`); },
        () => [x.height, [x.getColumn("v1").sum()]]);
    }
  }
}
main().catch((error) => { console.error(String(error)); process.exit(1); });

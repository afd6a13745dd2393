// The ten group-by questions in Polars with the streaming engine: strings as Categorical.
"use strict";
const { csv, runs, threads, time } = require("./peer.js");
process.env.POLARS_MAX_THREADS = String(threads);
const pl = require("nodejs-polars");
const { col } = pl;

const questions = {
  q1: [(x) => x.groupBy("id1").agg(col("v1").sum().alias("a")), "a"],
  q2: [(x) => x.groupBy(["id1", "id2"]).agg(col("v1").sum().alias("a")), "a"],
  q3: [(x) => x.groupBy("id3").agg(col("v1").sum().alias("a"), col("v3").mean().alias("b")), "a", "b"],
  q4: [
    (x) => x.groupBy("id4").agg(col("v1").mean().alias("a"), col("v2").mean().alias("b"), col("v3").mean().alias("c")),
    "a", "b", "c",
  ],
  q5: [
    (x) => x.groupBy("id6").agg(col("v1").sum().alias("a"), col("v2").sum().alias("b"), col("v3").sum().alias("c")),
    "a", "b", "c",
  ],
  q6: [(x) => x.groupBy(["id4", "id5"]).agg(col("v3").median().alias("a"), col("v3").std().alias("b")), "a", "b"],
  q7: [(x) => x.groupBy("id3").agg(col("v1").max().minus(col("v2").min()).alias("a")), "a"],
  q8: [(x) => x.groupBy("id6").agg(col("v3").sort({ descending: true }).head(2).alias("a")).explode("a"), "a"],
  q9: [(x) => x.groupBy(["id2", "id4"]).agg(pl.pearsonCorr(col("v1"), col("v2")).pow(2).alias("a")), "a"],
  q10: [
    (x) => x.groupBy(["id1", "id2", "id3", "id4", "id5", "id6"]).agg(col("v3").sum().alias("a"), pl.len().alias("b")),
    "a", "b",
  ],
};

async function main() {
  let x;
  const schema = { id1: pl.Categorical, id2: pl.Categorical, id3: pl.Categorical, id4: pl.Int32, id5: pl.Int32,
    id6: pl.Int32, v1: pl.Int32, v2: pl.Int32, v3: pl.Float64 };
  await time("polars", "load", 1, () => { x = pl.readCSV(csv, { schema, hasHeader: true }); },
    () => [x.height, [x.getColumn("v1").sum()]]);
  const lazy = x.lazy();
  for (const [name, [question, ...columns]] of Object.entries(questions)) {
    for (let run = 1; run <= runs; run++) {
      await time("polars", name, run, () => question(lazy).collectSync({ engine: "streaming" }),
        (answer) => [answer.height, columns.map((c) => answer.getColumn(c).sum())]);
    }
  }
}
main().catch((error) => { console.error(String(error)); process.exit(1); });

// What joins.lua asks, in Polars: each answer of a join or window is summed, column by column, in the same plan. Texts
// that are joined are texts, for the categories of two tables are not comparable from JavaScript; windows are those of
// rows that are sorted first; there is no cube.
"use strict";
const [folder, rows, runs, threads] = [process.argv[2], process.argv[3], Number(process.argv[4]), process.argv[5] || 2];
process.env.POLARS_MAX_THREADS = String(threads);
const pl = require("nodejs-polars");
const { col } = pl;

const numbers = { id1: pl.Int32, id2: pl.Int32, id3: pl.Int32 };
const texts = { id4: pl.Categorical, id5: pl.Utf8, id6: pl.Utf8 };
const schemas = {
  x: { ...numbers, ...texts, v1: pl.Float64 },
  small: { id1: pl.Int32, id4: pl.Categorical, v2: pl.Float64 },
  medium: { id1: pl.Int32, id2: pl.Int32, id4: pl.Categorical, id5: pl.Utf8, v2: pl.Float64 },
  big: { ...numbers, ...texts, v2: pl.Float64 },
};

function main() {
  const load = (name) => pl.readCSV(`${folder}/J1_${rows}_${name}.csv`, { schema: schemas[name], hasHeader: true });
  const frames = Object.fromEntries(Object.keys(schemas).map((name) => [name, load(name)]));
  const x = frames.x.lazy();
  const t = frames.x.select(col("id3").cast(pl.Int64).mul(pl.lit(7919)).modulo(pl.lit(100000)).alias("g"),
    col("id3").alias("o"), col("v1").alias("v")).lazy();
  const keys = frames.x.select(col("id2").modulo(pl.lit(100)).alias("a"), col("id3").modulo(pl.lit(100)).alias("b"),
    col("id1").alias("c"), col("v1").alias("v"));
  const sums = (lazy, columns) => lazy.select(pl.len().alias("n"), ...columns.map((c) => col(c).sum()))
    .collectSync({ engine: "streaming" }).getColumn("n").get(0);
  const join = (other, on, how, columns) =>
    sums(x.join(frames[other].lazy(), { on, how, suffix: "_r" }), ["id1", "id2", "id3", "v1", ...columns]);
  const window = (what) => sums(t.sort(["g", "o"]).withColumns(what.over("g").alias("w")), ["g", "o", "v", "w"]);
  const questions = {
    j1: () => join("small", "id1", "inner", ["v2"]),
    j2: () => join("medium", "id2", "inner", ["id1_r", "v2"]),
    j3: () => join("medium", "id2", "left", ["id1_r", "v2"]),
    j4: () => join("medium", "id5", "inner", ["id1_r", "id2_r", "v2"]),
    j5: () => join("big", "id3", "inner", ["id1_r", "id2_r", "v2"]),
    w1: () => window(col("v").cumSum()),
    w2: () => window(col("v").shift(1)),
    w3: () => window(col("o").rank("min")),
    w4: () => window(col("v").rollingMean({ windowSize: 7, minPeriods: 1 })),
    p1: () => keys.pivot("v", { index: "a", on: "b", aggregateFunc: "sum" }).height,
  };
  for (const [name, ask] of Object.entries(questions)) {
    for (let run = 1; run <= runs; run++) {
      const start = process.hrtime.bigint();
      const n = Number(ask());
      const seconds = Number(process.hrtime.bigint() - start) / 1e9;
      console.log(["polars", name, run, seconds.toFixed(6), n, n].join("\t"));
    }
  }
}
main();

// What the peers' runners in JavaScript share: their arguments and the shape of what they print.
//
//   node groupby_PEER.js CSV RUNS THREADS   prints   engine question run seconds rows checksum
//
// The checksum of an answer is the sum of each of its value columns, separated by semicolons.
"use strict";

const [csv, runs, threads] = [process.argv[2], Number(process.argv[3] || 2), Number(process.argv[4] || 2)];

function print(engine, question, run, seconds, rows, sums) {
  const checksum = sums.map((sum) => Number(sum).toPrecision(12)).join(";");
  console.log([engine, question, run, seconds.toFixed(6), rows, checksum].join("\t"));
}

// Times `work` alone; `check` then says [rows, sums] of what it left behind.
async function time(engine, question, run, work, check) {
  const start = process.hrtime.bigint();
  const answer = await work();
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  const [rows, sums] = await check(answer);
  print(engine, question, run, seconds, rows, sums);
}

module.exports = { csv, runs, threads, time };

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

// The questions that both dialects of SQL ask alike, each with the columns whose sums are its checksum; a peer fills in
// q6 (median and deviation) and q8 (the two largest) in its own words.
const questions = {
  q1: ["SELECT id1, sum(v1) AS a FROM x GROUP BY id1", "a"],
  q2: ["SELECT id1, id2, sum(v1) AS a FROM x GROUP BY id1, id2", "a"],
  q3: ["SELECT id3, sum(v1) AS a, avg(v3) AS b FROM x GROUP BY id3", "a", "b"],
  q4: ["SELECT id4, avg(v1) AS a, avg(v2) AS b, avg(v3) AS c FROM x GROUP BY id4", "a", "b", "c"],
  q5: ["SELECT id6, sum(v1) AS a, sum(v2) AS b, sum(v3) AS c FROM x GROUP BY id6", "a", "b", "c"],
  q6: null,
  q7: ["SELECT id3, max(v1) - min(v2) AS a FROM x GROUP BY id3", "a"],
  q8: null,
  q9: ["SELECT id2, id4, pow(corr(v1, v2), 2) AS a FROM x GROUP BY id2, id4", "a"],
  q10: [
    "SELECT id1, id2, id3, id4, id5, id6, sum(v3) AS a, count(*) AS b FROM x " +
      "GROUP BY id1, id2, id3, id4, id5, id6",
    "a", "b",
  ],
};

// Times each question as a table made by `CREATE TABLE answer ${how} AS …`: `run` runs a statement, `row` gives the
// numbers of an answer's one row, `own` holds q6 and q8.
async function ask(engine, own, how, run, row) {
  for (const [name, [sql, ...columns]] of Object.entries({ ...questions, ...own })) {
    for (let number = 1; number <= runs; number++) {
      await run("DROP TABLE IF EXISTS answer");
      await time(engine, name, number, () => run(`CREATE TABLE answer ${how} AS ${sql}`), async () => {
        const [rows, ...sums] = await row(`SELECT count(*), ${columns.map((c) => `sum(${c})`).join()} FROM answer`);
        return [rows, sums];
      });
    }
  }
}

module.exports = { csv, runs, threads, time, ask };

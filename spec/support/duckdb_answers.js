// Answers of DuckDB to statements, for specs.
//
//   node duckdb_answers.js FILE
//
// FILE has a line of JSON a statement: ["run", sql], or ["ask", sql], whose answer is printed as a line of JSON: rows of
// texts and nulls, or a text, what was wrong.
"use strict";
const { DuckDBInstance } = require("@duckdb/node-api");
const fs = require("fs");

async function answer(db, sql) {
  try {
    const reader = await db.runAndReadAll(`SELECT COLUMNS(*)::VARCHAR FROM (${sql})`);
    return reader.getRows();
  } catch (error) {
    return String(error.message || error);
  }
}

async function main() {
  const instance = await DuckDBInstance.create(":memory:", { threads: "1" });
  const db = await instance.connect();
  for (const line of fs.readFileSync(process.argv[2], "utf8").split("\n")) {
    if (!line) continue;
    const [verb, sql] = JSON.parse(line);
    if (verb === "run") await db.run(sql);
    else console.log(JSON.stringify(await answer(db, sql)));
  }
}
main().catch((error) => { console.error(String(error)); process.exit(1); });

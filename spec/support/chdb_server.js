// ClickHouse in process (chdb), behind the part of its HTTP interface that blotter uses: a statement is the body, or
// stands in the parameter `query` before a body of rows. Prints its port, and with the path of a certificate and its key
// that of a second one, which speaks TLS; ends when it is told to (SYSTEM SHUTDOWN), and
// when whoever started it is gone.
"use strict";
const fs = require("fs");
const http = require("http");
const https = require("https");
const { Session } = require("chdb");

const session = new Session();

function end() {
  session.cleanup();
  process.exit(0);
}

function answer(request, response) {
  const pieces = [];
  request.on("data", (piece) => pieces.push(piece));
  request.on("end", () => {
    const body = Buffer.concat(pieces).toString("utf8");
    const database = new URL(request.url, "http://x").searchParams.get("database");
    session.query(`CREATE DATABASE IF NOT EXISTS ${database || "specs"}`);
    session.query(`USE ${database || "specs"}`);
    const before = new URL(request.url, "http://x").searchParams.get("query");
    if (request.headers["x-clickhouse-key"] === "wrong-secret") {
      response.writeHead(403);
      return response.end("Code: 516. DB::Exception: default: Authentication failed");
    }
    if (body === "SYSTEM SHUTDOWN") {
      response.end();
      return end();
    }
    try {
      const answer = session.query(before ? before + "\n" + body : body, "CSV");
      response.writeHead(200);
      response.end(answer);
    } catch (error) {
      response.writeHead(500);
      response.end(String(error.message || error));
    }
  });
}

function listen(server, next) {
  server.listen(0, "127.0.0.1", () => {
    console.log(server.address().port);
    if (next) next();
  });
}

const pem = process.argv[2] && fs.readFileSync(process.argv[2]);
listen(http.createServer(answer), pem && (() => listen(https.createServer({ key: pem, cert: pem }, answer))));
const parent = process.ppid;
setInterval(() => process.ppid === parent || end(), 1000).unref();

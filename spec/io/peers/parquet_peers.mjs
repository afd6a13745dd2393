// What parquet_peers.lua wrote, Parquet and Arrow, read by other programs and compared, and written again by those
// that write.
//
//   node parquet_peers.mjs FOLDER TABLES
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const [folder, tables] = [path.resolve(process.argv[2]), Number(process.argv[3])];
const require = createRequire(folder + "/");
const load = async (name) => {
  try {
    return await import(require.resolve(name));
  } catch (error) {
    console.log(`${name}: not installed, passed over`);
    return null;
  }
};

const bits = (f) => {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, f);
  return view.getBigUint64(0).toString(16).padStart(16, "0");
};
const scaled = (n, scale) => {
  const digits = (n < 0n ? -n : n).toString().padStart(scale + 1, "0");
  return (n < 0n ? "-" : "") + digits.slice(0, -scale) + "." + digits.slice(-scale);
};
const integer = (words) => BigInt.asIntN(128, words.reduceRight((n, word) => (n << 32n) | BigInt(word >>> 0), 0n));
const whole = (text) => text;
// What a program gives for a value of a type, as the text that was written down; `known` makes of that text what the
// program can know of it: some have no microseconds.
const milliseconds = (text) => String(Math.floor(Number(BigInt(text)) / 1000));
const towardsZero = (text) => String(BigInt(text) / 1000n);

async function duckdb() {
  const module = await load("@duckdb/node-api");
  if (!module) return null;
  const { DuckDBInstance } = module.default ?? module;
  const db = await (await DuckDBInstance.create(":memory:", { threads: "1" })).connect();
  return {
    read: async (file) => (await db.runAndReadAll(`SELECT * FROM '${file}'`)).getColumns(),
    write: (file, to) => db.run(`COPY (SELECT * FROM '${file}') TO '${to}' (FORMAT parquet)`),
    text: (v, type) => type === "float64" ? bits(v) : type === "date" ? String(v.days)
      : type === "timestamp" ? String(v.micros) : type.startsWith("decimal") ? scaled(v.value, v.scale) : String(v),
    known: () => whole,
  };
}

async function polars() {
  const module = await load("nodejs-polars");
  if (!module) return null;
  const pl = module.default ?? module;
  const stored = { date: pl.Int32, timestamp: pl.Int64 };
  const plain = (s, type) => ["float64", "bool", "string"].includes(type) ? s.toArray()
    : (stored[type] ? s.cast(stored[type]) : s).cast(pl.Utf8).toArray();
  return {
    read: async (file, expected) => {
      const frame = pl.readParquet(file);
      return expected.map((c) => plain(frame.getColumn(c.name), c.type));
    },
    write: async (file, to) => pl.readParquet(file).writeParquet(to),
    text: (v, type) => type === "float64" ? bits(v) : String(v),
    known: () => whole,
  };
}

async function hyparquet() {
  const module = await load("hyparquet");
  const codecs = await load("hyparquet-compressors");
  if (!module || !codecs) return null;
  return {
    read: async (file, expected) => {
      const bytes = fs.readFileSync(file);
      const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
      const rows = await module.parquetReadObjects({ file: buffer, compressors: codecs.compressors });
      return expected.map((c) => rows.map((row) => row[c.name]));
    },
    text: (v, type) => type === "float64" ? bits(v) : type === "date" ? String(v.getTime() / 86400000)
      : type === "timestamp" ? String(v.getTime()) : String(v),
    known: (type) => type === "timestamp" ? towardsZero : whole,
    near: (type) => type.startsWith("decimal"), // they are doubles there
  };
}

async function wasm() {
  const module = await load("parquet-wasm");
  const arrow = await load("apache-arrow");
  if (!module || !arrow) return null;
  const { readParquet, writeParquet } = module.default ?? module;
  return {
    read: async (file, expected) => {
      const table = arrow.tableFromIPC(readParquet(fs.readFileSync(file)).intoIPCStream());
      return expected.map((c) => table.getChild(c.name) ? [...table.getChild(c.name)] : []);
    },
    write: async (file, to) => fs.writeFileSync(to, writeParquet(readParquet(fs.readFileSync(file)))),
    text: (v, type) => type === "float64" ? bits(v) : type === "date" ? String(Number(v) / 86400000)
      : type === "timestamp" ? String(Math.floor(Number(v)))
      : type.startsWith("decimal") ? scaled(integer(v), Number(type.match(/,(\d+)/)[1])) : String(v),
    known: (type) => type === "timestamp" ? milliseconds : whole,
  };
}

// Arrow's own files, value by value as they are stored; written again as they are, and with the finest units and a zone.
async function arrow() {
  const module = await load("apache-arrow");
  if (!module) return null;
  const A = module.default ?? module;
  const { isTimestamp, isDate, isDecimal } = A.DataType;
  const word = (type, values, i) => isDecimal(type) ? values.slice(4 * i, 4 * i + 4) : values[i];
  const stored = (vector) => vector.data.flatMap((data) =>
    Array.from({ length: data.length }, (_, i) => data.getValid(i) ? word(data.type, data.values, i) : null));
  const plain = (type) => isTimestamp(type) || isDate(type) || isDecimal(type);
  const finer = (data) => {
    const type = isTimestamp(data.type) ? new A.TimestampNanosecond("Europe/Zurich") : new A.DateMillisecond();
    const values = BigInt64Array.from(data.values, (v) => isTimestamp(data.type) ? v * 1000n : BigInt(v) * 86400000n);
    return A.makeData({ type, length: data.length, nullCount: data.nullCount, nullBitmap: data.nullBitmap, data: values });
  };
  const refined = (vector) => vector.length && (isTimestamp(vector.type) || isDate(vector.type))
    ? new A.Vector(vector.data.map(finer)) : vector;
  const of = (file) => file.replace(/\.parquet$/, ".arrow");
  const table = (file) => A.tableFromIPC(fs.readFileSync(of(file)));
  return {
    read: async (file, expected) => expected.map(({ name }) => {
      const vector = table(file).getChild(name);
      return plain(vector.type) ? stored(vector) : [...vector];
    }),
    write: async (file, to) => {
      const t = table(file);
      const fine = new A.Table(Object.fromEntries(t.schema.fields.map(({ name }) => [name, refined(t.getChild(name))])));
      fs.writeFileSync(of(to), A.tableToIPC(t, "file"));
      fs.writeFileSync(of(to).replace(/arrow$/, "fine.arrow"), A.tableToIPC(fine, "stream"));
    },
    text: (v, type) => type === "float64" ? bits(v) : type.startsWith("decimal")
      ? scaled(integer(v), Number(type.match(/,(\d+)/)[1])) : String(v),
    known: () => whole,
  };
}

function compare(name, file, expected, columns, peer) {
  for (const [i, { name: column, type, cells }] of expected.entries()) {
    const known = peer.known(type);
    for (let row = 0; row < cells.length; row++) {
      const v = columns[i][row];
      const found = v === null || v === undefined ? null : peer.text(v, type);
      const wanted = cells[row] === null ? null : known(cells[row]);
      if (found === wanted) continue;
      if (found && wanted && peer.near?.(type) && Math.abs(found - wanted) <= Math.abs(wanted) * 1e-12) continue;
      console.log(`${name}: ${file}: ${column}, row ${row + 1}: ${found} instead of ${wanted}`);
      return false;
    }
  }
  return true;
}

let wrong = 0;
for (const [name, open] of Object.entries({ duckdb, polars, hyparquet, "parquet-wasm": wasm,
  "apache-arrow": arrow })) {
  const peer = await open();
  let read = 0;
  for (let i = 1; peer && i <= tables; i++) {
    const file = `${folder}/${i}.parquet`;
    const expected = JSON.parse(fs.readFileSync(`${folder}/${i}.json`, "utf8"));
    try {
      if (!compare(name, file, expected, await peer.read(file, expected), peer)) wrong++;
      read++;
      if (peer.write) await peer.write(file, `${folder}/${i}.${name}.parquet`);
    } catch (error) {
      console.log(`${name}: ${file}: ${error}`);
      wrong++;
    }
  }
  if (peer) console.log(`${name}: ${read} of ${tables} read`);
}
process.exit(wrong ? 1 : 0);

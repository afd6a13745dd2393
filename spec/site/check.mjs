// Looks at the site and at the reports with the programs that their readers use: a browser, a judge of HTML, one of
// accessibility, a spreadsheet, TeX. What is not installed is skipped and said.
//
//   node check.mjs FOLDER [all|k/n]  FOLDER is what make.lua wrote; all: every page of the site, 2/8: the second of eight
//                                    parts of all (the first also has what is no page of the site); else a sample
import { execFileSync, spawnSync } from "node:child_process";
import fs from "node:fs";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";

const folder = path.resolve(process.argv[2]), asked = process.argv[3] ?? "sample";
const [part, parts] = /^\d+\/\d+$/.test(asked) ? asked.split("/").map(Number) : [1, 1];
const everything = asked === "all" || parts > 1;
const require = createRequire(path.join(path.dirname(folder), "node_modules", "x"));
const site = path.join(folder, "site");
const WIDTHS = [360, 390, 768, 1280];
let passed = 0, failed = 0;

function check(what, problems) {
  if (problems.length === 0) { passed++; return; }
  failed++;
  console.log(`FAILED ${what}: ${problems.length}`);
  for (const problem of problems.slice(0, 12)) console.log("  " + problem);
}
const there = (program) => spawnSync("sh", ["-c", `command -v ${program}`]).status === 0;
const skip = (what, program) => console.log(`skipped ${what}: ${program} is not there`);
const files = (ending) => fs.readdirSync(folder).filter((name) => name.endsWith(ending)).sort()
  .map((name) => path.join(folder, name));

function pages() {
  const list = fs.readdirSync(site, { recursive: true }).filter((name) => name.endsWith(".html")).sort();
  if (everything) return list.filter((_, at) => at % parts === part - 1);
  const kept = list.filter((name) => !name.includes("/"));
  for (const kind of ["subject", "indicator", "area", "source"]) {
    const own = list.filter((name) => name.startsWith(kind + "/"));
    const large = own.map((name) => [fs.statSync(path.join(site, name)).size, name]).sort((a, b) => b[0] - a[0]);
    const chosen = new Set(large.slice(0, 3).map((pair) => pair[1]));
    for (let at = 0; at < own.length; at += Math.ceil(own.length / 4)) chosen.add(own[at]);
    kept.push(...chosen);
  }
  return kept;
}

async function judgeHtml(list) {
  const { HtmlValidate } = require("html-validate");
  const judge = new HtmlValidate({ extends: ["html-validate:recommended"] });
  const problems = [];
  for (const name of list) {
    const report = await judge.validateFile(name);
    for (const result of report.results)
      for (const message of result.messages)
        problems.push(`${path.relative(folder, name)}:${message.line} ${message.ruleId}: ${message.message}`);
  }
  check("html-validate", problems);
}

async function unnamed(session) {
  const { nodes } = await session.send("Accessibility.getFullAXTree");
  const wanted = new Set(["table", "image", "img", "figure", "graphics-document"]);
  return nodes.filter((node) => !node.ignored && wanted.has(node.role?.value) && !node.name?.value)
    .map((node) => node.role.value);
}

// What stands at the foot of every sheet of the site, behind all that the page itself says.
const FOOT = /^blotter .*, sources up to .* \d+$/;
// How much of a sheet that another one follows is filled at least, and how many lines its last one has.
const FULL = 0.5, FEWEST_LINES = 2;

// The sheets of a PDF, each a list of lines {text, at}, `at` the share of the sheet above its end.
function sheetsOf(pdf) {
  const xml = execFileSync("pdftotext", ["-bbox", pdf, "-"], { encoding: "utf8", maxBuffer: 1 << 29 });
  const plain = (text) => text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&quot;/g, '"').replace(/&amp;/g, "&");
  return xml.split("<page ").slice(1).map((sheet) => {
    const height = Number(/height="([\d.]+)"/.exec(sheet)[1]), lines = [];
    for (const [, x, y, word] of sheet.matchAll(/<word xMin="([\d.-]+)" yMin="[\d.-]+" xMax="[\d.-]+" yMax="([\d.-]+)">(.*?)<\/word>/g)) {
      const line = lines.find((line) => Math.abs(line.y - y) < 2) ?? lines[lines.push({ y: Number(y), words: [] }) - 1];
      line.words.push([Number(x), plain(word)]);
    }
    return lines.sort((a, b) => a.y - b.y).map((line) => ({ at: line.y / height,
      text: line.words.sort((a, b) => a[0] - b[0]).map((pair) => pair[1]).join(" ") }));
  });
}

function printProblems(pdf, headings, has_foot) {
  const problems = [], sheets = sheetsOf(pdf);
  for (const [at, lines] of sheets.entries()) {
    const says = (what) => problems.push(`page ${at + 1} of ${sheets.length} ${what}`);
    if (has_foot && !FOOT.test(lines.at(-1)?.text)) says(`has no foot on one line but '${lines.at(-1)?.text}'`);
    const own = lines.filter((line) => !FOOT.test(line.text)), last = own.at(-1);
    if (own.length < FEWEST_LINES) says(`has ${own.length} lines`);
    else if (at < sheets.length - 1 && last.at < FULL) says(`is ${Math.round(last.at * 100)} percent full`);
    else if (at < sheets.length - 1 && headings.has(last.text)) says(`ends in the heading '${last.text}'`);
  }
  return problems;
}

async function browse(list) {
  const puppeteer = require("puppeteer-core");
  const axe = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
  const browser = await puppeteer.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
  const page = await browser.newPage();
  const problems = { console: [], requests: [], scroll: [], axe: [], names: [], print: [] };
  let current = "";
  page.on("console", (message) => problems.console.push(`${current}: ${message.text()}`));
  page.on("pageerror", (error) => problems.console.push(`${current}: ${error.message}`));
  page.on("request", (request) => {
    if (!request.isNavigationRequest()) problems.requests.push(`${current}: ${request.url()}`);
  });
  const session = await page.createCDPSession();
  const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "site-"));
  for (const [at, name] of list.entries()) {
    current = path.relative(folder, name);
    await page.setViewport({ width: 1280, height: 900 });
    await page.goto(pathToFileURL(name).href);
    for (const scheme of ["light", "dark"]) {
      await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
      // Colours change no width, so of all pages each is measured once.
      for (const width of everything && scheme === "dark" ? [] : WIDTHS) {
        await page.setViewport({ width, height: 900 });
        const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        if (over > 0) problems.scroll.push(`${current}: ${over} too wide at ${width}`);
      }
      if (everything && at % 2 === (scheme === "light" ? 0 : 1)) continue;
      await page.setViewport({ width: scheme === "light" ? 1280 : 390, height: 900 });
      await page.evaluate(axe);
      const result = await page.evaluate(() => axe.run(document, { resultTypes: ["violations"] })); 
      for (const found of result.violations)
        problems.axe.push(`${current}, ${scheme}: ${found.id}: ${found.nodes.length} times, ${found.nodes[0].html.slice(0, 160)}`);
    }
    await page.setViewport({ width: 1280, height: 900 });
    for (const role of await unnamed(session)) problems.names.push(`${current}: a ${role} without a name`);
    if (there("pdftotext") && !current.includes("hostile") && (!everything || at % 8 === 0)) {
      const pdf = path.join(scratch, "page.pdf");
      const headings = new Set(await page.$$eval("h2, h3, figcaption, caption, thead tr",
        (list) => list.map((item) => [...item.children].map((part) => part.textContent).join(" ") || item.textContent)
          .map((text) => text.trim().replace(/\s+/g, " "))));
      await page.pdf({ path: pdf, format: "A4", preferCSSPageSize: true });
      for (const problem of printProblems(pdf, headings, name.startsWith(site))) problems.print.push(`${current}: ${problem}`);
    }
  }
  fs.rmSync(scratch, { recursive: true });
  for (const svg of part === 1 ? files(".svg") : []) {
    await page.goto(pathToFileURL(svg).href);
    const root = await page.evaluate(() => document.documentElement.localName + document.querySelectorAll("parsererror").length);
    check("SVG in the browser, " + path.basename(svg), root === "svg0" ? [] : [root]);
  }
  await browser.close();
  check("no message on the console", problems.console);
  check("no request", problems.requests);
  check("no horizontal scroll", problems.scroll);
  check("axe", problems.axe);
  check("charts and tables have names", problems.names);
  check("print", problems.print);
}

// What the index finds first for what people type; nothing where it finds nothing and says where to look.
const SEARCHES = { "arrests uk 2014": "United Kingdom", "how many children rescued": "Rescued, identified", tips: "Tips and",
  budget: "Funding", ireland: "Ireland", "FBI": "Federal Bureau", "per capita": "No rates", "u.s. arrests": "U.S.",
  "Irish hotline's reports": "Hotline.ie", "were people arrested in Korea for deepfakes in 2024?": "Korean police", "operaton predator": "Operation Predator",
  "icac arrests by fiscal year": "Internet Crimes", xylophone: "" };

async function searches() {
  const browser = await require("puppeteer-core").launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
  const page = await browser.newPage(), problems = [];
  await page.goto(pathToFileURL(path.join(site, "index.html")).href);
  for (const [text, wanted] of Object.entries(SEARCHES)) {
    const [found, advised] = await page.evaluate((typed) => {
      const field = document.getElementById("find");
      field.value = typed;
      field.dispatchEvent(new Event("input"));
      return [[...document.querySelectorAll("#best li")].slice(0, 4).map((item) => item.textContent),
        !document.getElementById("advice").hidden];
    }, text);
    const is_right = wanted ? found.some((title) => title.startsWith(wanted)) : found.length === 0 && advised;
    if (!is_right) problems.push(`${text}: ${found.join(" | ")}`);
  }
  await browser.close();
  check("search", problems);
}

// One CSV text as rows of fields.
function readCsv(text) {
  const rows = [];
  let row = [], field = "", quoted = false;
  for (let at = 0; at < text.length; at++) {
    const sign = text[at];
    if (quoted) {
      if (sign !== '"') field += sign;
      else if (text[at + 1] === '"') { field += '"'; at++; } else quoted = false;
    } else if (sign === '"') quoted = true;
    else if (sign === ",") { row.push(field); field = ""; } else if (sign === "\n") {
      row.push(field); rows.push(row); row = []; field = "";
    } else field += sign;
  }
  return rows;
}

// CSV puts an apostrophe before what would begin a formula, also in the wide signs of East Asia; a workbook needs none.
const bare = (field) => field.replace(/^'(?=\s*[=+@\-\uFF1D\uFF0B\uFF20\uFF0D])/, "").replace(/\s+/g, " ").trim();
// LibreOffice writes 15 digits of a number into CSV.
const close = (a, b) => Math.abs(a - b) <= 1e-14 * Math.abs(a);
const same = (a, b) => bare(a) === bare(b) || (a !== "" && b !== "" && close(Number(a), Number(b)));

// Each workbook goes through the spreadsheet to CSV, and is compared with the CSV of the same report.
function spreadsheets() {
  for (const book of files(".xlsx")) {
    const name = path.basename(book, ".xlsx"), scratch = fs.mkdtempSync(path.join(os.tmpdir(), "site-"));
    spawnSync("soffice", ["--headless", `-env:UserInstallation=file://${scratch}/profile`, "--convert-to",
      "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,-1", "--outdir", scratch, book]);
    const sheets = fs.readdirSync(scratch).filter((file) => file.endsWith(".csv"))
      .map((file) => readCsv(fs.readFileSync(path.join(scratch, file), "utf8")));
    const problems = [];
    for (const file of fs.readdirSync(path.join(folder, name))) {
      const own = readCsv(fs.readFileSync(path.join(folder, name, file), "utf8"));
      const found = sheets.some((sheet) => own.length <= sheet.length && own.slice(1).every((row, r) =>
        row.every((field, c) => same(field, sheet[r + 1][c] ?? ""))));
      if (!found) problems.push(`${file}: no sheet has the same values`);
    }
    check(`XLSX through LibreOffice, ${name}`, problems);
    fs.rmSync(scratch, { recursive: true });
  }
}

function typeset() {
  for (const tex of files(".tex")) {
    const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "site-"));
    const run = spawnSync("lualatex", ["-no-shell-escape", "-halt-on-error", "-interaction=nonstopmode",
      `-output-directory=${scratch}`, tex], { encoding: "utf8", maxBuffer: 1 << 28 });
    const wrong = run.stdout.split("\n").filter((line) => line.startsWith("!"));
    check(`LaTeX, ${path.basename(tex)}`, run.status === 0 ? [] : wrong.length ? wrong : ["no PDF"]);
    fs.rmSync(scratch, { recursive: true });
  }
}

function data() {
  const Ajv = require("ajv/dist/2020.js").default;
  const valid = new Ajv({ allErrors: true, allowUnionTypes: true }).compile(
    JSON.parse(fs.readFileSync("lua/blotter/publish/document.schema.json", "utf8")));
  const problems = [], uneven = [];
  // The data package below data/ is described by a standard of its own.
  const list = [...files(".json"), ...fs.readdirSync(site, { recursive: true })
    .filter((name) => name.endsWith(".json") && !name.startsWith("data/")).map((name) => path.join(site, name))];
  for (const name of list) {
    if (!valid(JSON.parse(fs.readFileSync(name, "utf8"))))
      problems.push(`${path.relative(folder, name)}: ${valid.errors[0].instancePath} ${valid.errors[0].message}`);
  }
  check(`JSON of ${list.length} pages fits its schema`, problems);
  const tables = fs.readdirSync(folder, { recursive: true }).filter((name) => name.endsWith(".csv"));
  for (const name of tables) {
    const rows = readCsv(fs.readFileSync(path.join(folder, name), "utf8"));
    if (!rows.every((row) => row.length === rows[0].length)) uneven.push(name);
  }
  check(`CSV of ${tables.length} tables has rows of one length`, uneven);
}

const list = pages();
console.log(`${list.length} pages of the site`);
const looked = [...list.map((name) => path.join(site, name)), ...(part === 1 ? files(".html") : [])];
if (part === 1) data();
await judgeHtml(looked);
if (fs.existsSync("/usr/bin/chromium")) { await browse(looked); if (part === 1) await searches(); } else skip("the browser", "chromium");
if (part === 1) {
  if (there("xmllint")) {
    for (const svg of [...files(".svg"), path.join(site, "changes.xml")]) {
      const run = spawnSync("xmllint", ["--huge", "--noout", svg], { encoding: "utf8" });
      check("XML of " + path.basename(svg), run.status === 0 ? [] : [run.stderr.slice(0, 300)]);
    }
  } else skip("XML", "xmllint");
  if (there("soffice")) spreadsheets(); else skip("XLSX", "soffice");
  if (there("lualatex")) typeset(); else skip("LaTeX", "lualatex");
}
console.log(`site: ${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);

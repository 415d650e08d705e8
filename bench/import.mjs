/**
 * How long an import of many users takes and how much memory: fills an old database on the MongoDB server that
 * `BENCH_MONGO_URI` names, without a database, and brings it over into an embedded store, into a database beside
 * it, and into the old database itself. Ten of a hundred thousand users are left out, five pairs that share an
 * address.
 *
 * Runs what is in dist: `npm run build` comes first. `--users=N` changes the size.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { MongoClient } from "mongodb";

const MAIN = new URL("../dist/main.js", import.meta.url).pathname;
const HASH = "$pbkdf2-sha256$29000$41zL.V9LaU1Jydk7BwCAUA$O7g26rCfnXA4dmnEcEZAhWUZ9CaJUzx5BwYHcSGa35I";
const TELL_PEAK = `process.on("exit", () => console.error("peak " + process.resourceUsage().maxRSS))`;
const BATCH = 1_000;

const { values } = parseArgs({ options: { users: { type: "string", default: "100000" } } });
const size = Number(values.users);
if (!Number.isSafeInteger(size) || size < 20) throw new Error("--users must be a whole number from 20 up");
const server = process.env.BENCH_MONGO_URI?.replace(/\/$/, "");
if (server === undefined) throw new Error("BENCH_MONGO_URI must name a MongoDB server, without a database");

function oldUser(n) {
  // the last ten are five pairs
  const local = n < size - 10 ? `user-${n}` : `${n % 2 ? "TWIN" : "twin"}-${n >> 1}`;
  const createdAt = new Date(1_580_000_000_000 + n * 1_000);
  return { username: `user ${n}!`, email: `${local}@example.com`, password: HASH, createdAt };
}

async function fill(db) {
  for (let first = 0; first < size; first += BATCH) {
    const length = Math.min(BATCH, size - first);
    const numbers = Array.from({ length }, (_, place) => first + place);
    await db.collection("user").insertMany(numbers.map(oldUser));
    const revoked = numbers.filter((n) => n % 10 === 0).map((n) => ({ jti: `revoked-${n}` }));
    await db.collection("j_w_t_blacklist").insertMany(revoked);
  }
}

/** Resolves to the seconds taken, the peak memory in MB and the output. */
function run(env) {
  const began = performance.now();
  const child = spawn(
    process.execPath,
    ["--import", `data:text/javascript,${encodeURIComponent(TELL_PEAK)}`, MAIN, "import", "flask", "--json"],
    { env: { PATH: process.env.PATH, ...env }, stdio: ["ignore", "pipe", "pipe"] },
  );
  let [out, errors] = ["", ""];
  child.stdout.on("data", (chunk) => {
    out += chunk;
  });
  child.stderr.on("data", (chunk) => {
    errors += chunk;
  });
  return new Promise((resolve, reject) => {
    child.once("close", () => {
      const peak = /^peak (\d+)$/m.exec(errors)?.[1];
      if (out === "" || peak === undefined) return reject(new Error(errors));
      const { imported, already_there, left_out } = JSON.parse(out).users;
      const seconds = ((performance.now() - began) / 1_000).toFixed(1);
      resolve({ seconds, "peak MB": Math.round(peak / 1_000), imported, already_there, left_out });
    });
  });
}

const directory = mkdtempSync(join(tmpdir(), "bench-import-"));
const client = new MongoClient(server);
const [old, next] = ["bench_import_old", "bench_import_new"].map((name) => client.db(name));
const SECRET_KEY = "a secret that only this benchmark has, nobody else";
const targets = {
  "embedded store": { DATA_DIR: directory },
  "another database": { MONGO_URI: `${server}/${next.databaseName}`, SECRET_KEY },
  "the same database": { MONGO_URI: `${server}/${old.databaseName}`, SECRET_KEY },
};
try {
  await Promise.all([old.dropDatabase(), next.dropDatabase()]);
  await fill(old);
  const rows = {};
  for (const [name, env] of Object.entries(targets)) {
    const whole = { FLASK_MONGO_URI: `${server}/${old.databaseName}`, ...env };
    rows[name] = await run(whole);
    rows[`${name}, again`] = await run(whole);
    await next.dropDatabase();
  }
  console.log(`${size} users and a tenth as many revoked tokens`);
  console.table(rows);
} finally {
  await Promise.all([old.dropDatabase(), next.dropDatabase()]);
  await client.close();
  rmSync(directory, { recursive: true, force: true });
}

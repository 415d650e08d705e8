// Token checks at a fixed rate, idle and in a flood of logins of ten times the hashing capacity, and the
// logins that get through beside the bare argon2 loop, all side by side in one run. Needs `npm run build`.
// On loopback, bounded in time: some two minutes with the defaults.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { atRate, quantile, send } from "./load.mjs";

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3);
const SECONDS = Number(process.env.BENCH_SECONDS ?? 8);
const CHECKS_A_SECOND = 100;
const CONCURRENCY = 2;

function start(script, args, env) {
  const child = spawn(process.execPath, [new URL(script, import.meta.url).pathname, ...args], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  });
  return new Promise((resolve) => {
    child.stdout.on("data", (chunk) => {
      const found = /listens on (\S+)/.exec(chunk);
      if (found) resolve({ child, url: found[1] });
    });
  });
}

function startService() {
  const env = {
    STORAGE: "memory",
    PORT: "0",
    LOG_LEVEL: "silent",
    LOGIN_THROTTLE: "off",
    HASH_CONCURRENCY: String(CONCURRENCY),
  };
  return start("../dist/main.js", ["serve"], env);
}

const hashesOf = (child) =>
  new Promise((resolve) => {
    child.once("message", resolve);
    child.send("rate");
  });

const residentMb = (pid) =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]) / 1_024;

const person = { username: "Ada", email: "ada@example.com", password: "correct horse" };
const credentials = { email: person.email, password: person.password };
const login = (url) => send(`${url}/api/login`, { method: "POST", body: credentials });

const service = await startService();
const { access_token: token } = JSON.parse(
  (await send(`${service.url}/api/register`, { method: "POST", body: person })).text,
);
const check = () => send(`${service.url}/api/me`, { headers: { authorization: `Bearer ${token}` } });
await atRate(CHECKS_A_SECOND, 2, check);

/** Hashes a second of the bare loop, beside the same requests at the same rates, answered with nothing. */
async function bareLoop(loginsOffered) {
  const bare = await start("./bare-argon2.mjs", [String(CONCURRENCY)], {});
  await hashesOf(bare.child);
  const began = performance.now();
  await Promise.all([
    atRate(loginsOffered, SECONDS, () => login(bare.url)),
    atRate(CHECKS_A_SECOND, SECONDS, () => send(bare.url)),
  ]);
  const made = await hashesOf(bare.child);
  bare.child.kill();
  return (made / (performance.now() - began)) * 1_000;
}

const rows = [];
let capacity = Math.round(await bareLoop(600));
for (let round = 0; round < ROUNDS; round += 1) {
  const offered = capacity * 10;
  const idle = await atRate(CHECKS_A_SECOND, SECONDS, check);
  const ceiling = await bareLoop(offered);
  capacity = Math.round(ceiling);
  const until = performance.now() + SECONDS * 1_000;
  const [flood, during] = await Promise.all([
    atRate(offered, SECONDS, () => login(service.url)),
    atRate(CHECKS_A_SECOND, SECONDS, check),
  ]);
  // what still waits at the end is hashed when no flood takes time from it
  const accepted = flood.filter(({ status, at }) => status === 200 && at <= until).length / SECONDS;
  const unexpected = [
    ...flood.filter(({ status }) => ![200, 503].includes(status)),
    ...[...idle, ...during].filter(({ status }) => status !== 200),
  ];
  rows.push({
    "logins offered/s": offered,
    "accepted/s": Math.round(accepted),
    "bare argon2/s": Math.round(ceiling),
    "accepted : bare": Number((accepted / ceiling).toFixed(2)),
    "me p50 idle": Number(
      quantile(
        idle.map(({ ms }) => ms),
        0.5,
      ).toFixed(1),
    ),
    "p99 idle": Number(
      quantile(
        idle.map(({ ms }) => ms),
        0.99,
      ).toFixed(1),
    ),
    "p50 flood": Number(
      quantile(
        during.map(({ ms }) => ms),
        0.5,
      ).toFixed(1),
    ),
    "p99 flood": Number(
      quantile(
        during.map(({ ms }) => ms),
        0.99,
      ).toFixed(1),
    ),
    "resident MB": Math.round(residentMb(service.child.pid)),
    "other statuses": unexpected.length,
  });
}
service.child.kill();
console.table(rows);
const p99 = quantile(
  rows.map((row) => row["p99 flood"]),
  0.5,
);
const allowed = Math.max(
  20,
  5 *
    quantile(
      rows.map((row) => row["p99 idle"]),
      0.5,
    ),
);
const ratio = quantile(
  rows.map((row) => row["accepted : bare"]),
  0.5,
);
console.log(`me p99 in the flood, median of rounds: ${p99} ms (at most ${allowed} ms)`);
console.log(`accepted logins to the bare loop, median of rounds: ${ratio} (at least 0.9)`);
process.exitCode = p99 <= allowed && ratio >= 0.9 ? 0 : 1;

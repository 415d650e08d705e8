import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MongoClient } from "mongodb";

/** The processes of a benchmark: the service, the servers that it is compared with, and the load generator. */

const MAIN = new URL("../dist/main.js", import.meta.url).pathname;

/**
 * Default settings, with the log on and read, except that attempts are not limited: one account logs in thousands of
 * times. So logins and registrations cost less here than in operation.
 */
const MEASURED = { PORT: "0", LOGIN_THROTTLE: "off", SHUTDOWN_GRACE: "0s" };

const everything = new Set();
process.on("exit", () => {
  for (const child of everything) child.kill("SIGKILL");
});

function start(script, args, env, execArgv = []) {
  const child = fork(script, args, {
    execArgv,
    env: { PATH: process.env.PATH, ...env },
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  });
  everything.add(child);
  const ended = once(child, "exit").then(() => everything.delete(child));
  return { child, pid: child.pid, ended };
}

async function startListening(script, args, env, execArgv) {
  const server = start(script, args, env, execArgv);
  const heap = heapOf(execArgv);
  const url = await new Promise((resolve, reject) => {
    let printed = "";
    server.child.stdout.on("data", (chunk) => {
      heap?.read(String(chunk));
      if (printed === undefined) return;
      printed += chunk;
      const found = /listens on (\S+)/.exec(printed);
      if (!found) return;
      printed = undefined;
      resolve(found[1]);
    });
    server.child.once("exit", (status) => reject(new Error(`${script} ended with ${status}:\n${printed}`)));
  });
  const stop = async () => {
    server.child.kill("SIGTERM");
    await server.ended;
  };
  return { ...server, url, stop, allocated: heap?.allocated };
}

/** Sums the bytes allocated, from the lines of `--trace-gc`: the heap before a run less the heap after the last one. */
function heapOf(execArgv = []) {
  if (!execArgv.includes("--trace-gc")) return undefined;
  let left;
  let bytes = 0;
  let rest = "";
  return {
    allocated: () => bytes,
    read(text) {
      const lines = (rest + text).split("\n");
      rest = lines.pop();
      for (const line of lines) {
        const [, before, after] =
          / ms: [\w-]+(?: \([\w ]+\))? ([\d.]+) \([\d.]+\) -> ([\d.]+) /.exec(line) ?? [];
        if (before === undefined) continue;
        bytes += left === undefined ? 0 : Math.max(0, Number(before) - left) * 2 ** 20;
        left = Number(after);
      }
    },
  };
}

/** The service with these variables, as people start it. */
export const startService = (env, execArgv) =>
  startListening(MAIN, ["serve"], { ...MEASURED, ...env }, execArgv);

/** One of the programs in `servers`. */
export const startServer = (name, env = {}, ...args) =>
  startListening(new URL(`./servers/${name}.mjs`, import.meta.url).pathname, args, {
    ...env,
  });

/** Variables that choose an empty storage, and a function that removes it. */
export function emptyStorage(name) {
  if (name === "LMDB") {
    const DATA_DIR = mkdtempSync(join(tmpdir(), "connect-auth-bench-"));
    return { env: { DATA_DIR }, remove: () => rmSync(DATA_DIR, { recursive: true, force: true }) };
  }
  const uri = new URL(process.env.TEST_MONGO_URI);
  uri.pathname = `/bench_${process.pid}_${Date.now()}`;
  return {
    env: { MONGO_URI: uri.href, SECRET_KEY: "a secret that all processes of a benchmark have" },
    async remove() {
      const client = new MongoClient(uri.href);
      await client.db().dropDatabase();
      await client.close();
    },
  };
}

/** The storages available on this machine. */
export const STORAGES = process.env.TEST_MONGO_URI ? ["LMDB", "MongoDB"] : ["LMDB"];

const SUCCESS = ["200", "201"];

function mustBe(expected, { statuses, errors }, what) {
  const answered = Object.keys(statuses);
  if (errors || answered.length === 0 || answered.some((status) => !expected.includes(status)))
    throw new Error(`${what}: ${JSON.stringify(statuses)}, ${errors} without an answer`);
}

/** Starts the load generator as a process of its own. It runs one task at a time. */
export async function startGenerator() {
  const { child, ended } = start(new URL("./generator.mjs", import.meta.url).pathname, [], {});
  async function run(task) {
    child.send(task);
    const [answer] = await once(child, "message");
    if (answer.error) throw new Error(answer.error);
    return answer;
  }
  return {
    /** A closed loop. Resolves to its figures; every request must succeed. */
    async throughput(task) {
      const answer = await run({ kind: "throughput", ...task });
      mustBe(SUCCESS, answer, task.requests[0].path);
      return answer;
    },
    /** Concurrent open loops. Resolves to the times of each stream. `expected`: its statuses, 200 by default. */
    async latency({ seconds, streams }) {
      const answer = await run({ kind: "latency", seconds, streams });
      return answer.streams.map(({ times, ...counts }, index) => {
        const { expected = SUCCESS, requests } = streams[index];
        mustBe(expected, counts, requests[0].path);
        return times;
      });
    },
    async stop() {
      child.disconnect();
      await ended;
    },
  };
}

/** The ids of the process and of its descendants. */
function family(pid) {
  const children = readdirSync("/proc").filter((name) => {
    try {
      return Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${name}/status`, "utf8"))?.[1]) === pid;
    } catch {
      return false;
    }
  });
  return [pid, ...children.flatMap((child) => family(Number(child)))];
}

/** The processor time of a process and its children so far; the kernel counts in hundredths of a second. */
export function cpuMicroseconds(pid) {
  const ticks = family(pid).map((each) => {
    const fields = readFileSync(`/proc/${each}/stat`, "utf8").split(") ")[1].split(" ");
    return Number(fields[11]) + Number(fields[12]);
  });
  return ticks.reduce((total, each) => total + each, 0) * 10_000;
}

/**
 * Main memory of a process and its children, in megabytes: resident, the part of it that is no page of a file, and the
 * proportional share, in which shared pages count once.
 */
export function memoryOf(pid) {
  const sum = (file, field) =>
    family(pid)
      .map(
        (each) =>
          new RegExp(`^${field}:\\s+(\\d+)`, "m").exec(readFileSync(`/proc/${each}/${file}`, "utf8"))[1],
      )
      .reduce((total, kib) => total + Number(kib) / 1_024, 0);
  return {
    resident: sum("status", "VmRSS"),
    own: sum("status", "RssAnon"),
    proportional: sum("smaps_rollup", "Pss"),
  };
}

export const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

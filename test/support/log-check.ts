import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { RECORD_DIR, type Secret } from "./log-record.ts";
import { temporaryDirectory } from "./server-process.ts";

/** Shorter ones appear by chance. */
const SHORTEST = 8;
/** Passwords of the old server's documents that are words of the log as well, such as in `/api/password`. */
const ORDINARY = new Set(["password"]);
/** No hash may be there either, whoever's it is. */
const HASHES: Secret[] = ["$argon2id", "$pbkdf2-sha256"].map((text) => ({
  kind: "hash of a password",
  text,
}));
/** Without one of these kinds in a run of all tests, something was not recorded; with fewer lines, too. */
const SURE_KINDS = [
  "password",
  "access_token",
  "refresh_token",
  "Authorization",
  "SECRET_KEY",
  "JWT_SECRET_KEY",
];
const LEAST_LINES = 10_000;
const MOST_SHOWN = 10;

/** Collects what the tests log and use. Resolves to what looks, at their end, for the ones in the other. */
export function setup(project: TestProject): () => Promise<void> {
  const directory = temporaryDirectory();
  process.env[RECORD_DIR] = directory.path;
  return async () => {
    const { lines, secrets } = read(directory.path);
    directory.remove();
    const leaks = leaksIn(lines, secrets);
    const missing = (await isWholeSuite(project)) ? missingFrom(lines, secrets) : [];
    const searched = `${lines.length} log lines of this run were searched for ${secrets.length} passwords, tokens and other secrets`;
    if (leaks.length + missing.length === 0) return console.log(`${searched}: none is there.`);
    const faults = [...leaks.slice(0, MOST_SHOWN), ...missing].map((fault) => `  - ${fault}`);
    console.error([`FAILED: ${searched}, with ${leaks.length} found:`, ...faults].join("\n"));
    // of what is thrown here, vitest only tells
    process.exitCode = 1;
  };
}

function missingFrom(lines: readonly string[], secrets: readonly Secret[]): string[] {
  const kinds = SURE_KINDS.filter((sure) => !secrets.some(({ kind }) => kind === sure));
  const missing = kinds.map((kind) => `no ${kind} was recorded`);
  return lines.length < LEAST_LINES ? [...missing, "too few log lines were recorded"] : missing;
}

async function isWholeSuite(project: TestProject): Promise<boolean> {
  const { vitest } = project;
  // the longer proofs, which are run by themselves, log little
  if (!vitest.projects.some(({ name }) => name === "quick")) return false;
  const files = await vitest.globTestSpecifications();
  return (
    vitest.getGlobalTestNamePattern() === undefined && vitest.state.getTestModules().length === files.length
  );
}

function read(directory: string): { lines: string[]; secrets: Secret[] } {
  const linesOf = (ending: string) =>
    readdirSync(directory)
      .filter((name) => name.endsWith(ending))
      .flatMap((name) => readFileSync(join(directory, name), "utf8").split("\n"))
      .filter((line) => line !== "");
  const secrets = linesOf(".secrets").map((line): Secret => JSON.parse(line));
  return { lines: linesOf(".log"), secrets: [...new Map(secrets.map((each) => [each.text, each])).values()] };
}

/** For each secret in a line, what kind it is and where it is, in words that do not hold it. */
export function leaksIn(lines: readonly string[], secrets: readonly Secret[]): string[] {
  const byStart = new Map<string, Secret[]>();
  for (const secret of [...secrets, ...HASHES].flatMap(asWritten)) {
    const start = secret.text.slice(0, SHORTEST);
    const alike = byStart.get(start);
    if (alike) alike.push(secret);
    else byStart.set(start, [secret]);
  }
  return [...new Set(lines.flatMap((line) => leaksOf(line, byStart)))];
}

/** A secret as it is, and as JSON and a URL hold it. */
function asWritten({ kind, text }: Secret): Secret[] {
  if (text.trim().length < SHORTEST || ORDINARY.has(text)) return [];
  const quoted = JSON.stringify(text).slice(1, -1);
  const inUrl = new URLSearchParams({ "": text }).toString().slice(1);
  return [...new Set([text, quoted, inUrl, inUrl.replaceAll("+", "%20")])].map((each) => ({
    kind,
    text: each,
  }));
}

function leaksOf(line: string, byStart: ReadonlyMap<string, readonly Secret[]>): string[] {
  const leaks: string[] = [];
  for (let at = 0; at <= line.length - SHORTEST; at += 1) {
    const found = byStart.get(line.slice(at, at + SHORTEST))?.find(({ text }) => line.startsWith(text, at));
    if (found) leaks.push(`${found.kind}, in ${shapeAround(line, at)}`);
  }
  return leaks;
}

/** Which line it is, by the words of the service's own in it. */
function shapeAround(line: string, at: number): string {
  if (!line.startsWith("{")) return "output that is no line of the log";
  const name = /"msg":"(\w+)"/.exec(line)?.[1] ?? "?";
  const field = /.*"(\w+)":/s.exec(line.slice(0, at))?.[1] ?? "?";
  return `a line "${name}", at or after its field "${field}"`;
}

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { RECORD_DIR, type Secret } from "./log-record.ts";
import { temporaryDirectory } from "./server-process.ts";

/** Shorter ones appear by chance. */
const SHORTEST = 8;
/** Passwords of the old server's documents that are words of the log as well, such as in `/api/password`. */
const ORDINARY = new Set(["password"]);
/** No hash may be in the log either. */
const HASHES: Secret[] = ["$argon2id", "$pbkdf2-sha256"].map((text) => ({
  kind: "hash of a password",
  text,
}));
/** A run of all tests must record each of these kinds, and at least `LEAST_LINES` lines. */
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

/** Collects the logs and secrets of the tests. Returns the function that compares them at the end. */
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
    // vitest only prints an error thrown here
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
  // the longer tests, which run by themselves, log little
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

/** The kind and place of each secret in a line, without the secret itself. */
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

/** A secret as it is, and as encoded in JSON and in a URL. */
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

/** A short description of the line, by the service's own words in it. */
function shapeAround(line: string, at: number): string {
  if (!line.startsWith("{")) return "output that is no line of the log";
  const name = /"msg":"(\w+)"/.exec(line)?.[1] ?? "?";
  const field = /.*"(\w+)":/s.exec(line.slice(0, at))?.[1] ?? "?";
  return `a line "${name}", at or after its field "${field}"`;
}

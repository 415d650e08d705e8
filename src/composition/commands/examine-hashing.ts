import { availableParallelism } from "node:os";
import type { Argon2Cost } from "../../adapters/argon2/driver.ts";
import { passlibPbkdf2 } from "../../adapters/passlib/pbkdf2.ts";
import { countFlaskHashes } from "../../application/flask/count-flask-hashes.ts";
import type { Found } from "../../application/maintenance/finding.ts";
import type { PasswordHasher } from "../../application/ports/password-hasher.ts";
import type { Storage } from "../../application/ports/storage/storage.ts";
import type { Config } from "../settings/config.ts";
import { chooseDriver, packageOf } from "../wiring/argon2-driver.ts";
import { hashCost, openCurrentHasher } from "../wiring/password-hasher.ts";
import { medianMs, msText, timesOf } from "./examination.ts";

/** The target duration of one hash without load: long for attackers who guess, short for users who log in. */
const AIM_MS = { least: 50, most: 100, tooLong: 500 };
/**
 * The least costs that OWASP's Password Storage Cheat Sheet recommends (KiB and passes). Any one of them
 * suffices.
 */
const LEAST_COSTS = [
  [47_104, 1],
  [19_456, 2],
  [12_288, 3],
  [9_216, 4],
  [7_168, 5],
] as const;

const ROUNDS = 5;

/** How fast passwords are hashed here at the configured cost. */
export async function examineHashing(config: Config): Promise<Found> {
  const hashing = await chooseDriver(config);
  const hasher = await openCurrentHasher(config, hashing);
  const concurrency = config.HASH_CONCURRENCY;
  const alone = await medianMs(ROUNDS, () => hasher.hash("a password"));
  const perSecond = await hashesPerSecond(hasher, concurrency);
  const perCore = perSecond / Math.min(concurrency, availableParallelism());
  const memory = `${((concurrency * config.ARGON2_MEMORY_KIB) / 1_024).toFixed(1)} MiB`;
  const found =
    `${packageOf(hashing)}: ${msText(alone)} a hash alone; ${perSecond.toFixed(1)} a second with ${concurrency} at once ` +
    `(${perCore.toFixed(1)} per core), which take ${memory}`;
  const judged = judgeCost(hashCost(config), alone);
  if (hashing.warning === undefined) return { found, ...judged };
  const advice = [hashing.warning, judged.advice].filter((text) => text !== undefined).join(". ");
  return { found, status: "warning", advice };
}

/** Hashes per second with `concurrency` at the same time. */
async function hashesPerSecond(hasher: PasswordHasher, concurrency: number): Promise<number> {
  const began = performance.now();
  const times = await Promise.all(
    Array.from({ length: concurrency }, () => timesOf(ROUNDS, () => hasher.hash("a password"))),
  );
  return (times.flat().length * 1_000) / (performance.now() - began);
}

/** Judges a cost, given how long one hash takes. */
export function judgeCost({ memoryKib, passes }: Argon2Cost, ms: number): Pick<Found, "status" | "advice"> {
  if (isBelowMinimum(memoryKib, passes)) {
    const advice =
      "An attacker who obtains the hashes can guess fast: OWASP recommends at least ARGON2_MEMORY_KIB=19456 with ARGON2_PASSES=2.";
    return { status: "warning", advice };
  }
  const fitting = Math.round((passes * (AIM_MS.least + AIM_MS.most)) / 2 / ms);
  if (ms > AIM_MS.tooLong) {
    const how = isBelowMinimum(memoryKib, fitting)
      ? "lower ARGON2_MEMORY_KIB, or take faster cores"
      : `with ARGON2_PASSES=${fitting} or so one takes ${AIM_MS.least} to ${AIM_MS.most} ms`;
    return { status: "warning", advice: `Logins wait for this, and few can log in at once: ${how}.` };
  }
  if (ms >= AIM_MS.least || fitting <= passes) return { status: "ok", advice: undefined };
  const advice = `There is room: with ARGON2_PASSES=${fitting} or so one takes ${AIM_MS.least} to ${AIM_MS.most} ms, and so does each guess of an attacker.`;
  return { status: "ok", advice };
}

function isBelowMinimum(memoryKib: number, passes: number): boolean {
  return !LEAST_COSTS.some(([memory, times]) => memoryKib >= memory && passes >= times);
}

/** Whether hashes of the Flask server are left. Reads all accounts if any were ever imported. */
export async function examineFlaskHashes(storage: Storage): Promise<Found> {
  const count = await countFlaskHashes(storage, passlibPbkdf2.accepts);
  if (count === undefined) return { status: "ok", found: "none were imported" };
  const { all, left } = count;
  const found = `${left} of ${all} accounts have one; each check of a password does the work of both kinds`;
  const advice = left === 0 ? undefined : "Each is renewed when its owner logs in.";
  return { status: left === 0 ? "ok" : "warning", found, advice };
}

import { expect, it } from "vitest";
import { readConfig } from "../../../src/composition/settings/config.ts";
import {
  chooseDriver,
  loadDriver,
  packageOf,
  startChoosingDriver,
} from "../../../src/composition/wiring/argon2-driver.ts";
import { Closers } from "../../../src/composition/wiring/closers.ts";
import { StartError } from "../../../src/composition/wiring/start-error.ts";

/** An environment in which the package finds no binary. */
const WITHOUT_BINARY = { env: { ...process.env, NAPI_RS_NATIVE_LIBRARY_PATH: "/nowhere/argon2.node" } };

it.each(["auto", "node-rs"] as const)(
  "chooses the faster implementation for %s where it works",
  async (asked) => {
    const hashing = await chooseDriver({ PASSWORD_HASHING: asked });
    expect(hashing).toEqual({ driver: "node-rs", warning: undefined });
    expect(packageOf(hashing)).toBe("@node-rs/argon2");
  },
);

it("chooses argon2 without a trial where that is asked", async () => {
  const hashing = await chooseDriver({ PASSWORD_HASHING: "argon2" }, WITHOUT_BINARY);
  expect(hashing).toEqual({ driver: "argon2", warning: undefined });
});

it("falls back with a warning that says why and what silences it", async () => {
  const { driver, warning } = await chooseDriver({ PASSWORD_HASHING: "auto" }, WITHOUT_BINARY);
  expect(driver).toBe("argon2");
  expect(warning).toMatch(/native binding.*PASSWORD_HASHING=argon2/);
});

it("refuses to start where the one that is asked cannot be used", async () => {
  const chosen = chooseDriver({ PASSWORD_HASHING: "node-rs" }, WITHOUT_BINARY);
  await expect(chosen).rejects.toThrow(StartError);
  await expect(chosen).rejects.toThrow(/native binding.*\n.*npm ci/);
});

it.each(["argon2", "node-rs"] as const)("loads %s, also from the message to a worker", async (driver) => {
  const sent = structuredClone({ driver, warning: undefined });
  const { hash, verify } = await loadDriver(sent);
  expect(await verify(await hash("a password", { memoryKib: 64, passes: 1, lanes: 1 }), "a password")).toBe(
    true,
  );
});

it("ends the trial with the start that it belongs to", async () => {
  const closers = new Closers();
  const choosing = startChoosingDriver(readConfig({ STORAGE: "memory" }), closers);
  await closers.close();
  expect((await choosing).warning).toMatch(/abort/i);
});

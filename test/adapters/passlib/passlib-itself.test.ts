import { expect, it } from "vitest";
import { kept } from "../../support/flask/passlib-hashes.ts";
import { hasPython, runPython } from "../../support/python.ts";

const isThere = hasPython("flask-jwt-3");

it.skipIf(!isThere)("passlib itself makes the kept hashes, and refuses what is none of its own", async () => {
  expect(await runPython("flask-jwt-3", "make-passlib-hashes.py")).toBe(kept);
});

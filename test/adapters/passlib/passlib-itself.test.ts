import { expect, it } from "vitest";
import { kept } from "../../support/flask/passlib-hashes.ts";
import { findPython, runPython } from "../../support/python.ts";

const python = (await findPython("flask-jwt-3")) ?? "";

it.skipIf(python === "")(
  "passlib itself makes the kept hashes, and refuses what is none of its own",
  async () => {
    expect(await runPython(python, "make-passlib-hashes.py")).toBe(kept);
  },
);

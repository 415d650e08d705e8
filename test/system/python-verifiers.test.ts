import { readFileSync } from "node:fs";
import { decodeJwt, decodeProtectedHeader } from "jose";
import { describe, expect, it } from "vitest";
import { registered } from "../support/api.ts";
import { freePort } from "../support/free-port.ts";
import { hasPython, runPython, SCRIPTS } from "../support/python.ts";
import { temporaryDirectory } from "../support/server-process.ts";
import { startTestService, tokenOf } from "../support/service.ts";

/** The Python recipes of docs/verifiers-other-languages.md, verbatim. Without Python, skipped with a reason. */

type Verdicts = Record<string, Record<string, { sub?: string; refused?: string }>>;
const RECIPES = ["PyJWT", "joserfc", "Flask-JWT-Extended"];

describe.runIf(hasPython("verifiers"))("the verifiers of Python", () => {
  it("take a token of the service and no other", async () => {
    const { path: DATA_DIR, remove } = temporaryDirectory();
    const PORT = String(await freePort());
    const ISSUER = `http://127.0.0.1:${PORT}`;
    const elsewhere = "https://other.example.com";
    const kept = { STORAGE: "lmdb", DATA_DIR };
    // signed with the key that the service publishes, so that only the claim is wrong
    const otherIssuer = await tokenOf({ ...kept, ISSUER: elsewhere, JWT_AUDIENCE: ISSUER });
    const otherAudience = await tokenOf({ ...kept, ISSUER, JWT_AUDIENCE: elsewhere });
    const expired = await tokenOf({ ...kept, ISSUER, ACCESS_TOKEN_TTL: "1s" });
    const otherKeys = await tokenOf({ ISSUER });
    const service = await startTestService({ ...kept, ISSUER, PORT });
    const { access_token: good, refresh_token: refresh } = await registered(service.address);
    const [header, , signature] = good.split(".");
    const encoded = (part: object) => Buffer.from(JSON.stringify(part)).toString("base64url");
    const tampered = [header, encoded({ ...decodeJwt(good), sub: "somebody else" }), signature].join(".");
    const unsigned = `${encoded({ ...decodeProtectedHeader(good), alg: "none" })}.${good.split(".")[1]}.`;
    // past the leeway of 5 s
    const { exp = 0 } = decodeJwt(expired);
    await expect.poll(() => Date.now() / 1_000, { timeout: 15_000 }).toBeGreaterThan(exp + 6);
    const bad = {
      otherIssuer,
      otherAudience,
      expired,
      otherKeys,
      refresh,
      tampered,
      unsigned,
      junk: "x.y.z",
    };
    const asked = { issuer: ISSUER, audience: ISSUER, jwks_uri: `${ISSUER}/.well-known/jwks.json` };
    const tokens = { good, ...bad };
    const answer = await runPython("verifiers", "verifiers.py", JSON.stringify({ ...asked, tokens }));
    const verdicts: Verdicts = JSON.parse(answer);
    await service.stop();
    remove();
    expect(Object.keys(verdicts)).toEqual(RECIPES);
    for (const [recipe, { good: own, ...others }] of Object.entries(verdicts)) {
      expect([recipe, own]).toEqual([recipe, { sub: decodeJwt(good).sub }]);
      expect(Object.keys(others)).toEqual(Object.keys(bad));
      for (const [kind, { refused }] of Object.entries(others)) {
        expect([recipe, kind, refused]).toEqual([recipe, kind, expect.stringMatching(/./)]);
        if (recipe === "Flask-JWT-Extended")
          expect([kind, refused]).toEqual([kind, expect.stringContaining("401")]);
      }
    }
  }, 60_000);
});

it("docs/verifiers-other-languages.md shows the Python that this test runs", () => {
  const code = readFileSync(`${SCRIPTS}verifiers.py`, "utf8");
  const lines = new Set(code.split("\n").map((line) => line.trim()));
  const page = readFileSync(new URL("../../docs/verifiers-other-languages.md", import.meta.url), "utf8");
  const shown = [...page.matchAll(/```python\n(.*?)```/gs)].flatMap(([, block = ""]) => block.split("\n"));
  expect(shown.length).toBeGreaterThan(40);
  expect(shown.map((line) => line.trim()).filter((line) => line !== "" && !lines.has(line))).toEqual([]);
});

import { readFileSync } from "node:fs";
import { decodeJwt, decodeProtectedHeader } from "jose";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { call, registered } from "../support/api.ts";
import { freePort } from "../support/free-port.ts";
import { temporaryDirectory } from "../support/server-process.ts";
import { startTestService, tokenOf } from "../support/service.ts";
import type { GuardedApi } from "../support/verifiers/hosts.ts";
import { readyMade, withSharedSecret } from "../support/verifiers/ready-made.ts";

const page = readFileSync(new URL("../../docs/verifiers.md", import.meta.url), "utf8");
const INTROSPECTION_SECRET = "an introspection secret of 32 bytes or more";

const deployments = ["ES256", "RS256"].flatMap((JWT_ALG) =>
  ["at+jwt", "JWT"].map((JWT_TYP) => ({ JWT_ALG, JWT_TYP })),
);

describe.each(deployments)("ready-made verifiers with $JWT_ALG and $JWT_TYP", (variant) => {
  let deployment: Awaited<ReturnType<typeof deploy>>;
  const apis: Record<string, GuardedApi> = {};
  /** By verifier: "yes", or the reason why it rejects the service's own token. */
  const verdicts: Record<string, string> = {};

  beforeAll(async () => {
    deployment = await deploy(variant);
    const { good, names } = deployment;
    for (const [name, open] of Object.entries(readyMade)) {
      const api = await open(names);
      apis[name] = api;
      const { status, text } = await api.ask(good);
      expect({ name, status, text }).toEqual({ name, ...(status === 200 ? accepted(good) : refused) });
      verdicts[name] = status === 200 ? "yes" : `no: ${text}`;
    }
  });
  afterAll(async () => {
    for (const api of Object.values(apis)) await api.close();
    await deployment.stop();
  });

  it("take a good token as the table in docs/verifiers.md says", () => {
    const { JWT_ALG: alg, JWT_TYP: typ } = variant;
    expect(decodeProtectedHeader(deployment.good)).toMatchObject({ alg, typ });
    expect(verdicts).toEqual(documented(`${alg}, ${typ}`));
  });

  it("refuse every other token", async () => {
    for (const [name, api] of Object.entries(apis)) {
      for (const [kind, token] of Object.entries(deployment.bad)) {
        expect({ name, kind, ...(await api.ask(token)) }).toEqual({ name, kind, ...refused });
      }
    }
  });

  it("take a good token where their clock is 3 s behind, and none that expired 10 s ago", async () => {
    const { iat = 0, exp = 0 } = decodeJwt(deployment.good);
    const verdictsAt = async (seconds: number) => {
      vi.useFakeTimers({ toFake: ["Date"], now: seconds * 1_000 });
      try {
        const answers = Object.entries(apis).map(async ([name, api]) => {
          const { status, text } = await api.ask(deployment.good);
          return [name, status === 200 ? "yes" : `no: ${text}`];
        });
        return Object.fromEntries(await Promise.all(answers));
      } finally {
        vi.useRealTimers();
      }
    };
    expect(await verdictsAt(iat - 3)).toEqual(verdicts);
    expect(await verdictsAt(exp - 10)).toEqual(verdicts);
    for (const [name, verdict] of Object.entries(await verdictsAt(exp + 10))) {
      expect([name, verdict]).toEqual([name, expect.stringMatching(/^no: /)]);
    }
  });

  it("see nothing of a revocation, which introspection does see", async () => {
    const { good, names } = deployment;
    await call(names.issuer, "POST /api/logout", { token: good });
    expect((await call(names.issuer, "GET /api/me", { token: good })).status).toBe(401);
    const credentials = Buffer.from(`api:${INTROSPECTION_SECRET}`).toString("base64");
    const { body } = await call(names.issuer, "POST /oauth/introspect", {
      form: { token: good },
      headers: { authorization: `Basic ${credentials}` },
    });
    expect(body).toEqual({ active: false });
    for (const [name, api] of Object.entries(apis)) {
      const { status } = await api.ask(good);
      expect({ name, isAccepted: status === 200 }).toEqual({ name, isAccepted: verdicts[name] === "yes" });
    }
  });
});

it("with JWT_SECRET_KEY, a service that shares it takes the token and no other", async () => {
  const JWT_SECRET_KEY = "the secret that the app's services share";
  const ISSUER = "https://auth.example.com";
  const names = { issuer: ISSUER, audience: ISSUER, jwksUri: "" };
  const good = await tokenOf({ JWT_SECRET_KEY, ISSUER });
  const api = await withSharedSecret(JWT_SECRET_KEY)(names);
  expect(await api.ask(good)).toEqual(accepted(good));
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() - 3_000 });
  expect(await api.ask(good)).toEqual(accepted(good));
  vi.useRealTimers();
  const others = [
    tampered(good),
    unsigned(good),
    await tokenOf({ JWT_SECRET_KEY: "the secret that other services share", ISSUER }),
    await tokenOf({ JWT_SECRET_KEY, ISSUER: "https://other.example.com" }),
    await tokenOf({ ISSUER }),
  ];
  for (const token of others) expect(await api.ask(token)).toEqual(refused);
});

it("docs/verifiers.md shows the code that these tests run", () => {
  const code = readFileSync(new URL("../support/verifiers/ready-made.ts", import.meta.url), "utf8");
  const lines = new Set(code.split("\n").map((line) => line.trim()));
  const shown = [...page.matchAll(/```js\n(.*?)```/gs)].flatMap(([, block = ""]) => block.split("\n"));
  expect(shown.length).toBeGreaterThan(20);
  expect(shown.map((line) => line.trim()).filter((line) => line !== "" && !lines.has(line))).toEqual([]);
});

const accepted = (token: string) => ({ status: 200, text: decodeJwt(token).sub });
const refused = { status: 401, text: expect.stringMatching(/./) };

/** The service at its ISSUER, one of its tokens, and tokens that its verifiers must refuse. */
async function deploy(variant: Record<string, string>) {
  const { path: DATA_DIR, remove } = temporaryDirectory();
  const PORT = String(await freePort());
  const ISSUER = `http://127.0.0.1:${PORT}`;
  const elsewhere = "https://other.example.com";
  const kept = { ...variant, STORAGE: "lmdb", DATA_DIR };
  // signed with the key that the service publishes, so that only the claim is wrong
  const otherIssuer = await tokenOf({ ...kept, ISSUER: elsewhere, JWT_AUDIENCE: ISSUER });
  const otherAudience = await tokenOf({ ...kept, ISSUER, JWT_AUDIENCE: elsewhere });
  const otherKeys = await tokenOf({ ...variant, ISSUER });
  const INTROSPECTION_CLIENTS = `api:${INTROSPECTION_SECRET}`;
  const service = await startTestService({ ...kept, ISSUER, PORT, INTROSPECTION_CLIENTS });
  const { access_token: good, refresh_token: refreshToken } = await registered(service.address);
  const { kid } = decodeProtectedHeader(good);
  expect([otherIssuer, otherAudience].map((token) => decodeProtectedHeader(token).kid)).toEqual([kid, kid]);
  const metadata = await call(service.address, "GET /.well-known/oauth-authorization-server");
  return {
    names: { issuer: ISSUER, audience: ISSUER, jwksUri: metadata.body.jwks_uri as string },
    good,
    bad: {
      tampered: tampered(good),
      unsigned: unsigned(good),
      otherIssuer,
      otherAudience,
      otherKeys,
      refreshToken,
    },
    async stop() {
      await service.stop();
      remove();
    },
  };
}

function tampered(token: string): string {
  const [header, , signature] = token.split(".");
  return [header, encoded({ ...decodeJwt(token), sub: "somebody else" }), signature].join(".");
}

function unsigned(token: string): string {
  const header = { ...decodeProtectedHeader(token), alg: "none" };
  return `${encoded(header)}.${encoded(decodeJwt(token))}.`;
}

function encoded(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString("base64url");
}

/** A column of the table in docs/verifiers.md, by verifier. */
function documented(column: string): Record<string, string> {
  const rows = page
    .split("\n")
    .filter((line) => line.startsWith("|"))
    .map((line) =>
      line
        .slice(1, -1)
        .split("|")
        .map((cell) => cell.replaceAll("`", "").trim()),
    );
  const at = rows[0]?.indexOf(column) ?? -1;
  expect(at, `a column "${column}"`).toBeGreaterThan(0);
  return Object.fromEntries(rows.slice(2).map((row) => [row[0], row[at]]));
}

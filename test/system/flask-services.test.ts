import { decodeJwt, SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { call, callOther, registered } from "../support/api.ts";
import { hasPython, type PythonEnvironment, startPython } from "../support/python.ts";
import type { ServerProcess } from "../support/server-process.ts";
import { startTestService, tokenOf } from "../support/service.ts";

const JWT_SECRET_KEY = "the secret that the app's services share, ä included";
const ISSUER = "https://auth.example.com";
const AUDIENCE = "the app's services";

/** The app's other services by their paths, with the settings of each besides the secret. */
const SERVICES = {
  "/default": {},
  "/identity": { JWT_IDENTITY_CLAIM: "identity" },
  "/sub": { JWT_IDENTITY_CLAIM: "sub" },
  "/audience": { JWT_DECODE_AUDIENCE: AUDIENCE },
  "/other-audience": { JWT_DECODE_AUDIENCE: "somebody else's services" },
  "/leeway": { JWT_DECODE_LEEWAY: 5 },
  "/issuer": { JWT_DECODE_ISSUER: ISSUER },
};

interface Version {
  readonly environment: PythonEnvironment;
  /** The default claim for the identity of a token. */
  readonly identityClaim: "identity" | "sub";
  /** The answer of a service without an audience setting to a token with an audience. */
  readonly audienceUntold: 200 | 422;
}

const versions: Version[] = [
  { environment: "flask-jwt-3", identityClaim: "identity", audienceUntold: 422 },
  // looks at `aud` only where JWT_DECODE_AUDIENCE is set
  { environment: "flask-jwt-4", identityClaim: "sub", audienceUntold: 200 },
];

for (const { environment, identityClaim, audienceUntold } of versions) {
  describe.skipIf(!hasPython(environment))(`a service with ${environment} that shares JWT_SECRET_KEY`, () => {
    let services: ServerProcess;
    let minted: Awaited<ReturnType<typeof mint>>;

    const ask = async (path: keyof typeof SERVICES, token: string) => {
      const { status, body } = await callOther(services.url, `GET ${path}/`, { token });
      return { status, body };
    };

    beforeAll(async () => {
      const configured = Object.entries(SERVICES).map(([path, own]) => [path, { ...own, JWT_SECRET_KEY }]);
      const env = { SERVICES: JSON.stringify(Object.fromEntries(configured)) };
      services = await startPython(environment, "protected-services.py", env);
      minted = await mint();
    });
    afterAll(async () => {
      await services.end();
    });

    it(`takes a new access token, and knows its user by ${identityClaim}`, async () => {
      const { person, userId } = minted;
      const by = { identity: person.email, sub: userId };
      const { access_token: token } = person;
      expect(await ask("/default", token)).toEqual(identified(by[identityClaim]));
      expect(await ask("/identity", token)).toEqual(identified(by.identity));
      expect(await ask("/sub", token)).toEqual(identified(by.sub));
      expect(await ask("/issuer", token)).toEqual(identified(by[identityClaim]));
      expect(await ask("/default", minted.refreshed)).toEqual(identified(by[identityClaim]));
    });

    it("refuses a refresh token", async () => {
      expect(await ask("/default", minted.person.refresh_token)).toEqual(refused(NOT_SIGNED));
    });

    it("refuses what is not as it was signed", async () => {
      const [header, , signature] = minted.person.access_token.split(".");
      const claims = {
        ...decodeJwt(minted.person.access_token),
        identity: "mallory@example.com",
        sub: "mallory",
      };
      const payload = Buffer.from(JSON.stringify(claims)).toString("base64url");
      expect(await ask("/default", [header, payload, signature].join("."))).toEqual(refused(NOT_SIGNED));
      const forged = await new SignJWT(claims)
        .setProtectedHeader({ typ: "JWT", alg: "HS256" })
        .sign(new TextEncoder().encode("the secret that other services share"));
      expect(await ask("/default", forged)).toEqual(refused(NOT_SIGNED));
    });

    it("takes a token of a clock that is ahead of its own, where it was told to", async () => {
      // made here, since the clock of the service cannot be turned
      const now = Math.floor(Date.now() / 1_000);
      const ahead = await new SignJWT({
        ...decodeJwt(minted.person.access_token),
        iat: now + 4,
        nbf: now + 4,
      })
        .setProtectedHeader({ typ: "JWT", alg: "HS256" })
        .sign(new TextEncoder().encode(JWT_SECRET_KEY));
      expect(await ask("/default", ahead)).toEqual(refused(expect.stringContaining("not yet valid")));
      expect(await ask("/leeway", ahead)).toMatchObject({ status: 200 });
    });

    it("refuses an expired token", async () => {
      const { exp = 0 } = decodeJwt(minted.shortLived);
      // PyJWT 1.7 accepts a token in the second of its end
      const isOver = (exp + 1) * 1_000 + 50;
      await new Promise((resolve) => setTimeout(resolve, isOver - Date.now()));
      expect(await ask("/default", minted.shortLived)).toEqual({
        status: 401,
        body: { msg: "Token has expired" },
      });
    });

    it("takes a token that has an audience where it was told of it", async () => {
      const { forAudience: token } = minted;
      expect(await ask("/audience", token)).toMatchObject({ status: 200 });
      expect(await ask("/other-audience", token)).toEqual(refused(expect.stringContaining("udience")));
      expect(await ask("/default", token)).toMatchObject({ status: audienceUntold });
    });
  });
}

const NOT_SIGNED = "Signature verification failed";
const identified = (identity: string | undefined) => ({ status: 200, body: { identity } });
/** Flask-JWT-Extended answers 422 to a token that it cannot verify. */
const refused = (msg: unknown) => ({ status: 422, body: { msg } });

/** Tokens of the service, by its configurations. */
async function mint() {
  const service = await startTestService({ JWT_SECRET_KEY, ISSUER });
  const person = await registered(service.address);
  const me = await call(service.address, "GET /api/me", { token: person.access_token });
  const again = await call(service.address, "POST /api/token/refresh", { token: person.refresh_token });
  await service.stop();
  return {
    person,
    userId: me.body.id as string,
    refreshed: again.body.access_token as string,
    shortLived: await tokenOf({ JWT_SECRET_KEY, ACCESS_TOKEN_TTL: "1s" }),
    forAudience: await tokenOf({ JWT_SECRET_KEY, JWT_AUDIENCE: AUDIENCE }),
  };
}

import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Json } from "../adapters/jose/signed-by-hand.ts";
import { call, registered } from "../support/api.ts";
import { labelled, MARKER } from "./support.ts";
import { type ForgedKind, openTarget, type Target } from "./token-kinds.ts";
import { refusedEverywhere } from "./token-support.ts";

const soon = (seconds: number) => Math.floor(Date.now() / 1000) + seconds;
const LATER = soon(3_600);

describe.each(["HS256", "ES256"] as const)("rightly signed, where access tokens are %s", (mode) => {
  let target: Target;
  beforeAll(async () => {
    target = await openTarget(mode);
  });
  afterEach(() => target.expectUnharmed());
  afterAll(() => target.stop());

  const forEachKind = async (forge: (kind: ForgedKind) => string | undefined, what: string) => {
    for (const kind of target.kinds) {
      const hostile = forge(kind);
      if (hostile !== undefined)
        await refusedEverywhere(target.url, hostile, { what: `${kind.name}, ${what}` });
    }
  };

  it.each(
    labelled<Json>([
      { exp: undefined },
      { exp: null },
      { exp: String(LATER) },
      { exp: "" },
      { exp: true },
      { exp: [LATER] },
      { exp: { $gt: 0 } },
      { exp: -1 },
      { exp: -1e300 },
      { exp: 1e300 },
      { exp: Number.MAX_SAFE_INTEGER },
      { exp: LATER + 0.5 },
      { nbf: LATER },
      { nbf: 1e300 },
      { nbf: String(soon(-10)) },
      { nbf: undefined },
      { nbf: null },
      { iat: LATER },
      { iat: 1e300 },
      { iat: -1 },
      { iat: "now" },
      { iat: undefined },
      { iat: LATER, nbf: LATER, exp: 2 * LATER },
      { type: undefined },
      { type: null },
      { type: "" },
      { type: "Access" },
      { type: "id" },
      { type: ["access", "refresh"] },
      { type: { $ne: null } },
      { sub: undefined },
      { sub: "" },
      { sub: null },
      { sub: 0 },
      { sub: true },
      { sub: {} },
      { sub: { $ne: null } },
      { sub: [] },
      { sub: "constructor" },
      { sub: "__proto__" },
      { sub: MARKER.padEnd(2_000) },
      { sub: "../../x" },
      { sub: "\0" },
      { sub: "\ud800" },
      { sub: randomUUID() },
      { sid: undefined },
      { sid: "" },
      { sid: { $ne: null } },
      { sid: 1 },
      { jti: undefined },
      { jti: "" },
      { jti: { $ne: null } },
      { jti: 1 },
    ]),
  )("claims %s: T", async (_, claims) => {
    await forEachKind(({ changed }) => changed({}, claims), JSON.stringify(claims));
  });

  it.each(
    labelled<Json>([
      { iss: undefined },
      { iss: "https://other.example.com" },
      { iss: "http://localhost:5000/" },
      { iss: "HTTP://localhost:5000" },
      { iss: ["http://localhost:5000"] },
      { iss: null },
      { iss: "" },
      { aud: "https://other.example.com" },
      { aud: [] },
      { aud: {} },
      { aud: "" },
      { ver: undefined },
      { ver: "0" },
      { ver: -1 },
      { ver: { $gte: 0 } },
      { identity: undefined },
      { identity: { $ne: null } },
      { preferred_username: { $ne: null } },
      { preferred_username: "" },
      { fresh: 1 },
      { auth_time: "0" },
      { auth_time: 1e300 },
      { auth_time: { $gt: 0 } },
      { amr: "pwd" },
      { amr: [{ $ne: null }] },
      { acr: { $ne: null } },
      { fresh: "false" },
      { fresh: undefined },
      { client_id: MARKER },
      { client_id: { $ne: null } },
    ]),
  )("claims of an access token %s: T", async (_, claims) => {
    await forEachKind(
      ({ isAccess, changed }) => (isAccess ? changed({}, claims) : undefined),
      JSON.stringify(claims),
    );
  });

  it.each(["-1", "1e0", "00", "0.0", "", "x", "9007199254740993", " 0"])(
    "the generation %j in a refresh token: T",
    async (generation) => {
      const forge = ({ isAccess, changed, payload }: ForgedKind) =>
        isAccess ? undefined : changed({}, { jti: `${payload.sid}.${generation}` });
      await forEachKind(forge, generation);
    },
  );

  it("with the session of another user, or a subject without that session: T", async () => {
    const other = await registered(target.url);
    const claimsOf = (jwt: string) =>
      JSON.parse(Buffer.from(jwt.split(".")[1] ?? "", "base64url").toString());
    const { sub, sid } = claimsOf(other.access_token);
    await forEachKind(({ isAccess, changed }) => (isAccess ? undefined : changed({}, { sub })), "sub");
    await forEachKind(
      ({ isAccess, changed }) => (isAccess ? undefined : changed({}, { sid, jti: `${sid}.0` })),
      "sid",
    );
    const access = target.kinds[0] as ForgedKind;
    const later = { ...claimsOf(other.access_token), ver: 1 };
    await refusedEverywhere(target.url, access.sign(access.header, later), { what: "ver" });
    expect((await call(target.url, "GET /api/me", { token: other.access_token })).status).toBe(200);
  });

  it("of the other kind in all but its signature, and the reverse: T", async () => {
    const [access, refresh] = target.kinds as [ForgedKind, ForgedKind];
    await refusedEverywhere(target.url, refresh.sign(access.header, access.payload));
    await refusedEverywhere(target.url, access.sign(refresh.header, refresh.payload));
    for (const [one, other] of [
      [access, refresh],
      [refresh, access],
    ] as const) {
      await refusedEverywhere(target.url, one.sign(other.header, one.payload));
      await refusedEverywhere(target.url, one.sign(one.header, other.payload));
      await refusedEverywhere(target.url, one.changed({}, { type: other.payload.type }));
    }
  });

  it.each(["null", "[]", '"x"', "1", "", "{", "{}", "\ufeff{}", "{}{}", `{"${MARKER}":1}`])(
    "with %j for a header or a payload: T",
    async (text) => {
      await forEachKind(({ sign, payload }) => (text === "" ? undefined : sign(text, payload)), "header");
      await forEachKind(({ sign, header }) => (text === "" ? undefined : sign(header, text)), "payload");
    },
  );

  it("with a claim twice, or one from Object.prototype: what is taken harms nobody", async () => {
    const [access] = target.kinds as [ForgedKind];
    const doubled = JSON.stringify(access.payload).replace("{", `{"sub":"${MARKER}","type":"refresh",`);
    const polluted = JSON.stringify(access.payload).replace("{", '{"__proto__":{"sub":"x"},');
    for (const payload of [doubled, polluted]) {
      const { status, body } = await call(target.url, "GET /api/me", {
        token: access.sign(access.header, payload),
      });
      expect([200, 401]).toContain(status);
      if (status === 200) expect(body.id).toBe(access.payload.sub);
    }
  });
});

import { afterEach, describe, expect, it } from "vitest";
import { registered } from "../support/api.ts";
import { sendRaw } from "../support/raw-http.ts";
import {
  bearer,
  expectHarmless,
  expectVerdict,
  FORM_TYPE,
  JSON_TYPE,
  MARKER,
  regularOf,
  send,
  serviceUnderFire,
} from "./support.ts";
import { callWith, KNOWN_SECRETS, stillLives, TOKEN_CALLS } from "./token-support.ts";

const url = await serviceUnderFire(KNOWN_SECRETS);
const mine = await regularOf(url);
afterEach(() => stillLives(url, mine));

/** The tokens that the call accepts, and the others. */
const genuine = (takes: string) => [
  { token: mine.access_token, isRight: takes.includes("access") },
  { token: mine.refresh_token, isRight: takes.includes("refresh") },
];

describe.each(TOKEN_CALLS.map((target) => [target.line, target] as const))("%s", (line, target) => {
  it("without a token, or with another scheme: M", async () => {
    expectVerdict(await callWith(url, target, {}), "M");
    expectVerdict(await callWith(url, target, { authorization: "" }), "M");
    for (const { token } of genuine(target.takes)) {
      for (const scheme of [
        "Basic",
        "basic",
        "Token",
        "JWT",
        "DPoP",
        "Digest",
        "Bearer:",
        "Bearers",
        "xBearer",
      ]) {
        expectVerdict(await callWith(url, target, { authorization: `${scheme} ${token}` }), "M", scheme);
      }
      expectVerdict(await callWith(url, target, { authorization: token }), "M");
    }
  });

  it("with Bearer and no token, or more than one: M, T or B", async () => {
    for (const { token } of genuine(target.takes)) {
      for (const authorization of [
        "Bearer",
        "Bearer ",
        "bearer",
        "Bearer    ",
        `Bearer ${token} ${token}`,
        `Bearer ${token} ${MARKER}`,
        `Bearer ${MARKER} ${token}`,
        `Bearer Bearer ${token}`,
        `Bearer ${token},`,
        `Bearer ${token}, Bearer ${token}`,
        `Bearer "${token}"`,
        `Bearer token=${token}`,
        `Bearer\u00a0${token}`,
        `Bearer${token}`,
        `Bearer\t${token}x`,
      ]) {
        const reply = await callWith(url, target, { authorization });
        expectVerdict(reply, "M T B", authorization.slice(0, 20));
        expect(reply.text).not.toContain(token);
      }
    }
  });

  it("with two Authorization headers: M, T or B, whichever is first", async () => {
    for (const { token } of genuine(target.takes)) {
      const good = `Authorization: Bearer ${token}\r\n`;
      for (const both of [
        good + good,
        `${good}Authorization: Bearer x\r\n`,
        `Authorization: Basic ${MARKER}\r\n${good}`,
        `${good}authorization: \r\n`,
      ]) {
        const type = `Content-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n`;
        const answer = await sendRaw(url, `${line} HTTP/1.1\r\nHost: x\r\n${type}${both}\r\n{}`);
        const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1]);
        expectHarmless(answer, status);
        expectVerdict({ status, text: answer }, "M T B");
      }
    }
  });

  it("with the token in query, body or cookie: M", async () => {
    for (const { token } of genuine(target.takes)) {
      const fields = { access_token: token, refresh_token: token, token, authorization: `Bearer ${token}` };
      const query = new URLSearchParams(fields).toString();
      const cookie = `access_token=${token}; access_token_cookie=${token}; token=${token}`;
      const parts = { cookie, "x-access-token": token, "proxy-authorization": `Bearer ${token}` };
      const inQuery = await send(url, `${line}?${query}`, { headers: parts });
      expectVerdict(inQuery, "M");
      for (const [headers, body] of [
        [FORM_TYPE, query],
        [JSON_TYPE, JSON.stringify({ ...fields, ...target.json })],
      ] as const) {
        expectVerdict(await send(url, line, { headers: { ...headers, ...parts }, body }), "M");
      }
    }
  });

  it("with the other kind of token: T", async () => {
    for (const { token, isRight } of genuine(target.takes)) {
      if (!isRight) expectVerdict(await callWith(url, target, bearer(token)), "T");
    }
  });

  it("with bearer in lower case: accepted", async () => {
    const { access_token, refresh_token } = await registered(url);
    const token = target.takes.includes("access") ? access_token : refresh_token;
    for (const scheme of ["bEARER", "bearer"]) {
      // calls that end the session run only once
      if (scheme !== "bearer" && /DELETE|logout|password/.test(line)) continue;
      const { status } = await callWith(url, target, { authorization: `${scheme} ${token}` });
      expect(status).toBe(line.includes("sessions/x") ? 404 : line === "DELETE /api/me" ? 204 : 200);
    }
  });
});

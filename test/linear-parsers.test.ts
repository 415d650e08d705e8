import { AsyncLocalStorage } from "node:async_hooks";
import { domainToASCII } from "node:url";
import type { Context } from "koa";
import { describe, expect, it } from "vitest";
import { headerOf, isCanonical } from "../src/adapters/jose/canonical.ts";
import { openExport } from "../src/adapters/json-lines/read.ts";
import { bearerTokenIfAny } from "../src/adapters/koa/bearer.ts";
import { readBody } from "../src/adapters/koa/body.ts";
import { clientAddress } from "../src/adapters/koa/client-address.ts";
import { authenticateClient } from "../src/adapters/koa/client-secret.ts";
import { loginBody } from "../src/adapters/koa/endpoints/sign-in.ts";
import { requestContext } from "../src/adapters/koa/request-context.ts";
import { shownFacts } from "../src/adapters/mustache/shown-facts.ts";
import { makeTemplate } from "../src/adapters/mustache/template.ts";
import { keyedLinkSecrets } from "../src/adapters/node/link-secrets.ts";
import { readSender } from "../src/adapters/nodemailer/address.ts";
import { readSmtpUrl } from "../src/adapters/nodemailer/smtp-url.ts";
import { passlibPbkdf2 } from "../src/adapters/passlib/pbkdf2.ts";
import { emailRules } from "../src/domain/email.ts";
import { parseIp } from "../src/domain/ip-address.ts";
import { newPasswordFaults, presentedPasswordFaults } from "../src/domain/password.ts";
import { canonicalText } from "../src/domain/text.ts";
import { networkOf } from "../src/domain/throttle.ts";
import { parseUsername } from "../src/domain/username.ts";
import { growthOf, hostileTexts, isLinear, TIMES_LONGER } from "./support/growth.ts";

/** Every parser of outside text takes linear time, also for text that it rejects. */

const { parseEmail, canonicalEmail } = emailRules(domainToASCII);
const links = keyedLinkSecrets([new Uint8Array(32)]);
const policy = { minLength: 8, isCommon: () => false };
const template = { known: ["username"], needed: [], escape: String };

/** A request with this text in the header. */
function asking(name: string, text: string): Context {
  return {
    get: (asked: string) => (asked.toLowerCase() === name ? text : ""),
    set() {},
    state: {},
    req: { headersDistinct: { [name]: [text] }, headers: { [name]: text }, socket: { remoteAddress: "::1" } },
  } as unknown as Context;
}

const inContext = requestContext(new AsyncLocalStorage(), 1);
const context = (name: string) => (text: string) => inContext(asking(name, text), async () => {});

const PARSERS: Record<string, [parse: (text: string) => unknown, ...beginnings: string[]]> = {
  "Content-Type": [
    (text) => readBody(asking("content-type", text), loginBody),
    "a",
    "application/json;",
    'a/b;c="',
  ],
  "Authorization: Bearer": [(text) => bearerTokenIfAny(asking("authorization", text)), "", "Bearer "],
  "Authorization: Basic": [(text) => authenticateClient(asking("authorization", text), []), "", "Basic "],
  "X-Request-Id": [context("x-request-id"), ""],
  traceparent: [context("traceparent"), "", `00-${"a".repeat(32)}-${"b".repeat(16)}-01`],
  "X-Forwarded-For": [context("x-forwarded-for"), "", "1.2.3.4,", "["],
  "X-Forwarded-For of many proxies": [(text) => clientAddress("::1", text, 16), "", "1.2.3.4"],
  "an address": [(text) => [parseIp(text), networkOf(text)], "", "::", "1.2.3.", "fe80::1%"],
  "a name": [parseUsername, "", "ada"],
  "an email": [(text) => [parseEmail(text), canonicalEmail(text)], "", "a@b.", "a@"],
  "a canonical form": [canonicalText, ""],
  "a new password": [
    (text) => {
      const owner = { username: parseUsername("aaaa"), email: parseEmail("aaa@aaaa.aa") };
      return [presentedPasswordFaults("password", text), newPasswordFaults("password", text, policy, owner)];
    },
    "",
    "correct",
  ],
  "a token": [(text) => [headerOf(text), isCanonical(text)], "", "eyJ.eyJ.", "a.b"],
  "a link": [(text) => links.read("reset_password", text), "", "id."],
  "a hash of the Flask server": [(text) => passlibPbkdf2.roundsOf(text), "", "$pbkdf2-sha256$1$"],
  MAIL_FROM: [readSender, "", "Ada ", '"'],
  SMTP_URL: [readSmtpUrl, "", "smtp://", "smtp://a:b@", "smtp://host?"],
  "a template": [(text) => makeTemplate(text, template), "", "{{username}}", "{{#username}}"],
  "facts of a mail": [
    (text) => shownFacts({ username: text, email: text, link: `https://x/${text}` }, "Auth"),
    "",
    "ada",
    "a@",
  ],
  "a file to import": [
    async (text) => {
      const bytes = Buffer.from(text);
      async function* chunks() {
        for (let start = 0; start < bytes.length; start += 64) yield bytes.subarray(start, start + 64);
      }
      for await (const _ of (await openExport(chunks())).records as AsyncIterable<unknown>);
    },
    "",
    '{"a":"',
  ],
};

const LENGTH = 2_048;

async function refusedOrNot(parse: (text: string) => unknown, text: string): Promise<void> {
  try {
    await parse(text);
  } catch {
    // the error does not matter here
  }
}

describe("the time to read", () => {
  it.each(Object.entries(PARSERS))(
    "%s grows in proportion",
    async (_, [parse, ...beginnings]) => {
      const large = new Map(hostileTexts(TIMES_LONGER * LENGTH, beginnings));
      const slow: [string, number][] = [];
      for (const [what, small] of hostileTexts(LENGTH, beginnings)) {
        const growth = await growthOf((text) => refusedOrNot(parse, text), small, large.get(what) ?? "");
        if (!isLinear(growth)) slow.push([what, Math.round(growth)]);
      }
      expect(slow).toEqual([]);
    },
    120_000,
  );
});

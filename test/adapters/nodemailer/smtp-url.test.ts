import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { readSmtpUrl } from "../../../src/adapters/nodemailer/smtp-url.ts";

describe("an SMTP URL", () => {
  it.each([
    ["smtp://mail.example.org", { host: "mail.example.org", port: 587, secure: false }],
    ["smtps://mail.example.org/", { host: "mail.example.org", port: 465, secure: true }],
    ["smtp://localhost:25", { host: "localhost", port: 25 }],
    ["smtp://[::1]:2525", { host: "::1", port: 2525 }],
    ["smtp://ada:open%2Fses%40me@mail.example.org", { auth: { user: "ada", pass: "open/ses@me" } }],
    ["smtp://ada%40example.org:x@mail.example.org", { auth: { user: "ada@example.org", pass: "x" } }],
  ])("says where mails go: %s", (url, expected) => {
    expect(readSmtpUrl(url)).toMatchObject(expected);
  });

  it("upgrades to TLS where that is offered and checks certificates, unless it says otherwise", () => {
    const tls = { requireTLS: false, ignoreTLS: false, tls: { rejectUnauthorized: true } };
    expect(readSmtpUrl("smtp://localhost")).toMatchObject(tls);
    expect(readSmtpUrl("smtp://localhost")).not.toHaveProperty("auth");
    expect(readSmtpUrl("smtp://localhost?requireTLS=true")).toMatchObject({ ...tls, requireTLS: true });
    expect(readSmtpUrl("smtp://localhost?ignoreTLS=true")).toMatchObject({ ...tls, ignoreTLS: true });
    expect(readSmtpUrl("smtps://localhost?tls.rejectUnauthorized=false")).toMatchObject({
      ...tls,
      tls: { rejectUnauthorized: false },
    });
  });

  it.each([
    "",
    "sesame",
    "smtp://",
    "smtp:ada:sesame@localhost",
    "smtp:///sesame",
    "http://ada:sesame@localhost",
    "smtp://ada:ses/ame@localhost",
    "smtp://ada:ses#ame@localhost",
    "smtp://ada:sesame%zz@localhost",
    "smtp://ada:sesame@localhost:99999",
    "smtp://ada:sesame@local host",
    "smtp://ada:sesame@localhost/path",
    "smtp://ada:sesame@caf\u00e9.example",
    "smtp://localhost?sesame=true",
    "smtp://localhost?requireTLS=sesame",
    "smtp://ada:sesame@localhost?disableFileAccess=false",
    "smtp://ada:sesame@localhost?logger=true",
    "smtp://ada:sesame@localhost?__proto__=true",
    "smtp://ada:sesame@localhost?toString=true",
  ])("is refused, and what is secret is not repeated: %s", (url) => {
    const refusal = refusalOf(url);
    expect(refusal.message).toMatch(/^This is not an SMTP URL that can be used: ./);
    expect(inspect(refusal, { depth: Infinity })).not.toMatch(/sesame/i);
  });
});

function refusalOf(url: string): Error {
  try {
    readSmtpUrl(url);
  } catch (error) {
    return error as Error;
  }
  throw new Error("It was taken");
}

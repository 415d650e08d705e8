import { inspect } from "node:util";
import { afterEach, describe, expect, it } from "vitest";
import { type SmtpMailer, smtpMailer } from "../../../src/adapters/nodemailer/mailer.ts";
import { type SmtpServerOptions, startSmtpServer, type TestSmtpServer } from "../../support/smtp-server.ts";
import { startTrickler } from "../../support/trickler.ts";
import { HOSTILE_ADDRESSES } from "./hostile-addresses.ts";

const FROM = { name: 'HBTU, Connect <b> "c"', address: "auth@example.org" };
const LINK = "https://connect.example.org/reset#token=s3cret";
const MAIL = {
  to: "ada@example.org",
  subject: "Reset your password",
  text: `Open this:\n\n${LINK}\n.\nBye, Zoë\n`,
  html: `<p><a href="${LINK}">Open</a></p>`,
};

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function startServer(options?: SmtpServerOptions): Promise<TestSmtpServer> {
  const server = await startSmtpServer(options);
  ends.push(() => server.end());
  return server;
}

function mailerTo(url: string, timeoutMs = 10_000): SmtpMailer {
  const mailer = smtpMailer({ url, from: FROM, timeoutMs });
  ends.push(() => mailer.close());
  return mailer;
}

async function refusalOf(sent: Promise<void>): Promise<Error> {
  const error = await sent.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(error).toBeInstanceOf(Error);
  expect(inspect(error, { depth: Infinity })).not.toMatch(/s3cret|sesame/);
  return error as Error;
}

describe("a mail", () => {
  it("arrives as it was given, in text and HTML, at its one recipient", async () => {
    const server = await startServer();
    await mailerTo(server.url).send(MAIL);
    const [mail, ...more] = server.mails;
    expect(more).toEqual([]);
    expect(mail).toMatchObject({ to: [MAIL.to], from: FROM.address, subject: MAIL.subject, secure: false });
    expect([mail?.text?.trimEnd(), mail?.html?.trimEnd()]).toEqual([MAIL.text.trimEnd(), MAIL.html]);
  });

  it("has only the headers that it needs, each once, and asks for no automatic answer", async () => {
    const server = await startServer();
    await mailerTo(server.url).send(MAIL);
    const names = server.mails[0]?.headers.map(([name]) => name).sort();
    expect(names).toEqual(
      [
        "auto-submitted",
        "content-type",
        "date",
        "from",
        "message-id",
        "mime-version",
        "subject",
        "to",
      ].sort(),
    );
    expect(server.mails[0]?.headers).toContainEqual(["auto-submitted", "auto-generated"]);
  });

  it.each([
    "Reset\r\nBcc: eve@example.org",
    "Reset\nBcc: eve@example.org\n\nanother text",
    "Reset\rBcc: eve@example.org",
    "Reset\u0000\u0085\u2028Bcc: eve@example.org",
    "Zoë\r\n Bcc: eve@example.org",
    `${"Zoë ".repeat(40)}\r\nBcc: eve@example.org`,
  ])("keeps a hostile subject in its one line: %j", async (subject) => {
    const server = await startServer();
    await mailerTo(server.url).send({ ...MAIL, subject });
    const [mail] = server.mails;
    expect(mail?.to).toEqual([MAIL.to]);
    expect(mail?.subject).toMatch(/^(Reset|Zoë).* Bcc: eve@example.org/);
    expect(mail?.headers.filter(([name]) => name === "bcc")).toEqual([]);
    expect(mail?.text).not.toContain("another text");
  });

  it.each(HOSTILE_ADDRESSES)("is not sent to %j", async (to) => {
    const server = await startServer();
    const mailer = mailerTo(server.url);
    const refusal = await refusalOf(mailer.send({ ...MAIL, to }));
    expect(refusal.message).toBe("The mail is not to one plain address");
    await mailer.send(MAIL);
    expect(server.mails.map(({ to }) => to)).toEqual([[MAIL.to]]);
  });

  it("is from the configured sender, whatever is in the name", async () => {
    const server = await startServer();
    await mailerTo(server.url).send(MAIL);
    const from = server.mails[0]?.headers.filter(([name]) => name === "from");
    expect(from).toEqual([["from", String.raw`"HBTU, Connect <b> \"c\"" <auth@example.org>`]]);
  });

  it("goes to an address with letters beyond ASCII", async () => {
    const server = await startServer();
    await mailerTo(server.url).send({ ...MAIL, to: "zoë@example.org" });
    expect(server.mails[0]?.to).toEqual(["zoë@example.org"]);
  });

  it("never has a file or a URL read into it", async () => {
    const server = await startServer();
    // nodemailer takes such an object as the name of a file; our types do not
    const text = { path: new URL(import.meta.url).pathname } as unknown as string;
    await refusalOf(mailerTo(server.url).send({ ...MAIL, text }));
    expect(server.mails).toEqual([]);
  });
});

describe("a server", () => {
  it("that offers STARTTLS is talked to over TLS, and refused where its certificate is nobody's", async () => {
    const server = await startServer({ tls: "starttls" });
    expect((await refusalOf(mailerTo(server.url).send(MAIL))).message).toMatch(/certificate/);
    await mailerTo(`${server.url}?tls.rejectUnauthorized=false`).send(MAIL);
    await mailerTo(`${server.url}?ignoreTLS=true`).send(MAIL);
    expect(server.mails.map(({ secure }) => secure)).toEqual([true, false]);
  });

  it("behind smtps is talked to over TLS, and refused where its certificate is nobody's", async () => {
    const server = await startServer({ tls: "implicit" });
    expect((await refusalOf(mailerTo(server.url).send(MAIL))).message).toMatch(/certificate/);
    await mailerTo(`${server.url}?tls.rejectUnauthorized=false`).send(MAIL);
    expect(server.mails.map(({ secure }) => secure)).toEqual([true]);
  });

  it("without TLS gets nothing where TLS is required", async () => {
    const server = await startServer();
    await refusalOf(mailerTo(`${server.url}?requireTLS=true`).send(MAIL));
    expect(server.mails).toEqual([]);
  });

  it("that asks for credentials gets those of the URL", async () => {
    const server = await startServer({ credentials: { user: "ada@example.org", pass: "open/sesame" } });
    const as = (userInfo: string) => mailerTo(server.url.replace("://", `://${userInfo}@`));
    await as("ada%40example.org:open%2Fsesame").send(MAIL);
    expect(server.mails.map(({ user }) => user)).toEqual(["ada@example.org"]);
    const refusal = await refusalOf(as("ada%40example.org:sesame").send(MAIL));
    expect(refusal.message).toMatch(/^The mail was not accepted: the server answered 535 \(AUTH/);
    await refusalOf(mailerTo(server.url).send(MAIL));
    expect(server.mails).toHaveLength(1);
  });

  it("that refuses is named by its codes and never by its words, and is asked again the next time", async () => {
    const server = await startServer();
    const mailer = mailerTo(server.url);
    server.refuse(550, `5.7.1 No such user, and ${LINK} is blocked`);
    const refusal = await refusalOf(mailer.send(MAIL));
    expect(refusal.message).toBe("The mail was not accepted: the server answered 550 5.7.1 (RCPT TO)");
    server.accept();
    await mailer.send(MAIL);
    expect(server.mails).toHaveLength(1);
  });

  it.each(["recipient", "greeting"] as const)("that falls silent at the %s is given up", async (moment) => {
    const server = await startServer();
    server.stall(moment);
    const mailer = mailerTo(server.url, 400);
    await refusalOf(mailer.send(MAIL));
    server.accept();
    await mailerTo(server.url).send(MAIL);
    expect(server.mails).toHaveLength(1);
  });

  it("that says something now and then but never what is asked is given up", async () => {
    const trickler = await startTrickler("220 here\r\n", "250-more\r\n");
    ends.push(() => trickler.end());
    const refusal = await refusalOf(mailerTo(`smtp://127.0.0.1:${trickler.port}`, 400).send(MAIL));
    expect(refusal.message).toBe("The mail was not accepted: it took longer than 400 ms");
  });

  it("that goes away is an error, also for a mailer that was connected, and one that is back is used", async () => {
    const server = await startServer();
    const mailer = mailerTo(server.url);
    await mailer.send(MAIL);
    await server.goAway();
    expect((await refusalOf(mailer.send(MAIL))).message).toMatch(/ECONNREFUSED/);
    await server.comeBack();
    await mailer.send(MAIL);
    expect(server.mails).toHaveLength(2);
  });
});

describe("closing", () => {
  it("breaks off what is being sent, and nothing is sent after it", async () => {
    const server = await startServer();
    server.stall("recipient");
    const mailer = mailerTo(server.url);
    const sent = refusalOf(mailer.send(MAIL));
    await mailer.close();
    await sent;
    server.accept();
    await refusalOf(mailer.send(MAIL));
    expect(server.mails).toEqual([]);
  });
});

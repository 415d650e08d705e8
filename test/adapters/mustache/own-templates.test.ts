import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { openMailTemplates } from "../../../src/adapters/mustache/mail-templates.ts";
import type { MailKind } from "../../../src/domain/mails.ts";

const BUILT_IN = readdirSync(join(import.meta.dirname, "../../../mail-templates"));
const kinds = BUILT_IN.filter((name) => name.endsWith(".txt")).map((name) => name.slice(0, -4) as MailKind);

const FACTS = {
  username: "ada",
  email: "ada@example.org",
  link: "https://connect.example.org/?a=1&b=2",
  expiresAt: new Date("2026-02-01T12:34:56Z"),
};

const directories: string[] = [];
afterAll(() => {
  for (const directory of directories) rmSync(directory, { recursive: true });
});

function directoryWith(files: Record<string, string | Uint8Array>): string {
  const directory = mkdtempSync(join(tmpdir(), "connect-auth-templates-"));
  directories.push(directory);
  for (const [name, content] of Object.entries(files)) writeFileSync(join(directory, name), content);
  return directory;
}

describe("a directory of templates", () => {
  it("goes before what is built in, file by file", async () => {
    const builtIn = (await openMailTemplates()).render("password_reset", FACTS);
    const text =
      "Subject: Nouveau mot de passe\n\nBonjour{{#username}} {{username}}{{/username}}: {{link}}\n";
    const own = await openMailTemplates(directoryWith({ "password_reset.txt": text }));
    expect(own.render("password_reset", FACTS)).toEqual({
      subject: "Nouveau mot de passe",
      text: `Bonjour ada: ${FACTS.link}\n`,
      html: undefined,
    });
    const html = "<p>{{link}}</p>";
    const both = await openMailTemplates(
      directoryWith({ "password_reset.txt": text, "password_reset.html": html }),
    );
    expect(both.render("password_reset", FACTS).html).toMatch(/^<p>https:/);
    const htmlAlone = await openMailTemplates(directoryWith({ "password_reset.html": html }));
    expect(htmlAlone.render("password_reset", FACTS).text).toBe(builtIn.text);
    // no message about other mails
    const other = { username: FACTS.username, email: FACTS.email };
    expect(own.render("password_changed", other).html).toContain("HBTU Connect");
    expect((await openMailTemplates(directoryWith({}))).render("password_reset", FACTS)).toEqual(builtIn);
  });

  it("may name the application, in subjects, too, as do those that are built in", async () => {
    const directory = directoryWith({
      "email_changed.txt": "Subject: {{app_name}} says\n\nAt {{app_name}}\n",
    });
    const templates = await openMailTemplates(directory, "Mensa & Co");
    const facts = { username: FACTS.username, email: FACTS.email };
    expect(templates.render("email_changed", facts)).toEqual({
      subject: "Mensa & Co says",
      text: "At Mensa & Co\n",
      html: undefined,
    });
    const { text, html } = templates.render("password_reset", FACTS);
    expect(text).toContain("your Mensa & Co account");
    expect(html).toContain("your Mensa &amp; Co account");
    expect(text + html).not.toContain("HBTU");
  });

  it.each(kinds)("leaves no other name of the application in the built-in %s mail", async (kind) => {
    const templates = await openMailTemplates(undefined, "Mensa & Co");
    const { subject, text, html } = templates.render(kind, FACTS);
    expect(text).toContain("Mensa & Co");
    expect(subject + text + html).not.toContain("HBTU");
  });

  it("has facts escaped in HTML and in nothing else", async () => {
    const templates = await openMailTemplates(
      directoryWith({
        "password_reset.txt": "Subject: It's < & >\n\n{{email}} {{expires}} {{link}}",
        "password_reset.html": "{{email}} {{! a remark }}{{expires}} {{^expires}}never{{/expires}} {{link}}",
      }),
    );
    const { subject, text, html } = templates.render("password_reset", FACTS);
    expect(subject).toBe("It's < & >");
    expect(text).toBe(`ada@example.org 2026-02-01 12:34 UTC ${FACTS.link}`);
    expect(html).toContain("a&#x3D;1&amp;b&#x3D;2");
    expect(html).not.toContain("never");
  });

  it("may have been written on Windows, and may hold other things", async () => {
    const directory = directoryWith({
      "email_changed.txt": "\ufeffSubject: Changed\r\n\r\nOne\r\nTwo\r\n",
      "README.md": "ours",
      ".email_change.txt": "a draft",
    });
    const { subject, text } = (await openMailTemplates(directory)).render("email_changed", FACTS);
    expect({ subject, text }).toEqual({ subject: "Changed", text: "One\nTwo\n" });
  });

  const TEXT = "password_reset.txt";
  const HTML = "password_reset.html";
  it.each([
    ["no subject", TEXT, "{{link}}", /must begin with a line "Subject: …"/],
    ["an empty subject", TEXT, "Subject:  \n\n{{link}}", /must begin with/],
    ["no empty line", TEXT, "Subject: Reset\n{{link}}", /must begin with/],
    ["no text", TEXT, "Subject: Reset\n\n \n", /must begin with/],
    ["a subject in other words", TEXT, "subject: Reset\n\n{{link}}", /must begin with/],
    ["a hidden character in the subject", TEXT, "Subject: Re\rset\n\n{{link}}", /must begin with/],
    ["a long subject", TEXT, `Subject: ${"a".repeat(151)}\n\n{{link}}`, /longer than 150/],
    ["a fact in the subject", TEXT, "Subject: Hi {{username}}\n\n{{link}}", /must have no placeholder but/],
    ["an unknown placeholder", TEXT, "Subject: Reset\n\n{{link}} {{user}}", /\{\{user\}\} is not known/],
    ["one that every object has", HTML, "{{link}} {{constructor}}", /\{\{constructor\}\} is not known/],
    ["a part of a fact", HTML, "{{link}} {{link.length}}", /\{\{link\.length\}\} is not known/],
    ["the value itself", HTML, "{{link}} {{.}}", /\{\{\.\}\} is not known/],
    ["an unknown section", HTML, "{{link}} {{#user}}x{{/user}}", /\{\{user\}\} is not known/],
    ["one within a section", HTML, "{{link}} {{#email}}{{user}}{{/email}}", /\{\{user\}\} is not known/],
    ["one within a section's opposite", HTML, "{{link}} {{^email}}{{user}}{{/email}}", /not known/],
    ["an unescaped value", HTML, "{{{link}}} {{link}}", /not supported/],
    ["an unescaped value, told otherwise", HTML, "{{&link}} {{link}}", /not supported/],
    ["another file in it", HTML, "{{>email_change}} {{link}}", /not supported/],
    ["other delimiters", HTML, "{{=<% %>=}} <% link %>", /not supported/],
    ["an unclosed tag", HTML, "{{link", /[Uu]nclosed tag/],
    ["an unclosed section", HTML, "{{link}}{{#email}}", /Unclosed section "email"/],
    ["a section closed twice", HTML, "{{link}}{{/email}}", /Unopened section "email"/],
    ["no link", HTML, "<p>Reset it</p>", /\{\{link\}\} is missing/],
    ["a link only as a condition", TEXT, "Subject: Reset\n\n{{#link}}x{{/link}}", /\{\{link\}\} is missing/],
    ["a link where there is none", "email_changed.html", "{{link}}", /\{\{link\}\} is not known/],
    ["no UTF-8", HTML, Buffer.from("{{link}} caf\xe9", "latin1"), /is not UTF-8/],
    ["a name of no mail", "password-reset.txt", "Subject: Reset\n\n{{link}}", /no mail of this name/],
    ["a name in capitals", "PASSWORD_RESET.HTML", "{{link}}", /no mail of this name/],
  ])("is refused with %s, and the file is named", async (_, name, content, reason) => {
    const directory = directoryWith({ [name]: content });
    const opened = openMailTemplates(directory);
    await expect(opened).rejects.toThrow(join(directory, name));
    await expect(opened).rejects.toThrow(reason);
  });

  it("that is not there is refused by its name", async () => {
    const directory = join(directoryWith({}), "missing");
    await expect(openMailTemplates(directory)).rejects.toThrow(`${directory} cannot be read (ENOENT)`);
  });
});

import { describe, expect, it } from "vitest";
import { openMailTemplates } from "../../../src/adapters/mustache/mail-templates.ts";
import type { MailFacts } from "../../../src/application/ports/mail-templates.ts";
import { linkOf, MAIL_KINDS, type MailKind } from "../../../src/domain/mails.ts";

const LINKED = MAIL_KINDS.filter((kind) => linkOf(kind) !== null);
/** Mails to a former or future address, whose reader may not be the owner of the account. */
const NOT_TO_THE_ADDRESS: readonly MailKind[] = [
  "email_change",
  "email_change_requested",
  "email_change_warning",
  "email_changed",
];
const NOTICES = MAIL_KINDS.filter((kind) => linkOf(kind) === null);

const LINK = "https://connect.example.org/reset?a=1&b=2#token=abc_-123";
const FACTS: MailFacts = {
  username: "Zoë",
  email: "zoe+mail@example.org",
  link: LINK,
  expiresAt: new Date("2026-02-01T12:34:56.789Z"),
};

const opened = await openMailTemplates();
/** The built-in templates, which all have HTML. */
const templates = {
  render(...mail: Parameters<typeof opened.render>) {
    const { html = "", ...rest } = opened.render(...mail);
    return { ...rest, html };
  },
};

/** Decodes HTML entities, as a mail program does. */
function unescaped(html: string): string {
  const characters: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" };
  return html
    .replaceAll(/&#x([0-9A-F]+);/g, (_, hex) => String.fromCodePoint(Number.parseInt(hex, 16)))
    .replaceAll(/&(amp|lt|gt|quot|#39);/g, (_, name) => characters[name] ?? "");
}

describe.each(MAIL_KINDS)("the built-in %s mail", (kind) => {
  const { subject, text, html } = templates.render(kind, FACTS);

  it("has a short subject without text of users, and is short itself", () => {
    expect(subject).toMatch(/^[A-Z][\w ]{10,50}$/);
    expect(subject).not.toContain(FACTS.username);
    expect(html).toContain(`<title>${subject}</title>`);
    expect(text.split("\n").length).toBeLessThan(25);
  });

  it("names the account, and says what to do if the reader did not ask for it", () => {
    expect(text).toContain('\nUsername: "Zoë"\n');
    expect(text).toMatch(/if (you cannot explain this|it (was|is) not (you|your account)),/i);
  });

  it("says the same in HTML as in text", () => {
    const words = (mail: string) => mail.split(/\s+/).filter((word) => word !== "");
    const body = html.replace(/^.*<body>/s, "").replaceAll(/<[^>]*>/g, " ");
    expect(words(unescaped(body))).toEqual(words(text));
  });

  it("has nothing in it that is fetched, run or filled in", () => {
    const tags = new Set([...html.matchAll(/<([a-z]+)/g)].map(([, tag]) => tag));
    for (const tag of ["html", "head", "meta", "title", "body", "p", "a"]) tags.delete(tag);
    expect([...tags]).toEqual([]);
    expect(html).not.toMatch(/style|src|url\(|@import/i);
    expect(text + html).not.toMatch(/\{\{|\}\}|undefined|null/);
  });

  it("does without a name and an address", () => {
    const plain = templates.render(kind, { ...FACTS, username: "http://evil.example", email: "" });
    for (const part of [plain.text, plain.html]) expect(part).not.toMatch(/Username|Email:|evil/);
  });
});

describe.each(LINKED)("the built-in %s mail", (kind) => {
  it("has the link, letter by letter, on a line of its own, and in HTML to follow", () => {
    const { text, html } = templates.render(kind, FACTS);
    expect(text.split("\n")).toContain(LINK);
    const [, href = "", shown = ""] = /<a href="([^"]*)">([^<]*)<\/a>/.exec(html) ?? [];
    expect([unescaped(href), unescaped(shown)]).toEqual([LINK, LINK]);
    expect(href).toContain("&amp;b");
  });

  it("says until when it is valid, if that is known", () => {
    expect(templates.render(kind, FACTS).text).toContain("until 2026-02-01 12:34 UTC.");
    const { expiresAt: _, ...facts } = FACTS;
    expect(templates.render(kind, facts).text).not.toContain("until");
  });

  it("is not made without a link", () => {
    const { link: _, ...facts } = FACTS;
    expect(() => templates.render(kind, facts)).toThrow(`A ${kind} mail needs a link`);
  });

  it.each([
    "javascript:alert(1)",
    "https://connect.example.org/\nhttps://evil.example/",
    "https://connect.example.org/ https://evil.example/",
    'https://connect.example.org/"onclick="x',
    "https://connect.example.org/\u202e",
    "//evil.example/",
    "",
  ])("is not made with what is no plain link: %j", (link) => {
    expect(() => templates.render(kind, { ...FACTS, link })).toThrow("not one to the web");
  });
});

it.each(NOTICES)("the built-in %s mail has no link", (kind) => {
  const { text, html } = templates.render(kind, FACTS);
  expect(text + html).not.toMatch(/https?:|<a /);
});

it.each(NOT_TO_THE_ADDRESS)("the built-in %s mail does not show the account's address", (kind) => {
  const { text, html } = templates.render(kind, FACTS);
  expect(text + html).not.toContain(FACTS.email);
});

describe("a name", () => {
  const usernameIn = (username: string) => {
    const { text, html } = templates.render("password_changed", { ...FACTS, username });
    const shown = /^Username: "(.*)"$/m.exec(text)?.[1];
    expect(unescaped(/<p>Username: "(.*)"<\/p>/.exec(html)?.[1] ?? "")).toBe(shown ?? "");
    expect(text.split("\n").length).toBeLessThan(25);
    return shown;
  };

  it.each([
    "ada",
    "Ada Lovelace",
    "ada_lovelace-1815",
    "Zoë",
    "李",
    "أحمد",
    "नमस्ते",
    "42",
    "Conor O’Brien Lee",
    "D'Souza",
    "ʻAulani",
    "Marcel·lí",
    "علی\u200cرضا",
    "ශ්\u200dරී",
  ])("is shown: %s", (name) => {
    expect(usernameIn(name)).toBe(name);
  });

  it.each([
    "http://evil.example",
    "evil.example",
    "www.evil.example",
    "eve@evil.example",
    "ada\nTo keep your account open https://evil.example",
    "ada\r\n\r\nBcc: eve@evil.example",
    "ada\u2028more",
    "ada\u202egnp.exe",
    "ada\u200b",
    "Your account is locked",
    "your'account is'locked",
    "your’account’is locked",
    "click\u02bbthis\u02bclink now",
    "evil·example·com",
    "'ada'",
    "a\u200d\u200dda",
    "\u200dada",
    "Your account is locked please call us at once",
    'ada" and more',
    "<b>ada</b>",
    "<img src=//evil.example/x>",
    "{{link}}",
    "{{{link}}}",
    "a".repeat(41),
    " ada",
    "",
  ])("that could be taken for something else is left out: %j", (name) => {
    expect(usernameIn(name)).toBeUndefined();
  });
});

describe("an address", () => {
  it.each([
    "https://evil.example/@example.org",
    "ada/../evil@example.org",
    "ada@example.org\nhttps://evil.example",
    "ada@example.org or https://evil.example",
    "<b>@example.org",
    "ada\u202e@example.org",
    `${"a".repeat(250)}@example.org`,
    "evil.example",
  ])("that could be taken for something else is left out: %j", (email) => {
    const { text, html } = templates.render("password_changed", { ...FACTS, email });
    for (const part of [text, html]) expect(part).not.toMatch(/Email:|evil/);
  });
});

import { expect, it } from "vitest";
import { readable } from "../../../src/adapters/pino/readable.ts";

const TIME = "2026-11-23T11:58:03.123Z";

function lineOf(facts: object): string {
  return readable(JSON.stringify({ level: "info", time: TIME, msg: "request", ...facts }));
}

it("an entry is a line of its time, level, request and facts", () => {
  expect(lineOf({ requestId: "0b54ad3c-aaaa-bbbb", method: "GET", status: 200, kept: undefined })).toBe(
    "11:58:03.123 INFO  0b54ad3c request method=GET status=200\n",
  );
  expect(lineOf({ level: "warn", msg: "No SMTP_URL", event: "x" })).toBe("11:58:03.123 WARN  No SMTP_URL\n");
});

it("values that are no plain words are quoted, and objects are JSON", () => {
  expect(lineOf({ subject: "Hello you", scopes: ["a"], empty: "" })).toBe(
    '11:58:03.123 INFO  request subject="Hello you" scopes=["a"] empty=""\n',
  );
});

it("a fault is told with its stack, a line each", () => {
  expect(lineOf({ level: "error", msg: "fault", err: { stack: "Error: no\n    at x" } })).toBe(
    "11:58:03.123 ERROR fault\n    Error: no\n        at x\n",
  );
});

it("a mail is told line by line, so that a terminal finds the links in it", () => {
  const text = "Open this link:\n\nhttps://connect.example.org/#token=abc\n\nIt works once.\n";
  const links = ["https://connect.example.org/#token=abc"];
  expect(lineOf({ level: "info", msg: "mail", to: "ada@example.org", subject: "Hello", links, text })).toBe(
    `11:58:03.123 INFO  mail to=ada@example.org subject=Hello
    Open this link:

    https://connect.example.org/#token=abc

    It works once.
`,
  );
});

it("nothing in it can move the cursor or begin a line", () => {
  const line = lineOf({
    requestId: "a\u001b[2J",
    msg: "x\ny",
    text: "\u009b2J\r",
    err: { stack: "\u001b[31m" },
  });
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it is what must not be there
  expect(line.trimEnd()).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
  expect(line.split("\n")).toHaveLength(4);
});

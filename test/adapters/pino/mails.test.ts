import { Writable } from "node:stream";
import { pino } from "pino";
import { expect, it } from "vitest";
import { logMails, logNotices } from "../../../src/adapters/pino/log.ts";

function collected() {
  const lines: string[] = [];
  const stream = new Writable({
    write(chunk, _, done) {
      lines.push(String(chunk));
      done();
    },
  });
  return { lines, log: pino({ base: null, formatters: { level: (level) => ({ level }) } }, stream) };
}

it("a mail is one line of the log, with its whole text", async () => {
  const { lines, log } = collected();
  const text = 'Open this:\nhttps://connect.example.org/#token=abc\n{"level":"error"}\u2028\n';
  await logMails(log).send({ to: "ada@example.org", subject: "Hello", text, html: "<p>Hello</p>" });
  expect(lines).toHaveLength(1);
  expect(lines[0]?.trimEnd()).not.toContain("\n");
  const { time: _, ...entry } = JSON.parse(lines[0] ?? "");
  const links = ["https://connect.example.org/#token=abc"];
  expect(entry).toEqual({ level: "info", msg: "mail", to: "ada@example.org", subject: "Hello", links, text });
});

it("a notice is a warning", () => {
  const { lines, log } = collected();
  logNotices(log).warn("Something is missing");
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    expect.objectContaining({ level: "warn", msg: "Something is missing" }),
  ]);
});

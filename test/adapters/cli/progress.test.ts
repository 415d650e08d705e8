import { expect, it } from "vitest";
import { makeProgress } from "../../../src/adapters/cli/progress.ts";

function screen(isTTY: boolean) {
  const written: string[] = [];
  return { isTTY, written, write: (text: string) => void written.push(text) };
}

const step = (done: number) => ({ phase: "users", done, total: 200 });

it("draws one bar on a terminal, which a line of the result and the end wipe away", () => {
  const [terminal, out] = [screen(true), screen(true)];
  const progress = makeProgress(terminal, out);
  progress.show(step(100));
  expect(terminal.written.join("")).toContain(`[${"#".repeat(15)}${".".repeat(15)}] 50% of 200`);
  expect(terminal.written.join("")).not.toContain("\n");
  terminal.written.length = 0;
  progress.print("a line");
  expect(out.written).toEqual(["a line\n"]);
  expect(terminal.written).toEqual(["\r\u001b[2K", expect.stringContaining("50% of 200")]);
  progress.end();
  expect(terminal.written.at(-1)).toBe("\r\u001b[2K");
});

it("writes plain lines elsewhere, one for each tenth", () => {
  const [file, out] = [screen(false), screen(false)];
  const progress = makeProgress(file, out);
  for (let done = 1; done <= 200; done += 1) progress.show(step(done));
  progress.print("a line");
  progress.end();
  expect(file.written).toHaveLength(11);
  expect(file.written.at(-1)).toBe("users: 200 of 200\n");
  expect(file.written.join("")).not.toContain("\r");
  expect(out.written).toEqual(["a line\n"]);
});

it("is done with nothing at once", () => {
  const file = screen(false);
  makeProgress(file, file).show({ phase: "users", done: 0, total: 0 });
  expect(file.written).toEqual(["users: 0 of 0\n"]);
});

import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, it } from "vitest";
import { makeOutput } from "../../../src/adapters/node/output.ts";

/** A sink that accepts a number of bytes, or keeps the writer waiting. */
function scripted() {
  const written: string[] = [];
  const state = { room: Number.POSITIVE_INFINITY, isHeld: false, release: () => {} };
  const sink = {
    async write(text: string) {
      if (state.isHeld) {
        await new Promise<void>((resolve) => {
          state.release = resolve;
        });
      }
      const bytes = Buffer.from(text).subarray(0, Math.min(state.room, Buffer.byteLength(text)));
      if (bytes.length > 0) written.push(bytes.toString());
      return bytes.length;
    },
    writeNow: (text: string) => void written.push(text),
  };
  return { written, state, sink };
}

it("lines of one turn are written together, in their order", async () => {
  const { sink, written } = scripted();
  const output = makeOutput(sink);
  for (const line of ["a\n", "b\n", "c\n"]) output.write(line);
  await output.idle();
  expect(written).toEqual(["a\nb\nc\n"]);
  output.write("d\n");
  output.flushNow();
  expect(written).toEqual(["a\nb\nc\n", "d\n"]);
  await output.idle();
  expect([written.length, output.dropped()]).toEqual([2, 0]);
});

it("collected lines are written together within 50 ms, and with a line that does not wait", async () => {
  const { sink, written } = scripted();
  const output = makeOutput(sink);
  output.collect("a\n");
  await nextTurn();
  output.collect("b\n");
  await nextTurn();
  expect(written).toEqual([]);
  await expect.poll(() => written).toEqual(["a\nb\n"]);
  output.collect("c\n");
  output.write("d\n");
  await nextTurn();
  await nextTurn();
  expect(written.at(-1)).toBe("c\nd\n");
  output.collect("e\n");
  await output.idle();
  expect(written.at(-1)).toBe("e\n");
  output.collect("f\n");
  output.flushNow();
  expect(written.at(-1)).toBe("f\n");
});

it("32 KiB of collected lines wait no longer", async () => {
  const { sink, written } = scripted();
  const output = makeOutput(sink);
  const line = `${"a".repeat(1_023)}\n`;
  for (let count = 0; count < 32; count += 1) output.collect(line);
  await nextTurn();
  await nextTurn();
  expect(written).toEqual([line.repeat(32)]);
});

it("lines that cannot be written are counted, and told when the next can", async () => {
  const { sink, state, written } = scripted();
  const output = makeOutput(sink);
  const told: number[] = [];
  output.onRecovery((dropped) => {
    told.push(dropped);
    output.write("told\n");
  });
  state.room = 0;
  output.write("a\n");
  await output.idle();
  output.write("b\nc\n", 2);
  await output.idle();
  expect([output.dropped(), told]).toEqual([3, []]);
  state.room = Number.POSITIVE_INFINITY;
  output.write("d\n");
  await output.idle();
  expect([told, written]).toEqual([[3], ["d\n", "told\n"]]);
  output.write("e\n");
  await output.idle();
  expect([told, output.dropped()]).toEqual([[3], 3]);
});

it.each([
  { room: 4, dropped: 2, after: "éa\n" },
  { room: 5, dropped: 2, after: "éa\nb\n" },
  { room: 8, dropped: 1, after: "éa\nbbb\n" },
  { room: 11, dropped: 1, after: "éa\nbbb\nccc\n" },
  { room: 12, dropped: 0, after: "éa\nbbb\nccc\n" },
])("of three lines of four bytes, $room bytes: a line that was cut gets an end", async (each) => {
  const { sink, state, written } = scripted();
  const output = makeOutput(sink);
  state.room = each.room;
  for (const line of ["éa\n", "bbb\n", "ccc\n"]) output.write(line);
  await output.idle();
  expect(output.dropped()).toBe(each.dropped);
  state.room = Number.POSITIVE_INFINITY;
  for (const line of ["ddd\n", "eee\n"]) {
    output.write(line);
    await output.idle();
  }
  expect([written.join(""), output.dropped()]).toEqual([`${each.after}ddd\neee\n`, each.dropped]);
});

it("while nobody takes lines, what waits is bounded, and the process does not wait", async () => {
  const { sink, state, written } = scripted();
  const output = makeOutput(sink, 1_000);
  state.isHeld = true;
  const line = `${"é".repeat(24)}12\n`;
  for (let count = 0; count < 100; count += 1) {
    output.write(line);
    if (count % 10 === 0) await nextTurn();
  }
  expect(output.dropped()).toBe(100 - Math.floor(1_000 / Buffer.byteLength(line)));
  state.isHeld = false;
  state.release();
  await output.idle();
  expect(written.join("").split("\n").length - 1).toBe(Math.floor(1_000 / Buffer.byteLength(line)));
  output.write(line);
  await output.idle();
  expect(output.dropped()).toBe(81);
});

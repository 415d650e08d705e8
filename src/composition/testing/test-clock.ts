import { millisecondsIn } from "../../domain/duration.ts";
import type { TestClock } from "./test-auth.ts";

export function makeTestClock(start: Date): TestClock {
  let time = start.getTime();
  return {
    now: () => new Date(time),
    advance(by) {
      time += typeof by === "number" ? by : durationOf(by);
    },
    set(to) {
      time = to.getTime();
    },
  };
}

function durationOf(text: string): number {
  const ms = millisecondsIn(text);
  if (ms === undefined) throw new TypeError(`Not a duration such as 15m: ${text}`);
  return ms;
}

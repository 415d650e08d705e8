import { millisecondsIn } from "../../domain/duration.ts";

/** A clock that stands still until it is turned. */
export interface TestClock {
  now(): Date;
  /** Turns it on by milliseconds, or by a duration as in settings: `15m`, `30d`. */
  advance(by: number | string): void;
  set(to: Date): void;
}

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

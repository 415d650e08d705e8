import type { Ids } from "../ports/ids.ts";

const MAX_COUNT = 0xfff;

/**
 * Makes UUIDs that begin with a moment and go on with a count (version 7, RFC 9562, section 6.2, method 1): each is
 * greater than the one before, even if the clock stands still or goes back.
 */
export function idsInOrder(ids: Ids): (now: Date) => string {
  let ms = 0;
  let count = 0;
  return (now) => {
    count += 1;
    if (now.getTime() > ms || count > MAX_COUNT) {
      ms = Math.max(now.getTime(), ms + 1);
      count = 0;
    }
    const time = hex(ms, 12);
    // the variant and the random bits of a UUID of any version
    return `${time.slice(0, 8)}-${time.slice(8)}-7${hex(count, 3)}${ids.next().slice(18)}`;
  };
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, "0");
}

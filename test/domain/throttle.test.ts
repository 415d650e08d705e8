import { describe, expect, it } from "vitest";
import { networkOf, waitFor } from "../../src/domain/throttle.ts";

const since = new Date("2026-01-01T00:00:00Z");
const at = (ms: number) => new Date(since.getTime() + ms);
const MINUTE = 60_000;

describe("a plain limit", () => {
  const limit = { attempts: 3, windowMs: 60 * MINUTE };

  it("lets through as many as it says, and then none until its window is over", () => {
    expect(waitFor({ count: 3, since }, limit, at(1))).toBeUndefined();
    expect(waitFor({ count: 4, since }, limit, at(MINUTE))).toBe(59 * MINUTE);
    expect(waitFor({ count: 200, since }, limit, at(59 * MINUTE))).toBe(MINUTE);
  });
});

describe("a limit with waits", () => {
  const waits = { firstMs: MINUTE, longestMs: 15 * MINUTE };
  const limit = { attempts: 5, windowMs: 600 * MINUTE, waits };

  it("lets one more through after each wait, twice as long until the longest", () => {
    const opens = [1, 3, 7, 15, 30, 45, 60].map((minutes) => minutes * MINUTE);
    opens.forEach((opensAt, index) => {
      const count = 6 + index;
      expect(waitFor({ count, since }, limit, at(opensAt - 1))).toBe(1);
      expect(waitFor({ count, since }, limit, at(opensAt))).toBeUndefined();
    });
  });

  it("says when the next one opens, however many are at it at once", () => {
    expect(waitFor({ count: 200, since }, limit, at(0))).toBe(MINUTE);
    expect(waitFor({ count: 200, since }, limit, at(2 * MINUTE))).toBe(MINUTE);
  });
});

describe("a network", () => {
  it.each([
    ["203.0.113.7", "203.0.113.7"],
    ["::ffff:203.0.113.7", "203.0.113.7"],
    ["::FFFF:203.0.113.7", "203.0.113.7"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:DB8:1:2::1", "2001:db8:1:2::/64"],
    ["2001:0db8:0001:0002:ffff::", "2001:db8:1:2::/64"],
    ["2001:db8::1", "2001:db8:0:0::/64"],
    ["::1", "0:0:0:0::/64"],
    ["fe80::1", "fe80:0:0:0::/64"],
    ["fe80::1%eth0", "none"],
    ["::ffff:cb00:7107", "203.0.113.7"],
    ["nonsense", "none"],
    ["", "none"],
    ["203.0.113.7:40001", "none"],
  ])("of %s is %s", (ip, network) => {
    expect(networkOf(ip)).toBe(network);
  });
});

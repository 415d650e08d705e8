import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type FairQueue, makeFairQueue, type Place } from "../../../src/application/limits/fair-queue.ts";
import { cpuTimeOf } from "../../support/cpu-time.ts";

interface Item {
  readonly path: readonly [string, string];
  readonly number: number;
  place: Place;
}

/** Enters `times` items on the path, named after it. */
function enter(queue: FairQueue<string>, network: string, account: string, times = 1): Place[] {
  return Array.from({ length: times }, (_, index) =>
    queue.enter([network, account], `${network} ${account} ${index}`),
  );
}

/** Serves one item after the other. Returns their paths in order. */
function served(queue: FairQueue<Item>): string[] {
  const order: string[] = [];
  for (let item = queue.next(); item; item = queue.next()) {
    order.push(item.path.join(""));
    item.place.begin();
    item.place.leave();
  }
  return order;
}

const NO_PLACE: Place = { begin() {}, leave() {} };

function enterOne(queue: FairQueue<Item>, path: Item["path"], number: number): Item {
  const item: Item = { path, number, place: NO_PLACE };
  item.place = queue.enter(path, item);
  return item;
}

function fill(queue: FairQueue<Item>, texts: string): void {
  for (const [number, text] of texts.split(" ").entries())
    enterOne(queue, [text.charAt(0), text.charAt(1)], number);
}

describe("turns", () => {
  it("are taken by networks, and in each network by accounts", () => {
    const queue = makeFairQueue<Item>();
    fill(queue, "aX aX aX aX aY bX bX cX");
    expect(served(queue).join(" ")).toBe("aX bX cX aY bX aX aX aX");
    expect([queue.waiting(), queue.held()]).toEqual([0, 0]);
  });

  it("of one that comes back again and again are one in two beside another", () => {
    const queue = makeFairQueue<Item>();
    fill(queue, "aX aX aX aX");
    const order: string[] = [];
    for (let turn = 0; turn < 4; turn += 1) {
      fill(queue, "bX");
      order.push(queue.next()?.path.join("") as string);
      queue.next()?.place.begin();
    }
    expect(order.join(" ")).toBe("aX bX aX bX");
  });
});

describe("the item that must yield", () => {
  it("is the newest of the largest account in the largest network, and nobody for another of that account", () => {
    const queue = makeFairQueue<string>();
    enter(queue, "a", "X", 2);
    enter(queue, "a", "Y", 3);
    enter(queue, "b", "Z", 4);
    expect(queue.mustYield(["c", "X"])).toBe("a Y 2");
    expect(queue.mustYield(["b", "new"])).toBe("b Z 3");
    // b would hold as many as a; within b the account with fewer places comes first
    expect(queue.mustYield(["b", "Z"])).toBeUndefined();
    expect(queue.mustYield(["a", "Y"])).toBeUndefined();
    expect(queue.mustYield(["a", "X"])).toBeUndefined();
    expect(queue.mustYield(["a", "new"])).toBe("a Y 2");
  });

  it("is nobody where all hold one place", () => {
    const queue = makeFairQueue<string>();
    for (const network of ["a", "b", "c"]) enter(queue, network, "X");
    expect(queue.mustYield(["d", "X"])).toBeUndefined();
  });

  it("is found by the places of what is worked on, too, among those who wait", () => {
    const queue = makeFairQueue<string>();
    const [first] = enter(queue, "a", "X", 2);
    first?.begin();
    enter(queue, "b", "X");
    expect(queue.mustYield(["c", "X"])).toBe("a X 1");
    const busy = makeFairQueue<string>();
    for (const place of enter(busy, "a", "X", 5)) place.begin();
    enter(busy, "b", "X", 2);
    expect(busy.mustYield(["c", "X"])).toBe("b X 1");
    expect(busy.mustYield(["a", "X"])).toBeUndefined();
  });

  it("can be told for a network alone, if any account of it would find a place", () => {
    const queue = makeFairQueue<string>();
    enter(queue, "a", "X", 3);
    expect([queue.mustYield(["a"]), queue.mustYield(["b"])]).toEqual(["a X 2", "a X 2"]);
    const alike = makeFairQueue<string>();
    for (const account of ["X", "Y", "Z"]) enter(alike, "a", account);
    expect(alike.mustYield(["a"])).toBeUndefined();
  });
});

it("agrees with a plain list in which everything is counted anew, after any steps", () => {
  const path = fc.tuple(fc.constantFrom("a", "b", "c"), fc.constantFrom("X", "Y", "Z"));
  const step = fc.oneof(
    fc.record({ does: fc.constant("enters" as const), path }),
    fc.record({ does: fc.constantFrom("begins" as const, "leaves" as const), which: fc.nat() }),
    fc.record({ does: fc.constant("is next" as const) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), path, (steps, newcomer) => {
      const queue = makeFairQueue<Item>();
      let waiting: Item[] = [];
      let working: Item[] = [];
      const begin = (item: Item | undefined) => {
        if (item === undefined) return;
        item.place.begin();
        waiting = waiting.filter((each) => each !== item);
        working.push(item);
      };
      for (const [number, step] of steps.entries()) {
        if (step.does === "enters") {
          waiting.push(enterOne(queue, step.path, number));
        } else if (step.does === "is next") {
          const next = queue.next();
          expect(next === undefined).toBe(waiting.length === 0);
          if (next) {
            // within an account the oldest comes first
            expect(next).toBe(waiting.find((item) => item.path.join() === next.path.join()));
          }
          begin(next);
        } else if (step.does === "begins") begin(waiting[step.which % waiting.length]);
        else {
          const all = [...waiting, ...working];
          const item = all[step.which % all.length];
          item?.place.leave();
          waiting = waiting.filter((each) => each !== item);
          working = working.filter((each) => each !== item);
        }
        const all = [...waiting, ...working];
        expect([queue.waiting(), queue.held()]).toEqual([waiting.length, all.length]);
        checkYield(queue, waiting, all, newcomer);
      }
    }),
    { numRuns: 300 },
  );
});

function checkYield(
  queue: FairQueue<Item>,
  waiting: Item[],
  all: Item[],
  [network, account]: [string, string],
) {
  const held = (...[first, second]: string[]) =>
    all.filter(({ path }) => path[0] === first && (second === undefined || path[1] === second)).length;
  const most = (sizes: number[]) => Math.max(0, ...sizes);
  const largest = most(waiting.map(({ path }) => held(path[0])));
  const inOwn = waiting.filter(({ path }) => path[0] === network);
  const largestInOwn = most(inOwn.map(({ path }) => held(...path)));
  const yields = queue.mustYield([network, account]);
  if (held(network) + 1 < largest) {
    expect(held(yields?.path[0] as string)).toBe(largest);
    const inTheirs = waiting.filter(({ path }) => path[0] === yields?.path[0]);
    expect(held(...(yields as Item).path)).toBe(most(inTheirs.map(({ path }) => held(...path))));
  } else if (held(network, account) + 1 < largestInOwn) {
    expect(yields?.path[0]).toBe(network);
    expect(held(...(yields as Item).path)).toBe(largestInOwn);
  } else expect(yields).toBeUndefined();
  const newest = waiting.filter(({ path }) => path.join() === yields?.path.join()).at(-1);
  expect(yields).toBe(newest);
}

it("takes no longer for an item if many wait than if few wait", async () => {
  const flood = (size: number, networks: number) => () => {
    const queue = makeFairQueue<number>();
    const places = Array.from({ length: size }, (_, index) =>
      queue.enter([`${index % networks}`, `${index}`], index),
    );
    for (let index = 0; index < size; index += 1) {
      // full: one yields its place to a new one
      const yields = queue.mustYield([`new ${index}`, ""]) ?? queue.next() ?? 0;
      places[yields]?.leave();
      places[yields] = queue.enter([`${index % networks}`, `${yields}`], yields);
    }
  };
  const SMALL = 500;
  const TIMES = 32;
  for (const share of [2, SMALL]) {
    let few = Number.POSITIVE_INFINITY;
    let many = Number.POSITIVE_INFINITY;
    for (let round = 0; round < 5; round += 1) {
      few = Math.min(few, await cpuTimeOf(() => range(TIMES).forEach(flood(SMALL, SMALL / share))));
      many = Math.min(many, await cpuTimeOf(flood(TIMES * SMALL, (TIMES * SMALL) / share)));
    }
    // equally many items in all; steps linear in the queue would take 32 times as long
    expect(many / few).toBeLessThan(8);
  }
}, 60_000);

const range = (count: number) => Array.from({ length: count }, (_, index) => index);

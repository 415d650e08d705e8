import { expect, it } from "vitest";
import { type Factories, makeContainer } from "../../../src/composition/wiring/container.ts";

interface Things {
  readonly engine: { readonly number: number };
  readonly car: { readonly engine: Things["engine"] };
  readonly flag: boolean;
}

function counted() {
  const made: string[] = [];
  const factories: Factories<Things> = {
    engine: () => {
      made.push("engine");
      return { number: made.length };
    },
    car: ({ engine }) => {
      made.push("car");
      return { engine };
    },
    flag: () => {
      made.push("flag");
      return false;
    },
  };
  return { made, factories };
}

it("makes each binding when it is first read, and once, also one that is false", () => {
  const { made, factories } = counted();
  const all = makeContainer(factories);
  expect(made).toEqual([]);
  expect(all.car).toBe(all.car);
  expect(all.car.engine).toBe(all.engine);
  expect([all.flag, all.flag]).toEqual([false, false]);
  expect(made).toEqual(["engine", "car", "flag"]);
});

it("hands all bindings to whoever takes them apart", () => {
  const { engine, ...rest } = makeContainer(counted().factories);
  expect(rest).toEqual({ car: { engine }, flag: false });
});

it("two containers of one program share nothing, though their keys are the same", () => {
  const { made, factories } = counted();
  const [one, other] = [makeContainer(factories), makeContainer(factories)];
  expect(one.car).not.toBe(other.car);
  expect(one.engine).not.toBe(other.engine);
  expect(one.car.engine).toBe(one.engine);
  expect(other.car.engine).toBe(other.engine);
  expect(made.filter((name) => name === "engine")).toHaveLength(2);
});

it("passes on what a factory throws", () => {
  const all = makeContainer<{ broken: never }>({
    broken: () => {
      throw new Error("no such thing");
    },
  });
  expect(() => all.broken).toThrow("no such thing");
});

it("does not compile with a binding missing, of another type, or too many", () => {
  const { engine, car, flag } = counted().factories;
  // @ts-expect-error flag is missing
  const missing: Factories<Things> = { engine, car };
  // @ts-expect-error flag is no text
  const wrong: Factories<Things> = { engine, car, flag: () => "yes" };
  // @ts-expect-error nobody asks for a wheel
  const more: Factories<Things> = { engine, car, flag, wheel: () => 4 };
  expect([missing, wrong, more]).toHaveLength(3);
});

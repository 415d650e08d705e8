import { expect, it } from "vitest";
import { type Factories, noFeatures } from "../../../src/composition/wiring/container.ts";

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

it("makes each part when it is first read, and once, also one that is false", () => {
  const { made, factories } = counted();
  const { all } = noFeatures().add(factories);
  expect(made).toEqual([]);
  expect(all.car).toBe(all.car);
  expect(all.car.engine).toBe(all.engine);
  expect([all.flag, all.flag]).toEqual([false, false]);
  expect(made).toEqual(["engine", "car", "flag"]);
});

it("has all parts as its own properties", () => {
  const { engine, ...rest } = noFeatures().add(counted().factories).all;
  expect(rest).toEqual({ car: { engine }, flag: false });
});

it("the same features, added twice, share nothing", () => {
  const { made, factories } = counted();
  const [one, other] = [noFeatures().add(factories).all, noFeatures().add(factories).all];
  expect(one.car).not.toBe(other.car);
  expect(one.engine).not.toBe(other.engine);
  expect(one.car.engine).toBe(one.engine);
  expect(other.car.engine).toBe(other.engine);
  expect(made.filter((name) => name === "engine")).toHaveLength(2);
});

it("passes on what a factory throws", () => {
  const { all } = noFeatures().add<{ broken: never }>({
    broken: () => {
      throw new Error("no such thing");
    },
  });
  expect(() => all.broken).toThrow("no such thing");
});

it("does not compile with a part missing, of another type, or too many", () => {
  const { engine, car, flag } = counted().factories;
  // @ts-expect-error flag is missing
  const missing: Factories<Things> = { engine, car };
  // @ts-expect-error flag is no text
  const wrong: Factories<Things> = { engine, car, flag: () => "yes" };
  // @ts-expect-error nobody asks for a wheel
  const more: Factories<Things> = { engine, car, flag, wheel: () => 4 };
  expect([missing, wrong, more]).toHaveLength(3);
});

interface Trip {
  readonly trip: { readonly car: Things["car"] };
}

/** A feature that depends on another one. */
const travel: Factories<Trip, Pick<Things, "car">> = { trip: ({ car }) => ({ car }) };

it("a feature stands on those before it, and its parts are made of theirs", () => {
  const { made, factories } = counted();
  const { all } = noFeatures().add(factories).add(travel);
  expect(made).toEqual([]);
  expect(all.trip.car).toBe(all.car);
  expect(made).toEqual(["engine", "car"]);
});

it("does not compile where what a feature stands on is not there, or is of another type", () => {
  const without = noFeatures().add<{ flag: boolean }>({ flag: () => true });
  const wrong = noFeatures().add<{ car: string }>({ car: () => "red" });
  // @ts-expect-error there is no car
  expect(() => without.add(travel).all.trip).not.toThrow();
  // @ts-expect-error this car has no engine
  expect(() => wrong.add(travel).all.trip).not.toThrow();
});

it("refuses two features with a part of the same name", () => {
  const features = noFeatures().add(counted().factories);
  expect(() => features.add<{ flag: boolean }>({ flag: () => true })).toThrow("a part called flag");
});

it("a test can put another part in the place of one, for all that are made of it", () => {
  const engine = { number: 7 };
  const features = noFeatures((name, part) => (name === "engine" ? engine : part));
  expect(features.add(counted().factories).add(travel).all.trip.car.engine).toBe(engine);
});

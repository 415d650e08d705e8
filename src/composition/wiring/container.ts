import "reflect-metadata";
import { container as root } from "tsyringe";

/**
 * A factory for each part of a feature. It gets the other parts and everything that the feature depends on. A
 * use case's `make` function is a factory.
 */
export type Factories<Parts extends object, On extends object = object> = {
  readonly [K in keyof Parts]: (all: On & Parts) => Parts[K];
};

/** The types of the use cases that these `make` functions return. */
export type Made<Makers extends Readonly<Record<string, (deps: never) => unknown>>> = {
  readonly [K in keyof Makers]: ReturnType<Makers[K]>;
};

/** The parts of all features added so far. */
export interface Features<All extends object> {
  /** Each part is made once, when it is first read. */
  readonly all: All;
  /**
   * Adds a feature. A missing dependency, a factory of another type or a superfluous one does not compile.
   * @throws TypeError if a part of the same name exists
   */
  add<Parts extends object>(factories: Factories<Parts, All>): Features<All & Parts>;
}

/** Returns the part that is used: the one that was made, or another in its place. */
export type Replace = (name: string, part: unknown) => unknown;

/**
 * The empty container, to which features are added. It uses factories only, so that no class needs a decorator.
 * @param replace For tests: replaces parts after they are made
 */
export function noFeatures(replace: Replace = (_, part) => part): Features<object> {
  return featuresOf({}, replace);
}

function featuresOf<All extends object>(all: All, replace: Replace): Features<All> {
  return { all, add: (factories) => featuresOf(withParts(all, factories, replace), replace) };
}

function withParts<On extends object, Parts extends object>(
  on: On,
  factories: Factories<Parts, On>,
  replace: Replace,
): On & Parts {
  const container = root.createChildContainer();
  const all = {} as On & Parts;
  const define = (key: string, make: () => unknown) => {
    if (Object.hasOwn(all, key)) throw new TypeError(`Two features have a part called ${key}`);
    const get = () => {
      const value = make();
      // resolved once, so that calls of use cases do not go through the container
      Object.defineProperty(all, key, { value });
      return value;
    };
    Object.defineProperty(all, key, { enumerable: true, configurable: true, get });
  };
  for (const key of Object.keys(on)) define(key, () => on[key as keyof On]);
  for (const [key, make] of Object.entries<(all: On & Parts) => unknown>(factories)) {
    container.register(key, { useFactory: () => replace(key, make(all)) });
    define(key, () => container.resolve(key));
  }
  return all;
}

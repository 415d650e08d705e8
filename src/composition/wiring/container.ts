import "reflect-metadata";
import { container as root } from "tsyringe";

/**
 * What makes each part of a feature, given the other parts and what the feature stands on: a use case's own `make`
 * function is a factory.
 */
export type Factories<Parts extends object, On extends object = object> = {
  readonly [K in keyof Parts]: (all: On & Parts) => Parts[K];
};

/** What use cases are once they are made, by their `make` functions. */
export type Made<Makers extends Readonly<Record<string, (deps: never) => unknown>>> = {
  readonly [K in keyof Makers]: ReturnType<Makers[K]>;
};

/** The parts of all features so far. */
export interface Features<All extends object> {
  /** Each part is made once, when it is first read. */
  readonly all: All;
  /**
   * The same with one more feature. A missing dependency, a factory of another type or one too many does not compile.
   * @throws TypeError if there is a part of the same name already
   */
  add<Parts extends object>(factories: Factories<Parts, All>): Features<All & Parts>;
}

/** Puts a part, once it is made, into use as it is, or another in its place. */
export type Replace = (name: string, part: unknown) => unknown;

/**
 * What features are added to. Only factories are used, so that no class needs a decorator.
 * @param replace For tests. The parts that were made are used unless told.
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
      // made once, and from then on no use case asks the container at each call
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

import "reflect-metadata";
import { container as root } from "tsyringe";

/** What makes each binding, given all of them: so a use case's own `make` function is its factory. */
export type Factories<B extends object> = { readonly [K in keyof B]: (all: B) => B[K] };

/**
 * The bindings, each made once, when first read. A missing key, a key too many or a factory of another type
 * does not compile; nothing but factories is used, so that no class needs a decorator.
 */
export function makeContainer<B extends object>(factories: Factories<B>): B {
  const child = root.createChildContainer();
  const all = {} as B;
  for (const [key, make] of Object.entries<(all: B) => unknown>(factories)) {
    child.register(key, { useFactory: () => make(all) });
    const get = () => {
      const value = child.resolve(key);
      // made once, and from then on no use case asks the container at each call
      Object.defineProperty(all, key, { value });
      return value;
    };
    Object.defineProperty(all, key, { enumerable: true, configurable: true, get });
  }
  return all;
}

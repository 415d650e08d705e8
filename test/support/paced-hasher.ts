import type { PasswordHasher } from "../../src/application/ports/password-hasher.ts";

/**
 * A hasher that finishes hashes only when the test tells it to: `work` finishes pending hashes until there are none.
 * The hash of a password begins with the password.
 */
export function pacedHasher() {
  const checked: string[] = [];
  const running = new Set<() => void>();
  const paced = <T>(result: T) =>
    new Promise<T>((resolve) => {
      running.add(() => resolve(result));
    });
  const hasher: PasswordHasher = {
    hash: (password) => paced(`${password} hashed`),
    verify(hash, password) {
      checked.push(password);
      return paced(hash === `${password} hashed`);
    },
    isOutdated: () => false,
  };

  const settled = () => new Promise((resolve) => setImmediate(resolve));

  /** Finishes the pending hashes. */
  async function step(): Promise<void> {
    await settled();
    const ends = [...running];
    running.clear();
    for (const end of ends) end();
    await settled();
  }

  async function work(): Promise<void> {
    for (await settled(); running.size > 0; await settled()) await step();
  }

  return { hasher, checked, settled, step, work };
}

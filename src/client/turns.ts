/** The method used of `navigator.locks` (Web Locks). */
export interface Locks {
  request(name: string, callback: () => Promise<unknown>): Promise<unknown>;
}

/** Runs one piece of work at a time across all tabs. */
export type Exclusively = <T>(work: () => Promise<T>) => Promise<T>;

/**
 * Makes `Exclusively` with a lock if there is one. A frozen tab may hold the lock indefinitely, and a sandboxed
 * page has no locks: the work runs without a lock after `waitMs`, or immediately if locks fail.
 */
export function makeExclusively(
  locks: Locks | undefined,
  name: string | undefined,
  waitMs: number,
): Exclusively {
  /**
   * Whether an earlier request timed out and still waits for the lock. Another request would time out as well.
   */
  let isStuck = false;
  return async (work) => {
    if (locks === undefined || name === undefined || isStuck) return work();
    return new Promise((resolve) => {
      let hasBegun = false;
      const begin = async () => {
        if (hasBegun) return;
        hasBegun = true;
        clearTimeout(timer);
        const result = work();
        resolve(result);
        // the lock is held until the work ends, even with an error
        await result.catch(() => {});
      };
      const timer = setTimeout(() => {
        isStuck = true;
        begin();
      }, waitMs);
      const turn = async () => locks.request(name, begin);
      turn()
        .catch(begin)
        .finally(() => {
          isStuck = false;
        });
    });
  };
}

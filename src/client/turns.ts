/** What is used of `navigator.locks` (Web Locks). */
export interface Locks {
  request(name: string, callback: () => Promise<unknown>): Promise<unknown>;
}

/** Does things one after the other, in all tabs. */
export type Exclusively = <T>(work: () => Promise<T>) => Promise<T>;

/**
 * By a lock, where there is one. A tab that the browser froze may hold it for as long as it likes, and a page in a sandbox
 * cannot have any: after `waitMs`, or at once where locks fail, the work is done without.
 */
export function makeExclusively(
  locks: Locks | undefined,
  name: string | undefined,
  waitMs: number,
): Exclusively {
  /** Whether an earlier request still waits for its turn, which came too late: another one would as well. */
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
        // the lock is kept until then, however it ends
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

import { orLate } from "./in-time.ts";
import { type TokenStore, type Tokens, tokensOf } from "./tokens.ts";

/** A store that never rejects, and answers in time. */
export interface SafeTokens {
  get(): Promise<Tokens>;
  /** What was read or written last. A `get` that began before that may still resolve to what was there then. */
  latest(): Tokens;
  set(tokens: Tokens): Promise<void>;
  clear(): Promise<void>;
}

/**
 * Keeps tokens in the store, and in memory beside it. What cannot be read is what was read or written last; what cannot be
 * written stays in memory until a later write succeeds.
 * @param waitMs After so long a store counts as failed
 * @param onFault Told once, until the store serves again
 */
export function makeSafeTokens(
  store: TokenStore,
  waitMs: number,
  onFault: (error: unknown) => void,
): SafeTokens {
  let held: Tokens = {};
  /** Whether memory has what the store should have. */
  let isAhead = false;
  /** Whether the store still has not answered to what it was given up for. */
  let isStuck = false;
  let isTold = false;
  let writes = 0;
  /** Reads so far, and which of them `held` is from. */
  let begun = 0;
  let taken = 0;

  async function asked<T>(ask: () => T | Promise<T>): Promise<T> {
    if (isStuck) throw new Error("The token store has not answered yet");
    const answer = (async () => ask())();
    return orLate(answer, waitMs, () => {
      isStuck = true;
      answer.catch(() => {}).finally(unstick);
      return new Error("The token store does not answer");
    });
  }

  /** What came late may have been written over something newer. */
  function unstick(): void {
    isStuck = false;
    if (isAhead) write();
  }

  /** Whether the store did it. */
  async function isDone(work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
      isTold = false;
      return true;
    } catch (error) {
      // what the callback throws is a fault of its own, and loses no answer
      if (!isTold) Promise.resolve().then(() => onFault(error));
      isTold = true;
      return false;
    }
  }

  const put = () => asked<void>(() => (Object.keys(held).length > 0 ? store.set(held) : store.clear()));

  async function write(): Promise<void> {
    const written = held;
    const wasWritten = await isDone(async () => {
      try {
        await put();
      } catch {
        // old tokens make room when they go; and where they cannot be replaced, no other tab should use them
        await asked<void>(() => store.clear());
        await put();
      }
    });
    if (written === held) isAhead = !wasWritten;
  }

  async function replace(tokens: Tokens): Promise<void> {
    held = tokens;
    writes += 1;
    isAhead = true;
    await write();
  }

  /** What the store has, or what is written meanwhile. */
  async function read(): Promise<Tokens> {
    const before = writes;
    begun += 1;
    const own = begun;
    const found = tokensOf(await asked(() => store.get()));
    if (writes !== before) return held;
    // the answer to a later read is newer
    if (own > taken) {
      held = found;
      taken = own;
    }
    return found;
  }

  return {
    async get() {
      let found = held;
      if (isAhead) return found;
      const isRead = await isDone(async () => {
        found = await read();
      });
      return isRead ? found : held;
    },
    latest: () => held,
    set: replace,
    clear: () => replace({}),
  };
}

import { withDeadline } from "./in-time.ts";
import { type TokenStore, type Tokens, tokensOf } from "./tokens.ts";

/** A token store that never rejects and always answers in time. */
export interface SafeTokens {
  get(): Promise<Tokens>;
  /** The tokens read or written last. A `get` that began earlier may still resolve to older ones. */
  latest(): Tokens;
  set(tokens: Tokens): Promise<void>;
  clear(): Promise<void>;
}

/**
 * Keeps tokens in the store and in memory. If the store cannot be read, it returns the tokens read or written
 * last. If it cannot be written, they stay in memory until a later write succeeds.
 * @param waitMs How long to wait before the store counts as failed
 * @param onFault Called at the first fault, and again only after the store has worked
 */
export function makeSafeTokens(
  store: TokenStore,
  waitMs: number,
  onFault: (error: unknown) => void,
): SafeTokens {
  let held: Tokens = {};
  /** Whether memory is newer than the store. */
  let isAhead = false;
  /** Whether a call to the store that timed out is still unanswered. */
  let isStuck = false;
  let isTold = false;
  let writes = 0;
  /** The number of reads so far, and the number of the read that `held` is from. */
  let begun = 0;
  let taken = 0;

  async function asked<T>(ask: () => T | Promise<T>): Promise<T> {
    if (isStuck) throw new Error("The token store has not answered yet");
    const answer = (async () => ask())();
    return withDeadline(answer, waitMs, () => {
      isStuck = true;
      answer.catch(() => {}).finally(unstick);
      return new Error("The token store does not answer");
    });
  }

  /** Handles a late answer: a late write may have overwritten a newer one. */
  function unstick(): void {
    isStuck = false;
    if (isAhead) write();
  }

  /** Whether the store has done the work. */
  async function isDone(work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
      isTold = false;
      return true;
    } catch (error) {
      // an error of the callback is reported separately and does not lose the answer
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
        // removing old tokens frees space, and if they cannot be replaced, no other tab should use them
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

  /** The store's tokens, or newer ones written meanwhile. */
  async function read(): Promise<Tokens> {
    const before = writes;
    begun += 1;
    const own = begun;
    const found = tokensOf(await asked(() => store.get()));
    if (writes !== before) return held;
    // a later read has already answered
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

/** Closes everything that was opened, in reverse order. */
export class Closers {
  readonly #closers: (() => Promise<void>)[] = [];

  push(close: () => Promise<void>): void {
    this.#closers.push(close);
  }

  /**
   * Closes everything once; a second call does nothing.
   * @throws AggregateError with the errors of those that failed; the others are closed nevertheless
   */
  async close(): Promise<void> {
    const faults: unknown[] = [];
    for (const close of this.#closers.splice(0).reverse()) {
      await close().catch((error) => faults.push(error));
    }
    if (faults.length > 0) throw new AggregateError(faults, "Not everything could be closed");
  }
}

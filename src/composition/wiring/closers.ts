/** What was opened and must be closed, in reverse order. */
export class Closers {
  readonly #closers: (() => Promise<void>)[] = [];

  push(close: () => Promise<void>): void {
    this.#closers.push(close);
  }

  /**
   * Closes everything once; calling it again finds nothing left.
   * @throws AggregateError with what some failed with; the others are closed all the same
   */
  async close(): Promise<void> {
    const faults: unknown[] = [];
    for (const close of this.#closers.splice(0).reverse()) {
      await close().catch((error) => faults.push(error));
    }
    if (faults.length > 0) throw new AggregateError(faults, "Not everything could be closed");
  }
}

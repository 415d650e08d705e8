/** Tells that nobody waits for a result any more. An `AbortSignal` is one. */
export interface Cancellation {
  readonly aborted: boolean;
}

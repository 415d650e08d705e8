/** An answered request, for the log and the metrics. */
export interface AnsweredRequest {
  readonly method: string;
  /** The pattern of the call, which holds nothing chosen by the client. `undefined` if there is no such call. */
  readonly route: string | undefined;
  readonly status: number;
  /** In milliseconds, to a tenth. */
  readonly durationMs: number;
}

/** The finding of one examination. */
export interface Finding {
  readonly name: string;
  readonly status: "ok" | "warning" | "failed";
  readonly found: string;
  /** The action to take. */
  readonly advice?: string | undefined;
}

/** A finding without the name of the examination. */
export type Found = Omit<Finding, "name">;

/** What an examination found of one thing that the service needs. */
export interface Finding {
  readonly name: string;
  readonly status: "ok" | "warning" | "failed";
  readonly found: string;
  /** What to do, or what could be better. */
  readonly advice?: string | undefined;
}

/** The same without the name of what was examined. */
export type Found = Omit<Finding, "name">;

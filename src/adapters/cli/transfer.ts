import type { Conflict, Outcomes } from "../../application/transfer/import-store.ts";
import type { PerKind } from "../../application/transfer/stored-records.ts";

/** Writes the contents of the storage. @throws Error with a message for the operator */
export type ExportJson = (request: {
  /** `undefined` for standard output. */
  readonly file: string | undefined;
  /** Whether an existing file may be replaced. */
  readonly overwrite: boolean;
  readonly keys: boolean;
  progress(done: number): void;
}) => Promise<Readonly<PerKind<number>>>;

/** Imports an export into the storage. @throws Error with a message for the operator */
export type ImportJson = (request: {
  /** `undefined` for standard input. */
  readonly file: string | undefined;
  /** Called once, before anything is written: decides whether the export's signing keys are imported. */
  chooseKeys(areThere: boolean): Promise<boolean>;
  warn(what: string): void;
  conflict(conflict: Conflict): void;
  progress(done: number): void;
}) => Promise<PerKind<Outcomes>>;

import type { Conflict, Outcomes } from "../../application/transfer/import-store.ts";
import type { PerKind } from "../../application/transfer/stored-records.ts";

/** Writes all that the storage keeps. @throws Error in words for whoever typed the command */
export type ExportJson = (request: {
  /** `undefined` for standard output. */
  readonly file: string | undefined;
  /** Whether the file may take the place of another. */
  readonly overwrite: boolean;
  readonly keys: boolean;
  progress(done: number): void;
}) => Promise<Readonly<PerKind<number>>>;

/** Brings an export into the storage. @throws Error in words for whoever typed the command */
export type ImportJson = (request: {
  /** `undefined` for standard input. */
  readonly file: string | undefined;
  /** Asked once, before anything is written: whether signing keys are to come in, if the export has them. */
  chooseKeys(areThere: boolean): Promise<boolean>;
  warn(what: string): void;
  conflict(conflict: Conflict): void;
  progress(done: number): void;
}) => Promise<PerKind<Outcomes>>;

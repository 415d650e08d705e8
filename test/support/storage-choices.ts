import { temporaryDirectory } from "./server-process.ts";

interface StorageChoice {
  readonly name: string;
  /** Variables that choose an empty storage of the caller's own, and how to be rid of it. */
  open(): { readonly env: Record<string, string>; readonly remove: () => void };
}

/** Every storage that the service runs on, chosen by configuration alone. */
export const storageChoices: StorageChoice[] = [
  { name: "memory", open: () => ({ env: { STORAGE: "memory" }, remove: () => {} }) },
  {
    name: "LMDB",
    open() {
      const { path, remove } = temporaryDirectory();
      return { env: { DATA_DIR: path }, remove };
    },
  },
];

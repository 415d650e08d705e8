import type { ProcessStorage } from "./descriptor.ts";

/** Memory storage, for tests and trials. */
export const memory: ProcessStorage = {
  kind: "process",
  async open() {
    const { openMemoryStorage } = await import("../../adapters/memory/storage.ts");
    return openMemoryStorage();
  },
};

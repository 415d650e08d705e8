import type { ProcessStorage } from "./descriptor.ts";

/** For tests and for trying things out. */
export const memory: ProcessStorage = {
  home: "process",
  async open() {
    const { openMemoryStorage } = await import("../../adapters/memory/storage.ts");
    return openMemoryStorage();
  },
};

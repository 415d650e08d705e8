import type { ServerProcess } from "./server-process.ts";

/** The entries that a server has logged so far, in their order; what it printed besides is left out. */
// biome-ignore lint/suspicious/noExplicitAny: an entry is whatever was logged; tests say what it must be
export function logged(server: Pick<ServerProcess, "output">): any[] {
  return server
    .output()
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line));
}

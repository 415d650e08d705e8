import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import type { ServerProcess } from "./server-process.ts";

/** The processes that a server has started and that still run. */
export function workersOf({ child }: Pick<ServerProcess, "child">): number[] {
  const path = `/proc/${child.pid}/task/${child.pid}/children`;
  return readFileSync(path, "utf8").split(" ").filter(Boolean).map(Number).filter(isAlive);
}

export function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

/** Whether SIGSTOP has reached it. */
export function isHalted(pid: number): boolean {
  return /^State:\s+T/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
}

/** The ports at the other end of the connections that a process has open. */
export function remotePortsOf(pid: number): number[] {
  const sockets = new Set(
    readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      try {
        return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [];
      } catch {
        return [];
      }
    }),
  );
  const rows = readFileSync("/proc/net/tcp", "utf8").split("\n").slice(1, -1);
  return rows
    .map((row) => row.trim().split(/\s+/))
    .filter((columns) => sockets.has(columns[9] ?? ""))
    .map((columns) => Number.parseInt((columns[2] ?? "").split(":")[1] ?? "", 16));
}

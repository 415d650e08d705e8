import { spawnSync } from "node:child_process";
import { temporaryDirectory } from "./server-process.ts";

/** A directory with little room for files. */
export interface SmallDisk {
  /** A readable name of the way in which it is limited. */
  readonly kind: string;
  readonly path: string;
  /** A command that must start the programs for which the limit holds. */
  readonly under: readonly string[];
  /** Lifts the limit for programs started afterwards. */
  makeRoom(): void;
  remove(): void;
}

function run(program: string, ...args: string[]): boolean {
  return spawnSync(program, args).status === 0;
}

/** A file system of its own in memory; `undefined` where this process may not mount one. */
function mountedDisk(kib: number): SmallDisk | undefined {
  const { path, remove } = temporaryDirectory();
  if (!run("mount", "-t", "tmpfs", "-o", `size=${kib}k,mode=700`, "none", path)) {
    remove();
    return undefined;
  }
  return {
    kind: "file system",
    path,
    under: [],
    makeRoom() {
      if (!run("mount", "-o", "remount,size=64m", path)) throw new Error("The disk cannot be made larger");
    },
    remove() {
      run("umount", "--lazy", path);
      remove();
    },
  };
}

/** An ordinary directory, for programs that may make no file larger than that. */
function limitedDisk(kib: number): SmallDisk {
  return {
    kind: "limit on the size of files",
    ...temporaryDirectory(),
    // POSIX counts in blocks of 512 bytes
    under: ["/bin/sh", "-c", `ulimit -f ${2 * kib} && exec "$@"`, "sh"],
    makeRoom() {
      (this as { under: readonly string[] }).under = [];
    },
  };
}

/** A small disk. The kinds that are available here take turns by round. */
export function smallDisk(kib: number, round: number): SmallDisk {
  return (round % 2 === 0 ? mountedDisk(kib) : undefined) ?? limitedDisk(kib);
}

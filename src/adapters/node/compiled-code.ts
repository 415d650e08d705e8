import { lstatSync } from "node:fs";
import module from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * Has Node.js 22 and later keep compiled code for the next start, in `.compile-cache` of the program's directory. Keeps
 * nothing where another user could plant code: the program's directory must belong to this user or root, the
 * cache to this user, and nobody else may write to either. A directory that cannot be written changes nothing.
 */
export function keepCompiledCode(program: URL): void {
  const { enableCompileCache } = module as { enableCompileCache?: (directory: string) => unknown };
  const user = process.geteuid?.();
  if (enableCompileCache === undefined || user === undefined) return;
  const directory = fileURLToPath(program);
  const cache = join(directory, ".compile-cache");
  const isSafe = isOwnDirectory(directory, [user, 0]) ?? false;
  if (isSafe && (isOwnDirectory(cache, [user]) ?? true)) enableCompileCache(cache);
}

/** Whether it is a directory, and no link to one, that only these users can write to; `undefined` if there is none. */
function isOwnDirectory(path: string, owners: readonly number[]): boolean | undefined {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return undefined;
  return found.isDirectory() && owners.includes(found.uid) && (found.mode & 0o022) === 0;
}

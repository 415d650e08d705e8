import { allOf } from "../paging/pages.ts";
import type { Storage } from "../ports/storage/storage.ts";
import { flaskRounds } from "./flask-rounds.ts";

/** The number of accounts, and the number of them with a hash of the Flask server. */
export interface FlaskHashCount {
  readonly all: number;
  readonly left: number;
}

/** Counts the remaining hashes of the Flask server; `undefined` if none were ever imported. */
export async function countFlaskHashes(
  { storedValues, users }: Pick<Storage, "storedValues" | "users">,
  accepts: (passwordHash: string) => boolean,
): Promise<FlaskHashCount | undefined> {
  if ((await flaskRounds(storedValues)) === 0) return undefined;
  let all = 0;
  let left = 0;
  for await (const { passwordHash } of allOf(users.list, ({ id }) => id)) {
    all += 1;
    if (accepts(passwordHash)) left += 1;
  }
  return { all, left };
}

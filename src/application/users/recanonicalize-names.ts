import { AuthError } from "../../domain/errors.ts";
import { untilApplied } from "../../domain/until-applied.ts";
import type { User } from "../../domain/user.ts";
import { withCurrentCanonicalForm } from "../../domain/username.ts";
import { batchesOf, workOn } from "../paging/batches.ts";
import { allOf } from "../paging/pages.ts";
import type { StoredValues } from "../ports/storage/stored-values.ts";
import type { UserRepository } from "../ports/storage/users.ts";

export interface RecanonicalizeNamesDeps {
  readonly users: Pick<UserRepository, "list" | "findById" | "rename">;
  readonly storedValues: StoredValues;
}

/** The numbers of names that were stored in a former canonical form. */
export interface RecanonicalizedNames {
  readonly changed: number;
  /** Names that keep the former form, because another account has the present one. */
  readonly kept: number;
}

const NAMES_FOLDED = "names-folded";
/** The version of the canonical form. It must change with the form. */
const FORM = "look-alikes";
const BATCH = 500;

/**
 * Converts all stored names to the present canonical form, so that nobody can register a look-alike of one. Runs once
 * for each storage: a stored value records that it is done. It may be interrupted, repeated, and run by several
 * processes at once.
 */
export async function recanonicalizeNames({
  users,
  storedValues,
}: RecanonicalizeNamesDeps): Promise<RecanonicalizedNames> {
  let [changed, kept] = [0, 0];
  const stored = await storedValues.find(NAMES_FOLDED);
  if (stored === FORM) return { changed, kept };
  for await (const batch of batchesOf(
    allOf(users.list, ({ id }) => id),
    BATCH,
  )) {
    for (const outcome of await workOn(batch, (user) => recanonicalizeName(users, user))) {
      if (outcome === "changed") changed += 1;
      if (outcome === "kept") kept += 1;
    }
  }
  const claimed = await storedValues.claim(NAMES_FOLDED, FORM);
  if (claimed !== FORM) await storedValues.replace(NAMES_FOLDED, claimed, FORM);
  return { changed, kept };
}

function recanonicalizeName(
  users: RecanonicalizeNamesDeps["users"],
  listed: User,
): Promise<"same" | "changed" | "kept"> {
  let user: User | undefined = listed;
  return untilApplied(async () => {
    if (user === undefined) return "same";
    const username = withCurrentCanonicalForm(user.username);
    if (username.canonical === user.username.canonical) return "same";
    try {
      if (await users.rename(user, { username })) return "changed";
    } catch (error) {
      if (error instanceof AuthError && error.code === "username_taken") return "kept";
      throw error;
    }
    user = await users.findById(user.id);
    return false;
  });
}

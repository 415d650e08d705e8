import type { User } from "../../domain/user.ts";
import { momentOf, type Since } from "../audit/list-events.ts";
import { allOf } from "../paging/pages.ts";
import type { Clock } from "../ports/clock.ts";
import type { UserRepository } from "../ports/storage/users.ts";

export interface ListUsersDeps {
  readonly users: UserRepository;
  readonly clock: Clock;
}

/** A filter for accounts. All given conditions must match. */
export interface UserFilter {
  readonly verified?: boolean | undefined;
  readonly disabled?: boolean | undefined;
  /** Created at or after this moment. */
  readonly createdSince?: Since | undefined;
  /** Created before this moment. */
  readonly createdUntil?: Since | undefined;
}

/** Lists accounts in the order of ids. */
export type ListUsers = (filter?: UserFilter) => AsyncIterable<User>;

export function makeListUsers({ users, clock }: ListUsersDeps): ListUsers {
  return async function* (filter = {}) {
    const now = clock.now();
    const since = momentOf(filter.createdSince, now);
    const until = momentOf(filter.createdUntil, now);
    const fits = ({ emailVerified, disabled, createdAt }: User) =>
      (filter.verified ?? emailVerified) === emailVerified &&
      (filter.disabled ?? disabled) === disabled &&
      (since === undefined || createdAt >= since) &&
      (until === undefined || createdAt < until);
    for await (const user of allOf(users.list, ({ id }) => id)) if (fits(user)) yield user;
  };
}

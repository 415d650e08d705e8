import { afterEndOfAll } from "../../domain/email-history.ts";
import { keptUntil, registrationUntil, revocationKey } from "../../domain/revocation.ts";
import { batchesOf, workOn } from "../paging/batches.ts";
import { allOf } from "../paging/pages.ts";
import type { Clock } from "../ports/clock.ts";
import type { OneTimeTokenRepository } from "../ports/storage/one-time-tokens.ts";
import type { Outbox } from "../ports/storage/outbox.ts";
import type { RevocationRepository } from "../ports/storage/revocations.ts";
import type { SessionRepository } from "../ports/storage/sessions.ts";
import type { SigningKeyRepository } from "../ports/storage/signing-keys.ts";
import type { UserRepository } from "../ports/storage/users.ts";

export interface EndAllDeps {
  readonly clock: Clock;
  readonly users: Pick<UserRepository, "list" | "advanceEpoch">;
  readonly sessions: Pick<SessionRepository, "sweep">;
  readonly revocations: Pick<RevocationRepository, "add">;
  readonly signingKeys: Pick<SigningKeyRepository, "list" | "remove">;
  readonly oneTimeTokens: Pick<OneTimeTokenRepository, "sweep">;
  readonly outbox: Pick<Outbox, "due" | "remove">;
  readonly refreshTokenTtlMs: number;
}

/**
 * Ends every way to log in except passwords, in a storage that no other process uses: retires every signing
 * key, removes every session, mailed link and waiting mail, and raises every epoch. Resolves to the number of
 * sessions.
 */
export type EndAll = () => Promise<number>;

/** The last moment that a Date can hold. */
const LAST = new Date(8.64e15);
const AT_ONCE = 500;

export function makeEndAll(deps: EndAllDeps): EndAll {
  return async () => {
    await retireKeys(deps);
    const ended = await sweepAll(deps.sessions);
    await sweepAll(deps.oneTimeTokens);
    await forgetMails(deps.outbox);
    // a registration link contains all its data, and the storage may not know that it was used
    await deps.revocations.add(revocationKey.registrations, registrationUntil(deps.clock.now()));
    for await (const users of batchesOf(
      allOf(deps.users.list, ({ id }) => id),
      AT_ONCE,
    )) {
      // this also ends access tokens signed with a shared key, which retiring keys does not end
      await workOn(users, (user) =>
        deps.users.advanceEpoch(user, {
          keptSession: undefined,
          emailHistory: afterEndOfAll(user),
          linksSince: deps.clock.now(),
        }),
      );
    }
    return ended;
  };
}

async function retireKeys({ clock, revocations, signingKeys, refreshTokenTtlMs }: EndAllDeps): Promise<void> {
  const until = keptUntil(new Date(clock.now().getTime() + refreshTokenTtlMs));
  for (const { kid } of await signingKeys.list()) {
    await revocations.add(revocationKey.signingKey(kid), until);
    await signingKeys.remove(kid);
  }
}

async function sweepAll({ sweep }: EndAllDeps["sessions"]): Promise<number> {
  let all = 0;
  for (let swept = AT_ONCE; swept === AT_ONCE; all += swept) swept = await sweep(LAST, AT_ONCE);
  return all;
}

async function forgetMails({ due, remove }: EndAllDeps["outbox"]): Promise<void> {
  for (let mails = await due(LAST, AT_ONCE); mails.length > 0; mails = await due(LAST, AT_ONCE)) {
    await workOn(mails, ({ id }) => remove(id));
  }
}

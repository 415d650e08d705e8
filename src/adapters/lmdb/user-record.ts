import type { EmailHistory } from "../../domain/email-history.ts";
import type { Factors } from "../../domain/factors/factors.ts";
import type { User } from "../../domain/user.ts";
import type { Stored, StoredWith } from "./stored.ts";

export type UserRecord = StoredWith<User, "emailVerified" | "unlocks">;
type HistoryRecord = Stored<EmailHistory>;
type FactorsRecord = Stored<Factors>;

/** Fields in their stored form. */
export function written<T extends Partial<Pick<User, "emailHistory" | "linksSince" | "factors">>>(fields: T) {
  const { emailHistory, linksSince, factors, ...rest } = fields;
  return {
    ...rest,
    ...(factors && { factors: factorsRecord(factors) }),
    ...(emailHistory && { emailHistory: historyRecord(emailHistory) }),
    ...(linksSince && { linksSince: linksSince.getTime() }),
  };
}

function historyRecord({ revision, former }: EmailHistory): HistoryRecord {
  return {
    revision,
    former: former.map((each) => ({ revision: each.revision, until: each.until.getTime() })),
  };
}

function historyOf({ revision, former }: HistoryRecord): EmailHistory {
  return {
    revision,
    former: former.map((each) => ({ revision: each.revision, until: new Date(each.until) })),
  };
}

function factorsRecord({ totp, pendingTotp, ...rest }: Factors): FactorsRecord {
  return {
    ...rest,
    ...(totp && { totp: { ...totp, createdAt: totp.createdAt.getTime() } }),
    ...(pendingTotp && { pendingTotp: { ...pendingTotp, expiresAt: pendingTotp.expiresAt.getTime() } }),
  };
}

function factorsOf({ revision, totp, pendingTotp, recoveryCodes }: FactorsRecord): Factors {
  return {
    revision,
    totp: totp && { ...totp, createdAt: new Date(totp.createdAt) },
    pendingTotp: pendingTotp && { ...pendingTotp, expiresAt: new Date(pendingTotp.expiresAt) },
    recoveryCodes,
  };
}

/** Lists the fields, because copying them by spreading would cost as much as the rest of a read. */
export function fromRecord(record: UserRecord | undefined): User | undefined {
  // JSON leaves out what is undefined
  return (
    record && {
      id: record.id,
      username: record.username,
      email: record.email,
      // records of earlier versions lack these fields
      unlocks: record.unlocks ?? 0,
      emailVerified: record.emailVerified ?? false,
      passwordHash: record.passwordHash,
      createdAt: new Date(record.createdAt),
      epoch: record.epoch,
      keptSession: record.keptSession,
      disabled: record.disabled,
      legacyIdentity: record.legacyIdentity,
      emailHistory: record.emailHistory && historyOf(record.emailHistory),
      linksSince: record.linksSince === undefined ? undefined : new Date(record.linksSince),
      factors: record.factors && factorsOf(record.factors),
    }
  );
}

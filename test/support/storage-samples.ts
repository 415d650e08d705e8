import { randomUUID } from "node:crypto";
import type { AuditEntry } from "../../src/application/ports/storage/audit-trail.ts";
import type { OutboxMail } from "../../src/application/ports/storage/outbox.ts";
import type { StoredSigningKey } from "../../src/application/ports/storage/signing-keys.ts";
import type { Factors } from "../../src/domain/factors/factors.ts";
import type { OneTimeToken } from "../../src/domain/one-time-token.ts";
import type { Session } from "../../src/domain/session.ts";
import type { User } from "../../src/domain/user.ts";

/** A user with a name and an address of its own. */
export function aUser(fields: Partial<User> = {}): User {
  const id = randomUUID();
  return {
    id,
    username: { shown: `Ada ${id}`, canonical: `ada ${id}` },
    email: { shown: `Ada@Müller-${id}.example`, canonical: `ada@xn--mller-${id}.example` },
    emailVerified: false,
    passwordHash: "$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA",
    createdAt: new Date("2024-02-29T12:34:56.789Z"),
    epoch: 0,
    keptSession: undefined,
    disabled: false,
    legacyIdentity: undefined,
    unlocks: 0,
    emailHistory: undefined,
    linksSince: undefined,
    factors: undefined,
    ...fields,
  };
}

/** Factors with everything set; all of their fields differ. */
export function someFactors(fields: Partial<Factors> = {}): Factors {
  return {
    revision: 5,
    totp: {
      id: randomUUID(),
      sealedSecret: `eyJ.${"A".repeat(100)}`,
      createdAt: new Date("2024-03-01T02:03:04.005Z"),
      lastStep: 56_978_164,
    },
    pendingTotp: {
      id: randomUUID(),
      sealedSecret: `eyJ.${"B".repeat(100)}`,
      epoch: 7,
      expiresAt: new Date("2024-03-01T02:18:04.006Z"),
    },
    recoveryCodes: {
      id: randomUUID(),
      sealedKey: `eyJ.${"C".repeat(120)}`,
      hashes: Array.from({ length: 10 }, (_, at) => String(at).repeat(64)),
    },
    ...fields,
  };
}

/** A session with a unique id; all of its fields differ. */
export function aSession(fields: Partial<Session> = {}): Session {
  return {
    id: randomUUID(),
    userId: randomUUID(),
    epoch: 3,
    generation: 7,
    generationStartedAt: new Date("2024-03-01T00:00:00.001Z"),
    createdAt: new Date("2024-02-29T12:34:56.789Z"),
    lastUsedAt: new Date("2024-03-02T23:59:59.999Z"),
    // far in the future: a storage may remove it after its end, by its own clock
    expiresAt: new Date("2100-03-30T12:34:56.788Z"),
    userAgent: 'Mozilla/5.0 "ü" \u{1f600}',
    ip: "2001:db8::1",
    authenticatedAt: new Date("2024-03-01T11:11:11.111Z"),
    amr: ["pwd", "otp", "mfa"],
    ...fields,
  };
}

/** A signing key with its private half; its place is given. */
export function aSigningKey(algorithm: string, sequence: number) {
  const kid = randomUUID();
  return {
    kid,
    algorithm,
    sequence,
    publicJwk: {
      kty: "EC",
      crv: "P-256",
      kid,
      key_ops: ["verify"],
      ext: true,
      nested: { n: [1, null, "ü"] },
    },
    sealedPrivateKey: `v1.${"A".repeat(3_000)}`,
    createdAt: new Date("2024-02-29T12:34:56.789Z"),
    activeAt: new Date("2024-02-29T12:44:56.788Z"),
  } satisfies StoredSigningKey;
}

/** A one-time token with an id and a user of its own. */
export function aOneTimeToken(fields: Partial<OneTimeToken> = {}): OneTimeToken {
  return {
    purpose: "reset_password",
    userId: randomUUID(),
    id: randomUUID(),
    email: { shown: "Ada@Müller.example", canonical: "ada@xn--mller-kva.example" },
    epoch: 3,
    accountEmail: "ada@b.example",
    emailRevision: 0,
    isMailed: true,
    // far in the future: a storage may remove it after its end, by its own clock
    expiresAt: new Date("2100-03-30T12:34:56.788Z"),
    ...fields,
  };
}

/** A mail with a unique id and no attempts; all of its dates differ. */
export function aMail(fields: Partial<OutboxMail> = {}): OutboxMail {
  return {
    id: randomUUID(),
    kind: "password_reset",
    email: "Ada@Müller.example",
    userId: undefined,
    username: undefined,
    createdAt: new Date("2024-02-29T12:34:56.789Z"),
    attempts: 0,
    dueAt: new Date("2024-02-29T12:34:56.790Z"),
    tokenId: undefined,
    isNotice: false,
    sealed: undefined,
    ...fields,
  };
}

/** An entry of the audit trail with an id of its own. */
export function anAuditEntry(fields: Partial<AuditEntry> = {}): AuditEntry {
  return {
    id: randomUUID(),
    at: new Date("2024-02-29T12:34:56.789Z"),
    kind: "login_failed",
    userId: undefined,
    facts: { reason: "unknown_user" },
    ...fields,
  };
}

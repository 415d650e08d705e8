import { type Authentication, BY_PASSWORD, RECENT_MS } from "./authentication.ts";
import type { SessionEpoch } from "./user.ts";

/** A session: one login, on one device. Its user authenticated at the login, and perhaps again later. */
export interface Session extends Authentication {
  readonly id: string;
  readonly userId: string;
  /** The user's epoch, as read before the password was checked. */
  readonly epoch: number;
  /** The number of rotations so far; the refresh token of this generation is the newest. */
  readonly generation: number;
  readonly generationStartedAt: Date;
  readonly createdAt: Date;
  readonly lastUsedAt: Date;
  /** Fixed at login, never extended. */
  readonly expiresAt: Date;
  /** The `User-Agent` of the client, truncated. */
  readonly userAgent: string;
  readonly ip: string;
}

/** The client of a login. */
export interface Client {
  readonly userAgent: string;
  readonly ip: string;
}

const MAX_USER_AGENT = 256;

/** The session that a login or a registration begins. */
export function beginSession(
  id: string,
  user: { readonly id: string; readonly epoch: number },
  client: Client,
  now: Date,
  lifetimeMs: number,
  amr: readonly string[] = BY_PASSWORD,
): Session {
  return {
    id,
    userId: user.id,
    epoch: user.epoch,
    generation: 0,
    generationStartedAt: now,
    createdAt: now,
    lastUsedAt: now,
    expiresAt: new Date(now.getTime() + lifetimeMs),
    userAgent: [...client.userAgent.slice(0, 2 * MAX_USER_AGENT)].slice(0, MAX_USER_AGENT).join(""),
    ip: client.ip,
    authenticatedAt: now,
    amr,
  };
}

/** The ids of sessions that began with a token of the Flask server. No other session has such an id. */
export const LEGACY_ID_PREFIX = "legacy-";

/** A session as earlier versions stored it, without its authentication. */
export type StoredSession = Omit<Session, keyof Authentication> & {
  readonly [Name in keyof Authentication]?: Authentication[Name] | undefined;
};

/**
 * The session with its authentication. Where none was stored, it is the login that began the session. A session of a
 * Flask token began long after that login, or at an unknown time after it, so that it never counts as recent.
 */
export function withAuthentication(session: StoredSession): Session {
  const { authenticatedAt = assumedLogin(session), amr = BY_PASSWORD } = session;
  return { ...session, authenticatedAt, amr };
}

/** `createdAt` may be later than the login, since it is moved behind that of other sessions. */
function assumedLogin({ id, createdAt, generationStartedAt }: StoredSession): Date {
  const begun = Math.min(createdAt.getTime(), generationStartedAt.getTime());
  const notRecent = createdAt.getTime() - RECENT_MS - 1_000;
  return new Date(id.startsWith(LEGACY_ID_PREFIX) ? Math.min(begun, notRecent) : begun);
}

/** The part of the session that `acceptsEpoch` compares with its user. */
export function sessionEpochOf(session: Session): SessionEpoch {
  return { sessionId: session.id, epoch: session.epoch };
}

/** The shortest interval between two recorded uses: idle time is known no more precisely. */
const USE_PRECISION_MS = 60_000;

/**
 * True if the session has expired: at its fixed end, or after `idleTtlMs` without a login or refresh. It expires up to
 * `USE_PRECISION_MS` late, since its last use may be unrecorded for that long, but never early.
 */
export function isExpired(session: Session, now: Date, idleTtlMs: number | undefined): boolean {
  if (now >= session.expiresAt) return true;
  return idleTtlMs !== undefined && idleSince(session, now) >= idleTtlMs + USE_PRECISION_MS;
}

/** True if a use at this time must be recorded. */
export function isUseDue(session: Session, now: Date): boolean {
  return idleSince(session, now) >= USE_PRECISION_MS;
}

function idleSince(session: Session, now: Date): number {
  return now.getTime() - session.lastUsedAt.getTime();
}

/** The rotation of refresh tokens; `undefined` if one refresh token stays valid until the end of the session. */
export type Rotation = { readonly graceMs: number } | undefined;

/**
 * The standing of a refresh token, by its generation. `newest`: the current one. `repeated`: the previous one, within
 * the grace period, so that the answer is repeated. `reused`: an older one, which with rotation means that somebody has
 * a copy. `superseded`: an older one while rotation is switched off, or one of a generation that storage has not seen.
 */
export type Standing = "newest" | "repeated" | "reused" | "superseded";

export function standingOf(session: Session, generation: number, now: Date, rotation: Rotation): Standing {
  if (generation === session.generation) return "newest";
  if (rotation === undefined || generation > session.generation) return "superseded";
  const isPrevious = generation === session.generation - 1;
  const age = now.getTime() - session.generationStartedAt.getTime();
  return isPrevious && age <= rotation.graceMs ? "repeated" : "reused";
}

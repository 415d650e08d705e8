import type { Origin } from "./user.ts";

/** One login, on one device, until its end. */
export interface Session {
  readonly id: string;
  readonly userId: string;
  /** The user's epoch as read before the password was checked. */
  readonly epoch: number;
  /** Counts the steps of rotation; the refresh token of this generation is the newest. */
  readonly generation: number;
  readonly generationStartedAt: Date;
  readonly createdAt: Date;
  readonly lastUsedAt: Date;
  /** Fixed at login, never extended. */
  readonly expiresAt: Date;
  /** As the client named itself, cut. */
  readonly userAgent: string;
  readonly ip: string;
}

/** Who is at the other end of a login. */
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
  };
}

/** What of the session its user is asked about. */
export function originOf(session: Session): Origin {
  return { sessionId: session.id, epoch: session.epoch };
}

/** A use is recorded this often at most; until then nobody can tell a little idle from not idle. */
const USE_PRECISION_MS = 60_000;

/**
 * Whether the session has ended by time: at its fixed end or, where idle time is limited, once it was neither
 * logged in nor refreshed for that long. Never early: of the last use a minute may be unrecorded.
 */
export function isOver(session: Session, now: Date, idleTtlMs: number | undefined): boolean {
  if (now >= session.expiresAt) return true;
  return idleTtlMs !== undefined && idleSince(session, now) >= idleTtlMs + USE_PRECISION_MS;
}

/** Whether a use now is worth a write. */
export function isUseDue(session: Session, now: Date): boolean {
  return idleSince(session, now) >= USE_PRECISION_MS;
}

function idleSince(session: Session, now: Date): number {
  return now.getTime() - session.lastUsedAt.getTime();
}

/** How refresh tokens are exchanged: `undefined` where the same one serves to the session's end. */
export type Rotation = { readonly graceMs: number } | undefined;

/**
 * What a refresh token of some generation is to the session now: its `newest`; the one before, still within
 * the grace of its step, for which the answer is `repeated`; one that was `reused`, which with rotation means
 * that somebody holds a copy; or `superseded`, by a rotation that is since switched off or by a generation
 * that storage has not seen.
 */
export type Standing = "newest" | "repeated" | "reused" | "superseded";

export function standingOf(session: Session, generation: number, now: Date, rotation: Rotation): Standing {
  if (generation === session.generation) return "newest";
  if (rotation === undefined || generation > session.generation) return "superseded";
  const isPrevious = generation === session.generation - 1;
  const age = now.getTime() - session.generationStartedAt.getTime();
  return isPrevious && age <= rotation.graceMs ? "repeated" : "reused";
}

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

export function isOver(session: Session, now: Date): boolean {
  return now >= session.expiresAt;
}

import { expect } from "vitest";
import type { SessionGrant } from "../../src/application/sessions/session-grant.ts";
import type { User } from "../../src/domain/user.ts";
import { codeAt } from "./authenticator.ts";
import { ada, client, makeCore } from "./core.ts";

export type Core = Awaited<ReturnType<typeof makeCore>>;

export const MINUTE = 60_000;
export const byEmail = { email: ada.email, password: ada.password, client };

/** An authenticator that shows codes by the clock of a core. */
export interface Authenticator {
  readonly secret: string;
  /** The code of the present step, or of one some steps later. */
  code(core: Core, steps?: number): string;
}

export function authenticator(secret: string): Authenticator {
  return { secret, code: ({ clock }, steps) => codeAt(secret, clock.now(), steps) };
}

export interface WithTotp extends Authenticator {
  readonly core: Core;
  /** The session that set it up. Its access token says so. */
  readonly own: SessionGrant;
  readonly recoveryCodes: readonly string[];
}

/** Registers Ada and sets up an authenticator, a minute ago. */
export async function withTotp(core?: Core): Promise<WithTotp> {
  const own = core ?? (await makeCore());
  const grant = await own.register(ada);
  const enrolled = await enrol(own, grant.accessToken);
  own.clock.advance(MINUTE);
  const { accessToken } = await own.refresh(grant.refreshToken);
  return { core: own, own: { ...grant, accessToken }, ...enrolled };
}

/** Sets up an authenticator for the token's user. */
export async function enrol(core: Core, accessToken: string, endOtherSessions = false) {
  const { secret } = await core.beginTotp(accessToken);
  const shows = authenticator(secret);
  const confirm = { accessToken, code: shows.code(core), endOtherSessions };
  return { ...shows, recoveryCodes: await core.confirmTotp(confirm) };
}

/** The challenge of a refusal that asks for the second factor. */
export async function challengeIn(refused: Promise<unknown>): Promise<string> {
  const error = await refused.then(
    () => undefined,
    (reason) => reason,
  );
  expect(error).toMatchObject({ name: "AuthError", code: "second_factor_required" });
  return error.secondFactor.challenge;
}

/** The challenge of a login of Ada with her password. */
export const challengeOf = (core: Core) => challengeIn(core.login(byEmail));

/** Logs Ada in by password and code. */
export async function loggedIn(core: Core, shows: Authenticator): Promise<SessionGrant> {
  return core.completeLogin({ challenge: await challengeOf(core), code: shows.code(core), client });
}

export async function storedUser({ storage }: Pick<Core, "storage">): Promise<User> {
  return (await storage.users.findByEmail("ada@example.com")) as User;
}

/** Ada's address counts as verified from now on, so that she is mailed. */
export async function verifyAddress(core: Core): Promise<void> {
  await core.storage.users.rename(await storedUser(core), { emailVerified: true });
}

/** The kinds of the mails that wait. */
export async function waitingMails({ storage }: Core): Promise<string[]> {
  return (await storage.outbox.due(new Date("2100-01-01"), 100)).map(({ kind }) => kind);
}

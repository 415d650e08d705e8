import { type AddAccountDeps, addAccount, askToVerify, type RegisterCommand } from "./add-account.ts";

/** The outcome of a registration that has to be confirmed by a mailed link. */
export interface AwaitedConfirmation {
  readonly username: string;
  readonly email: string;
}

/**
 * Makes an account that cannot be logged in to before its address is confirmed, so that no session begins.
 * @throws AuthError as `Register`
 */
export type RegisterUnconfirmed = (command: RegisterCommand) => Promise<AwaitedConfirmation>;

export function makeRegisterUnconfirmed(deps: AddAccountDeps): RegisterUnconfirmed {
  return async (command) => {
    const user = await addAccount(deps, command, deps.clock.now());
    await askToVerify(deps, user);
    deps.events.report({ type: "user_registered", userId: user.id, sessionId: undefined });
    return { username: user.username.shown, email: user.email.shown };
  };
}

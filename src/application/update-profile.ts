import type { Email } from "../domain/email.ts";
import { AuthError, type FieldFault } from "../domain/errors.ts";
import { presentedPasswordFaults } from "../domain/password.ts";
import type { User } from "../domain/user.ts";
import { parseUsername, type Username } from "../domain/username.ts";
import { type AccessCheckDeps, checkAccessToken } from "./check-token.ts";
import { type ConfirmPasswordDeps, confirmPassword } from "./confirm-password.ts";
import type { Turn } from "./hashing-gate.ts";
import { type Profile, profileOf } from "./me.ts";
import { invalidEmail, invalidUsername } from "./new-account.ts";
import { newToken, type OneTimeLinksDeps } from "./one-time-links.ts";
import type { NameChanges } from "./ports/users.ts";
import { type SendLaterDeps, sendLater } from "./send-later.ts";

export interface UpdateProfileDeps
  extends AccessCheckDeps,
    ConfirmPasswordDeps,
    OneTimeLinksDeps,
    SendLaterDeps {
  readonly parseEmail: (text: string) => Email | undefined;
}

export interface UpdateProfileCommand {
  readonly accessToken: string;
  readonly password: string;
  readonly username?: string | undefined;
  readonly email?: string | undefined;
  readonly client: { readonly ip: string };
  readonly isGone?: Turn["isGone"];
}

/** The account as it is now, and the address that it will have once that is confirmed. */
export interface UpdatedProfile extends Profile {
  readonly pendingEmail: string | undefined;
}

/**
 * Changes the name at once, and the address once a link that is mailed to the new one is followed. Sessions stay.
 * @throws AuthError `validation_failed`, `invalid_credentials`, `username_taken`, `email_taken`,
 * `too_many_attempts`, `overloaded`; `invalid_token`, `expired_token`, `revoked_token`
 */
export type UpdateProfile = (command: UpdateProfileCommand) => Promise<UpdatedProfile>;

export function makeUpdateProfile(deps: UpdateProfileDeps): UpdateProfile {
  return async (command) => {
    for (;;) {
      const now = deps.clock.now();
      const live = await checkAccessToken(deps, command.accessToken, now);
      const { user } = live;
      const { username, email } = readCommand(deps, command);
      await confirmPassword(deps, live, command.password, now, { isGone: command.isGone });
      const isNewAddress = email !== undefined && email.canonical !== user.email.canonical;
      if (isNewAddress) {
        if ((await deps.users.findByEmail(email.canonical)) !== undefined) throw new AuthError("email_taken");
        await deps.throttle.mail(email.canonical, command.client.ip, now);
      }
      const changes: NameChanges = {
        ...(username && { username }),
        ...(email && !isNewAddress && { email }),
      };
      // another change came first: all that was checked is checked again
      if (!(await deps.users.rename(user, changes))) continue;
      if (username) deps.events.report({ type: "username_changed", userId: user.id });
      if (isNewAddress) await mailLink(deps, user, email);
      const pendingEmail = isNewAddress ? email.shown : undefined;
      return { ...profileOf({ ...user, ...changes }), pendingEmail };
    }
  };
}

async function mailLink(deps: UpdateProfileDeps, user: User, email: Email): Promise<void> {
  const { id } = await newToken(deps, "change_email", user.id, email);
  await sendLater(deps, { kind: "email_change", email: email.shown, userId: user.id, tokenId: id });
}

function readCommand(deps: ProfileRules, texts: ProfileTexts): ReadProfile {
  const { read, faults } = examine(deps, texts);
  if (faults.length > 0) throw new AuthError("validation_failed", { fields: faults });
  return read;
}

interface ReadProfile {
  readonly username: Username | undefined;
  readonly email: Email | undefined;
}

type ProfileRules = Pick<UpdateProfileDeps, "parseEmail">;
type ProfileTexts = Pick<UpdateProfileCommand, "username" | "email" | "password">;

/** Why the profile cannot become that. */
export function profileFaults(rules: ProfileRules, texts: ProfileTexts): FieldFault[] {
  return examine(rules, texts).faults;
}

function examine(rules: ProfileRules, { username, email, password }: ProfileTexts) {
  const faults: FieldFault[] = presentedPasswordFaults("password", password);
  const read: ReadProfile = {
    username: username === undefined ? undefined : parseUsername(username),
    email: email === undefined ? undefined : rules.parseEmail(email),
  };
  if (username === undefined && email === undefined) {
    const message = "Give a username or an email";
    faults.push({ path: "", code: "nothing_to_change", message });
  }
  if (username !== undefined && !read.username) faults.push(invalidUsername);
  if (email !== undefined && !read.email) faults.push(invalidEmail);
  return { read, faults };
}

import { type Email, isSameMailbox } from "../../domain/email.ts";
import { AuthError, type FieldFault } from "../../domain/errors.ts";
import { presentedPasswordFaults } from "../../domain/password.ts";
import { untilApplied } from "../../domain/until-applied.ts";
import { parseUsername, type Username } from "../../domain/username.ts";
import { type Admission, noCharge, refundedOnFault } from "../limits/admission.ts";
import type { HashRequest } from "../limits/hash-request.ts";
import type { AskedMail, Throttle } from "../limits/throttle.ts";
import { deviceKeyOf } from "../limits/throttle-keys.ts";
import { type ConfirmPasswordDeps, confirmChange } from "../login/confirm-password.ts";
import type { NameChanges } from "../ports/storage/users.ts";
import { type RequestEmailChangeDeps, requestEmailChange } from "../recovery/request-email-change.ts";
import { type AccessCheckDeps, checkAccessToken } from "../tokens/check-token.ts";
import { invalidEmail, invalidUsername } from "../users/new-account.ts";
import { type Profile, profileOf } from "./me.ts";

export interface UpdateProfileDeps extends AccessCheckDeps, ConfirmPasswordDeps, RequestEmailChangeDeps {
  readonly throttle: Throttle;
  readonly parseEmail: (text: string) => Email | undefined;
}

export interface UpdateProfileCommand {
  readonly accessToken: string;
  /** May be left out if the token's user authenticated recently. */
  readonly password?: string | undefined;
  readonly username?: string | undefined;
  readonly email?: string | undefined;
  readonly client: { readonly ip: string };
  readonly signal?: HashRequest["signal"];
}

/** The account as it is now, and the address that it will have once that is verified. */
export interface UpdatedProfile extends Profile {
  readonly pendingEmail: string | undefined;
}

/**
 * Changes the name at once, and the address once a link that is mailed to the new one is followed; another spelling before
 * the @ is a new address, too. The present address is mailed a link that cancels the change. Sessions stay. Whether another
 * account has the new address is looked up only as the mail is delivered, so that neither the answer nor its time tells;
 * the owner is told then, and no link is sent.
 * @throws AuthError `validation_failed`, `invalid_credentials`, `reauthentication_required`, `username_taken`, `too_many_attempts`, `overloaded`;
 * `invalid_token`, `expired_token`, `revoked_token`
 */
export type UpdateProfile = (command: UpdateProfileCommand) => Promise<UpdatedProfile>;

export function makeUpdateProfile(deps: UpdateProfileDeps): UpdateProfile {
  return (command) =>
    // checked at each attempt: the change that came first may have been one of the password
    untilApplied(async () => {
      const now = deps.clock.now();
      const live = await checkAccessToken(deps, command.accessToken, now);
      const { user, claims } = live;
      const { username, email } = readCommand(deps, command);
      const from = { ip: command.client.ip, signal: command.signal, now };
      const charge = () =>
        deps.throttle.change(
          user.id,
          command.password === undefined ? undefined : deviceKeyOf(claims.sessionId, user),
          now,
        );
      const change = await confirmChange(deps, live, command.password, charge, from);
      const present = deps.parseEmail(user.email.shown);
      const isNewAddress = email !== undefined && !(present && isSameMailbox(email, present));
      const mails = isNewAddress
        ? await admitMails(deps, [user.email, email], command.client.ip, now)
        : noCharge;
      const changes: NameChanges = {
        ...(username && { username }),
        ...(email && !isNewAddress && { email }),
      };
      if (!(await refundedUnlessDone(mails, () => deps.users.rename(user, changes)))) {
        await change.refund();
        return false;
      }
      if (username) deps.events.report({ type: "username_changed", userId: user.id });
      if (isNewAddress) await requestEmailChange(deps, user, email);
      const pendingEmail = isNewAddress ? email.shown : undefined;
      return { ...profileOf({ ...user, ...changes }), pendingEmail };
    });
}

/** The present address is mailed as well: if its limit is reached, nothing is changed. */
function admitMails(
  { throttle }: UpdateProfileDeps,
  [present, next]: readonly [Email, Email],
  ip: string,
  now: Date,
): Promise<Admission> {
  const asked: AskedMail[] = [
    { purpose: "email_change_requested", email: present.canonical },
    { purpose: "email_change", email: next.canonical },
  ];
  return throttle.mails(asked, ip, now);
}

/** If the change is refused or has to be attempted again, no mail was requested yet. */
async function refundedUnlessDone(mails: Admission, change: () => Promise<boolean>): Promise<boolean> {
  const isDone = await refundedOnFault(mails, change);
  if (!isDone) await mails.refund();
  return isDone;
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

/** The faults of the fields. */
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
  if (username !== undefined && !read.username) faults.push(invalidUsername(username));
  if (email !== undefined && !read.email) faults.push(invalidEmail);
  return { read, faults };
}

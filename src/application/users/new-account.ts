import type { Email } from "../../domain/email.ts";
import { AuthError, type FieldFault } from "../../domain/errors.ts";
import { newPasswordFaults, type PasswordPolicy } from "../../domain/password.ts";
import type { User } from "../../domain/user.ts";
import { parseUsername, type Username, usernameFault } from "../../domain/username.ts";

export interface NewAccountRules {
  readonly parseEmail: (text: string) => Email | undefined;
  readonly passwordPolicy: PasswordPolicy;
}

export interface NewAccountTexts {
  readonly username: string;
  readonly email: string;
  readonly password: string;
}

/** The checked fields of a new account. */
export interface NewAccount {
  readonly username: Username;
  readonly email: Email;
  readonly password: string;
}

/** @throws AuthError `validation_failed` with all faults */
export function readNewAccount(rules: NewAccountRules, texts: NewAccountTexts): NewAccount {
  const { username, email, faults } = examine(rules, texts);
  if (username && email && faults.length === 0) return { username, email, password: texts.password };
  throw new AuthError("validation_failed", { fields: faults });
}

/** The faults of the fields of a new account. */
export function newAccountFaults(rules: NewAccountRules, texts: NewAccountTexts): FieldFault[] {
  return examine(rules, texts).faults;
}

function examine(rules: NewAccountRules, texts: NewAccountTexts) {
  const username = parseUsername(texts.username);
  const email = rules.parseEmail(texts.email);
  const faults: FieldFault[] = [];
  if (!username) faults.push(invalidUsername(texts.username));
  if (!email) faults.push(invalidEmail);
  faults.push(...newPasswordFaults("password", texts.password, rules.passwordPolicy, { username, email }));
  return { username, email, faults };
}

export function newUser(
  id: string,
  { username, email }: Omit<NewAccount, "password">,
  passwordHash: string,
  createdAt: Date,
): User {
  return {
    id,
    username,
    email,
    emailVerified: false,
    passwordHash,
    createdAt,
    epoch: 0,
    keptSession: undefined,
    disabled: false,
    unlocks: 0,
    legacyIdentity: undefined,
    emailHistory: undefined,
    linksSince: undefined,
    factors: undefined,
  };
}

const EMAIL_RULE = "An email is a plain address such as name@example.com";

/** The fault for a name or an address that an account may not have. */
export function invalidUsername(text: string): FieldFault {
  const message = usernameFault(text) ?? "This is not a username";
  return { path: "username", code: "invalid_username", message };
}
export const invalidEmail: FieldFault = { path: "email", code: "invalid_email", message: EMAIL_RULE };

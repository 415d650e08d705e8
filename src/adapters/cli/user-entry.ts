import type { User } from "../../domain/user.ts";

/** An account in JSON output. */
export function userEntry({ id, username, email, emailVerified, createdAt, disabled }: User) {
  const created_at = createdAt.toISOString();
  return { id, username: username.shown, email: email.shown, verified: emailVerified, created_at, disabled };
}

/** An account in a sentence. */
export function called({ id, username, email }: User): string {
  return `${username.shown} <${email.shown}> (${id})`;
}

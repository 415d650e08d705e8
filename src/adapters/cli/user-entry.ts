import type { User } from "../../domain/user.ts";

/** What machines are shown of an account. */
export function userEntry({ id, username, email, emailVerified, createdAt, disabled }: User) {
  const created_at = createdAt.toISOString();
  return { id, username: username.shown, email: email.shown, verified: emailVerified, created_at, disabled };
}

import type { SessionGrant } from "../../application/sessions/session-grant.ts";
import { findAccount } from "../../application/users/find-account.ts";
import { AuthError } from "../../domain/errors.ts";
import type { UseCases } from "../wiring/use-cases.ts";
import type { TestUser, TestUserOptions } from "./test-auth.ts";

type Calls = Pick<
  UseCases,
  | "users"
  | "canonicalEmail"
  | "storedEmails"
  | "register"
  | "logout"
  | "login"
  | "completeLogin"
  | "verifyEmail"
  | "verifiedEmailRequired"
  | "disableUser"
>;

let people = 0;

/**
 * @param tokenMailedTo Returns the token from the mail that confirms the address
 * @param codeOf Returns the next code of the user's authenticator
 */
export function peopleOf(
  useCases: Calls,
  tokenMailedTo: (email: string) => Promise<string | undefined>,
  codeOf: (user: TestUser) => Promise<string>,
) {
  const client = { userAgent: "hbtu-connect-auth/testing", ip: "127.0.0.1" };

  async function known(grant: SessionGrant, password: string): Promise<TestUser> {
    // not by the token, which may be a limited one
    const { id, emailVerified } = await findAccount(useCases, grant.email);
    return {
      id,
      username: grant.username,
      email: grant.email,
      email_verified: emailVerified,
      password,
      access_token: grant.accessToken,
      refresh_token: grant.refreshToken,
    };
  }

  return {
    async user(who: TestUserOptions = {}): Promise<TestUser> {
      people += 1;
      const { username = `user${people}`, email = `${username}@example.com` } = who;
      const { password = "correct horse battery", verified = useCases.verifiedEmailRequired } = who;
      const grant = await useCases.register({ username, email, password, client });
      if (!verified) return known(grant, password);
      const token = (await tokenMailedTo(grant.email)) ?? "";
      await useCases.verifyEmail({ token, client });
      // the access token of registration has the address as not confirmed
      await useCases.logout(grant.refreshToken);
      return known(await useCases.login({ email, password, client }), password);
    },
    async login(user: TestUser): Promise<TestUser> {
      const { email, password } = user;
      try {
        return await known(await useCases.login({ email, password, client }), password);
      } catch (error) {
        const challenge = error instanceof AuthError ? error.secondFactor?.challenge : undefined;
        if (challenge === undefined) throw error;
        const code = await codeOf(user);
        return known(await useCases.completeLogin({ challenge, code, client }), password);
      }
    },
    disable: async ({ id }: TestUser) => void (await useCases.disableUser(id)),
  };
}

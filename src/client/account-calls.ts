import type {
  AwaitedConfirmation,
  ChangedProfile,
  Credentials,
  FreshToken,
  PasswordChange,
  Profile,
  ProfileChange,
  Registration,
  SessionsEnded,
  SignedIn,
} from "./answers.ts";
import type { CompletedLogin, Proof, SecondFactor } from "./factor-answers.ts";
import type { InTime } from "./in-time.ts";
import type { Keeper } from "./keeper.ts";
import type { WatchedTokens } from "./watched-tokens.ts";
import { bearer } from "./wire.ts";

/** Calls that register, sign in and change the user's account. */
export function accountCalls(inTime: InTime, tokens: WatchedTokens, keeper: Keeper) {
  const asUser = <T>(request: string, json?: object) =>
    inTime((wire) =>
      keeper.withAccess((token) => wire<T>(request, { authorization: bearer(token), ...(json && { json }) })),
    );

  async function signedIn(answer: SignedIn): Promise<SignedIn> {
    await keeper.enter(answer);
    return answer;
  }

  return {
    /**
     * Creates an account and signs in. If the service requires a confirmed address first, the answer has no
     * `access_token` and nobody is signed in: a user who was signed in before is signed out, since it is
     * another one.
     */
    async register(person: Registration): Promise<SignedIn | AwaitedConfirmation> {
      const answer = await inTime<SignedIn | AwaitedConfirmation>((wire) =>
        wire("POST /api/register", { json: person }),
      );
      if (answer.access_token !== undefined) return signedIn(answer);
      await keeper.leave(await tokens.get());
      return answer;
    },

    /**
     * Signs in. Sends a token of an earlier session, so that the service's limits on guessing treat the device
     * as known.
     */
    async login(credentials: Credentials): Promise<SignedIn> {
      const answer = await inTime<SignedIn>(async (wire) => {
        const held = await tokens.get();
        const former = held.refresh_token ?? held.former_token ?? held.access_token;
        return wire("POST /api/login", { json: credentials, authorization: bearer(former) });
      });
      return signedIn(answer);
    },

    /**
     * Completes a sign-in that was refused with `second_factor_required`: `challenge` is that of the error. Wrong codes are
     * refused with `invalid_factor`.
     */
    async completeLogin(answer: SecondFactor): Promise<CompletedLogin> {
      const completed = await inTime<CompletedLogin>((wire) =>
        wire("POST /api/login/second-factor", { json: answer }),
      );
      await signedIn(completed);
      return completed;
    },

    /**
     * Proves again who the user is, and stores the new access token. For five minutes after, changes of the account
     * need no password, and APIs that ask for recent authentication accept the token. An account with a second factor needs
     * a code.
     */
    async reauthenticate(proof: Proof): Promise<FreshToken> {
      const answer = await asUser<FreshToken>("POST /api/reauthenticate", proof);
      await keeper.replaceAccess(answer.access_token);
      return answer;
    },

    me: (): Promise<Profile> => asUser("GET /api/me"),

    /**
     * Changes the name immediately, and the address once the link mailed to it is used. The current address
     * gets a notice immediately.
     */
    updateProfile: (change: ProfileChange): Promise<ChangedProfile> => asUser("PATCH /api/me", change),

    /** Changes the password and ends all other sessions. */
    changePassword: (change: PasswordChange): Promise<SessionsEnded> => asUser("POST /api/password", change),

    /**
     * Deletes the account with all its sessions, and removes its tokens. The password may be left out for five minutes
     * after a sign-in or `reauthenticate`.
     */
    deleteAccount: (proof: { readonly password?: string } = {}): Promise<void> =>
      keeper.ending(async () => {
        await asUser("DELETE /api/me", proof);
        await tokens.clear();
      }),
  };
}

import type {
  AwaitedConfirmation,
  ChangedProfile,
  Credentials,
  PasswordChange,
  Profile,
  ProfileChange,
  Registration,
  SessionsEnded,
  SignedIn,
} from "./answers.ts";
import type { InTime } from "./in-time.ts";
import type { Keeper } from "./keeper.ts";
import type { WatchedTokens } from "./watched-tokens.ts";
import { bearer } from "./wire.ts";

/** Coming in, and what one does with one's own account. */
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
     * Makes an account and signs in. Where the service wants the address confirmed first, the answer has no
     * `access_token`, and nobody is signed in: whoever was before is not the one who registered.
     */
    async register(person: Registration): Promise<SignedIn | AwaitedConfirmation> {
      const answer = await inTime<SignedIn | AwaitedConfirmation>((wire) =>
        wire("POST /api/register", { json: person }),
      );
      if (answer.access_token !== undefined) return signedIn(answer);
      await keeper.leave(await tokens.get());
      return answer;
    },

    /** Signs in. A token of an earlier session goes along: to the service's limits on guessing, the device is known. */
    async login(credentials: Credentials): Promise<SignedIn> {
      const answer = await inTime<SignedIn>(async (wire) => {
        const held = await tokens.get();
        const former = held.refresh_token ?? held.former_token ?? held.access_token;
        return wire("POST /api/login", { json: credentials, authorization: bearer(former) });
      });
      return signedIn(answer);
    },

    me: (): Promise<Profile> => asUser("GET /api/me"),

    /** A new name holds at once, a new address once the link mailed to it is followed; the present one is told at once. */
    updateProfile: (change: ProfileChange): Promise<ChangedProfile> => asUser("PATCH /api/me", change),

    /** Ends every other session. */
    changePassword: (change: PasswordChange): Promise<SessionsEnded> => asUser("POST /api/password", change),

    /** Deletes the account with all its sessions, and forgets its tokens. */
    deleteAccount: (proof: { readonly password: string }): Promise<void> =>
      keeper.ending(async () => {
        await asUser("DELETE /api/me", proof);
        await tokens.clear();
      }),
  };
}

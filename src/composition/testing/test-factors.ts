import { hotp, stepAt } from "../../domain/factors/totp.ts";
import type { UseCases } from "../wiring/use-cases.ts";
import type { TestUser } from "./test-auth.ts";

type Parts = Pick<UseCases, "users" | "factorSeal" | "hmacSha1" | "clock" | "beginTotp" | "confirmTotp">;

/** The authenticators of test users. */
export function factorsOf({ users, factorSeal, hmacSha1, clock, beginTotp, confirmTotp }: Parts) {
  async function totpOf(userId: string) {
    const { factors } = (await users.findById(userId)) ?? {};
    return factors?.totp ?? factors?.pendingTotp;
  }

  async function codeOf(
    { id: userId }: Pick<TestUser, "id">,
    earliest = stepAt(clock.now()),
  ): Promise<string> {
    const totp = await totpOf(userId);
    if (totp === undefined) throw new Error("This user has no authenticator");
    // a code is good once: later calls get the next one, which is accepted half a minute early
    const step = "lastStep" in totp ? Math.max(earliest, totp.lastStep + 1) : earliest;
    if (step > stepAt(clock.now()) + 1) {
      throw new Error("The codes of this half minute are used up: advance the clock by 30 s");
    }
    const { secret } = await factorSeal.open(totp.sealedSecret, { userId, factorId: totp.id });
    return hotp(hmacSha1, secret, step);
  }

  return {
    codeOf: (user: TestUser) => codeOf(user),
    async addSecondFactor(user: TestUser): Promise<readonly string[]> {
      const accessToken = user.access_token;
      await beginTotp(accessToken);
      // the code before the present one, so that the present one is left for a login
      const code = await codeOf(user, stepAt(clock.now()) - 1);
      return confirmTotp({ accessToken, code });
    },
  };
}

import { describe, expect, it } from "vitest";
import { factorSeal } from "../../../src/adapters/jose/factor-seal.ts";
import { deriveKey } from "../../../src/adapters/node/secret-key.ts";
import { makeResealFactors } from "../../../src/application/factors/reseal-factors.ts";
import { ada, client, makeCore, refusal } from "../../support/core.ts";
import { authenticator, challengeOf, MINUTE, storedUser, withTotp } from "../../support/second-factor.ts";
import { makeSteps, stepped } from "../../support/stepped.ts";
import { aUser, someFactors } from "../../support/storage-samples.ts";

/** A change of SECRET_KEY: what was sealed under the former one is sealed anew. */

// the one of makeCore
const FORMER = deriveKey("a secret that only these tests have, nobody else", "factors");
const NEW = deriveKey("the next secret, which is as long as it must be", "factors");
const CHANGING = factorSeal([NEW, FORMER]);
const AFTER = factorSeal([NEW]);
const GOES_ON = new AbortController().signal;

type Core = Awaited<ReturnType<typeof makeCore>>;

const reseal = (core: Pick<Core, "storage">, signal: { readonly aborted: boolean } = GOES_ON) =>
  makeResealFactors({ users: core.storage.users, factorSeal: CHANGING })(signal as AbortSignal);

/** A core of the time after the change, which has the new key alone. */
const withNewKey = (core: Core) => makeCore(() => ({ factorSeal: AFTER }), {}, core);

async function logsIn(core: Core, answer: { code: string } | { recoveryCode: string | undefined }) {
  return refusal(core.completeLogin({ challenge: await challengeOf(core), client, ...answer }));
}

describe("after all factors were sealed anew", () => {
  it("the new key is all that codes and recovery codes need", async () => {
    const { core, code, recoveryCodes } = await withTotp();
    const before = await withNewKey(core);
    await expect(
      before.completeLogin({ challenge: await challengeOf(before), code: code(core), client }),
    ).rejects.toThrow("cannot be opened");
    expect(await reseal(core)).toEqual({ changed: 1, unreadable: 0 });
    const then = await withNewKey(core);
    expect(await logsIn(then, { code: code(core) })).toBe("none");
    expect(await logsIn(then, { recoveryCode: recoveryCodes[0] })).toBe("none");
    expect(await logsIn(core, { recoveryCode: recoveryCodes[1] }).catch(() => "fault")).not.toBe("none");
  });

  it("one that waits can be confirmed", async () => {
    const core = await makeCore();
    const { accessToken } = await core.register(ada);
    const { secret } = await core.beginTotp(accessToken);
    expect(await reseal(core)).toEqual({ changed: 1, unreadable: 0 });
    const code = authenticator(secret).code(core);
    expect(await refusal((await withNewKey(core)).confirmTotp({ accessToken, code }))).toBe("none");
  });

  it("nothing else of them has changed, and a repetition finds nothing to do", async () => {
    const { core } = await withTotp();
    await core.register({ ...ada, username: "Eve", email: "eve@example.com" });
    const before = await storedUser(core);
    expect(await reseal(core)).toEqual({ changed: 1, unreadable: 0 });
    const { factors, ...rest } = await storedUser(core);
    const { factors: former, ...same } = before;
    expect(rest).toEqual(same);
    expect(factors).toEqual({
      ...former,
      revision: (former?.revision ?? 0) + 1,
      totp: { ...former?.totp, sealedSecret: expect.not.stringContaining(former?.totp?.sealedSecret ?? "") },
      recoveryCodes: { ...former?.recoveryCodes, sealedKey: factors?.recoveryCodes?.sealedKey },
    });
    expect(await reseal(core)).toEqual({ changed: 0, unreadable: 0 });
    expect(await storedUser(core)).toEqual({ ...same, factors });
  });
});

describe("sealing anew", () => {
  it("passes over what no key opens, such as an import from elsewhere, and does the rest", async () => {
    const { core, code } = await withTotp();
    // before and after Ada in the order of ids
    for (const id of ["0", "zzz"]) await core.storage.users.add(aUser({ id, factors: someFactors() }));
    expect(await reseal(core)).toEqual({ changed: 1, unreadable: 2 });
    expect(await logsIn(await withNewKey(core), { code: code(core) })).toBe("none");
    expect((await core.storage.users.findById("0"))?.factors?.revision).toBe(5);
  });

  it("stops between accounts when it is told to", async () => {
    const { core } = await withTotp();
    const before = await storedUser(core);
    expect(await reseal(core, AbortSignal.abort())).toEqual({ changed: 0, unreadable: 0 });
    expect(await storedUser(core)).toEqual(before);
  });

  it("goes on after another process, of any number at once", async () => {
    const { core, code } = await withTotp();
    const done = await Promise.all(Array.from({ length: 20 }, () => reseal(core)));
    expect(done.filter(({ changed }) => changed === 1)).toHaveLength(1);
    expect(await logsIn(await withNewKey(core), { code: code(core) })).toBe("none");
  });

  it("loses no use of a code that comes between any of its steps", async () => {
    for (let stop = 0; ; stop += 1) {
      const { core, code } = await withTotp();
      const steps = stepped(core.storage, stop);
      const run = makeResealFactors({ users: steps.ports.users, factorSeal: CHANGING })(GOES_ON);
      const wasReached = await Promise.race([steps.reached.then(() => true), run.then(() => false)]);
      if (!wasReached) return expect(stop).toBeGreaterThan(1);
      const used = code(core);
      expect([stop, await logsIn(core, { code: used })]).toEqual([stop, "none"]);
      steps.goOn();
      expect([stop, await run]).toEqual([stop, { changed: 1, unreadable: 0 }]);
      const then = await withNewKey(core);
      expect([stop, await logsIn(then, { code: used })]).toEqual([stop, "invalid_factor"]);
      core.clock.advance(MINUTE);
      expect([stop, await logsIn(then, { code: code(core) })]).toEqual([stop, "none"]);
    }
  });

  it("brings no factor back that was removed while it opened the secrets", async () => {
    const { core, own } = await withTotp();
    const steps = makeSteps(0);
    const factorSealThatWaits = steps.wrap(CHANGING);
    const run = makeResealFactors({ users: core.storage.users, factorSeal: factorSealThatWaits })(GOES_ON);
    await steps.reached;
    await core.removeTotp(own.accessToken);
    const { factors } = await storedUser(core);
    steps.goOn();
    expect(await run).toEqual({ changed: 0, unreadable: 0 });
    expect((await storedUser(core)).factors).toEqual(factors);
  });
});

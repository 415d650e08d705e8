import { expect, it } from "vitest";
import { makeEndAll } from "../../../src/application/maintenance/end-all.ts";
import { revocationKey } from "../../../src/domain/revocation.ts";
import { ada, client, DAY_MS, makeCore, refusal } from "../../support/core.ts";
import { aMail, aOneTimeToken, aSession, aSigningKey, aUser } from "../../support/storage-samples.ts";

const LATER = new Date("2200-01-01T00:00:00.000Z");

it("ends sessions, tokens, keys, mailed links and mails, and leaves passwords and accounts", async () => {
  const { core, storage, clock } = await makeCore();
  const registered = await core.register(ada);
  const elsewhere = await core.login({ email: ada.email, password: ada.password, client });
  // this keeps one session, which ends below
  await core.changePassword({
    accessToken: elsewhere.accessToken,
    currentPassword: ada.password,
    newPassword: "another password",
    client,
  });
  const keys = [aSigningKey("ES256", 1), aSigningKey("RS256", 4)];
  for (const key of keys) await storage.signingKeys.add(key);
  const links = Array.from({ length: 501 }, () => aOneTimeToken());
  for (const link of links) await storage.oneTimeTokens.put(link);
  await storage.outbox.add(aMail({ dueAt: LATER }));
  const disabled = aUser({ disabled: true, epoch: 7 });
  await storage.users.add(disabled);
  await storage.sessions.add(aSession({ userId: disabled.id, expiresAt: LATER }));

  const endAll = makeEndAll({ ...storage, clock, refreshTokenTtlMs: 30 * DAY_MS });
  expect(await endAll()).toBe(2);

  for (const { accessToken, refreshToken } of [registered, elsewhere]) {
    expect(await refusal(core.me(accessToken))).toBe("revoked_token");
    expect(await refusal(core.refresh(refreshToken))).toBe("revoked_token");
  }
  expect(await storage.sessions.list(undefined, 10)).toEqual([]);
  expect(await storage.signingKeys.list()).toEqual([]);
  const entries = keys.map(({ kid }) => revocationKey.signingKey(kid));
  const inThirtyDays = new Date(clock.now().getTime() + 30 * DAY_MS);
  expect(await storage.revocations.find(entries, inThirtyDays)).toEqual(new Set(entries));
  for (const { id } of links) {
    expect(await storage.oneTimeTokens.find(id)).toBeUndefined();
  }
  expect(await storage.outbox.due(LATER, 10)).toEqual([]);
  expect(await storage.users.findById(disabled.id)).toEqual({
    ...disabled,
    epoch: 8,
    // no link restores an earlier address
    emailHistory: { revision: 1, former: [] },
    linksSince: clock.now(),
  });
  const again = await core.login({ email: ada.email, password: "another password", client });
  await core.me(again.accessToken);
});

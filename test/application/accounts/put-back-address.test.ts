import { expect, it } from "vitest";
import type { SessionGrant } from "../../../src/application/sessions/session-grant.ts";
import { ada, client, makeCore, refusal } from "../../support/core.ts";
import { stepped } from "../../support/stepped.ts";

const HOUR_MS = 3_600_000;
const THIEF = "thief@evil.example";
const NEW_PASSWORD = "another horse";

type Core = Awaited<ReturnType<typeof makeCore>>;

/** The token of the link to this page in the latest mail to the address. */
function linkTo({ mails }: Pick<Core, "mails">, to: string, page: string): string {
  const links = mails
    .filter((mail) => mail.to === to)
    .flatMap(({ text }) => /https?:\S+token=\S+/.exec(text)?.[0] ?? [])
    .filter((link) => link.includes(page));
  return new URL(links.at(-1) ?? "http://no.link").searchParams.get("token") ?? "";
}

async function ask(
  core: Core,
  { accessToken }: Pick<SessionGrant, "accessToken">,
  email: string,
): Promise<void> {
  await core.updateProfile({ accessToken, password: ada.password, email, client });
  await core.deliverMails();
}

const confirm = (core: Core, email: string) =>
  core.verifyEmail({ token: linkTo(core, email, "verify-email"), client });

const cancelLink = (core: Core, email: string) => linkTo(core, email, "cancel-email-change");
const cancel = (core: Core, token: string) => refusal(core.cancelEmailChange({ token, client }));

/** A thief with the password has changed the account's address to theirs. */
async function stolen(env: Record<string, string> = {}) {
  const core = await makeCore(undefined, env);
  const own = await core.register(ada);
  await core.storage.users.rename(await userOf(core), { emailVerified: true });
  const theirs = await core.login({ email: ada.email, password: ada.password, client });
  await ask(core, theirs, THIEF);
  await confirm(core, THIEF);
  return { core, own, theirs, owners: cancelLink(core, ada.email) };
}

async function userOf({ storage }: Pick<Core, "storage">, name = "ada") {
  const user = await storage.users.findByUsername(name);
  if (!user) throw new Error("there is no such user");
  return user;
}

/** Recovers the account by mail alone. Afterwards only the owner can log in. */
async function expectRecovered(core: Core) {
  expect(await userOf(core)).toMatchObject({ email: { shown: ada.email }, emailVerified: true });
  await core.deliverMails();
  const token = linkTo(core, ada.email, "reset-password");
  const old = { username: ada.username, password: ada.password, client };
  expect(await refusal(core.login(old))).toBe("invalid_credentials");
  await core.resetPassword({ token, newPassword: NEW_PASSWORD, client });
  expect(await refusal(core.login({ email: ada.email, password: NEW_PASSWORD, client }))).toBe("none");
  await core.forgotPassword({ email: THIEF, client });
  const before = core.mails.length;
  await core.deliverMails();
  expect(core.mails.slice(before).filter(({ to }) => to === THIEF)).toEqual([]);
}

it("restores an account whose address a thief has changed, and ends the sessions and links of the thief", async () => {
  const { core, own, theirs, owners } = await stolen();
  core.reported.length = 0;
  expect(await cancel(core, owners)).toBe("none");
  for (const { accessToken } of [own, theirs]) {
    expect(await refusal(core.me(accessToken))).toBe("revoked_token");
  }
  await expectRecovered(core);
  expect(await cancel(core, owners)).toBe("invalid_cancellation_token");
  // the account's address of the meantime is notified
  expect(core.mails.filter(({ to }) => to === THIEF).map(({ subject }) => subject)).toContain(
    "Your email address was changed",
  );
});

it.each<[string, (core: Core, theirs: SessionGrant) => Promise<unknown>]>([
  ["logs out everywhere", (core, { accessToken }) => core.logoutEverywhere(accessToken, "all")],
  [
    "changes the password",
    (core, { accessToken }) =>
      core.changePassword({
        accessToken,
        currentPassword: ada.password,
        newPassword: "the thief's horse",
        client,
      }),
  ],
  [
    "resets the password by mail",
    async (core) => {
      await core.forgotPassword({ email: THIEF, client });
      await core.deliverMails();
      const token = linkTo(core, THIEF, "reset-password");
      await core.resetPassword({ token, newPassword: "the thief's horse", client });
    },
  ],
  [
    "moves on to a third address",
    async (core, theirs) => {
      await ask(core, theirs, "third@evil.example");
      await confirm(core, "third@evil.example");
    },
  ],
  [
    "moves on and follows the link mailed on the way",
    async (core, theirs) => {
      await ask(core, theirs, "third@evil.example");
      await confirm(core, "third@evil.example");
      expect(await cancel(core, cancelLink(core, THIEF))).toBe("none");
    },
  ],
  [
    "cancels a change of their own",
    async (core, theirs) => {
      await ask(core, theirs, "third@evil.example");
      expect(await cancel(core, cancelLink(core, THIEF))).toBe("none");
    },
  ],
])("serves the owner also where that somebody %s", async (_, defend) => {
  const { core, theirs, owners } = await stolen();
  await defend(core, theirs);
  core.clock.advance(71 * HOUR_MS);
  expect(await cancel(core, owners)).toBe("none");
  await expectRecovered(core);
});

it("leaves a thief no link to take the account again", async () => {
  const { core, theirs, owners } = await stolen();
  await ask(core, theirs, "third@evil.example");
  const thiefs = cancelLink(core, THIEF);
  expect(await cancel(core, owners)).toBe("none");
  await expectRecovered(core);
  expect(await cancel(core, thiefs)).toBe("invalid_cancellation_token");
  expect(await refusal(confirm(core, "third@evil.example"))).toBe("invalid_verification_token");
  // not after another change either, which begins a later revision
  const { accessToken } = await core.login({ email: ada.email, password: NEW_PASSWORD, client });
  await core.updateProfile({ accessToken, password: NEW_PASSWORD, email: "ada@new.example", client });
  await core.deliverMails();
  await confirm(core, "ada@new.example");
  expect(await cancel(core, thiefs)).toBe("invalid_cancellation_token");
  expect(await userOf(core)).toMatchObject({ email: { shown: "ada@new.example" } });
});

it("serves neither a disabled account nor one that is gone, nor after three days", async () => {
  const { core, theirs, owners } = await stolen();
  await core.disableUser(THIEF);
  expect(await cancel(core, owners)).toBe("invalid_cancellation_token");
  await core.enableUser(THIEF);
  core.clock.advance(72 * HOUR_MS);
  expect(await cancel(core, owners)).toBe("invalid_cancellation_token");
  const other = await stolen();
  const { accessToken } = other.theirs;
  await other.core.deleteAccount({ accessToken, password: ada.password, client });
  expect(await cancel(other.core, other.owners)).toBe("invalid_cancellation_token");
  expect(theirs.accessToken).not.toBe(accessToken);
});

it("locks everybody out if another account has the address meanwhile, which stays unchanged", async () => {
  const { core, theirs, owners } = await stolen();
  await core.register({ ...ada, username: "Squatter" });
  const squatter = await userOf(core, "squatter");
  expect(await cancel(core, owners)).toBe("email_taken");
  expect(await userOf(core)).toMatchObject({ email: { shown: THIEF }, disabled: true });
  expect(await userOf(core, "squatter")).toEqual(squatter);
  expect(core.reported).toContainEqual({ type: "email_change_disputed", userId: (await userOf(core)).id });
  expect(await refusal(core.me(theirs.accessToken))).toBe("revoked_token");
  await core.forgotPassword({ email: THIEF, client });
  await core.deliverMails();
  expect(linkTo(core, THIEF, "reset-password")).toBe("");
  // an operator removes one account and enables the other, and the owner follows the link again
  await core.deleteUser("squatter");
  await core.enableUser("ada");
  expect(await cancel(core, owners)).toBe("none");
  await expectRecovered(core);
});

it("has one effect, at any meeting with a change to a further address", async () => {
  for (let stop = 0; ; stop += 1) {
    const { core: fast, theirs, owners } = await stolen();
    await ask(fast, theirs, "third@evil.example");
    const further = linkTo(fast, "third@evil.example", "verify-email");
    const steps = stepped(fast.storage, stop);
    const slow = await makeCore(() => steps.ports, {}, fast);
    const late = cancel({ ...slow, mails: fast.mails } as Core, owners);
    const wasReached = await Promise.race([steps.reached.then(() => true), late.then(() => false)]);
    await refusal(fast.verifyEmail({ token: further, client }));
    steps.goOn();
    expect([stop, await late]).toEqual([stop, "none"]);
    expect([stop, await userOf(fast)]).toMatchObject([stop, { email: { shown: ada.email } }]);
    if (!wasReached) return expect(stop).toBeGreaterThan(4);
  }
});

it("limits the changes of an address in three days, so that no link of its owner is dropped", async () => {
  const core = await makeCore();
  const own = await core.register(ada);
  await ask(core, own, "address0@example.com");
  const first = cancelLink(core, ada.email);
  for (let change = 0; change < 16; change += 1) {
    await ask(core, own, `address${change}@example.com`);
    await confirm(core, `address${change}@example.com`);
  }
  await ask(core, own, "another@example.com");
  await expect(confirm(core, "another@example.com")).rejects.toMatchObject({
    code: "too_many_attempts",
    retryAfter: 73 * 3_600,
  });
  expect(await cancel(core, first)).toBe("none");
  expect(await userOf(core)).toMatchObject({ email: { shown: ada.email } });
});

it("notifies the owner of a deletion by mail, once, and waiting notices survive it", async () => {
  const core = await makeCore();
  const { accessToken } = await core.register(ada);
  await core.storage.users.rename(await userOf(core), { emailVerified: true });
  const change = { accessToken, currentPassword: ada.password, newPassword: NEW_PASSWORD, client };
  await core.changePassword(change);
  await core.deleteAccount({ accessToken, password: NEW_PASSWORD, client });
  await core.deliverMails();
  expect(core.mails.map(({ to, subject }) => [to, subject])).toEqual([
    [ada.email, "Your password was changed"],
    [ada.email, "Your account was deleted"],
  ]);
  for (const { text } of core.mails) expect(text).toContain('Username: "Ada"');
});

it("notifies nobody of a deletion if the address was never verified, or if so configured", async () => {
  for (const [value, isVerified] of [
    ["true", false],
    ["false", true],
  ] as const) {
    const core = await makeCore(undefined, { NOTICE_ACCOUNT_DELETED: value });
    await core.register(ada);
    await core.storage.users.rename(await userOf(core), { emailVerified: isVerified });
    await core.deleteUser(ada.email);
    expect(await core.deliverMails()).toBe(0);
  }
});

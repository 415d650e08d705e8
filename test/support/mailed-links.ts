import { makeEndAll } from "../../src/application/maintenance/end-all.ts";
import type { SessionGrant } from "../../src/application/sessions/session-grant.ts";
import type { LinkPurpose } from "../../src/domain/one-time-token.ts";
import { ada, client, DAY_MS, type makeCore } from "./core.ts";

type Core = Awaited<ReturnType<typeof makeCore>>;

const NEW_PASSWORD = "another horse";
export const NEW_EMAIL = "ada@elsewhere.example";

/** For each purpose: how its link is requested, who gets it, how long it is valid, and how it is followed. */
export const LINKS: Record<
  LinkPurpose,
  {
    ask(core: Core, own: SessionGrant): Promise<unknown>;
    readonly to: string;
    readonly page: string;
    readonly lifeMs: number;
    follow(core: Core, token: string): Promise<void>;
    readonly refusal: string;
  }
> = {
  verify_email: {
    ask: (core) => core.resendVerification({ email: ada.email, client }),
    to: ada.email,
    page: "verify-email",
    lifeMs: DAY_MS,
    follow: (core, token) => core.verifyEmail({ token, client }),
    refusal: "invalid_verification_token",
  },
  change_email: {
    ask: askForAddress,
    to: NEW_EMAIL,
    page: "verify-email",
    lifeMs: DAY_MS,
    follow: (core, token) => core.verifyEmail({ token, client }),
    refusal: "invalid_verification_token",
  },
  cancel_email_change: {
    ask: askForAddress,
    to: ada.email,
    page: "cancel-email-change",
    lifeMs: 3 * DAY_MS,
    follow: (core, token) => core.cancelEmailChange({ token, client }),
    refusal: "invalid_cancellation_token",
  },
  reset_password: {
    ask: (core) => core.forgotPassword({ email: ada.email, client }),
    to: ada.email,
    page: "reset-password",
    lifeMs: DAY_MS / 24,
    follow: (core, token) => core.resetPassword({ token, newPassword: "the link's horse", client }),
    refusal: "invalid_reset_token",
  },
};

export const PURPOSES = Object.keys(LINKS) as LinkPurpose[];

function askForAddress(core: Core, { accessToken }: SessionGrant, email = NEW_EMAIL) {
  return core.updateProfile({ accessToken, password: ada.password, email, client });
}

/** The token in the link of a mail; empty if it has none. @throws TypeError if it has no link */
export function tokenIn(mail: { readonly text: string } | undefined): string {
  const [link = ""] = /https?:\S+token=\S+/.exec(mail?.text ?? "") ?? [];
  return new URL(link).searchParams.get("token") ?? "";
}

/** Delivers due mails and resolves to the token in the link of the last one. */
export async function mailedToken({ deliverMails, mails }: Core): Promise<string> {
  await deliverMails();
  return tokenIn(mails.at(-1));
}

/** The token in the link of the latest mail sent for this purpose. */
function linkIn({ mails }: Pick<Core, "mails">, purpose: LinkPurpose, to = LINKS[purpose].to): string {
  const links = mails
    .filter((mail) => mail.to === to)
    .flatMap(({ text }) => /https?:\S+token=\S+/.exec(text)?.[0] ?? [])
    .filter((link) => link.includes(LINKS[purpose].page));
  const link = links.at(-1);
  if (link === undefined) throw new Error(`no mail with a link to ${purpose}`);
  return new URL(link).searchParams.get("token") ?? "";
}

/** Asks for a link, sends the mails and resolves to the token in it. */
export async function mailedLink(core: Core, purpose: LinkPurpose, own: SessionGrant): Promise<string> {
  await LINKS[purpose].ask(core, own);
  await core.deliverMails();
  return linkIn(core, purpose);
}

/** The steps that end every link of an account, each done by somebody who is allowed to. */
export const ENDINGS: Record<string, (core: Core, own: SessionGrant) => Promise<unknown>> = {
  "a change of password": (core, { accessToken }) =>
    core.changePassword({ accessToken, currentPassword: ada.password, newPassword: NEW_PASSWORD, client }),
  "a mailed reset": async (core, own) => {
    const token = await mailedLink(core, "reset_password", own);
    await core.resetPassword({ token, newPassword: NEW_PASSWORD, client });
  },
  "a cancelled change of address": async (core, own) => {
    const token = await mailedLink(core, "cancel_email_change", own);
    await core.cancelEmailChange({ token, client });
  },
  disabling: (core, own) => core.disableUser(own.email),
  "disabling and enabling": async (core, own) => {
    await core.disableUser(own.email);
    await core.enableUser(own.email);
  },
  "the end of the account": (core, { accessToken }) =>
    core.deleteAccount({ accessToken, password: ada.password, client }),
  "the end of the account, and another one with its address": async (core, { accessToken }) => {
    await core.deleteAccount({ accessToken, password: ada.password, client });
    await core.register(ada);
  },
  "an operator who deletes the account": (core, own) => core.deleteUser(own.email),
  "a logout of all": (core, { accessToken }) => core.logoutEverywhere(accessToken, "all"),
  "a logout of the others": (core, { accessToken }) => core.logoutEverywhere(accessToken, "others"),
  "a change of address": (core, own) => moveTo(core, own, "ada@third.example"),
  "a change of address and back": async (core, own) => {
    await moveTo(core, own, "ada@third.example");
    await moveTo(core, own, ada.email);
  },
  "an operator who sets the password": (core, own) => core.setPassword(own.email, NEW_PASSWORD),
  "a restored backup": ({ storage, clock }) =>
    makeEndAll({ ...storage, clock, refreshTokenTtlMs: 30 * DAY_MS })(),
};

/** The steps that a link to cancel a change outlives: those that the password allows, and those against a theft. */
const OUTLIVED = [
  "a change of password",
  "a mailed reset",
  "disabling and enabling",
  "a logout of all",
  "a logout of the others",
  "a change of address",
  "a change of address and back",
  "an operator who sets the password",
];

export function ends(ending: string, purpose: LinkPurpose): boolean {
  return purpose !== "cancel_email_change" || !OUTLIVED.includes(ending);
}

async function moveTo(core: Core, own: SessionGrant, email: string): Promise<void> {
  await askForAddress(core, own, email);
  await core.deliverMails();
  await core.verifyEmail({ token: linkIn(core, "change_email", email), client });
}

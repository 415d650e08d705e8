import { z } from "zod";
import type { ChangePassword } from "../../../application/accounts/change-password.ts";
import type { DeleteAccount } from "../../../application/accounts/delete-account.ts";
import type { Me, Profile } from "../../../application/accounts/me.ts";
import type { UpdateProfile } from "../../../application/accounts/update-profile.ts";
import { says } from "../answers.ts";
import { endpoint } from "../endpoint.ts";
import { identityHeaders } from "../identity-headers.ts";
import { email, moment, newPassword, presentPassword, sessionsEnded, text, username } from "./fields.ts";

const profileBody = z
  .strictObject({ username: username.optional(), email: email.optional(), password: presentPassword })
  .meta({ id: "ProfileChange", description: "`username`, `email` or both." });

const deleteBody = z.strictObject({ password: presentPassword }).meta({ id: "Deletion" });

const passwordBody = z
  .strictObject({ current_password: presentPassword, new_password: newPassword })
  .meta({ id: "PasswordChange" });

const account = z.object({
  id: text("4f6e2f4c-7c0b-4a29-8f3b-0d5f8a2a7c11", "The `sub` of the account's tokens. It never changes."),
  username: text("testUser"),
  email: text("test@user.com"),
  email_verified: z.boolean(),
  created_at: moment("When the account was created."),
});

const profile = account.meta({ id: "Profile" });

const changedProfile = account
  .extend({ pending_email: text("new@user.com", "A new address that is not confirmed yet.").optional() })
  .meta({ id: "ChangedProfile" });

/** The user's own account. */
export const accountEndpoints = {
  me: endpoint({
    call: "GET /api/me",
    summary: "The account of this token",
    needs: "access",
    answers: { 200: profile },
    handle: async ({ token }, { me }: { me: Me }) => {
      const found = await me(token);
      return { status: 200, headers: identityHeaders(found), body: profileAnswer(found) };
    },
  }),

  updateProfile: endpoint({
    call: "PATCH /api/me",
    summary: "Change the account's name or address",
    needs: "access",
    hashes: true,
    body: profileBody,
    faultsOf: (rules, body) => rules.updateProfile(body),
    answers: { 200: changedProfile },
    refusals: ["invalid_credentials", "reauthentication_required", "username_taken"],
    handle: async (
      { token: accessToken, body, client, signal },
      { updateProfile }: { updateProfile: UpdateProfile },
    ) => {
      const { pendingEmail, ...changed } = await updateProfile({ ...body, accessToken, client, signal });
      return {
        status: 200,
        body: { ...profileAnswer(changed), ...(pendingEmail && { pending_email: pendingEmail }) },
      };
    },
  }),

  deleteAccount: endpoint({
    call: "DELETE /api/me",
    summary: "Delete the account",
    needs: "access",
    hashes: true,
    body: deleteBody,
    faultsOf: (rules, body) => rules.deleteAccount(body),
    answers: { 204: null },
    refusals: ["invalid_credentials", "reauthentication_required"],
    handle: async (
      { token: accessToken, body, client, signal },
      { deleteAccount }: { deleteAccount: DeleteAccount },
    ) => {
      await deleteAccount({ ...body, accessToken, client, signal });
      return { status: 204 };
    },
  }),

  changePassword: endpoint({
    call: "POST /api/password",
    summary: "Change the password; every other session ends",
    needs: "access",
    hashes: true,
    body: passwordBody,
    faultsOf: (rules, body) => rules.changePassword(passwordsOf(body)),
    answers: { 200: says("Password has been changed", { sessions_ended: sessionsEnded }) },
    refusals: ["invalid_credentials", "reauthentication_required"],
    handle: async (
      { token: accessToken, body, client, signal },
      { changePassword }: { changePassword: ChangePassword },
    ) => {
      const ended = await changePassword({ accessToken, ...passwordsOf(body), client, signal });
      return { status: 200, body: { sessions_ended: ended } };
    },
  }),
};

function passwordsOf(body: z.infer<typeof passwordBody>) {
  return { currentPassword: body.current_password, newPassword: body.new_password };
}

function profileAnswer({ id, username, email, emailVerified, createdAt }: Profile): z.infer<typeof profile> {
  return { id, username, email, email_verified: emailVerified, created_at: createdAt.toISOString() };
}

import { z } from "zod";
import type { CancelEmailChange } from "../../../application/recovery/cancel-email-change.ts";
import type { RequestMail } from "../../../application/recovery/request-mail.ts";
import type { ResetPassword } from "../../../application/recovery/reset-password.ts";
import type { VerifyEmail } from "../../../application/recovery/verify-email.ts";
import { says } from "../answers.ts";
import { endpoint } from "../endpoint.ts";
import { email, filled, newPassword } from "./fields.ts";

const addressBody = z.strictObject({ email }).meta({ id: "Address" });

const linkToken = filled.meta({
  description: "The `token` parameter of the mailed link.",
  example: "x4RlZyTq…",
});

const linkBody = z.strictObject({ token: linkToken }).meta({ id: "Verification" });

const resetBody = z
  .strictObject({ token: linkToken, new_password: newPassword })
  .meta({ id: "PasswordReset" });

/** Requesting mailed links, and using them. */
export const recoveryEndpoints = {
  forgotPassword: endpoint({
    call: "POST /api/password/forgot",
    summary: "Request a mail with a link for choosing a new password",
    body: addressBody,
    faultsOf: (rules, body) => rules.requestMail(body),
    answers: { 202: says("If there is such an account, a link to choose a new password is on its way") },
    refusals: ["too_many_attempts"],
    handle: async ({ body, client }, { forgotPassword }: { forgotPassword: RequestMail }) => {
      await forgotPassword({ ...body, client });
      return { status: 202 };
    },
  }),

  resetPassword: endpoint({
    call: "POST /api/password/reset",
    summary: "Choose a new password with a mailed link; this ends every session",
    hashes: true,
    body: resetBody,
    faultsOf: (rules, body) => rules.resetPassword({ newPassword: body.new_password }),
    answers: { 200: says("Password has been changed; log in with the new one") },
    refusals: ["invalid_reset_token"],
    handle: async ({ body, client, signal }, { resetPassword }: { resetPassword: ResetPassword }) => {
      const { token, new_password: newPassword } = body;
      await resetPassword({ token, newPassword, client, signal });
      return { status: 200 };
    },
  }),

  verifyEmail: endpoint({
    call: "POST /api/email/verify",
    summary: "Confirm an address with a mailed link; completes a registration by mail",
    body: linkBody,
    answers: { 200: says("The address is confirmed") },
    refusals: [
      "too_many_attempts",
      "invalid_verification_token",
      "registration_closed",
      "username_taken",
      "email_taken",
    ],
    handle: async ({ body, client }, { confirmAddress }: { confirmAddress: VerifyEmail }) => {
      await confirmAddress({ ...body, client });
      return { status: 200 };
    },
  }),

  resendVerification: endpoint({
    call: "POST /api/email/verify/resend",
    summary: "Request the confirmation mail again",
    body: addressBody,
    faultsOf: (rules, body) => rules.requestMail(body),
    answers: { 202: says("If the address waits to be confirmed, a link is on its way") },
    refusals: ["too_many_attempts"],
    handle: async ({ body, client }, { resendVerification }: { resendVerification: RequestMail }) => {
      await resendVerification({ ...body, client });
      return { status: 202 };
    },
  }),

  cancelEmailChange: endpoint({
    call: "POST /api/email/cancel",
    summary:
      "Cancel a change of address with a mailed link, even after it was confirmed; this ends every session",
    body: linkBody,
    answers: {
      200: says(
        "The change of address is cancelled, and every session has ended; choose a new password by the link in the next mail",
      ),
    },
    refusals: ["too_many_attempts", "invalid_cancellation_token", "email_taken"],
    handle: async ({ body, client }, { cancelEmailChange }: { cancelEmailChange: CancelEmailChange }) => {
      await cancelEmailChange({ ...body, client });
      return { status: 200 };
    },
  }),
};

import { makeCancelEmailChange } from "../../../application/recovery/cancel-email-change.ts";
import { makeForgotPassword } from "../../../application/recovery/forgot-password.ts";
import { makeResendVerification } from "../../../application/recovery/resend-verification.ts";
import { makeResetPassword } from "../../../application/recovery/reset-password.ts";
import { makeVerifyEmail } from "../../../application/recovery/verify-email.ts";
import type { Factories, Made } from "../container.ts";
import type { LimitParts } from "./limits.ts";
import type { MailParts } from "./mail.ts";
import type { Shared } from "./shared.ts";
import type { TokenParts } from "./tokens.ts";

const useCases = {
  forgotPassword: makeForgotPassword,
  resetPassword: makeResetPassword,
  verifyEmail: makeVerifyEmail,
  cancelEmailChange: makeCancelEmailChange,
  resendVerification: makeResendVerification,
};

export type RecoveryParts = Made<typeof useCases>;

export function recovery(): Factories<RecoveryParts, Shared & LimitParts & TokenParts & MailParts> {
  return useCases;
}

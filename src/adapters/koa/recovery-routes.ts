import type Router from "@koa/router";
import type { FieldFaults } from "../../application/accounts/field-faults.ts";
import type { CancelEmailChange } from "../../application/recovery/cancel-email-change.ts";
import type { RequestMail } from "../../application/recovery/request-mail.ts";
import type { ResetPassword } from "../../application/recovery/reset-password.ts";
import type { VerifyEmail } from "../../application/recovery/verify-email.ts";
import { readBody } from "./body.ts";
import { clientOf, isGone } from "./client.ts";
import { addressBody, linkBody, resetBody } from "./schemas.ts";

export interface RecoveryUseCases {
  readonly fieldFaults: FieldFaults;
  readonly forgotPassword: RequestMail;
  readonly resetPassword: ResetPassword;
  /** By a link, of whatever purpose. */
  readonly confirmAddress: VerifyEmail;
  readonly resendVerification: RequestMail;
  readonly cancelEmailChange: CancelEmailChange;
}

/** What is done by links that were mailed. */
export function recoveryRoutes(router: Router, useCases: RecoveryUseCases): void {
  const { fieldFaults: faults } = useCases;

  router.post("/api/password/forgot", async (ctx) => {
    const { email } = await readBody(ctx, addressBody, { faultsOf: faults.requestMail });
    await useCases.forgotPassword({ email, client: clientOf(ctx) });
    ctx.status = 202;
    ctx.body = { message: "If there is such an account, a link to choose a new password is on its way" };
  });

  router.post("/api/password/reset", async (ctx) => {
    const { token, new_password: newPassword } = await readBody(ctx, resetBody, {
      faultsOf: (texts) => faults.resetPassword({ newPassword: texts.new_password }),
    });
    await useCases.resetPassword({ token, newPassword, client: clientOf(ctx), isGone: isGone(ctx) });
    ctx.body = { message: "Password has been changed; log in with the new one" };
  });

  router.post("/api/email/verify", async (ctx) => {
    const { token } = await readBody(ctx, linkBody);
    await useCases.confirmAddress({ token, client: clientOf(ctx) });
    ctx.body = { message: "The address is confirmed" };
  });

  router.post("/api/email/verify/resend", async (ctx) => {
    const { email } = await readBody(ctx, addressBody, { faultsOf: faults.requestMail });
    await useCases.resendVerification({ email, client: clientOf(ctx) });
    ctx.status = 202;
    ctx.body = { message: "If the address waits to be confirmed, a link is on its way" };
  });

  router.post("/api/email/cancel", async (ctx) => {
    const { token } = await readBody(ctx, linkBody);
    await useCases.cancelEmailChange({ token, client: clientOf(ctx) });
    ctx.body = {
      message:
        "The change of address is cancelled, and every session has ended; choose a new password by the link in the next mail",
    };
  });
}

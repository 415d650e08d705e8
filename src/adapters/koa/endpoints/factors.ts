import { z } from "zod";
import type { BeginTotp } from "../../../application/factors/begin-totp.ts";
import type { ConfirmTotp } from "../../../application/factors/confirm-totp.ts";
import type { ListFactors } from "../../../application/factors/list-factors.ts";
import type { RemoveTotp } from "../../../application/factors/remove-totp.ts";
import type { RenewRecoveryCodes } from "../../../application/factors/renew-recovery-codes.ts";
import { says } from "../answers.ts";
import { endpoint } from "../endpoint.ts";
import { code, moment, text } from "./fields.ts";

const factors = z
  .object({
    password: z.boolean().meta({ description: "Whether the account has a password." }),
    totp: z
      .object({ created_at: moment("When the authenticator was set up.") })
      .nullable()
      .meta({ description: "The authenticator, if there is one." }),
    recovery_codes_left: z.int().meta({ example: 10 }),
  })
  .meta({ id: "Factors" });

const newTotp = z
  .object({
    secret: text("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", "For typing, in base32. It is not shown again."),
    uri: text("otpauth://totp/…", "For a QR code that the authenticator reads."),
  })
  .meta({ id: "NewTotp" });

const confirmBody = z
  .strictObject({
    code,
    end_other_sessions: z
      .boolean()
      .optional()
      .meta({ description: "Whether to end all other sessions of the account." }),
  })
  .meta({ id: "TotpConfirmation" });

const recoveryCodes = z.array(text("ABCD-EFGH-IJKL-MNOP")).meta({
  description: "Ten codes, each for one login without the authenticator. They are not shown again.",
});

/** The factors of the user's own account. */
export const factorEndpoints = {
  listFactors: endpoint({
    call: "GET /api/factors",
    summary: "The second factors of the account, and whether it has a password",
    needs: "any_access",
    answers: { 200: factors },
    handle: async ({ token }, { listFactors }: { listFactors: ListFactors }) => {
      const { hasPassword, totpSince, recoveryCodesLeft } = await listFactors(token);
      const totp = totpSince === undefined ? null : { created_at: totpSince.toISOString() };
      return { status: 200, body: { password: hasPassword, totp, recovery_codes_left: recoveryCodesLeft } };
    },
  }),

  beginTotp: endpoint({
    call: "POST /api/factors/totp",
    summary: "Get the secret for an authenticator, which then waits 15 minutes for its first code",
    needs: "any_access",
    answers: { 201: newTotp },
    refusals: ["factor_exists", "reauthentication_required", "too_many_attempts"],
    handle: async ({ token }, { beginTotp }: { beginTotp: BeginTotp }) => {
      return { status: 201, body: { ...(await beginTotp(token)) } };
    },
  }),

  confirmTotp: endpoint({
    call: "POST /api/factors/totp/confirm",
    summary: "Set up the authenticator by its first code",
    needs: "any_access",
    body: confirmBody,
    answers: { 200: says("The second factor is set up", { recovery_codes: recoveryCodes }) },
    refusals: ["invalid_factor", "factor_exists", "too_many_attempts"],
    handle: async ({ token: accessToken, body }, { confirmTotp }: { confirmTotp: ConfirmTotp }) => {
      const { code, end_other_sessions: endOtherSessions } = body;
      const shown = await confirmTotp({ accessToken, code, endOtherSessions });
      return { status: 200, body: { recovery_codes: shown } };
    },
  }),

  removeTotp: endpoint({
    call: "DELETE /api/factors/totp",
    summary: "Remove the authenticator and the recovery codes",
    needs: "access",
    answers: { 204: null },
    refusals: ["not_found", "reauthentication_required"],
    handle: async ({ token }, { removeTotp }: { removeTotp: RemoveTotp }) => {
      await removeTotp(token);
      return { status: 204 };
    },
  }),

  renewRecoveryCodes: endpoint({
    call: "POST /api/factors/recovery-codes",
    summary: "Get ten new recovery codes; the former ones are void",
    needs: "access",
    answers: { 200: z.object({ recovery_codes: recoveryCodes }).meta({ id: "RecoveryCodes" }) },
    refusals: ["not_found", "reauthentication_required", "too_many_attempts"],
    handle: async ({ token }, { renewRecoveryCodes }: { renewRecoveryCodes: RenewRecoveryCodes }) => {
      return { status: 200, body: { recovery_codes: await renewRecoveryCodes(token) } };
    },
  }),
};

import { z } from "zod";
import { text } from "./endpoints/fields.ts";

/** Bodies of refusals. */

/** RFC 9457. */
export const problem = z
  .object({
    type: text(
      "https://auth.example.com/docs/errors#expired_token",
      "The URL of the explanation of the code.",
    ),
    title: text("Expired token"),
    status: z.int(),
    detail: text("The token has expired", "A sentence for people. It may change."),
    message: text("The token has expired", "The same text as `detail`."),
    code: text("expired_token", "For decisions in programs. It does not change."),
    request_id: text("e18a671d-1570-4da5-852f-afe005be5b07", "The value of `X-Request-Id`, as in the log."),
    errors: z
      .array(
        z.object({
          path: text("email"),
          code: text("required"),
          message: text("This Field Cannot be blank"),
        }),
      )
      .optional()
      .meta({ description: "The faults of the body, by field." }),
    challenge: text("4f6e….9b1d….Zk3n…", "With `second_factor_required`: identifies the login.").optional(),
    factors: z
      .array(z.enum(["totp", "recovery_code"]))
      .optional()
      .meta({ description: "With `second_factor_required`: the factors that complete the login." }),
  })
  .meta({ id: "Problem" });

/** RFC 6749, section 5.2. */
export const oauthError = z
  .object({
    error: z.enum(["invalid_request", "invalid_client", "temporarily_unavailable", "server_error"]),
    error_description: text("The client is unknown or its secret is wrong", "A sentence for people."),
  })
  .meta({ id: "OAuthError" });

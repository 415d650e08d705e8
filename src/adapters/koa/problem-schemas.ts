import { z } from "zod";
import { text } from "./endpoints/fields.ts";

/** Bodies of refusals. */

/** RFC 9457. */
export const problem = z
  .object({
    type: text("https://auth.example.com/docs/errors#expired_token", "Where the code is explained."),
    title: text("Expired token"),
    status: z.int(),
    detail: text("The token has expired", "A sentence for people. It may change."),
    message: text("The token has expired", "The same sentence."),
    code: text("expired_token", "What programs decide by. It does not change."),
    request_id: text("e18a671d-1570-4da5-852f-afe005be5b07", "As in `X-Request-Id` and in the log."),
    errors: z
      .array(
        z.object({
          path: text("email"),
          code: text("required"),
          message: text("This Field Cannot be blank"),
        }),
      )
      .optional()
      .meta({ description: "What is wrong with which field of the body." }),
  })
  .meta({ id: "Problem" });

/** RFC 6749, section 5.2. */
export const oauthError = z
  .object({
    error: z.enum(["invalid_request", "invalid_client", "temporarily_unavailable", "server_error"]),
    error_description: text("The client is unknown or its secret is wrong", "A sentence for people."),
  })
  .meta({ id: "OAuthError" });

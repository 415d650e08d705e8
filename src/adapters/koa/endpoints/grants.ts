import { z } from "zod";
import type { CompletedLogin } from "../../../application/login/complete-login.ts";
import type { AccessGrant, SessionGrant } from "../../../application/sessions/session-grant.ts";
import { sentenceFor } from "../answers.ts";
import { text } from "./fields.ts";

/** Schemas of the answers that carry tokens. */

const JWT = "eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9.eyJzdWIiOiI…";

export const loggedInAs = (email: string) => `Logged in as ${email}`;

const token = {
  access_token: text(JWT, "A JWT. Send it as `Authorization: Bearer …`."),
  token_type: z.literal("Bearer"),
  expires_in: z.int().meta({ example: 86_400, description: "Lifetime in seconds." }),
  limited: z.literal(true).optional().meta({
    description:
      "With REQUIRE_SECOND_FACTOR, where the session began without a second factor: the token is good only for setting one up or confirming it.",
  }),
};

/** The access token of a user who has just authenticated again. */
export const freshGrant = z.object(token).meta({ id: "FreshGrant" });

/** A new access token. */
export const accessGrant = z
  .object({ username: text("testUser"), message: sentenceFor(loggedInAs("test@user.com")), ...token })
  .meta({ id: "AccessGrant" });

/** A new access token, with the refresh token of its session. */
export const sessionGrant = accessGrant
  .extend({ refresh_token: text(JWT, "A JWT for refreshing and logging out only.") })
  .meta({ id: "SessionGrant" });

export function accessAnswer(grant: AccessGrant, message: string): z.infer<typeof accessGrant> {
  return { username: grant.username, message, ...freshAnswer(grant) };
}

export function freshAnswer(grant: AccessGrant): z.infer<typeof freshGrant> {
  const { accessToken, expiresIn, isLimited } = grant;
  const token = { access_token: accessToken, token_type: "Bearer", expires_in: expiresIn } as const;
  return { ...token, ...(isLimited && { limited: true }) };
}

export function sessionAnswer(grant: SessionGrant, message: string): z.infer<typeof sessionGrant> {
  return { ...accessAnswer(grant, message), refresh_token: grant.refreshToken };
}

/** A session whose login was completed by a second factor. */
export const completedLogin = sessionGrant
  .extend({
    recovery_codes_left: z
      .int()
      .optional()
      .meta({ example: 2, description: "If a recovery code was used and fewer than three are left." }),
  })
  .meta({ id: "CompletedLogin" });

const FEW_RECOVERY_CODES = 3;

export function completedAnswer(grant: CompletedLogin): z.infer<typeof completedLogin> {
  const { recoveryCodesLeft: left } = grant;
  const isFew = left !== undefined && left < FEW_RECOVERY_CODES;
  return { ...sessionAnswer(grant, loggedInAs(grant.email)), ...(isFew && { recovery_codes_left: left }) };
}

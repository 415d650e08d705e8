import type { z } from "zod";
import type { AccessGrant, SessionGrant } from "../../application/sessions/session-grant.ts";
import type { accessGrant, sessionGrant } from "./answers.ts";

/** A new access token as the calls answer it. */
export function accessAnswer(grant: AccessGrant, message: string): z.infer<typeof accessGrant> {
  return {
    username: grant.username,
    message,
    access_token: grant.accessToken,
    token_type: "Bearer",
    expires_in: grant.expiresIn,
  };
}

/** The same with the refresh token that goes with it. */
export function sessionAnswer(grant: SessionGrant, message: string): z.infer<typeof sessionGrant> {
  return { ...accessAnswer(grant, message), refresh_token: grant.refreshToken };
}

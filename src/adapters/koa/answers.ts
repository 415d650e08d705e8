import { z } from "zod";

const JWT = "eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9.eyJzdWIiOiI…";
const MOMENT = "2026-02-03T04:05:06.789Z";

const text = (example: string, description?: string) => z.string().meta({ example, description });
const message = (example: string) => text(example, "A sentence for people.");
const moment = (description: string) =>
  z.string().meta({ format: "date-time", example: MOMENT, description: `${description} RFC 3339, in UTC.` });
const ended = z.int().min(0).meta({ example: 2, description: "How many sessions ended." });

/** A new access token. */
export const accessGrant = z
  .object({
    username: text("testUser"),
    message: message("Logged in as test@user.com"),
    access_token: text(JWT, "A JWT, to be sent as `Authorization: Bearer …`."),
    token_type: z.literal("Bearer"),
    expires_in: z.int().meta({ example: 86_400, description: "Seconds until it expires." }),
  })
  .meta({ id: "AccessGrant" });

/** The same with the refresh token that goes with it. */
export const sessionGrant = accessGrant
  .extend({ refresh_token: text(JWT, "A JWT that serves to refresh and to log out, and nothing else.") })
  .meta({ id: "SessionGrant" });

/** Of a registration that goes on by mail. */
export const awaitedConfirmation = z
  .object({
    username: text("testUser"),
    message: message("A mail to this address says how to go on"),
  })
  .meta({
    id: "AwaitedConfirmation",
    description:
      "With REQUIRE_VERIFIED_EMAIL or REGISTRATION_ANSWER=same: log in once the address is confirmed.",
  });

export const refreshGrant = z.union([sessionGrant, accessGrant]).meta({
  description:
    "With `refresh_token` where REFRESH_ROTATION is on: take it in place of the one that was sent.",
});

export const done = (example: string) => z.object({ message: message(example) });
export const doneTo = (example: string) => z.object({ message: message(example), sessions_ended: ended });

const user = z.object({
  id: text("4f6e2f4c-7c0b-4a29-8f3b-0d5f8a2a7c11", "`sub` of the tokens. It never changes."),
  username: text("testUser"),
  email: text("test@user.com"),
  email_verified: z.boolean(),
  created_at: moment("When the account came to be."),
});

export const profile = user.meta({ id: "Profile" });

export const changedProfile = user
  .extend({ pending_email: text("new@user.com", "An address that waits to be confirmed.").optional() })
  .meta({ id: "ChangedProfile" });

export const sessionList = z
  .object({
    sessions: z
      .array(
        z
          .object({
            id: text("0b9c1f0e-3d1b-4a53-9c83-7f1f6f1f1b7e", "`sid` of its tokens."),
            created_at: moment("When its login was."),
            last_used_at: moment("When it last logged in or refreshed."),
            expires_at: moment("When it ends if nothing ends it sooner."),
            user_agent: text("Mozilla/5.0 …", "Of its login, cut at 256 characters."),
            ip: text("192.0.2.1", "Of its login."),
            current: z.boolean().meta({ description: "Whether it is the session of this token." }),
          })
          .meta({ id: "Session" }),
      )
      .max(100)
      .meta({ description: "The newest first." }),
  })
  .meta({ id: "SessionList" });

/** RFC 7662, section 2.2. */
export const introspection = z
  .union([
    z.looseObject({
      active: z.literal(true),
      username: text("testUser"),
      token_type: z.literal("Bearer"),
      preferred_username: text(
        "testUser",
        "The same; in the token it is the name of the time when it was made.",
      ).optional(),
      sub: text("4f6e2f4c-…", "The id of the account."),
      exp: z.int().meta({ example: 1_770_091_506 }),
    }),
    z.object({ active: z.literal(false) }),
  ])
  .meta({ id: "Introspection", description: "The claims of a token that lives; of any other, nothing." });

/** RFC 7517. */
export const keySet = z
  .object({ keys: z.array(z.looseObject({ kty: text("EC"), kid: text("k1"), alg: text("ES256") })) })
  .meta({ id: "KeySet" });

/** RFC 8414. */
export const metadata = z
  .looseObject({ issuer: text("https://auth.example.com"), jwks_uri: text("https://auth.example.com/…") })
  .meta({ id: "Metadata" });

export const description = z.looseObject({ openapi: text("3.1.0") });

export const live = z.object({ status: z.literal("live") });
const checks = z.record(z.enum(["storage", "hashing", "keys"]), z.enum(["ok", "failing"]));
export const ready = z.object({ status: z.literal("ready"), checks });
export const notReady = z.object({
  status: z.enum(["starting", "stopping", "failing"]),
  checks: checks.optional(),
  reason: z.literal("signing_key_not_yet_valid").optional(),
});
export const version = z.object({ name: z.literal("hbtu-connect-auth"), version: text("1.0.0") });

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

import type { ProblemCode } from "./problem.ts";

/** The meaning of each code for the client's developer, and what to do about it. */
export const MEANINGS: Readonly<Record<ProblemCode, readonly [meaning: string, advice: string]>> = {
  malformed_request: [
    "The request cannot be read: its path or its body is malformed, or it has two Authorization headers.",
    "Correct the client; the same request will always be refused.",
  ],
  validation_failed: [
    "The body can be read, but has invalid fields. `errors` names each of them.",
    "Show the messages next to the fields and let the user correct them.",
  ],
  missing_token: [
    "The call needs a token, and the request has none in its Authorization header.",
    "Send `Authorization: Bearer …`, or let the user log in.",
  ],
  invalid_client: [
    "The client that introspects is unknown, or its secret is wrong.",
    "Compare the client's id and secret with INTROSPECTION_CLIENTS.",
  ],
  invalid_reset_token: [
    "The mailed link was used, has expired or was not made by this service; or, since it was made, the account's sessions were ended or its address was changed.",
    "Let the user request another mail.",
  ],
  invalid_verification_token: [
    "The mailed link was used, has expired or was not made by this service; or, since it was made, the account's sessions were ended or its address was changed.",
    "Let the user request another mail.",
  ],
  invalid_cancellation_token: [
    "The mailed link was used, has expired or was not made by this service; or an earlier address was restored since it was made, or the account is disabled or deleted.",
    "Let the user log in and check the account's address. If it is not theirs, the operators of the service can help.",
  ],
  invalid_token: [
    "The token was not issued by this service, is of the wrong kind for this call, or its key is no longer in use.",
    "For an access token: refresh once and try again. For a refresh token: let the user log in.",
  ],
  expired_token: [
    "The token was valid and has expired.",
    "For an access token: refresh once and try again. For a refresh token: let the user log in.",
  ],
  revoked_token: [
    "The token was revoked, its session has ended, or its account was disabled or deleted.",
    "Delete the tokens and let the user log in. Refreshing helps only if nothing but this access token was revoked.",
  ],
  reused_token: [
    "The refresh token was already used and replaced: it was stolen, or a client did not store its successor. The session has ended.",
    "Delete the tokens, let the user log in, and tell the user why.",
  ],
  invalid_credentials: [
    "The password is wrong, or there is no such account. The answer does not reveal which.",
    "Let the user try again, or request a password reset.",
  ],
  reauthentication_required: [
    "The call needs the password in its body, or an access token whose user authenticated in the last five minutes (`auth_time`). For an account with a second factor it needs such a token with that factor (`acr`), which `acr_values` in the header `WWW-Authenticate` names.",
    "Ask for the password, or for a code where the second factor is needed: send it to `POST /api/reauthenticate` and repeat the call with the new access token. Keep the tokens.",
  ],
  second_factor_required: [
    "At a login: the password is correct, and the account has a second factor. The body has `challenge`, which is valid for five minutes and five wrong answers, and `factors`. At other calls, without a challenge: the session lacks the second factor.",
    "With a challenge: ask for a code and send both to `POST /api/login/second-factor`. Without one: let the user log in again; or, with a `limited` token, set up the second factor or confirm it by `POST /api/reauthenticate`.",
  ],
  invalid_factor: [
    "The code or recovery code is wrong or was used before, or the challenge was used, is void or has expired. The answer does not reveal which.",
    "Let the user try the next code. If that is refused as well, let the user log in again.",
  ],
  factor_exists: ["The account has an authenticator already.", "Remove that one first, or go on with it."],
  email_unverified: [
    "The password is correct, but the address is not confirmed yet.",
    "Refer the user to the mail, and offer to send it again.",
  ],
  registration_closed: [
    "Users cannot register themselves at this service.",
    "Ask the operator of the service for an account.",
  ],
  not_found: [
    "There is nothing at this path, or the account has no such object.",
    "Check the path and the id.",
  ],
  method_not_allowed: [
    "The path exists, but does not support this method.",
    "Use one of the methods in `Allow`.",
  ],
  request_timeout: [
    "The request did not arrive within ten seconds.",
    "Send the request again, over a better connection.",
  ],
  username_taken: ["Another account has this name.", "Let the user choose another one."],
  email_taken: ["Another account has this address.", "Let the user log in, or request a password reset."],
  body_too_large: ["The body is larger than 16 KiB.", "Send a smaller body."],
  unsupported_media_type: [
    "The body has a media type that this call does not accept, is compressed, or is not UTF-8.",
    "Send `Content-Type: application/json`, or another media type that the call accepts.",
  ],
  headers_too_large: [
    "The headers together are larger than 16 KiB.",
    "Send fewer headers; look for cookies of other applications.",
  ],
  too_many_attempts: [
    "Too many wrong passwords or codes, registrations, mails or changes, for this account or from this network.",
    "Wait for the seconds in `Retry-After`. A device that has logged in before may also send its former token, and a recovery code works in place of a code.",
  ],
  internal_error: [
    "The service failed unexpectedly. The log has the reason under `request_id`.",
    "Try again later; report the `request_id` to the operator.",
  ],
  overloaded: [
    "Too many passwords are waiting to be hashed.",
    "Try again after `Retry-After` seconds, and then at growing intervals.",
  ],
  signing_key_not_yet_valid: [
    "The service's clock is earlier than the start of its first signing key, so that it can sign no token. The request had no effect.",
    "Try again after `Retry-After` seconds; tell the operator.",
  ],
  storage_unavailable: [
    "The storage does not answer, or the service is starting. This says nothing about the validity of a token.",
    "Try again after `Retry-After` seconds. Keep the tokens: they may still be valid.",
  ],
};

import type { ProblemCode } from "./problem.ts";

/** What each code means to whoever gets it, and what to do. */
export const MEANINGS: Readonly<Record<ProblemCode, readonly [meaning: string, advice: string]>> = {
  malformed_request: [
    "The request cannot be read: its path, its body, or two Authorization headers.",
    "Mend the program that sends it; the same request will never do.",
  ],
  validation_failed: [
    "The body can be read, and has fields that cannot be accepted. `errors` names each of them.",
    "Show the messages beside the fields and let the user correct them.",
  ],
  missing_token: [
    "The call needs a token, and none came in the Authorization header.",
    "Send `Authorization: Bearer …`, or let the user log in.",
  ],
  invalid_client: [
    "The API that asks about tokens is not known, or its secret is wrong.",
    "Compare the client's id and secret with INTROSPECTION_CLIENTS.",
  ],
  invalid_reset_token: [
    "The mailed link was used, has expired, or never came from here; or sessions of the account were ended, or its address was changed, since it was made.",
    "Let the user ask for another mail.",
  ],
  invalid_verification_token: [
    "The mailed link was used, has expired, or never came from here; or sessions of the account were ended, or its address was changed, since it was made.",
    "Let the user ask for another mail.",
  ],
  invalid_cancellation_token: [
    "The mailed link was used, has expired, or never came from here; or an earlier address was put back since it was made, or the account is disabled or gone.",
    "Let the user log in and look whether the address is still theirs. Where it is not, the people who run the service can help.",
  ],
  invalid_token: [
    "The token is not one of this service's, is of the wrong kind for this call, or its key is no longer in use.",
    "Of an access token: refresh once and try again. Of a refresh token: let the user log in.",
  ],
  expired_token: [
    "The token was good, and its time is over.",
    "Of an access token: refresh once and try again. Of a refresh token: let the user log in.",
  ],
  revoked_token: [
    "The token was revoked, its session has ended, or its account was disabled or deleted.",
    "Forget the tokens and let the user log in. Refreshing does not help, unless only this access token was revoked.",
  ],
  reused_token: [
    "The refresh token had been used before, by another: it was stolen, or a client did not keep its successor. The session has ended.",
    "Forget the tokens, let the user log in, and tell them.",
  ],
  invalid_credentials: [
    "The password is wrong, or there is no such account. Which of the two is not told.",
    "Let the user try again, or ask for a new password.",
  ],
  email_unverified: [
    "The password is right, and the address is not confirmed yet.",
    "Point to the mail; offer to send it again.",
  ],
  registration_closed: [
    "Nobody can register here by themselves.",
    "Ask whoever runs the service for an account.",
  ],
  not_found: [
    "There is nothing at this path, or no such thing of this account's.",
    "Check the path and the id.",
  ],
  method_not_allowed: ["The path is right, the method is not.", "Take one of those that `Allow` names."],
  request_timeout: [
    "The request did not arrive within ten seconds.",
    "Send it again, on a better connection.",
  ],
  username_taken: ["Another account has this name.", "Let the user choose another one."],
  email_taken: ["Another account has this address.", "Let the user log in, or ask for a new password."],
  body_too_large: ["The body has more than 16 KiB.", "Send less."],
  unsupported_media_type: [
    "The body is of a kind that this call does not take, compressed, or not in UTF-8.",
    "Send `Content-Type: application/json`, or what the call takes besides.",
  ],
  headers_too_large: [
    "The headers have more than 16 KiB together.",
    "Send less; look for cookies of others.",
  ],
  too_many_attempts: [
    "Too many wrong passwords, registrations, mails or changes, for this account or from this network.",
    "Wait as many seconds as `Retry-After` says. A device that logged in before may send its old token along.",
  ],
  internal_error: [
    "Something went wrong that should not have. The log has the reason under `request_id`.",
    "Try again later; tell whoever runs the service the `request_id`.",
  ],
  overloaded: [
    "More passwords wait to be checked than can be soon.",
    "Try again after `Retry-After` seconds, then more and more seldom.",
  ],
  signing_key_not_yet_valid: [
    "The clock of the service is earlier than its first signing key, so that no token can be signed. Nothing was done.",
    "Try again after `Retry-After` seconds; tell whoever runs the service.",
  ],
  storage_unavailable: [
    "The storage does not answer, or the service is starting. Nothing is said about the token.",
    "Try again after `Retry-After` seconds. Do not take it for a refusal: the tokens may be good.",
  ],
};

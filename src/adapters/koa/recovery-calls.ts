import * as answers from "./answers.ts";
import { type Calls, GUARDED } from "./call.ts";
import * as bodies from "./schemas.ts";

/** As `recovery-routes.ts` answers them. */
export const recoveryCalls: Calls = {
  "POST /api/password/forgot": {
    id: "forgotPassword",
    summary: "Have a link mailed to choose a new password",
    body: bodies.addressBody,
    answers: {
      202: answers.done("If there is such an account, a link to choose a new password is on its way"),
    },
    refusals: ["too_many_attempts"],
  },
  "POST /api/password/reset": {
    id: "resetPassword",
    summary: "Choose a new password by the link; every session ends",
    body: bodies.resetBody,
    answers: { 200: answers.done("Password has been changed; log in with the new one") },
    refusals: [...GUARDED, "invalid_reset_token"],
  },
  "POST /api/email/verify": {
    id: "verifyEmail",
    summary: "Confirm an address by the link; where it was mailed to register, the account is made",
    body: bodies.linkBody,
    answers: { 200: answers.done("The address is confirmed") },
    refusals: [
      "too_many_attempts",
      "invalid_verification_token",
      "registration_closed",
      "username_taken",
      "email_taken",
    ],
  },
  "POST /api/email/verify/resend": {
    id: "resendVerification",
    summary: "Have the link mailed again",
    body: bodies.addressBody,
    answers: { 202: answers.done("If the address waits to be confirmed, a link is on its way") },
    refusals: ["too_many_attempts"],
  },
  "POST /api/email/cancel": {
    id: "cancelEmailChange",
    summary: "Cancel a change of address by the link, also one that was confirmed; every session ends",
    body: bodies.linkBody,
    answers: {
      200: answers.done(
        "The change of address is cancelled, and every session has ended; choose a new password by the link in the next mail",
      ),
    },
    refusals: ["too_many_attempts", "invalid_cancellation_token", "email_taken"],
  },
};

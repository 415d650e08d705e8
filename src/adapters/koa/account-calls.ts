import * as answers from "./answers.ts";
import { JSON_OR_FORM } from "./body.ts";
import { type Calls, GUARDED } from "./call.ts";
import * as bodies from "./schemas.ts";

/** As `account-routes.ts` answers them. */
export const accountCalls: Calls = {
  "POST /api/register": {
    id: "register",
    summary: "Make an account, and log in where no address has to be confirmed first",
    body: bodies.registerBody,
    types: JSON_OR_FORM,
    answers: { 201: answers.sessionGrant, 202: answers.awaitedConfirmation },
    refusals: [...GUARDED, "registration_closed", "username_taken", "email_taken"],
  },
  "POST /api/login": {
    id: "login",
    summary: "Log in",
    needs: "former",
    body: bodies.loginBody,
    types: JSON_OR_FORM,
    answers: { 200: answers.sessionGrant },
    refusals: [...GUARDED, "invalid_credentials", "email_unverified"],
  },
  "GET /api/me": {
    id: "me",
    summary: "Whose token this is",
    needs: "access",
    answers: { 200: answers.profile },
  },
  "PATCH /api/me": {
    id: "updateProfile",
    summary: "Change one's name or address",
    needs: "access",
    body: bodies.profileBody,
    answers: { 200: answers.changedProfile },
    refusals: [...GUARDED, "invalid_credentials", "username_taken"],
  },
  "DELETE /api/me": {
    id: "deleteAccount",
    summary: "Delete one's account",
    needs: "access",
    body: bodies.deleteBody,
    answers: { 204: null },
    refusals: [...GUARDED, "invalid_credentials"],
  },
  "POST /api/password": {
    id: "changePassword",
    summary: "Change the password; every other session ends",
    needs: "access",
    body: bodies.passwordBody,
    answers: { 200: answers.doneTo("Password has been changed") },
    refusals: [...GUARDED, "invalid_credentials"],
  },
};

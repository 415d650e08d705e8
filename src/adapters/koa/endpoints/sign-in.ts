import { z } from "zod";
import type { SignUp } from "../../../application/accounts/sign-up.ts";
import type { CompleteLogin } from "../../../application/login/complete-login.ts";
import type { Login } from "../../../application/login/login.ts";
import type { Reauthenticate } from "../../../application/login/reauthenticate.ts";
import { sentenceFor } from "../answers.ts";
import { JSON_OR_FORM } from "../body.ts";
import { endpoint } from "../endpoint.ts";
import { challenge, code, email, newPassword, password, recoveryCode, text, username } from "./fields.ts";
import {
  completedAnswer,
  completedLogin,
  freshAnswer,
  freshGrant,
  loggedInAs,
  sessionAnswer,
  sessionGrant,
} from "./grants.ts";

/** Registration and login ignore unknown fields, because the app's front end relies on it. */
const registerBody = z.object({ username, email, password: newPassword }).meta({ id: "Registration" });

/** Exactly one of email and username must be given; the use case checks it. */
export const loginBody = z.object({ email: email.optional(), username: username.optional(), password }).meta({
  id: "Login",
  description: "Either `email` or `username`.",
  example: { email: "test@user.com", password: "correct horse battery" },
});

const reauthenticationBody = z
  .strictObject({ password: password.optional(), code: code.optional() })
  .meta({ id: "Reauthentication", description: "Either `password` or `code`." });

const secondFactorBody = z
  .strictObject({ challenge, code: code.optional(), recovery_code: recoveryCode.optional() })
  .meta({ id: "SecondFactor", description: "The challenge, and either `code` or `recovery_code`." });

/** The answer is the same whether or not the address has an account. */
const MAIL_COMES = "A mail to this address says how to go on";

const awaitedConfirmation = z.object({ username: text("testUser"), message: sentenceFor(MAIL_COMES) }).meta({
  id: "AwaitedConfirmation",
  description:
    "With REQUIRE_VERIFIED_EMAIL or REGISTRATION_ANSWER=same: log in once the address is confirmed.",
});

/** Registration, login and reauthentication. */
export const signInEndpoints = {
  register: endpoint({
    call: "POST /api/register",
    summary: "Create an account, and log in unless the address must be confirmed first",
    hashes: true,
    // under a flood, reading bodies that will be refused would take CPU time from hashing
    refusedIfQueueFull: { isNewcomer: true },
    body: registerBody,
    types: JSON_OR_FORM,
    faultsOf: (rules, body) => rules.register(body),
    answers: { 201: sessionGrant, 202: awaitedConfirmation },
    refusals: ["registration_closed", "username_taken", "email_taken", "signing_key_not_yet_valid"],
    handle: async ({ body, client, signal }, { signUp }: { signUp: SignUp }) => {
      const registered = await signUp({ ...body, client, signal });
      if (!("accessToken" in registered)) {
        return { status: 202, body: { username: registered.username, message: MAIL_COMES } };
      }
      return {
        status: 201,
        body: sessionAnswer(registered, `User with email ${registered.email} was created`),
      };
    },
  }),

  login: endpoint({
    call: "POST /api/login",
    summary: "Log in",
    needs: "former",
    hashes: true,
    refusedIfQueueFull: {},
    body: loginBody,
    types: JSON_OR_FORM,
    faultsOf: (rules, body) => rules.login(body),
    answers: { 200: sessionGrant },
    refusals: [
      "invalid_credentials",
      "email_unverified",
      "second_factor_required",
      "signing_key_not_yet_valid",
    ],
    handle: async ({ body, token, client, signal }, { login }: { login: Login }) => {
      const grant = await login({ ...body, formerToken: token, client, signal });
      return { status: 200, body: sessionAnswer(grant, loggedInAs(grant.email)) };
    },
  }),

  completeLogin: endpoint({
    call: "POST /api/login/second-factor",
    summary: "Complete a login by the second factor",
    body: secondFactorBody,
    answers: { 200: completedLogin },
    refusals: ["invalid_factor", "too_many_attempts", "signing_key_not_yet_valid"],
    handle: async ({ body, client }, { completeLogin }: { completeLogin: CompleteLogin }) => {
      const { challenge, code, recovery_code: recoveryCode } = body;
      const grant = await completeLogin({ challenge, code, recoveryCode, client });
      return { status: 200, body: completedAnswer(grant) };
    },
  }),

  reauthenticate: endpoint({
    call: "POST /api/reauthenticate",
    summary: "Authenticate again in this session",
    needs: "any_access",
    hashes: true,
    body: reauthenticationBody,
    faultsOf: (rules, body) => rules.reauthenticate(body),
    answers: { 200: freshGrant },
    refusals: [
      "invalid_credentials",
      "invalid_factor",
      "reauthentication_required",
      "signing_key_not_yet_valid",
    ],
    handle: async (
      { token: accessToken, body, client, signal },
      { reauthenticate }: { reauthenticate: Reauthenticate },
    ) => {
      return {
        status: 200,
        body: freshAnswer(await reauthenticate({ ...body, accessToken, client, signal })),
      };
    },
  }),
};

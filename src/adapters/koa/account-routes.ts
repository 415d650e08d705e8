import type Router from "@koa/router";
import type { z } from "zod";
import type { ChangePassword } from "../../application/accounts/change-password.ts";
import type { DeleteAccount } from "../../application/accounts/delete-account.ts";
import type { FieldFaults } from "../../application/accounts/field-faults.ts";
import type { Me, Profile } from "../../application/accounts/me.ts";
import type { SignUp } from "../../application/accounts/sign-up.ts";
import type { UpdateProfile } from "../../application/accounts/update-profile.ts";
import type { GatedHasher } from "../../application/limits/hashing-gate.ts";
import type { Login } from "../../application/login/login.ts";
import type { profile } from "./answers.ts";
import { bearerToken, bearerTokenIfAny } from "./bearer.ts";
import { JSON_OR_FORM, readBody } from "./body.ts";
import { clientOf, isGone } from "./client.ts";
import { identityHeaders } from "./identity-headers.ts";
import { deleteBody, loginBody, passwordBody, profileBody, registerBody } from "./schemas.ts";
import { sessionAnswer } from "./token-answers.ts";

export interface AccountUseCases {
  readonly fieldFaults: FieldFaults;
  readonly signUp: SignUp;
  readonly login: Login;
  readonly me: Me;
  readonly updateProfile: UpdateProfile;
  readonly changePassword: ChangePassword;
  readonly deleteAccount: DeleteAccount;
  /** Refuses calls that need a hash where none can be made soon. */
  readonly refuseIfFull: GatedHasher["refuseIfFull"];
}

/** The same whether the address has an account or not. */
const MAIL_COMES = "A mail to this address says how to go on";

/** Coming in, and what one does with one's own account. */
export function accountRoutes(router: Router, useCases: AccountUseCases): void {
  const { fieldFaults: faults } = useCases;

  router.post("/api/register", async (ctx) => {
    // in a flood, reading what will be refused takes the time that hashing needs
    useCases.refuseIfFull({ ip: clientOf(ctx).ip, isNewcomer: true });
    const body = await readBody(ctx, registerBody, { types: JSON_OR_FORM, faultsOf: faults.register });
    const registered = await useCases.signUp({ ...body, client: clientOf(ctx), isGone: isGone(ctx) });
    const isSignedIn = "accessToken" in registered;
    ctx.status = isSignedIn ? 201 : 202;
    ctx.body = isSignedIn
      ? sessionAnswer(registered, `User with email ${registered.email} was created`)
      : { username: registered.username, message: MAIL_COMES };
  });

  router.post("/api/login", async (ctx) => {
    useCases.refuseIfFull({ ip: clientOf(ctx).ip });
    const body = await readBody(ctx, loginBody, { types: JSON_OR_FORM, faultsOf: faults.login });
    const grant = await useCases.login({
      ...body,
      formerToken: bearerTokenIfAny(ctx),
      client: clientOf(ctx),
      isGone: isGone(ctx),
    });
    ctx.body = sessionAnswer(grant, `Logged in as ${grant.email}`);
  });

  router.get("/api/me", async (ctx) => {
    const profile = await useCases.me(bearerToken(ctx));
    ctx.set(identityHeaders(profile));
    ctx.body = profileAnswer(profile);
  });

  router.patch("/api/me", async (ctx) => {
    const accessToken = bearerToken(ctx);
    const body = await readBody(ctx, profileBody, { faultsOf: faults.updateProfile });
    const { pendingEmail, ...profile } = await useCases.updateProfile({
      ...body,
      accessToken,
      client: clientOf(ctx),
      isGone: isGone(ctx),
    });
    ctx.body = { ...profileAnswer(profile), ...(pendingEmail && { pending_email: pendingEmail }) };
  });

  router.delete("/api/me", async (ctx) => {
    const accessToken = bearerToken(ctx);
    const { password } = await readBody(ctx, deleteBody, { faultsOf: faults.deleteAccount });
    await useCases.deleteAccount({ accessToken, password, client: clientOf(ctx), isGone: isGone(ctx) });
    ctx.status = 204;
  });

  router.post("/api/password", async (ctx) => {
    const accessToken = bearerToken(ctx);
    const body = await readBody(ctx, passwordBody, {
      faultsOf: (texts) => faults.changePassword(passwordsOf(texts)),
    });
    const ended = await useCases.changePassword({
      accessToken,
      ...passwordsOf(body),
      client: clientOf(ctx),
      isGone: isGone(ctx),
    });
    ctx.body = { message: "Password has been changed", sessions_ended: ended };
  });
}

function passwordsOf(body: z.infer<typeof passwordBody>) {
  return { currentPassword: body.current_password, newPassword: body.new_password };
}

function profileAnswer({ id, username, email, emailVerified, createdAt }: Profile): z.infer<typeof profile> {
  return { id, username, email, email_verified: emailVerified, created_at: createdAt.toISOString() };
}

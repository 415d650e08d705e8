import type Router from "@koa/router";
import type { Context } from "koa";
import type { ChangePassword } from "../../application/change-password.ts";
import type { DeleteAccount } from "../../application/delete-account.ts";
import type { GatedHasher } from "../../application/hashing-gate.ts";
import type { Login } from "../../application/login.ts";
import type { Me } from "../../application/me.ts";
import type { Register } from "../../application/register.ts";
import type { Client } from "../../domain/session.ts";
import { canonicalIp } from "../../domain/throttle.ts";
import { bearerToken, bearerTokenIfAny } from "./bearer.ts";
import { readBody } from "./body.ts";
import { deleteBody, loginBody, passwordBody, registerBody } from "./schemas.ts";
import { sessionAnswer } from "./token-answers.ts";

export interface AccountUseCases {
  readonly register: Register;
  readonly login: Login;
  readonly me: Me;
  readonly changePassword: ChangePassword;
  readonly deleteAccount: DeleteAccount;
  /** Refuses calls that need a hash where none can be made soon. */
  readonly refuseIfFull: GatedHasher["refuseIfFull"];
}

const JSON_OR_FORM = ["application/json", "application/x-www-form-urlencoded"] as const;

/** Coming in, and what one does with one's own account. */
export function accountRoutes(router: Router, useCases: AccountUseCases): void {
  router.post("/api/register", async (ctx) => {
    // in a flood, reading what will be refused takes the time that hashing needs
    useCases.refuseIfFull({ isNewcomer: true });
    const body = await readBody(ctx, registerBody, JSON_OR_FORM);
    const grant = await useCases.register({ ...body, client: clientOf(ctx), isGone: isGone(ctx) });
    ctx.status = 201;
    ctx.body = sessionAnswer(grant, `User with email ${grant.email} was created`);
  });

  router.post("/api/login", async (ctx) => {
    useCases.refuseIfFull();
    const body = await readBody(ctx, loginBody, JSON_OR_FORM);
    const grant = await useCases.login({
      ...body,
      formerToken: bearerTokenIfAny(ctx),
      client: clientOf(ctx),
      isGone: isGone(ctx),
    });
    ctx.body = sessionAnswer(grant, `Logged in as ${grant.email}`);
  });

  router.get("/api/me", async (ctx) => {
    const { id, username, email, createdAt } = await useCases.me(bearerToken(ctx));
    ctx.body = { id, username, email, created_at: createdAt.toISOString() };
  });

  router.delete("/api/me", async (ctx) => {
    const accessToken = bearerToken(ctx);
    const { password } = await readBody(ctx, deleteBody);
    await useCases.deleteAccount({ accessToken, password, isGone: isGone(ctx) });
    ctx.status = 204;
  });

  router.post("/api/password", async (ctx) => {
    const accessToken = bearerToken(ctx);
    const body = await readBody(ctx, passwordBody);
    const ended = await useCases.changePassword({
      accessToken,
      currentPassword: body.current_password,
      newPassword: body.new_password,
      isGone: isGone(ctx),
    });
    ctx.body = { message: "Password has been changed", sessions_ended: ended };
  });
}

function clientOf(ctx: Context): Client {
  return { userAgent: ctx.get("User-Agent"), ip: canonicalIp(ctx.ip) };
}

/** Whether the client has hung up, so that nobody would see the answer. */
function isGone(ctx: Context): () => boolean {
  return () => ctx.req.socket.destroyed;
}

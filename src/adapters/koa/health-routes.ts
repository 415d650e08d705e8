import type Router from "@koa/router";
import type { Context } from "koa";
import type { CheckHealth } from "../../application/maintenance/check-health.ts";

export interface HealthOptions {
  /** The name of the package, and its version. */
  readonly version: { readonly name: string; readonly version: string };
  /** Looks whether the service can do its work, or says why it does not now. */
  readonly readiness: () => Promise<Readiness>;
}

/** What the service is in the middle of, or what of it works. */
export type Readiness = "starting" | "stopping" | Awaited<ReturnType<CheckHealth>>;

/** Calls for whoever watches the service: a supervisor, a load balancer, a person. */
export function healthRoutes(router: Router, { version, readiness }: HealthOptions): void {
  router.get("/health/live", (ctx) => {
    ctx.body = { status: "live" };
  });

  router.get("/health/ready", async (ctx) => {
    const found = await readiness();
    if (typeof found === "string") return unavailable(ctx, { status: found });
    const checks = Object.entries(found).map(([name, works]) => [name, works ? "ok" : "failing"]);
    const answer = { checks: Object.fromEntries(checks) };
    // the only way for keys to fail
    const reason = found.keys ? {} : { reason: "signing_key_not_yet_valid" };
    if (Object.values(found).includes(false))
      return unavailable(ctx, { status: "failing", ...answer, ...reason });
    ctx.body = { status: "ready", ...answer };
  });

  router.get("/version", (ctx) => {
    ctx.body = version;
  });
}

function unavailable(ctx: Context, answer: object): void {
  ctx.status = 503;
  ctx.set("Retry-After", "1");
  ctx.body = answer;
}

import { z } from "zod";
import type { Health } from "../../../application/maintenance/check-health.ts";
import { endpoint } from "../endpoint.ts";
import { text } from "./fields.ts";

const NAME = "hbtu-connect-auth";
/** A check that the use case adds does not compile without its name here. */
const CHECKS: Record<keyof Health, keyof Health> = { storage: "storage", hashing: "hashing", keys: "keys" };
const checks = z.record(z.enum(CHECKS), z.enum(["ok", "failing"]));

type Checks = z.infer<typeof checks>;

const live = z.object({ status: z.literal("live") });
const ready = z.object({ status: z.literal("ready"), checks });
const notReady = z.object({
  status: z.enum(["starting", "stopping", "failing"]),
  checks: checks.optional(),
  reason: z.literal("signing_key_not_yet_valid").optional(),
});
const version = z.object({ name: z.literal(NAME), version: text("1.0.0") });

const resultOf = (works: boolean): "ok" | "failing" => (works ? "ok" : "failing");

const RETRY = { "Retry-After": "1" };

/** Liveness, readiness and version, for supervisors, load balancers and people. */
export const healthEndpoints = {
  live: endpoint({
    call: "GET /health/live",
    summary: "Liveness: whether the process answers",
    answers: { 200: live },
    needsNoStorage: true,
    handle: () => ({ status: 200, body: { status: "live" } }),
  }),

  ready: endpoint({
    call: "GET /health/ready",
    summary: "Readiness: whether the service can do its work",
    answers: { 200: ready, 503: notReady },
    needsNoStorage: true,
    handle: async ({ service }) => {
      const found = await service.readiness();
      if (typeof found === "string") return { status: 503, headers: RETRY, body: { status: found } };
      const names = Object.values(CHECKS);
      const checks = Object.fromEntries(names.map((name) => [name, resultOf(found[name])])) as Checks;
      if (names.every((name) => found[name])) return { status: 200, body: { status: "ready", checks } };
      // keys fail for this reason alone
      const reason = found.keys ? {} : ({ reason: "signing_key_not_yet_valid" } as const);
      return { status: 503, headers: RETRY, body: { status: "failing", checks, ...reason } };
    },
  }),

  version: endpoint({
    call: "GET /version",
    summary: "The version of the service",
    answers: { 200: version },
    needsNoStorage: true,
    handle: ({ service }) => ({ status: 200, body: { name: NAME, version: service.version.version } }),
  }),
};

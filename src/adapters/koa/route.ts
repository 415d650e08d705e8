import type { Context, Middleware } from "koa";
import type { FieldFaults } from "../../application/accounts/field-faults.ts";
import type { GatedHasher } from "../../application/limits/hashing-gate.ts";
import { type Answers, type HandlerResult, messageOf } from "./answers.ts";
import { bearerToken, bearerTokenIfAny } from "./bearer.ts";
import { type BodyFields, readBody } from "./body.ts";
import { clientOf, signalOf } from "./client.ts";
import { authenticateClient } from "./client-secret.ts";
import { answerContent } from "./content.ts";
import type { Credential, Endpoint } from "./endpoint.ts";
import type { Service } from "./service.ts";

/** The use cases that the checks before a handler need. */
export interface GuardUseCases {
  readonly fieldFaults: FieldFaults;
  /** Refuses calls that need a hash while the queue is full. */
  readonly refuseIfFull: GatedHasher["refuseIfFull"];
}

const TOKEN: Readonly<Record<Credential, (ctx: Context) => string | undefined>> = {
  access: bearerToken,
  any_access: bearerToken,
  refresh: bearerToken,
  either: bearerToken,
  former: bearerTokenIfAny,
  // a client has no token; its secret may be in the body
  client: () => undefined,
};

/**
 * Answers the requests of one endpoint. The order of its checks is observable by clients: room for hashing, the
 * credential, the body, then the use case.
 */
export function routeOf(endpoint: Endpoint, useCases: GuardUseCases, service: Service): Middleware {
  const { needs, hashes, refusedIfQueueFull, body: schema, types, answers } = endpoint;
  // `endpoint()` has checked the types of these functions against the declaration
  const handle = endpoint.handle as (
    request: object,
    useCases: object,
  ) => HandlerResult | Promise<HandlerResult>;
  const rule = endpoint.faultsOf as ((rules: FieldFaults, body: BodyFields) => []) | undefined;
  const faultsOf = rule && ((body: BodyFields) => rule(useCases.fieldFaults, body));
  const bodyOptions = { types, faultsOf };
  const tokenOf = needs && TOKEN[needs];
  return async (ctx) => {
    const client = clientOf(ctx);
    if (refusedIfQueueFull) useCases.refuseIfFull({ ip: client.ip, ...refusedIfQueueFull });
    if (needs === "client") await authenticateClient(ctx, service.introspectionClients);
    const token = tokenOf?.(ctx);
    const body = schema && (await readBody(ctx, schema, bodyOptions));
    const signal = hashes && signalOf(ctx);
    const { params } = ctx;
    answer(ctx, answers, await handle({ token, body, params, client, signal, service }, useCases));
  };
}

function answer(ctx: Context, answers: Answers, { status, headers, body, content }: HandlerResult): void {
  if (headers) ctx.set(headers);
  if (content) {
    answerContent(ctx, content);
    return;
  }
  const message = messageOf(answers[status]);
  ctx.status = status;
  const fields = message === undefined ? body : { message, ...body };
  if (fields === undefined) ctx.body = "";
  else {
    // as text with its type, because Koa would look up the type of an object each time
    ctx.res.setHeader("Content-Type", "application/json; charset=utf-8");
    ctx.body = JSON.stringify(fields);
  }
}

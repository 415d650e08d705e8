import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import express, { type ErrorRequestHandler, type Express } from "express";
import Fastify, { type FastifyInstance } from "fastify";
import { Hono } from "hono";
import { HTTPException } from "hono/http-exception";
import type { JWTPayload } from "jose";
import Koa from "koa";

/** What a verifier is told of the service. */
export interface Names {
  readonly issuer: string;
  readonly audience: string;
  readonly jwksUri: string;
}

/** An API behind a verifier: 200 and the token's subject, or the refusal's status and its reason in words. */
export interface GuardedApi {
  ask(token: string): Promise<{ readonly status: number; readonly text: string }>;
  close(): Promise<void>;
}

export type OpenGuardedApi = (names: Names) => Promise<GuardedApi>;

export function onExpress(guard: (app: Express, names: Names) => void): OpenGuardedApi {
  const refuse: ErrorRequestHandler = (error, _request, response, _next) => {
    response.status(error.status ?? 500).send(error.message);
  };
  return async (names) => {
    const app = express();
    guard(app, names);
    app.get("/", (request, response) => void response.send(request.auth?.payload.sub));
    app.use(refuse);
    return overHttp(app);
  };
}

export function onKoa(guard: (app: Koa, names: Names) => void): OpenGuardedApi {
  return async (names) => {
    const app = new Koa();
    app.use(async (ctx, next) => {
      await next().catch((error) => {
        ctx.status = error.status ?? 500;
        ctx.body = (error.originalError ?? error).message;
      });
    });
    guard(app, names);
    app.use((ctx) => {
      ctx.body = ctx.state.user.sub;
    });
    return overHttp(app.callback());
  };
}

export function onFastify(guard: (app: FastifyInstance, names: Names) => Promise<void>): OpenGuardedApi {
  return async (names) => {
    const app = Fastify();
    await guard(app, names);
    app.setErrorHandler((error: { statusCode?: number; message: string }, _request, reply) => {
      reply.status(error.statusCode ?? 500).send(error.message);
    });
    app.get("/", { preValidation: app.authenticate }, (request) => (request.user as JWTPayload).sub);
    const address = await app.listen({ port: 0, host: "127.0.0.1" });
    return { ask: (token) => ask(address, token), close: () => app.close() };
  };
}

export function onHono(guard: (app: Hono, names: Names) => void): OpenGuardedApi {
  return async (names) => {
    const app = new Hono();
    guard(app, names);
    app.get("/", (ctx) => ctx.text((ctx.get("jwtPayload" as never) as JWTPayload).sub ?? ""));
    app.onError((error, ctx) => {
      // its messages quote the token, so that the kind of error must do
      const reason = error.cause instanceof Error ? error.cause.name : error.message;
      return ctx.text(reason, error instanceof HTTPException ? error.status : 500);
    });
    return { ask: (token) => read(app.request("/", withToken(token))), close: async () => {} };
  };
}

/** For a library that verifies and leaves HTTP to its user. */
export function withoutHttp(
  verifier: (names: Names) => (token: string) => Promise<{ payload: JWTPayload }>,
): OpenGuardedApi {
  return async (names) => {
    const verify = verifier(names);
    const answer = (token: string) =>
      verify(token).then(
        ({ payload }) => ({ status: 200, text: payload.sub ?? "" }),
        (error: Error) => ({ status: 401, text: error.message }),
      );
    return { ask: answer, close: async () => {} };
  };
}

async function overHttp(listener: RequestListener): Promise<GuardedApi> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    ask: (token) => ask(`http://127.0.0.1:${port}`, token),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function ask(url: string, token: string) {
  return read(fetch(url, withToken(token)));
}

function withToken(token: string) {
  return { headers: { authorization: `Bearer ${token}` } };
}

async function read(answer: Response | Promise<Response>) {
  const response = await answer;
  return { status: response.status, text: await response.text() };
}

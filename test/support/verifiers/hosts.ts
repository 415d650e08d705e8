import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import fastifyCors from "@fastify/cors";
import { getRequestListener } from "@hono/node-server";
import koaCors from "@koa/cors";
import cors from "cors";
import express, { type ErrorRequestHandler, type Express } from "express";
import Fastify, { type FastifyInstance } from "fastify";
import { Hono } from "hono";
import { cors as honoCors } from "hono/cors";
import { HTTPException } from "hono/http-exception";
import type { JWTPayload } from "jose";
import Koa from "koa";

/** A verifier's settings about the service. */
export interface Names {
  readonly issuer: string;
  readonly audience: string;
  readonly jwksUri: string;
  /** The origin whose pages may call. The API then refuses in the manner of its framework, and not with reasons. */
  readonly pages?: string;
}

const EXPOSED = ["WWW-Authenticate"];

/** An API behind a verifier: 200 and the token's subject, or the refusal's status and its reason in words. */
export interface GuardedApi {
  /** Its base URL. */
  readonly url: string;
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
    if (names.pages) app.use(cors({ origin: names.pages, exposedHeaders: EXPOSED }));
    guard(app, names);
    app.get("/", (request, response) => void response.send(request.auth?.payload.sub));
    if (!names.pages) app.use(refuse);
    return overHttp(app);
  };
}

const withReasons: Koa.Middleware = async (ctx, next) => {
  await next().catch((error) => {
    ctx.status = error.status ?? 500;
    ctx.body = (error.originalError ?? error).message;
  });
};

export function onKoa(guard: (app: Koa, names: Names) => void): OpenGuardedApi {
  return async (names) => {
    const app = new Koa();
    app.silent = true;
    if (names.pages) app.use(koaCors({ origin: names.pages, exposeHeaders: EXPOSED }));
    else app.use(withReasons);
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
    if (names.pages) await app.register(fastifyCors, { origin: names.pages, exposedHeaders: EXPOSED });
    await guard(app, names);
    if (!names.pages)
      app.setErrorHandler((error: { statusCode?: number; message: string }, _request, reply) => {
        reply.status(error.statusCode ?? 500).send(error.message);
      });
    app.get("/", { preValidation: app.authenticate }, (request) => (request.user as JWTPayload).sub);
    const address = await app.listen({ port: 0, host: "127.0.0.1" });
    return { url: address, ask: (token) => ask(address, token), close: () => app.close() };
  };
}

export function onHono(guard: (app: Hono, names: Names) => void): OpenGuardedApi {
  return async (names) => {
    const app = new Hono();
    if (names.pages) app.use(honoCors({ origin: names.pages, exposeHeaders: EXPOSED }));
    guard(app, names);
    app.get("/", (ctx) => ctx.text((ctx.get("jwtPayload" as never) as JWTPayload).sub ?? ""));
    if (!names.pages)
      app.onError((error, ctx) => {
        // its messages quote the token, so that the kind of error must do
        const reason = error.cause instanceof Error ? error.cause.name : error.message;
        return ctx.text(reason, error instanceof HTTPException ? error.status : 500);
      });
    return overHttp(getRequestListener(app.fetch));
  };
}

/** For a library that verifies and leaves HTTP to its user, who says of a refusal to pages no more than that it is one. */
export function withoutHttp(
  verifier: (names: Names) => (token: string) => Promise<{ payload: JWTPayload }>,
): OpenGuardedApi {
  return async (names) => {
    const verify = verifier(names);
    const allow = cors({ origin: names.pages ?? false });
    return overHttp((request, response) =>
      allow(request, response, () =>
        verify(request.headers.authorization?.slice("Bearer ".length) ?? "").then(
          ({ payload }) => response.end(payload.sub),
          (error: Error) => response.writeHead(401).end(names.pages ? "" : error.message),
        ),
      ),
    );
  };
}

async function overHttp(listener: RequestListener): Promise<GuardedApi> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    ask: (token) => ask(url, token),
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

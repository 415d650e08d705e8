import Router from "@koa/router";
import Koa from "koa";
import bodyParser from "koa-bodyparser";
import { ACCESS_TOKEN, PROFILE, REFRESH_TOKEN } from "./answers.mjs";

/** What Koa, its router and its body parser do at best, with nothing else. Prints its address. */
const session = { ...PROFILE, access_token: ACCESS_TOKEN, refresh_token: REFRESH_TOKEN };
const answer =
  (body, status = 200) =>
  (ctx) => {
    ctx.status = status;
    ctx.body = body;
  };
const router = new Router();
router.get("/api/me", answer(PROFILE));
router.post("/api/register", answer(session, 201));
router.post("/api/token/refresh", answer({ ...PROFILE, access_token: ACCESS_TOKEN }));
router.post("/oauth/introspect", answer({ active: true, ...PROFILE }));
const server = new Koa()
  .use(bodyParser())
  .use(router.routes())
  .listen(0, "127.0.0.1", () => console.log(`listens on http://127.0.0.1:${server.address().port}`));

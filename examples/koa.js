import Router from "@koa/router";
import Koa from "koa";
import { checkFrom, makeGate } from "./tokens.js";

const gate = makeGate(checkFrom(process.env));

async function signedIn(ctx, next) {
  const { user, status, headers, body } = await gate(ctx.get("authorization"));
  if (user) {
    ctx.state.user = user;
    return next();
  }
  ctx.status = status;
  ctx.set(headers);
  ctx.body = body;
}

const router = new Router();

router.get("/courses", signedIn, (ctx) => {
  ctx.body = { courses: [], student: ctx.state.user.sub };
});

const app = new Koa();
app.use(router.routes());

const server = app.listen(Number(process.env.PORT ?? 3001), "127.0.0.1", () => {
  console.log(`listens on http://127.0.0.1:${server.address().port}`);
});

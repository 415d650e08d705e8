import cors from "@koa/cors";
import Router from "@koa/router";
import Koa from "koa";
import { checkFrom, makeGate, pagesFrom, refusalUnlessRecent } from "./tokens.js";

const gate = makeGate(checkFrom(process.env));

async function signedIn(ctx, next) {
  const { user, status, headers, body } = await gate(ctx.get("authorization"));
  if (user) {
    ctx.state.user = user;
    return next();
  }
  refuse(ctx, { status, headers, body });
}

/** For what a stolen token must not do: after `signedIn`. */
function recently(ctx, next) {
  const refused = refusalUnlessRecent(ctx.state.user);
  return refused ? refuse(ctx, refused) : next();
}

function refuse(ctx, { status, headers, body }) {
  ctx.status = status;
  ctx.set(headers);
  ctx.body = body;
}

const router = new Router();

router.get("/courses", signedIn, (ctx) => {
  ctx.body = { courses: [], student: ctx.state.user.sub };
});

router.post("/grades", signedIn, recently, (ctx) => {
  ctx.body = { by: ctx.state.user.sub };
});

const { origin, exposedHeaders: exposeHeaders } = pagesFrom(process.env);
/** What is answered to an origin; nothing to one that was not named. */
const named = (ctx) => (origin.includes(ctx.get("origin")) ? ctx.get("origin") : "");

const app = new Koa();
// before the gate, so that pages can read refusals as well
app.use(cors({ origin: named, exposeHeaders }));
app.use(router.routes());

const server = app.listen(Number(process.env.PORT ?? 3001), "127.0.0.1", () => {
  console.log(`listens on http://127.0.0.1:${server.address().port}`);
});

import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { cors } from "hono/cors";
import { checkFrom, makeGate, pagesFrom, refusalUnlessRecent } from "./tokens.js";

const gate = makeGate(checkFrom(process.env));

async function signedIn(c, next) {
  const { user, status, headers, body } = await gate(c.req.header("authorization"));
  if (!user) return c.json(body, status, headers);
  c.set("user", user);
  await next();
}

/** For what a stolen token must not do: after `signedIn`. */
async function recently(c, next) {
  const refused = refusalUnlessRecent(c.get("user"));
  if (refused) return c.json(refused.body, refused.status, refused.headers);
  await next();
}

const { origin, exposedHeaders: exposeHeaders } = pagesFrom(process.env);

const app = new Hono();
// before the gate, so that pages can read refusals as well
app.use(cors({ origin, exposeHeaders }));

app.get("/courses", signedIn, (c) => c.json({ courses: [], student: c.get("user").sub }));

app.post("/grades", signedIn, recently, (c) => c.json({ by: c.get("user").sub }));

serve({ fetch: app.fetch, port: Number(process.env.PORT ?? 3001), hostname: "127.0.0.1" }, ({ port }) => {
  console.log(`listens on http://127.0.0.1:${port}`);
});

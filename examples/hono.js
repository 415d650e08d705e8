import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { cors } from "hono/cors";
import { checkFrom, makeGate, pagesFrom } from "./tokens.js";

const gate = makeGate(checkFrom(process.env));

async function signedIn(c, next) {
  const { user, status, headers, body } = await gate(c.req.header("authorization"));
  if (!user) return c.json(body, status, headers);
  c.set("user", user);
  await next();
}

const { origin, exposedHeaders: exposeHeaders } = pagesFrom(process.env);

const app = new Hono();
// before the gate, so that pages can read refusals as well
app.use(cors({ origin, exposeHeaders }));

app.get("/courses", signedIn, (c) => c.json({ courses: [], student: c.get("user").sub }));

serve({ fetch: app.fetch, port: Number(process.env.PORT ?? 3001), hostname: "127.0.0.1" }, ({ port }) => {
  console.log(`listens on http://127.0.0.1:${port}`);
});

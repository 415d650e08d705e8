import cors from "@fastify/cors";
import Fastify from "fastify";
import { checkFrom, makeGate, pagesFrom, refusalUnlessRecent } from "./tokens.js";

const gate = makeGate(checkFrom(process.env));

async function signedIn(request, reply) {
  const { user, status, headers, body } = await gate(request.headers.authorization);
  if (!user) return reply.code(status).headers(headers).send(body);
  request.user = user;
}

/** For what a stolen token must not do: after `signedIn`. */
async function recently(request, reply) {
  const refused = refusalUnlessRecent(request.user);
  if (refused) return reply.code(refused.status).headers(refused.headers).send(refused.body);
}

const app = Fastify();
// before the gate, so that pages can read refusals as well
await app.register(cors, pagesFrom(process.env));
app.decorateRequest("user", null);

app.get("/courses", { preHandler: signedIn }, async (request) => {
  return { courses: [], student: request.user.sub };
});

app.post("/grades", { preHandler: [signedIn, recently] }, async (request) => {
  return { by: request.user.sub };
});

const address = await app.listen({ port: Number(process.env.PORT ?? 3001), host: "127.0.0.1" });
console.log(`listens on ${address}`);

import cors from "@fastify/cors";
import Fastify from "fastify";
import { checkFrom, makeGate, pagesFrom } from "./tokens.js";

const gate = makeGate(checkFrom(process.env));

async function signedIn(request, reply) {
  const { user, status, headers, body } = await gate(request.headers.authorization);
  if (!user) return reply.code(status).headers(headers).send(body);
  request.user = user;
}

const app = Fastify();
// before the gate, so that pages can read refusals as well
await app.register(cors, pagesFrom(process.env));
app.decorateRequest("user", null);

app.get("/courses", { preHandler: signedIn }, async (request) => {
  return { courses: [], student: request.user.sub };
});

const address = await app.listen({ port: Number(process.env.PORT ?? 3001), host: "127.0.0.1" });
console.log(`listens on ${address}`);

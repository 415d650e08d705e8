import { createServer } from "node:http";
import argon2 from "argon2";

/**
 * The ceiling of logins over HTTP: a server that checks one password for each POST, so many at once, and refuses
 * those for which 64 wait already; all else is answered at once. No routing, no tokens, no storage. Prints its address.
 */
const concurrency = Number(process.argv[2]);
const options = { type: argon2.argon2id, memoryCost: 19_456, timeCost: 2, parallelism: 1 };
const stored = await argon2.hash("correct horse", options);
const waiting = [];
let running = 0;

async function checked() {
  if (running < concurrency) running += 1;
  else await new Promise((start) => waiting.push(start));
  await argon2.verify(stored, "correct horse");
  const next = waiting.shift();
  if (next) next();
  else running -= 1;
}

const server = createServer(async (request, response) => {
  const isLogin = request.method === "POST";
  if (isLogin && waiting.length >= 64) {
    response.statusCode = 503;
  } else if (isLogin) {
    for await (const _ of request);
    await checked();
  }
  response.end("{}");
}).listen(0, "127.0.0.1", () => console.log(`listens on http://127.0.0.1:${server.address().port}`));

import { createServer } from "node:http";
import { passwordCheckBy } from "./password-check.mjs";

/**
 * The ceiling of logins over HTTP: a server that checks one password for each POST, a fixed number at once, and refuses
 * a POST while 64 wait; other requests are answered at once. No routing, tokens or storage. Prints its address.
 */
const concurrency = Number(process.argv[2]);
const check = await passwordCheckBy(process.argv[3]);
const waiting = [];
let running = 0;

async function checked() {
  if (running < concurrency) running += 1;
  else await new Promise((start) => waiting.push(start));
  await check();
  const next = waiting.shift();
  if (next) next();
  else running -= 1;
}

// a connection that closes between two rounds would lose a request
const server = createServer({ keepAliveTimeout: 600_000 }, async (request, response) => {
  const isLogin = request.method === "POST";
  if (isLogin && waiting.length >= 64) {
    response.statusCode = 503;
  } else if (isLogin) {
    for await (const _ of request);
    await checked();
  }
  response.end("{}");
}).listen(0, "127.0.0.1", () => console.log(`listens on http://127.0.0.1:${server.address().port}`));

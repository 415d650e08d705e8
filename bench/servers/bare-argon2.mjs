import { createServer } from "node:http";
import { passwordCheckBy } from "./password-check.mjs";

/**
 * The ceiling of logins: hashes at the service's cost by one package, a fixed number at once and nothing else, beside a
 * server that answers every request with 503. Prints its address and, on any message, the hashes made since the last.
 */
const concurrency = Number(process.argv[2]);
const check = await passwordCheckBy(process.argv[3]);
let made = 0;

async function loop() {
  for (;;) {
    await check();
    made += 1;
  }
}

const server = createServer((_, response) => {
  response.statusCode = 503;
  response.end("{}");
}).listen(0, "127.0.0.1", () => {
  console.log(`listens on http://127.0.0.1:${server.address().port}`);
  for (let at = 0; at < concurrency; at += 1) void loop();
});
process.on("message", () => {
  process.send(made);
  made = 0;
});

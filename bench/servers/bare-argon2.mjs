import { createServer } from "node:http";
import argon2 from "argon2";

/**
 * The ceiling of logins: hashes of the service's cost, so many at once and nothing else, beside a server that
 * answers every request with a fixed 503. Prints its address; on any message, the hashes made since the last one.
 */
const concurrency = Number(process.argv[2]);
const options = { type: argon2.argon2id, memoryCost: 19_456, timeCost: 2, parallelism: 1 };
const stored = await argon2.hash("correct horse", options);
let made = 0;

async function loop() {
  for (;;) {
    await argon2.verify(stored, "correct horse");
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

// The cost for an API of verifying a token locally and of asking the service about it: one check after the other, by
// turns in one run on loopback. Needs `npm run build`. It asserts nothing; docs/guides/protecting-your-api.md explains
// the figures.

import { startTestAuth } from "../dist/composition/testing/start-test-auth.js";
import { offline, online } from "../examples/tokens.js";
import { quantile } from "./statistics.mjs";

const ROUNDS = 20;
const CHECKS_PER_ROUND = 200;

const auth = await startTestAuth();
const { access_token: token } = await auth.user();
const names = { issuer: auth.url, audience: auth.audience };
const checks = {
  offline: offline(names),
  online: online({ ...names, clientId: auth.client.id, clientSecret: auth.client.secret }),
};
const times = { offline: [], online: [] };

for (let round = -3; round < ROUNDS; round += 1) {
  for (const [kind, check] of Object.entries(checks)) {
    for (let count = 0; count < CHECKS_PER_ROUND; count += 1) {
      const began = performance.now();
      if (!(await check(token))) throw new Error("A live token was refused");
      if (round >= 0) times[kind].push(performance.now() - began);
    }
  }
}
await auth.stop();

const median = (kind) => quantile(times[kind], 0.5);
console.table(
  Object.fromEntries(
    Object.keys(checks).map((kind) => [
      kind,
      {
        "median ms": median(kind).toFixed(2),
        "p99 ms": quantile(times[kind], 0.99).toFixed(2),
        "of offline": (median(kind) / median("offline")).toFixed(1),
      },
    ]),
  ),
);

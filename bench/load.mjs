import { Agent, request } from "node:http";

/** A load generator of an open loop: requests go out by the clock, whether answers come or not. */

const agent = new Agent({ keepAlive: true, maxSockets: 512 });

/** Sends one request and resolves to its status, its text and how long it took, in ms. */
export function send(url, { method = "GET", headers = {}, body } = {}) {
  const began = performance.now();
  const answer = (status, text) => ({ status, text, ms: performance.now() - began });
  return new Promise((resolve) => {
    const call = request(url, { method, agent, headers });
    call.on("response", (response) => {
      let text = "";
      response.on("data", (chunk) => {
        text += chunk;
      });
      response.on("end", () => resolve(answer(response.statusCode, text)));
    });
    call.on("error", () => resolve(answer(0, "")));
    call.end(body);
  });
}

/** Starts `rate` requests a second for `seconds` and resolves to all answers. */
export async function atRate(rate, seconds, start) {
  const answers = [];
  const began = performance.now();
  const total = Math.round(rate * seconds);
  while (answers.length < total) {
    const due = Math.min(total, Math.floor(((performance.now() - began) / 1_000) * rate) + 1);
    while (answers.length < due) answers.push(start(answers.length));
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  return Promise.all(answers);
}

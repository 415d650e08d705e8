import { once } from "node:events";
import { Agent, type IncomingMessage, request } from "node:http";

/** A request whose body is still to come: it runs for as long as a test wants. */
export interface HalfSent {
  /** Sends the body and resolves to the status of the answer. */
  finish(): Promise<number | undefined>;
}

/** Resolves once a server has begun to work on the request. */
export async function halfSent(url: string, call: string, json: object): Promise<HalfSent> {
  const [method, path] = call.split(" ") as [string, string];
  const outgoing = request(url + path, {
    method,
    agent: new Agent(),
    headers: { "content-type": "application/json", expect: "100-continue" },
  });
  outgoing.flushHeaders();
  await once(outgoing, "continue");
  return {
    async finish() {
      const answered = once(outgoing, "response") as Promise<[IncomingMessage]>;
      outgoing.end(JSON.stringify(json));
      const [response] = await answered;
      response.resume();
      return response.statusCode;
    },
  };
}

import { expect, it } from "vitest";
import { ENDPOINTS, type EndpointId } from "../../src/adapters/koa/endpoints/all.ts";
import { createClient, memoryTokens } from "../../src/client/client.ts";
import { CLIENT_CALLS, type ClientCall } from "../support/client-calls.ts";
import { watchedFetch } from "../support/typed-client.ts";

/** Each declared call has a client method of its name, or is listed here. */

const OTHERWISE: Record<
  Exclude<EndpointId, ClientCall>,
  { readonly method: ClientCall } | { readonly noMethod: string }
> = {
  revoke: { method: "revokeToken" },
  refreshByGet: { noMethod: "refresh sends the same by POST" },
  metadataByOpenIdName: { noMethod: "metadata asks for the same document" },
  description: { noMethod: "for tools that make clients" },
};

const endpoints = Object.values(ENDPOINTS).flatMap((group) => Object.entries(group));

function methodOf(id: string): ClientCall | undefined {
  if (id in CLIENT_CALLS) return id as ClientCall;
  const otherwise = OTHERWISE[id as keyof typeof OTHERWISE];
  return "method" in otherwise ? otherwise.method : undefined;
}

/** The requests that a method of the client makes, with the parameters of the path as they are declared. */
async function requestsOf(method: ClientCall): Promise<string[]> {
  const tokens = { access_token: "a.b.c", refresh_token: "d.e.f" };
  const { fetch, requests } = watchedFetch(async () => Response.json({ username: "ada", ...tokens }));
  const client = createClient({ baseUrl: "https://auth.example.org", tokens: memoryTokens(tokens), fetch });
  await CLIENT_CALLS[method](client);
  return requests.map((request) => request.replace(/\/1$/, "/{id}"));
}

const withMethod = endpoints.flatMap(([id, { call }]) => {
  const method = methodOf(id);
  return method === undefined ? [] : ([[call, method]] as const);
});

it.each(withMethod)("%s is what client.%s sends", async (call, method) => {
  expect(await requestsOf(method)).toEqual([call]);
});

it("every method of the client makes a declared call", () => {
  const methods = withMethod.map(([, method]) => method);
  expect(methods.toSorted()).toEqual(Object.keys(CLIENT_CALLS).toSorted());
});

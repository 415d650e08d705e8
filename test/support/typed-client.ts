import { decodeJwt, SignJWT } from "jose";
import { type ClientOptions, createClient, type TextStorage, type Tokens } from "../../src/client/client.ts";
import { someone } from "./api.ts";

const JWT_SECRET_KEY = "the secret that tests of the client sign with";

/** Variables of a service whose access tokens tests can make expire. */
export const CLIENT_SETTINGS = { JWT_SECRET_KEY, REFRESH_ROTATION: "true" };

/** The same access token, as if made long ago. */
export function expired(accessToken: string): Promise<string> {
  const claims = decodeJwt(accessToken);
  const past = { iat: 1_000_000_000, nbf: 1_000_000_000, exp: 1_000_000_900 };
  return new SignJWT({ ...claims, ...past })
    .setProtectedHeader({ alg: "HS256", typ: "JWT" })
    .sign(new TextEncoder().encode(JWT_SECRET_KEY));
}

/** A `fetch` that records its requests, as `POST /api/login`. */
export function watchedFetch(within: typeof fetch = fetch) {
  const requests: string[] = [];
  const watched: typeof fetch = (input, init) => {
    const asked = input instanceof Request ? input : { method: "GET", url: input };
    requests.push(`${init?.method ?? asked.method} ${new URL(asked.url).pathname}`);
    return within(input, init);
  };
  const count = (request: string) => requests.filter((each) => each === request).length;
  return { fetch: watched, requests, count };
}

/** A string store shared by tabs, such as `localStorage`. */
export function sharedStorage(): TextStorage {
  const items = new Map<string, string>();
  return {
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: (key) => void items.delete(key),
  };
}

/** A client with a newly registered user, and its requests since. */
export async function clientOfSomeone(baseUrl: string, options: Partial<ClientOptions> = {}) {
  const watched = watchedFetch(options.fetch);
  const client = createClient({ baseUrl, ...options, fetch: watched.fetch });
  const person = someone();
  const credentials = { email: person.email, password: person.password };
  const tokens: Tokens = await client.register(person);
  watched.requests.length = 0;
  return { client, person, credentials, tokens, ...watched };
}

import { send } from "./load.mjs";

/** Users of a service, and their requests. */

const JSON_BODY = { "content-type": "application/json" };
const FORM_BODY = { "content-type": "application/x-www-form-urlencoded" };
/** The password of all users. */
export const PASSWORD = "correct horse";

const post = (path, body) => ({ method: "POST", path, headers: JSON_BODY, body: JSON.stringify(body) });
const bearer = (token) => ({ authorization: `Bearer ${token}` });

async function ask(url, { path, ...request }) {
  const { status, text } = await send(url + path, request);
  if (status < 200 || status >= 300) throw new Error(`${path} was answered ${status}: ${text}`);
  return JSON.parse(text);
}

/** Credentials for introspection, as a setting. */
export const INTROSPECTION_CLIENTS = `bench:${"s".repeat(32)}`;
const BASIC = `Basic ${Buffer.from(INTROSPECTION_CLIENTS).toString("base64")}`;

/** Fewer than the registrations that may wait at once. */
const AT_ONCE = 8;

/** Registers `count` users and resolves to their tokens. */
export async function register(url, count) {
  const people = [];
  for (let first = 0; first < count; first += AT_ONCE) {
    const some = Array.from({ length: Math.min(AT_ONCE, count - first) }, (_, n) => `ada${first + n}`);
    people.push(...(await Promise.all(some.map((name) => ask(url, registration(name))))));
  }
  return people.map(({ access_token: access, refresh_token: refresh }) => ({ access, refresh }));
}

const registration = (name) =>
  post("/api/register", { username: name, email: `${name}@example.com`, password: PASSWORD });

/** A login of the user with this address. */
export const loginOf = (email) => post("/api/login", { email, password: PASSWORD });

/** One request for each user, by call. */
export const requestsOf = {
  me: (people) => people.map(({ access }) => ({ method: "GET", path: "/api/me", headers: bearer(access) })),
  refresh: (people) =>
    people.map(({ refresh }) => ({ method: "POST", path: "/api/token/refresh", headers: bearer(refresh) })),
  introspect: (people) =>
    people.map(({ access }) => ({
      method: "POST",
      path: "/oauth/introspect",
      headers: { ...FORM_BODY, authorization: BASIC },
      body: `token=${access}`,
    })),
  login: (people) => people.map((_, n) => loginOf(`ada${n}@example.com`)),
  /** Each for another account that does not exist, which costs as much as one that does. */
  manyLogins: () => [post("/api/login", { email: "n{n}@example.com", password: PASSWORD })],
  register: () => [registration("n{n}")],
};

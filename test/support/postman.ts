import { convertV2 } from "openapi-to-postmanv2";
import type { DESCRIPTION } from "./described.ts";

/** The fields of a Postman item that are set here. */
interface Item {
  id?: string;
  name: string;
  item?: Item[];
  event?: unknown[];
  response?: unknown[];
  request?: {
    name?: string;
    method: string;
    url: { path: string[]; variable?: { key: string; value: string }[] };
    auth?: object | null;
    body?: { raw?: string; urlencoded?: { key: string; value: string }[] };
  };
}

/** The value of each field of a body, with variables of the environment. */
const VALUES: Readonly<Record<string, string>> = {
  username: "{{username}}",
  email: "{{email}}",
  password: "{{password}}",
  current_password: "{{password}}",
  new_password: "{{password}}",
  token: "{{access_token}}",
  token_type_hint: "access_token",
};

/** The credentials of a call, by the first of the schemes that the description names for it. */
const AUTH: Readonly<Record<string, object>> = {
  access_token: bearer("{{access_token}}"),
  refresh_token: bearer("{{refresh_token}}"),
  client: {
    type: "basic",
    basic: [
      { key: "username", value: "{{client_id}}", type: "string" },
      { key: "password", value: "{{client_secret}}", type: "string" },
    ],
  },
};

/** The ids of calls in an order in which each succeeds. The other calls need a mail or an API's secret. */
const JOURNEY = [
  ...[
    "register",
    "login",
    "reauthenticate",
    "me",
    "updateProfile",
    "changePassword",
    "refresh",
    "refreshByGet",
    "login",
  ],
  ...[
    "sessions",
    "endSession",
    "logoutOthers",
    "revoke",
    "refresh",
    "logoutAccess",
    "refresh",
    "logoutRefresh",
  ],
  ...["logoutAll", "login", "logout", "login", "forgotPassword", "resendVerification", "jwks", "metadata"],
  ...["description", "live", "ready", "version", "deleteAccount"],
];

/** Stores values from the answers for the calls that follow. */
const KEEP = `if (pm.response.code < 300 && pm.response.headers.get("Content-Type")?.startsWith("application/json")) {
  const { access_token, refresh_token, sessions = [] } = pm.response.json();
  if (access_token) pm.environment.set("access_token", access_token);
  if (refresh_token) pm.environment.set("refresh_token", refresh_token);
  const other = sessions.find(({ current }) => !current);
  if (other) pm.environment.set("session_id", other.id);
}`;
const WORKS = `pm.test("works", () => pm.expect(pm.response.code).to.be.below(300));`;
/** The collection uses the README's user, whose account may exist already. */
const REGISTERED = `pm.test("works, or was done before", () => pm.expect(pm.response.code).to.be.oneOf([201, 409]));`;

function bearer(value: string) {
  return { type: "bearer", bearer: [{ key: "token", value, type: "string" }] };
}

function after(script: string) {
  return { listen: "test", script: { type: "text/javascript", exec: script.split("\n") } };
}

/** A Postman collection of all calls, with tokens carried from one to the next, and a folder that goes through them. */
export async function makeCollection(description: typeof DESCRIPTION): Promise<object> {
  const { item: folders, info } = await convert(description);
  const byId = new Map<string, Item>();
  for (const item of folders.flatMap((folder) => folder.item ?? [])) {
    const { operationId, security = [] } = operationOf(description, item);
    finish(item, Object.keys(security.at(-1) ?? {})[0]);
    byId.set(operationId, item);
  }
  const journey = JOURNEY.map((id) => ({
    ...byId.get(id),
    event: [after(id === "register" ? REGISTERED : WORKS)],
  }));
  return {
    info: { ...info, _postman_id: undefined },
    item: [{ name: "All in a row", item: journey }, ...folders.map(({ name, item }) => ({ name, item }))],
    event: [after(KEEP)],
  };
}

/** The variables of the collection, with the service's defaults and a first user. */
export const ENVIRONMENT = {
  name: "HBTU Connect Auth, local",
  values: Object.entries({
    baseUrl: "http://localhost:5000",
    username: "testUser",
    email: "test@user.com",
    password: "correct horse battery",
    client_id: "",
    client_secret: "",
    access_token: "",
    refresh_token: "",
    session_id: "",
  }).map(([key, value]) => ({
    key,
    value,
    type: /pass|secret|token/.test(key) ? "secret" : "default",
    enabled: true,
  })),
};

function convert(description: object): Promise<{ item: Item[]; info: object }> {
  return new Promise((resolve, reject) => {
    convertV2(
      { type: "json", data: structuredClone(description) as never },
      { folderStrategy: "Tags", parametersResolution: "Example" } as never,
      (error, result) => {
        const collection = result?.output?.[0]?.data;
        if (error || !collection) reject(error ?? new Error(result?.reason));
        else resolve(collection as never);
      },
    );
  });
}

function operationOf(description: typeof DESCRIPTION, { request }: Item) {
  const path = `/${request?.url.path.join("/").replaceAll(/:(\w+)/g, "{$1}")}`;
  const paths = description.paths as Record<string, Record<string, unknown>>;
  return paths[path]?.[String(request?.method.toLowerCase())] as { operationId: string; security?: object[] };
}

function finish(item: Item, scheme: string | undefined): void {
  const { request } = item;
  delete item.id;
  item.response = [];
  if (!request) return;
  delete request.name;
  request.auth = scheme === undefined ? null : (AUTH[scheme] ?? null);
  for (const variable of request.url.variable ?? []) variable.value = "{{session_id}}";
  const { raw, urlencoded = [] } = request.body ?? {};
  if (raw && request.body) {
    const body = Object.keys(JSON.parse(raw)).map((key) => [key, VALUES[key]]);
    request.body.raw = JSON.stringify(Object.fromEntries(body), null, 2);
  }
  for (const field of urlencoded) field.value = VALUES[field.key] ?? field.value;
  // the header names the client already, and both together are refused
  if (request.body?.urlencoded)
    request.body.urlencoded = urlencoded.filter(({ key }) => !key.startsWith("client_"));
}

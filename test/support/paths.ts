import { DESCRIPTION } from "./described.ts";

/** The pages for people and what they load, which the description of the calls is not about. */
const PAGES = [
  "/docs",
  "/",
  "/docs/errors",
  "/docs/start.js",
  "/docs/swagger-ui.css",
  "/docs/swagger-ui-bundle.js",
];

/** Every path of the service as OpenAPI writes it, and the methods that it takes, in order. */
export const PATHS: Readonly<Record<string, string>> = Object.fromEntries([
  ...Object.entries(DESCRIPTION.paths ?? {}).map(([path, calls]) => {
    const methods = Object.keys(calls).map((method) => method.toUpperCase());
    // HEAD comes with GET, but where it would make a token
    const head = methods.includes("GET") && !methods.includes("POST") ? ["HEAD"] : [];
    return [path, [...methods, ...head].toSorted().join(", ")];
  }),
  ...PAGES.map((path) => [path, "GET, HEAD"]),
]);

import { readFileSync } from "node:fs";

const { name, version } = JSON.parse(readFileSync(new URL("../../../package.json", import.meta.url), "utf8"));

/** What this package is called, and which version of it this is. */
export const PACKAGE: { readonly name: string; readonly version: string } = { name, version };

/** The files of Swagger UI, where the build puts them. */
export const SWAGGER_UI = new URL("../../../dist/swagger-ui/", import.meta.url);

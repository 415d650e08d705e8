import { readFileSync } from "node:fs";

const { name, version } = JSON.parse(readFileSync(new URL("../../../package.json", import.meta.url), "utf8"));

/** The name and version of this package. */
export const PACKAGE: { readonly name: string; readonly version: string } = { name, version };

/** The directory in which the build puts the files of Swagger UI. */
export const SWAGGER_UI = new URL("../../../dist/swagger-ui/", import.meta.url);

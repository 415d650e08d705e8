// Puts the two files of Swagger UI that the page at /docs needs into dist. As a dependency of the package it would
// bring a program along that reports each installation to others.
import { cpSync } from "node:fs";

const from = new URL("../node_modules/swagger-ui-dist/", import.meta.url);
const to = new URL("../dist/swagger-ui/", import.meta.url);
for (const name of ["swagger-ui.css", "swagger-ui-bundle.js", "LICENSE", "NOTICE"]) {
  cpSync(new URL(name, from), new URL(name, to));
}

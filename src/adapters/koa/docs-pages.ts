import { CODES, statusOf, titleOf } from "./problem.ts";
import { MEANINGS } from "./problem-meanings.ts";

/** The script that starts Swagger UI. Tokens that are typed in are not stored. */
export const START = `SwaggerUIBundle({
  url: new URL("openapi.json", document.baseURI).href,
  dom_id: "#calls",
  deepLinking: true,
  tryItOutEnabled: true,
  persistAuthorization: false,
  validatorUrl: null,
});
`;

/** The page at the service's root URL. */
export function frontPage(): string {
  return page(
    "HBTU Connect Auth",
    `<h1>HBTU Connect Auth</h1>
<p>This is an auth service: apps register users here, log them in, refresh their tokens and revoke them, over HTTP.
There is nothing to sign in to on this page.</p>
<ul>
<li><a href="docs">The calls</a>, to read and to try</li>
<li><a href="docs/errors">The errors</a>, and what to do about each</li>
<li><a href="openapi.json">The description</a> of the calls (OpenAPI 3.1)</li>
<li><a href=".well-known/oauth-authorization-server">Metadata</a> and <a href=".well-known/jwks.json">public keys</a> for APIs that verify tokens</li>
<li><a href="health/ready">Readiness</a> and <a href="version">version</a> of the service</li>
</ul>`,
  );
}

/** The page for trying the calls. It loads only relative URLs, so that it works behind any proxy. */
export function swaggerPage(): string {
  return page(
    "HBTU Connect Auth: the calls",
    `<div id="calls"></div>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>`,
    `<link rel="stylesheet" href="docs/swagger-ui.css">`,
  );
}

/** The page that explains each code. The `type` of a problem document points to it. */
export function errorsPage(): string {
  const entries = CODES.map((code) => {
    const [meaning, advice] = MEANINGS[code].map(markedUp);
    return `<dt id="${code}"><code>${code}</code> (${statusOf(code)}, ${titleOf(code)})</dt>
<dd>${meaning} <em>${advice}</em></dd>`;
  });
  return page(
    "HBTU Connect Auth: the errors",
    `<h1>Errors</h1>
<p>Decide by <code>code</code>, which never changes; show <code>detail</code> to people. The calls: <a href="../docs">docs</a>.</p>
<dl>
${entries.join("\n")}
</dl>`,
  );
}

/** Converts code in backquotes to HTML. The texts have no other markup. */
function markedUp(text: string): string {
  return text.replaceAll(/`([^`]+)`/g, "<code>$1</code>");
}

function page(title: string, body: string, head = ""): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="data:,">
${head}
</head>
<body>
${body}
</body>
</html>
`;
}

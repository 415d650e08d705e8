import { CODES, statusOf, titleOf } from "./problem.ts";
import { MEANINGS } from "./problem-meanings.ts";

/** Starts Swagger UI. Tokens that are typed in are forgotten with the page. */
export const START = `SwaggerUIBundle({
  url: new URL("openapi.json", document.baseURI).href,
  dom_id: "#calls",
  deepLinking: true,
  tryItOutEnabled: true,
  persistAuthorization: false,
  validatorUrl: null,
});
`;

/** What somebody finds who opens the service's own address in a browser. */
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
<li><a href="health/ready">Whether it is ready</a>, and <a href="version">which version it is</a></li>
</ul>`,
  );
}

/** The page to try the calls. All it loads is beside it, so that it works behind any proxy. */
export function swaggerPage(): string {
  return page(
    "HBTU Connect Auth: the calls",
    `<div id="calls"></div>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>`,
    `<link rel="stylesheet" href="docs/swagger-ui.css">`,
  );
}

/** What each code means and what to do: where `type` of a problem document points. */
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

/** Code in backquotes becomes code in HTML; there is nothing else to be told from text. */
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

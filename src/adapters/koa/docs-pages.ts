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

import mustache from "mustache";
import type { ShownFacts } from "./shown-facts.ts";

/** A parsed and checked template. */
export interface Template {
  render(facts: ShownFacts): string;
}

export interface TemplateRules {
  /** Placeholders that it may have. */
  readonly known: readonly string[];
  /** Placeholders that it must have. */
  readonly needed: readonly string[];
  /** Escapes a value for the output. */
  readonly escape: (text: string) => string;
}

/** A parsed tag or text: kind, content, start, end and, for sections, the tokens inside. */
type Token = readonly [kind: string, content: string, start: number, end: number, inside?: Token[]];

export const escapeHtml = mustache.escape;

/**
 * Parses and checks a template. @throws Error with the reason, if the text is no template or breaks the rules
 */
export function makeTemplate(text: string, { known, needed, ...rules }: TemplateRules): Template {
  const tokens = [...flattened(mustache.parse(text) as Token[])];
  for (const [kind, content] of tokens) checkTag(kind, content, known);
  for (const name of needed) {
    if (!tokens.some(([kind, content]) => kind === "name" && content === name)) {
      throw new Error(`{{${name}}} is missing`);
    }
  }
  return { render: (facts) => mustache.render(text, facts, {}, rules) };
}

/** All tokens, including those inside sections. */
function* flattened(tokens: readonly Token[]): Iterable<Token> {
  for (const token of tokens) {
    yield token;
    const [kind, , , , inside] = token;
    if ((kind === "#" || kind === "^") && inside) yield* flattened(inside);
  }
}

function checkTag(kind: string, content: string, known: readonly string[]): void {
  if (kind === "text" || kind === "!") return;
  // unescaped values, partials and other delimiters are not needed
  if (!["name", "#", "^"].includes(kind)) throw new Error(`{{${kind} ${content}}} is not supported`);
  if (!known.includes(content)) {
    throw new Error(`{{${content}}} is not known: there is ${known.join(", ")}`);
  }
}

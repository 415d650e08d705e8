import mustache from "mustache";
import type { ShownFacts } from "./shown-facts.ts";

/** A template that was read and found good. */
export interface Template {
  render(facts: ShownFacts): string;
}

export interface TemplateRules {
  /** What it may name. */
  readonly known: readonly string[];
  /** What it must name. */
  readonly needed: readonly string[];
  /** What stands for a fact in the output. */
  readonly escape: (text: string) => string;
}

/** A parsed tag or text: kind, content, start, end and, of sections, what is inside. */
type Token = readonly [kind: string, content: string, start: number, end: number, inside?: Token[]];

export const escapeHtml = mustache.escape;

/** @throws Error with the reason, where the text is no template or breaks the rules */
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

/** Sections with all that is inside them. */
function* flattened(tokens: readonly Token[]): Iterable<Token> {
  for (const token of tokens) {
    yield token;
    const [kind, , , , inside] = token;
    if ((kind === "#" || kind === "^") && inside) yield* flattened(inside);
  }
}

function checkTag(kind: string, content: string, known: readonly string[]): void {
  if (kind === "text" || kind === "!") return;
  // unescaped values, partials and other delimiters have no use here
  if (!["name", "#", "^"].includes(kind)) throw new Error(`{{${kind} ${content}}} is not supported`);
  if (!known.includes(content)) {
    throw new Error(`{{${content}}} is not known: there is ${known.join(", ")}`);
  }
}

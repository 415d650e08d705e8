/** Characters of a UUID that suffice to tell requests on a screen apart. */
const SHORT_ID = 8;
/** Control characters could move the cursor or overwrite other lines. */
const CONTROL = /\p{Cc}/gu;

/**
 * Formats a log line for people: time, level, message, and the rest as `name=value`. A stack and a mail's text
 * follow on lines of their own.
 */
export function readable(line: string): string {
  const { time, level, msg, requestId, err, text, links, ...facts } = JSON.parse(line);
  const id = requestId === undefined ? "" : ` ${escaped(String(requestId).slice(0, SHORT_ID))}`;
  // the name of an event is also its message
  delete facts.event;
  const rest = Object.entries(facts).map(([name, value]) => `${name}=${valueText(value)}`);
  const head = `${time.slice(11, 23)} ${level.toUpperCase().padEnd(5)}${id} ${escaped(String(msg))}`;
  const blocks = [err?.stack, text].filter((block) => block !== undefined);
  return `${[[head, ...rest].join(" "), ...blocks.map(indented)].join("\n")}\n`;
}

function valueText(value: unknown): string {
  const isPlain = typeof value === "string" && /^[^\s"=]+$/.test(value);
  return escaped(isPlain ? value : JSON.stringify(value));
}

function indented(block: unknown): string {
  return String(block)
    .trimEnd()
    .split("\n")
    .map((line) => (line === "" ? "" : `    ${escaped(line)}`))
    .join("\n");
}

function escaped(text: string): string {
  return text.replaceAll(
    CONTROL,
    (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
}

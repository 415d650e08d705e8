/** Of a UUID, what is enough to tell requests on a screen apart. */
const SHORT_ID = 8;
/** Control characters, with which a text could move the cursor or draw over other lines. */
const CONTROL = /\p{Cc}/gu;

/**
 * A line of the log for people: the time, the level, what it is, and the rest as `name=value`. A stack and a mail's text
 * follow, line by line.
 */
export function readable(line: string): string {
  const { time, level, msg, requestId, err, text, links, ...facts } = JSON.parse(line);
  const id = requestId === undefined ? "" : ` ${escaped(String(requestId).slice(0, SHORT_ID))}`;
  // the name of an event is its message, too
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

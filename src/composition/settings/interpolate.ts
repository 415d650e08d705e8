/**
 * Replaces `${NAME}` and `${NAME:-default}` as python-dotenv does, in one pass. A name that `find` does not
 * know is replaced by its default. Without a default it is replaced by nothing and `isComplete` is false.
 */
export function interpolate(
  text: string,
  find: (name: string) => string | undefined,
): { readonly text: string; readonly isComplete: boolean } {
  let isComplete = true;
  let result = "";
  let done = 0;
  const closings = nextOf(text, "}");
  const colons = nextOf(text, ":");
  for (let open = text.indexOf("${"); open >= 0; open = text.indexOf("${", Math.max(done, open + 2))) {
    const close = closings(open);
    if (close === undefined) break;
    const colon = colons(open) ?? close;
    const hasDefault = colon < close;
    // a name contains no colon
    if (hasDefault && text[colon + 1] !== "-") continue;
    const found = find(text.slice(open + 2, Math.min(colon, close)));
    if (found === undefined && !hasDefault) isComplete = false;
    result += text.slice(done, open) + (found ?? (hasDefault ? text.slice(colon + 2, close) : ""));
    done = close + 1;
  }
  return { text: result + text.slice(done), isComplete };
}

/**
 * Finds the next position of a character. Positions asked for must not decrease, so that no text is searched
 * twice.
 */
function nextOf(text: string, character: string): (from: number) => number | undefined {
  let next = text.indexOf(character);
  return (from) => {
    if (next >= 0 && next < from) next = text.indexOf(character, from);
    return next < 0 ? undefined : next;
  };
}

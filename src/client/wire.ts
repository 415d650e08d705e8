import { AuthApiError, errorOf } from "./errors.ts";

/** The type of `fetch`. */
export type Fetch = typeof globalThis.fetch;

export interface Call {
  readonly authorization?: string | undefined;
  readonly json?: object;
  readonly form?: Readonly<Record<string, string | undefined>>;
  /** Statuses, in addition to successful ones, whose body is an answer and not an error. */
  readonly expected?: readonly number[];
}

/** Sends one request and resolves to the body of its answer. */
export type Wire = <T>(request: string, call?: Call) => Promise<T>;

/** @returns A wire that sends requests until the signal aborts */
export function makeWire(baseUrl: string, fetch: Fetch): (signal: AbortSignal) => Wire {
  return (signal) =>
    async <T>(request: string, call: Call = {}) => {
      const [method = "", path = ""] = request.split(" ");
      const content = contentOf(call);
      const { response, text } = await exchange(
        () =>
          fetch(baseUrl + path, {
            ...content,
            method,
            // the service never redirects, and passwords must not follow a redirect
            redirect: "error",
            credentials: "omit",
            signal,
          }),
        signal,
      );
      const body = bodyOf(response, text);
      const isSuccess = response.ok || call.expected?.includes(response.status);
      if (!isSuccess || (text !== "" && body === undefined)) throw errorOf(response, body);
      return body as T;
    };
}

/** Sends the request and reads the answer. A truncated answer counts as none, because the result is unknown. */
async function exchange(
  send: () => Promise<Response>,
  { aborted }: AbortSignal,
): Promise<{ response: Response; text: string }> {
  try {
    if (aborted) throw new Error("The time of the call is over");
    const response = await send();
    return { response, text: await response.text() };
  } catch (cause) {
    throw new AuthApiError(
      "network_error",
      0,
      "The service could not be reached. From a page: CORS_ORIGINS must have its origin",
      { cause },
    );
  }
}

/** @throws AuthApiError `malformed_request` for values that no request can contain */
function contentOf(call: Call): RequestInit {
  try {
    return written(call);
  } catch (cause) {
    throw new AuthApiError("malformed_request", 0, "The request cannot be written", { cause });
  }
}

function written({ authorization, json, form }: Call): RequestInit {
  const headers = new Headers();
  if (authorization !== undefined) headers.set("authorization", authorization);
  if (json !== undefined) headers.set("content-type", "application/json");
  if (json !== undefined) return { headers, body: JSON.stringify(json) };
  if (form === undefined) return { headers };
  const fields = Object.entries(form).filter((field): field is [string, string] => field[1] !== undefined);
  return { headers, body: new URLSearchParams(fields) };
}

/** The parsed body; `undefined` if it is empty or does not come from the service. */
function bodyOf(response: Response, text: string): unknown {
  if (!/[/+]json\b/.test(response.headers.get("content-type") ?? "")) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function bearer(token: string | undefined): string | undefined {
  return token === undefined ? undefined : `Bearer ${token}`;
}

/** The HTTP Basic header of a client. Both parts are form-encoded first (RFC 6749, section 2.3.1). */
export function basic({ id, secret }: { readonly id: string; readonly secret: string }): string {
  return `Basic ${btoa(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`)}`;
}

import { type Answer, mustBeAsDescribed } from "./described.ts";

export type { Answer };

export interface CallOptions {
  readonly token?: string;
  readonly json?: unknown;
  readonly form?: Record<string, string>;
  readonly headers?: Record<string, string>;
}

/** Calls the service as any HTTP client would. @throws Error where the answer is not as the calls are described */
export async function call(url: string, request: string, options: CallOptions = {}): Promise<Answer> {
  const answer = await callOther(url, request, options);
  const [method, path] = request.split(" ") as [string, string];
  mustBeAsDescribed(method, path, answer);
  return answer;
}

/** The same of a server that is not the service. */
export async function callOther(url: string, request: string, options: CallOptions = {}): Promise<Answer> {
  const [method, path] = request.split(" ") as [string, string];
  const { token, json, form } = options;
  const response = await fetch(url + path, {
    method,
    redirect: "manual",
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(json !== undefined && { "content-type": "application/json" }),
      ...options.headers,
    },
    ...(json !== undefined && { body: JSON.stringify(json) }),
    ...(form && { body: new URLSearchParams(form) }),
  });
  const text = await response.text();
  const { status, headers } = response;
  const isJson = /json/.test(headers.get("content-type") ?? "");
  return { status, headers, body: isJson && text !== "" ? JSON.parse(text) : text };
}

let people = 0;

/** A person nobody registered yet. */
export function someone() {
  people += 1;
  const name = `person${process.pid}x${people}`;
  return { username: name, email: `${name}@example.com`, password: "correct horse" };
}

/** Registers a new person and resolves to the answer's body, with what was sent. */
export async function registered(url: string) {
  const person = someone();
  const { status, body } = await call(url, "POST /api/register", { json: person });
  if (status !== 201) throw new Error(`registering answered ${status}: ${JSON.stringify(body)}`);
  return { ...person, ...body } as typeof person & { access_token: string; refresh_token: string };
}

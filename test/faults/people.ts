import { setTimeout } from "node:timers/promises";
import { callOther } from "../support/api.ts";
import { type Entry, type Journal, outcomeOf } from "./journal.ts";

export type Random = () => number;

/** Pseudo-random numbers in [0, 1) from a seed (mulberry32). */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

interface Session {
  readonly id: string;
  access: string;
  /** From the first to the newest that was received. */
  readonly refresh: string[];
}

interface Person {
  readonly email: string;
  readonly password: string;
}

export interface Crowd {
  /** Resolves once all pending calls are answered. */
  stop(): Promise<void>;
  /** Checks after all faults whether everything acknowledged is still so. */
  examine(graceMs: number): Promise<void>;
}

/** Clients that act as users do, each at one of the servers, and record the answers. */
export function startCrowd(urls: readonly string[], journal: Journal, random: Random, size = 8): Crowd {
  const people: Person[] = [];
  const wanted: Person[] = [];
  const sessions: Session[] = [];
  const dead: [token: string, session: string][] = [];
  const run = Math.floor(random() * 1e9).toString(36);
  let isOver = false;
  let isAfter = false;

  type Told = Pick<Entry, "act" | "subject"> & { session?: string };
  async function ask(told: Told, server: number, line: string, token?: string, json?: object) {
    const began = performance.now();
    const answer = await callOther(urls[server] as string, line, {
      ...(token && { token }),
      ...(json && { json }),
    }).catch(() => undefined);
    const status = answer?.status ?? 0;
    const outcome = outcomeOf(status);
    journal.add({ ...told, server, began, ended: performance.now(), outcome, status, isAfter });
    return { outcome, body: answer?.body };
  }

  const subjectOf = ({ email, password }: Person) => `${email} ${password}`;
  const one = <T>(things: readonly T[]): T | undefined => things[Math.floor(random() * things.length)];

  function begin(body: { access_token: string; refresh_token: string }): void {
    sessions.push({ id: sidOf(body.access_token), access: body.access_token, refresh: [body.refresh_token] });
  }

  async function register(server: number): Promise<void> {
    // sometimes an address that another client has asked for, with another password
    const email = (random() < 0.2 && one(wanted)?.email) || `p${run}x${wanted.length}@example.com`;
    const person = { email, password: `correct horse ${wanted.length}` };
    wanted.push(person);
    const json = { username: email.replace("@example.com", ""), ...person };
    const { outcome, body } = await ask(
      { act: "register", subject: subjectOf(person) },
      server,
      "POST /api/register",
      undefined,
      json,
    );
    if (outcome !== "ok") return;
    people.push(person);
    begin(body);
  }

  async function login(server: number, person = one(people)): Promise<void> {
    if (!person) return register(server);
    const { outcome, body } = await ask(
      { act: "login", subject: subjectOf(person) },
      server,
      "POST /api/login",
      undefined,
      person,
    );
    if (outcome === "ok" && !isAfter) begin(body);
  }

  async function check(server: number): Promise<void> {
    const session = one(sessions);
    const [token, id] = (random() < 0.3 && one(dead)) || [session?.access, session?.id];
    if (token && id) await ask({ act: "check", subject: token, session: id }, server, "GET /api/me", token);
  }

  async function refresh(
    server: number,
    session = one(sessions),
    token = session?.refresh.at(-1),
  ): Promise<void> {
    if (!session || !token) return;
    const told = { act: "refresh", subject: token, session: session.id } as const;
    const { outcome, body } = await ask(told, server, "POST /api/token/refresh", token);
    if (outcome !== "ok" || isAfter) return;
    session.access = body.access_token;
    if (body.refresh_token && !session.refresh.includes(body.refresh_token))
      session.refresh.push(body.refresh_token);
  }

  async function revoke(server: number): Promise<void> {
    const session = one(sessions);
    if (!session) return;
    const { access } = session;
    dead.push([access, session.id]);
    await ask(
      { act: "revoke", subject: access, session: session.id },
      server,
      "POST /api/logout/access",
      access,
    );
  }

  async function logout(server: number): Promise<void> {
    const [session] = sessions.splice(Math.floor(random() * sessions.length), 1);
    if (!session) return;
    dead.push([session.access, session.id]);
    const told = { act: "logout", subject: session.access, session: session.id } as const;
    await ask(told, server, "POST /api/logout", session.refresh.at(-1) ?? "");
  }

  const ACTS = [register, login, check, check, check, refresh, refresh, revoke, logout];

  async function live(client: number): Promise<void> {
    const server = client % urls.length;
    while (!isOver) {
      await (one(ACTS) ?? check)(server);
      // wait before a retry, as real clients do
      const { outcome } = journal.entries.at(-1) ?? {};
      if (outcome === "unknown" || outcome === "unavailable") await setTimeout(25);
    }
  }

  const lives = Array.from({ length: size }, (_, client) => live(client));
  return {
    async stop() {
      isOver = true;
      await Promise.all(lives);
    },
    async examine(graceMs) {
      isAfter = true;
      // after the grace time an older refresh token is refused
      await setTimeout(graceMs);
      await each(dead, ([token, session]) =>
        ask({ act: "check", subject: token, session }, 0, "GET /api/me", token),
      );
      await each(wanted, (person) => login(0, person));
      await each(sessions, async (session) => {
        for (const token of session.refresh.toReversed().slice(0, 3)) await refresh(0, session, token);
      });
    },
  };
}

/** Runs `work` for each item, several at once. */
async function each<T>(things: readonly T[], work: (thing: T) => Promise<unknown>): Promise<void> {
  const left = things.toReversed();
  const worker = async () => {
    for (let thing = left.pop(); thing !== undefined; thing = left.pop()) await work(thing);
  };
  await Promise.all(Array.from({ length: 8 }, worker));
}

function sidOf(token: string): string {
  return JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()).sid;
}

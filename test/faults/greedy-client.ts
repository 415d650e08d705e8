import { callOther } from "../support/api.ts";
import { temporaryDirectory } from "../support/server-process.ts";
import { type Fault, play } from "./fault.ts";
import { openScene, type Scene, type SceneServer } from "./scene.ts";

const SESSIONS = 15;
const LOGINS = 150;
const PASSWORD_CHANGES = 10;

/** Fewer places than the logins need, and hashes slow enough for a queue. */
const SCARCE = { HASH_QUEUE: "64", ARGON2_MEMORY_KIB: "8192" };

/**
 * One account that sends as many requests as it can. Limits on attempts are off, so only the fair share of the places
 * protects others: no other account may be told to come later.
 */
function greedyAt(url: string, { journal, random }: Scene) {
  const name = `greedy${Math.floor(random() * 1e9).toString(36)}`;
  const email = `${name}@example.com`;
  let password = "correct horse battery";
  const tokens: { access_token: string; refresh_token: string }[] = [];
  let failures = 0;
  const served = { login: 0, refresh: 0, change: 0 };

  async function ask(act: keyof typeof served, line: string, options: { token?: string; json?: object }) {
    const answer = await callOther(url, line, options).catch(() => undefined);
    const { status = 0 } = answer ?? {};
    // 503 is expected for it
    if (status === 0 || (status >= 500 && status !== 503)) failures += 1;
    if (status === 200) served[act] += 1;
    return status === 200 ? answer?.body : undefined;
  }

  async function login(): Promise<void> {
    const body = await ask("login", "POST /api/login", { json: { email, password } });
    if (body) tokens.push(body);
  }

  /** Refreshes one token until told to stop. */
  async function refresh(isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      const token = tokens.at(-1);
      const body = token && (await ask("refresh", "POST /api/token/refresh", { token: token.refresh_token }));
      if (!body) await login();
    }
  }

  async function changePasswords(): Promise<void> {
    for (let change = 0; change < PASSWORD_CHANGES; change += 1) {
      const next = `correct horse battery ${change}`;
      const token = tokens.at(-1)?.access_token ?? "";
      const json = { current_password: password, new_password: next };
      if (await ask("change", "POST /api/password", { token, json })) password = next;
    }
  }

  return {
    async register(): Promise<void> {
      const json = { username: name, email, password };
      const { status, body } = await callOther(url, "POST /api/register", { json });
      if (status !== 201) throw new Error(`registering answered ${status}`);
      tokens.push(body);
      while (tokens.length < SESSIONS) await login();
    },
    async wantEverything(): Promise<void> {
      let isOver = false;
      const refreshing = refresh(() => isOver);
      await Promise.all([...Array.from({ length: LOGINS }, login), changePasswords()]);
      isOver = true;
      await refreshing;
    },
    judge(): void {
      journal.measures.push({ what: "failures of the greedy client's calls", value: failures, most: 0 });
      for (const [act, count] of Object.entries(served))
        journal.measures.push({
          what: `no ${act} of the greedy client`,
          value: count === 0 ? 1 : 0,
          most: 0,
        });
    },
  };
}

export const greedyClient: Fault = {
  name: "one greedy client",
  storage: "LMDB",
  times: 50,
  async run(random, times) {
    const { path, remove } = temporaryDirectory();
    const scene = await openScene(random, { env: { DATA_DIR: path, ...SCARCE } });
    const [server] = scene.servers as [SceneServer];
    const greedy = greedyAt(server.process().url, scene);
    await greedy.register();
    const journal = await play(scene, times, () => greedy.wantEverything());
    greedy.judge();
    remove();
    return journal;
  },
};

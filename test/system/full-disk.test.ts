import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, it } from "vitest";
import { call, someone } from "../support/api.ts";
import { FREE_AND_CHEAP, startServer } from "../support/server-process.ts";
import { type SmallDisk, smallDisk } from "../support/small-disk.ts";

const ROUNDS = Number(process.env.DISK_ROUNDS ?? 2);
const CLIENTS = 8;

type Person = ReturnType<typeof someone>;

const disks: SmallDisk[] = [];
afterEach(() => {
  for (const disk of disks.splice(0)) disk.remove();
});

async function clients(work: () => Promise<void>): Promise<void> {
  await Promise.all(Array.from({ length: CLIENTS }, work));
}

/** Registers people until the server ends by itself. */
async function fill(disk: SmallDisk) {
  const server = await startServer({ DATA_DIR: disk.path, ...FREE_AND_CHEAP }, undefined, disk.under);
  let status: number | string | undefined;
  server.child.once("close", (code, signal) => {
    status = code ?? signal ?? "";
  });
  const acknowledged: Person[] = [];
  const others = new Set<unknown>();
  await clients(async () => {
    while (status === undefined) {
      const person = someone();
      const answer = await call(server.url, "POST /api/register", { json: person }).catch(() => undefined);
      if (answer?.status === 201) acknowledged.push(person);
      else if (answer) others.add(answer.body.code);
      else await sleep(10);
    }
  });
  return { acknowledged, others: [...others], status, output: server.output() };
}

/** The people who cannot log in once there is room. */
async function missing(disk: SmallDisk, people: readonly Person[]): Promise<Person[]> {
  const server = await startServer({ DATA_DIR: disk.path, ...FREE_AND_CHEAP }, undefined, disk.under);
  const open = [...people];
  const found: Person[] = [];
  await clients(async () => {
    for (let person = open.pop(); person; person = open.pop()) {
      const { email, password } = person;
      const { status } = await call(server.url, "POST /api/login", { json: { email, password } });
      if (status !== 200) found.push(person);
    }
  });
  expect(await server.end()).toBe(0);
  return found;
}

it("replaces a worker that ends for it, and tells its status", async () => {
  const disk = smallDisk(900, 1);
  disks.push(disk);
  const env = { DATA_DIR: disk.path, WORKERS: "2", ...FREE_AND_CHEAP };
  const server = await startServer(env, undefined, disk.under);
  const ended = /"status":74,"replacedInMs":\d+,"msg":"worker_died"/;
  let isOver = false;
  const load = clients(async () => {
    while (!isOver) {
      await call(server.url, "POST /api/register", { json: someone() }).catch(() => sleep(10));
    }
  });
  // a client handed to a dying worker waits until the end of the first process
  while (!ended.test(server.output())) await sleep(20);
  isOver = true;
  expect(server.output()).toContain(`The store in ${disk.path} could not be written: `);
  expect(await server.end()).toBe(0);
  await load;
}, 90_000);

it(
  `loses nothing acknowledged when its disk is full, and ends saying so, ${ROUNDS} times`,
  async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      // the disk is full at another place each time
      const disk = smallDisk(900 + 37 * round, round);
      disks.push(disk);
      const { acknowledged, others, status, output } = await fill(disk);
      console.log(`round ${round + 1}, ${disk.kind}: ${acknowledged.length} acknowledged, status ${status}`);
      expect(status).toBe(74);
      expect(output).toContain(`The store in ${disk.path} could not be written: `);
      expect(output).toContain("Make room");
      expect(others).toEqual(["storage_unavailable"]);
      expect(acknowledged.length).toBeGreaterThan(50);
      disk.makeRoom();
      expect(await missing(disk, acknowledged)).toEqual([]);
    }
  },
  ROUNDS * 30_000,
);

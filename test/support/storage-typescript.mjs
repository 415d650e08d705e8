// Lets a child process of a test run TypeScript from source: node --import ./storage-typescript.mjs worker.ts
import { readFile } from "node:fs/promises";
import { register } from "node:module";
import { isMainThread } from "node:worker_threads";

// Node loads this file a second time, in the thread of its module hooks
if (isMainThread) register(import.meta.url);

export async function load(url, context, nextLoad) {
  if (!url.endsWith(".ts")) return nextLoad(url, context);
  const { transformWithOxc } = await import("vite");
  const { code } = await transformWithOxc(await readFile(new URL(url), "utf8"), url);
  return { format: "module", source: code, shortCircuit: true };
}

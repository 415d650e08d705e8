import { open, rename, rm } from "node:fs/promises";

/** A JSON file `{"left_out": […], "summary": …}` that is there whole or not at all. */
export interface ReportFile {
  row(row: object): Promise<void>;
  /** Puts the file in its place, over one that is there. */
  finish(summary: object): Promise<void>;
  /** Leaves nothing behind of a report that was not finished. */
  discard(): Promise<void>;
}

/** Begins a report that its owner alone can read, row by row so that memory does not grow with it. */
export async function openReportFile(path: string): Promise<ReportFile> {
  const draft = `${path}.part`;
  await rm(draft, { force: true });
  const file = await open(draft, "wx", 0o600);
  await file.write('{"left_out":[');
  let separator = "\n";
  let isDone = false;
  return {
    async row(row) {
      await file.write(`${separator}${JSON.stringify(row)}`);
      separator = ",\n";
    },
    async finish(summary) {
      await file.write(`\n],"summary":${JSON.stringify(summary)}}\n`);
      await file.sync();
      await file.close();
      isDone = true;
      await rename(draft, path);
    },
    async discard() {
      if (isDone) return;
      await file.close();
      await rm(draft, { force: true });
    },
  };
}

import { open, rename, rm } from "node:fs/promises";

/** A JSON file `{"left_out": […], "summary": …}` that appears only once it is complete. */
export interface ReportFile {
  row(row: object): Promise<void>;
  /** Completes the file and moves it into place, replacing an existing one. */
  finish(summary: object): Promise<void>;
  /** Removes an unfinished report. */
  discard(): Promise<void>;
}

/**
 * Opens a report that only its owner can read. It is written row by row, so that memory use does not grow with
 * it.
 */
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

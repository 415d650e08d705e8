import { spawnSync } from "node:child_process";
import { expect, it } from "vitest";
import { ROOT } from "../support/project.ts";

/** Whether this machine can run the steps of the image: Linux, root, and private mounts. */
function canMount(): boolean {
  const script =
    "d=$(mktemp -d) && mount -t tmpfs tmpfs $d && mkdir $d/u $d/w $d/m && " +
    "mount -t overlay overlay -o lowerdir=/,upperdir=$d/u,workdir=$d/w $d/m; s=$?; umount -R -l $d; rmdir $d; exit $s";
  return spawnSync("unshare", ["--mount", "--propagation", "private", "sh", "-c", script]).status === 0;
}

const isPossible = canMount();
if (!isPossible) console.log("Skipped: the image's steps, for want of Linux, root and mounts.");

it.runIf(isPossible)(
  "the image is built by its Dockerfile and serves what docs say",
  { timeout: 600_000 },
  () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, ["deploy/check-image.mjs"], {
      cwd: ROOT,
      encoding: "utf8",
      timeout: 590_000,
    });
    expect([status, stdout.split("\n").at(-2) ?? "", status === 0 ? "" : stderr]).toEqual([
      0,
      "The image's steps and its container work.",
      "",
    ]);
  },
);

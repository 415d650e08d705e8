/** How LMDB opens the files of a store. */
export const OPEN_OPTIONS = {
  // without this option, a path with a dot in its name would be taken for a file
  noSubdir: false,
  encoding: "json",
  // a write resolves only once it is on disk, so that no process and no crash sees it undone
  overlappingSync: false,
  // otherwise a failed commit rejects a second promise that cannot be handled
  eventTurnBatching: false,
  permissionsMode: 0o600,
  maxDbs: 32,
} as const;

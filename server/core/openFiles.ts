/** What the process keeps open beside connections: its database, its log, what the engine has for itself. */
const OWN_FILES = 64;
/** Connections of people and scripts to the control plane: from a small team's to what no dashboard needs. */
const CONTROL = { least: 64, most: 1_000, share: 1 / 16 };

/** How many connections the control plane may have. `openFiles`: how many the process may have open; null: not known. */
export function controlConnections(openFiles: number | null): number {
  if (openFiles === null) return CONTROL.most;
  return Math.min(CONTROL.most, Math.max(CONTROL.least, Math.floor(openFiles * CONTROL.share)));
}

/** Files that are left for callers and providers. */
export function filesForCallers(openFiles: number): number {
  return openFiles - OWN_FILES - controlConnections(openFiles);
}

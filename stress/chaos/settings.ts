import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AppRole } from './fault.ts';

/** What the preload finds in the campaign's folder when a process starts. */
export interface PreloadSettings {
  redisPort: number;
  postgresPort: number;
  /** On top of the supervisor's. */
  env: Record<string, string>;
}

export type RoleSettings = Record<AppRole, PreloadSettings>;

/** Names the campaign's folder to the processes. */
export const FOLDER_VARIABLE = 'STAMPEDE_CHAOS_FOLDER';

/** Of a process whose garbage is collected every so many milliseconds. */
export const COLLECT_VARIABLE = 'STAMPEDE_CHAOS_COLLECT_EVERY_MS';

/** On this signal a process reads `hang.<pid>` and stands still for so many milliseconds. */
export const HANG_SIGNAL = 'SIGUSR2';

export const hangFile = (folder: string, pid: number): string => join(folder, `hang.${pid}`);

/** What processes believe the time to be: ms ahead, by process id. */
export const clocksFile = (folder: string): string => join(folder, 'clocks.json');

const settingsFile = (folder: string): string => join(folder, 'settings.json');

export function readSettings(folder: string): RoleSettings {
  return JSON.parse(readFileSync(settingsFile(folder), 'utf8')) as RoleSettings;
}

export function writeSettings(folder: string, settings: RoleSettings): void {
  const next = `${settingsFile(folder)}.next`;
  writeFileSync(next, JSON.stringify(settings));
  renameSync(next, settingsFile(folder));
}

import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AppRole } from './fault.ts';
import type { Failpoint, FailpointAct } from './failpoints.ts';

/** A failpoint is armed while its file is there; whoever renames it is the first who came by. */
const armedFile = (folder: string, failpoint: Failpoint): string => join(folder, `${failpoint}.armed`);
const metFile = (folder: string, failpoint: Failpoint): string => join(folder, `${failpoint}.met`);

/** In the campaign: the first process that comes by does it. */
export function armFailpoint(folder: string, failpoint: Failpoint, act: FailpointAct): void {
  rmSync(metFile(folder, failpoint), { force: true });
  const file = armedFile(folder, failpoint);
  writeFileSync(`${file}.next`, JSON.stringify(act));
  renameSync(`${file}.next`, file);
}

/** @returns the role of the process that came by; undefined while nobody has */
export function findMet(folder: string, failpoint: Failpoint): AppRole | undefined {
  try {
    return readFileSync(metFile(folder, failpoint), 'utf8') as AppRole;
  } catch {
    return undefined;
  }
}

export function disarmFailpoint(folder: string, failpoint: Failpoint): void {
  rmSync(armedFile(folder, failpoint), { force: true });
}

/**
 * In a process: what comes by a failpoint. When it is armed this does not return (`die`), or returns late (`hang`).
 *
 * @returns how long what came by shall wait, ms; 0 nearly always
 */
export function passFailpoint(folder: string, role: AppRole, failpoint: Failpoint): number {
  const taken = `${armedFile(folder, failpoint)}.${process.pid}`;
  try {
    renameSync(armedFile(folder, failpoint), taken);
  } catch {
    return 0;
  }
  const act = JSON.parse(readFileSync(taken, 'utf8')) as FailpointAct;
  writeFileSync(taken, role);
  renameSync(taken, metFile(folder, failpoint)); // in one step: who sees it sees all of it
  switch (act.act) {
    case 'die':
      process.kill(process.pid, 'SIGKILL');
      return 0;
    case 'hang':
      hang(act.ms);
      return 0;
    case 'wait':
      return act.ms;
  }
}

/** The event loop stands still. */
export function hang(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

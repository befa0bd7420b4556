import { readdir, readFile } from 'node:fs/promises';

import type { Latency } from './measurement.ts';

/** Linux counts processor time in these, whatever the machine (USER_HZ). */
const TICKS_PER_SEC = 100;
const PAGE_BYTES = 4096;

/** The processes of a contender, by role. */
export type Pids = Record<string, number[]>;

export type RoleUsage = Record<
  string,
  {
    cpuSec: number;
    processes: number;
    maxRssMb: number;
    /** The most any of them ever had, since it was started; absent where there is no /proc. */
    peakRssMb?: number;
    /** How late the event loop of each process was; absent where none was watched. */
    loopDelaysMs?: Latency[];
  }
>;

/** Processor time of one process so far, s; null where there is no /proc, or no such process. */
export async function readCpuSec(pid: number): Promise<number | null> {
  const stat = await readStat(pid);
  return stat && stat.ownSec;
}

interface Stat {
  ppid: number;
  ownSec: number;
  /** Of children that have ended. */
  endedSec: number;
  rssMb: number;
}

async function readStat(pid: number): Promise<Stat | null> {
  const line = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The second field is the program's name in brackets and may hold blanks.
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
  if (fields.length < 22) return null;
  const ticks = (...at: number[]): number =>
    at.reduce((sum, index) => sum + Number(fields[index]), 0) / TICKS_PER_SEC;
  return {
    ppid: Number(fields[1]),
    ownSec: ticks(11, 12),
    endedSec: ticks(13, 14),
    rssMb: (Number(fields[21]) * PAGE_BYTES) / 1e6,
  };
}

/**
 * Processor time and memory of each role now. PostgreSQL is its postmaster with every backend, dead ones too; the others
 * are single processes.
 */
export async function readUsage(pids: Pids): Promise<RoleUsage> {
  const usage: RoleUsage = {};
  for (const [role, own] of Object.entries(pids)) {
    const stats = (await Promise.all(own.map(readStat))).filter((stat) => stat !== null);
    const children = role === 'postgres' ? await readChildren(new Set(own)) : [];
    usage[role] = {
      cpuSec: [...stats, ...children].reduce((sum, { ownSec }) => sum + ownSec, 0),
      processes: stats.length + children.length,
      maxRssMb: Math.round(Math.max(0, ...stats.map(({ rssMb }) => rssMb))),
    };
    const peaks = (await Promise.all(own.map(readPeakMb))).filter((peak) => peak !== null);
    if (peaks.length > 0) usage[role].peakRssMb = Math.round(Math.max(...peaks));
    // Redis has children as well, now and then: they rewrite its append-only file.
    if (role === 'postgres' || role === 'redis') {
      usage[role].cpuSec += stats.reduce((sum, { endedSec }) => sum + endedSec, 0);
    }
  }
  return usage;
}

async function readPeakMb(pid: number): Promise<number | null> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const kib = /^VmHWM:\s+(\d+) kB/m.exec(status)?.[1];
  return kib === undefined ? null : (Number(kib) * 1024) / 1e6;
}

async function readChildren(parents: ReadonlySet<number>): Promise<Stat[]> {
  const names = await readdir('/proc').catch(() => []);
  const stats = await Promise.all(
    names.filter((name) => /^\d+$/.test(name)).map((pid) => readStat(Number(pid))),
  );
  return stats.filter((stat) => stat !== null && parents.has(stat.ppid)) as Stat[];
}

/** What was used between two readings; memory as of the second. */
export function usageBetween(before: RoleUsage, after: RoleUsage): RoleUsage {
  return Object.fromEntries(
    Object.entries(after).map(([role, usage]) => [
      role,
      { ...usage, cpuSec: Math.max(0, usage.cpuSec - (before[role]?.cpuSec ?? 0)) },
    ]),
  );
}

import { removeInstanceFile, writeInstanceFile, type InstanceFile } from './instance-file.ts';
import type { KeptProcess } from './keep-running.ts';

export interface Roster {
  /** Lists a process from now on. */
  add: (process: KeptProcess) => void;
  /** Writes `instance.json` as things are now; called at each death and each start. */
  update: () => void;
  /** Names the addresses and writes `instance.json` for the first time. */
  publish: (addresses: Omit<InstanceFile, 'processes'>) => Promise<void>;
  /** Takes `instance.json` away and writes it no more. */
  remove: () => Promise<void>;
  /** Ends every API and worker process at once; services end by their tether, so that they keep their files whole. */
  killAll: () => void;
}

/** Knows every process of the instance and keeps `instance.json` true. */
export function createRoster({ dataDir }: { dataDir: string }): Roster {
  const kept: KeptProcess[] = [];
  let addresses: Omit<InstanceFile, 'processes'> | undefined;
  // One write after the other: the last one holds the last state.
  let written: Promise<void> = Promise.resolve();

  function processes(): InstanceFile['processes'] {
    const running = kept.flatMap(({ role, pid }) => (pid === undefined ? [] : [{ role, pid }]));
    return [{ role: 'supervisor', pid: process.pid }, ...running];
  }

  function update(): void {
    written = written
      .then(async () => {
        if (addresses) await writeInstanceFile(dataDir, { ...addresses, processes: processes() });
      })
      // A full disk must not stop the sale; the next change writes again.
      .catch(() => undefined);
  }

  return {
    add(process) {
      kept.push(process);
      update();
    },
    update,
    async publish(given) {
      addresses = given;
      update();
      await written;
    },
    async remove() {
      addresses = undefined;
      await written;
      await removeInstanceFile(dataDir);
    },
    killAll() {
      for (const process of kept) {
        if (process.role === 'api' || process.role === 'worker') process.kill();
      }
    },
  };
}

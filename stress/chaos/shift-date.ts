import { readFileSync } from 'node:fs';

/**
 * Shifts what this process believes the time to be; timers and `performance.now()` go on undisturbed, as they do when somebody
 * sets a machine's clock.
 *
 * @param file  JSON, ms ahead by process id, `*` for every other process; it may change at any time, or not be there, and is
 *              read ten times a second
 */
export function shiftDate(file: string): void {
  const MachineDate = Date;
  let aheadMs = 0;
  const now = (): number => MachineDate.now() + aheadMs;
  const readFile = (): void => {
    try {
      const byPid = JSON.parse(readFileSync(file, 'utf8')) as Record<string, number>;
      aheadMs = byPid[process.pid] ?? byPid['*'] ?? 0;
    } catch {
      // Not there, or being written right now: read again in a moment.
    }
  };
  globalThis.Date = new Proxy(MachineDate, {
    construct: (target, args: unknown[], newTarget) =>
      Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget) as Date,
    apply: () => new MachineDate(now()).toString(),
    get: (target, property) => (property === 'now' ? now : (Reflect.get(target, property) as unknown)),
  });
  readFile();
  setInterval(readFile, 100).unref();
}

// node --import 'file:///…/shift-date.ts?clocks=FILE' …
const asked = new URL(import.meta.url).searchParams.get('clocks');
if (asked !== null) shiftDate(asked);

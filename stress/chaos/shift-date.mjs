/**
 * Shifts what a process believes the time to be; timers and `performance.now()` go on undisturbed, as they do when an
 * operator sets a machine's clock.
 *
 *   node --import 'file:///…/shift-date.mjs?offsets=FILE' …
 *
 * FILE holds JSON: milliseconds by process id, `*` for every other process; it may change at any time, and is read ten times
 * a second. Loaded by the chaos campaign and its tests only.
 */
import { readFileSync } from 'node:fs';

const file = new URL(import.meta.url).searchParams.get('offsets');
const MachineDate = Date;
let offsetMs = 0;

function readOffset() {
  try {
    const offsets = JSON.parse(readFileSync(file, 'utf8'));
    offsetMs = offsets[process.pid] ?? offsets['*'] ?? 0;
  } catch {
    // Being written right now: read again in a moment.
  }
}

const now = () => MachineDate.now() + offsetMs;

globalThis.Date = new Proxy(MachineDate, {
  construct: (target, args, newTarget) =>
    Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
  apply: () => new MachineDate(now()).toString(),
  get: (target, property) => (property === 'now' ? now : Reflect.get(target, property)),
});

readOffset();
setInterval(readOffset, 100).unref();

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { AppRole } from './fault.ts';
import type { Failpoint } from './failpoints.ts';
import { hang, passFailpoint } from './pass-failpoint.ts';
import { shiftDate } from './shift-date.ts';
import {
  clocksFile,
  COLLECT_VARIABLE,
  FOLDER_VARIABLE,
  HANG_SIGNAL,
  hangFile,
  readSettings,
} from './settings.ts';

/** Of the process that runs this entry; the supervisor has none of ours. */
function roleOf(entry = ''): AppRole | undefined {
  switch (basename(entry)) {
    case 'server.js':
      return 'api';
    case 'worker.js':
      return 'worker';
    default:
      return undefined;
  }
}

type Callback = (error: Error | null, result?: unknown) => void;
type AnyFunction = (this: object, ...args: unknown[]) => unknown;

/*
 * Loaded by the campaign into API and worker processes (`--import`), before anything of theirs: puts the campaign's proxies
 * in front of their stores, and stands at the failpoints.
 *
 * A failpoint is a call of a library that the engine makes at that point: `Queue.add` is the border between admit and
 * enqueue, `COMMIT` the one between settle and announce. So the engine has not a line for them, and an instance that was
 * not started by the campaign has none to reach.
 */
const folder = process.env[FOLDER_VARIABLE];
const role = roleOf(process.argv[1]);
if (folder !== undefined && role !== undefined) {
  shiftDate(clocksFile(folder));
  applySettings(folder, role);
  process.on(HANG_SIGNAL, () => hang(Number(readFileSync(hangFile(folder, process.pid), 'utf8'))));
  watchQueue(folder);
  watchTransactions(folder);
  collectOften(Number(process.env[COLLECT_VARIABLE] ?? 0));
}

function applySettings(from: string, as: AppRole): void {
  const { redisPort, postgresPort, env } = readSettings(from)[as];
  Object.assign(process.env, env);
  for (const [variable, port] of [
    ['REDIS_URL', redisPort],
    ['DATABASE_URL', postgresPort],
  ] as const) {
    const url = new URL(process.env[variable] ?? '');
    url.port = String(port);
    process.env[variable] = url.href;
  }
}

/** Garbage that nobody has collected yet looks like memory that is kept: V8 lets tens of megabytes lie for minutes. */
function collectOften(everyMs: number): void {
  if (everyMs === 0) return;
  setFlagsFromString('--expose-gc');
  setInterval(runInNewContext('gc') as () => void, everyMs).unref();
}

/** Bull takes a job of an API process, and a worker's job is done. */
function watchQueue(from: string): void {
  const require = createRequire(import.meta.url);
  const { prototype: queue } = require('bull') as { prototype: Record<'add', AnyFunction> };
  const { prototype: job } = require('bull/lib/job') as { prototype: Record<'moveToCompleted', AnyFunction> };

  const { add } = queue;
  queue.add = async function (...args) {
    await wait(pass(from, 'api', 'api.before-enqueue'));
    const added = await add.apply(this, args);
    await wait(pass(from, 'api', 'api.after-enqueue'));
    return added;
  };
  const { moveToCompleted } = job;
  job.moveToCompleted = async function (...args) {
    await wait(pass(from, 'worker', 'worker.before-ack'));
    return moveToCompleted.apply(this, args);
  };
}

/** What settle and rebuild say to PostgreSQL. */
function watchTransactions(from: string): void {
  const require = createRequire(import.meta.url);
  const { Client } = require('pg') as { Client: { prototype: Record<'query', AnyFunction> } };
  const { query } = Client.prototype;
  const settling = new WeakSet();
  const raising = new WeakSet();

  Client.prototype.query = function (...args) {
    const text = (args[0] as { text?: string } | undefined)?.text ?? '';
    let waitMs = 0;
    if (text.startsWith('BEGIN')) [settling, raising].forEach((held) => held.delete(this)); // the one before was rolled back
    if (text.includes('as units_left')) waitMs = pass(from, 'worker', 'worker.before-write');
    if (text.includes('insert into purchase_attempts')) settling.add(this);
    if (text === 'COMMIT;' && settling.delete(this)) {
      waitMs = pass(from, 'worker', 'worker.before-commit');
      afterwards(args, () => pass(from, 'worker', 'worker.after-commit'));
    }
    if (text.includes('set gate_epoch')) raising.add(this);
    if (text === 'COMMIT;' && raising.delete(this))
      afterwards(args, () => pass(from, undefined, 'any.after-epoch'));
    if (waitMs === 0) return query.apply(this, args);
    setTimeout(() => query.apply(this, args), waitMs);
    return undefined; // knex is told by its callback
  };
}

/** Has `act` say how long the answer of a query waits, once it is there. */
function afterwards(args: unknown[], act: () => number): void {
  const callback = args.at(-1) as Callback;
  args[args.length - 1] = ((error, result) => {
    const ms = error ? 0 : act();
    if (ms === 0) callback(error, result);
    else setTimeout(callback, ms, error, result);
  }) satisfies Callback;
}

/** @param only  the role that stops here; the other one goes by. @returns ms to wait */
function pass(from: string, only: AppRole | undefined, failpoint: Failpoint): number {
  return role !== undefined && (only ?? role) === role ? passFailpoint(from, role, failpoint) : 0;
}

function wait(ms: number): Promise<void> | undefined {
  return ms === 0 ? undefined : new Promise((resolve) => setTimeout(resolve, ms));
}

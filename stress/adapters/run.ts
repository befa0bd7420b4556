import { fork, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import { io, type Socket } from 'socket.io-client';
import { runCommand } from '../../src/commands/lib/run-command.ts';
import { CommandError, usageError } from '../../src/commands/lib/command-error.ts';
import { decidedRecord } from '../../src/features/purchase/purchase.model.ts';
import { medianOf } from '../bench/statistics.ts';
import type { Answer, Order } from './process.ts';
import { WAYS, type Outcome, type WayDeps } from './way.ts';

const OUTCOMES = 10_000;
const OUTCOMES_A_TRANSACTION = 250;
/** So many of those who bought have a socket, spread over the processes. */
const LISTENERS = 1_000;
const ROUNDS = 3;

const IS_SOURCE = import.meta.url.endsWith('.ts');
const PROGRAM = fileURLToPath(new URL(`./process.${IS_SOURCE ? 'ts' : 'js'}`, import.meta.url));

interface Figures {
  /** From the first announcement until the last socket heard, ms. */
  wallMs: number;
  /** CPU, µs an outcome. */
  worker: number;
  apis: number;
  redis: number;
}

const start = (): ChildProcess => fork(PROGRAM, { execArgv: IS_SOURCE ? ['--import', 'tsx'] : [] });

async function ask<Wanted extends Answer>(child: ChildProcess, order: Order): Promise<Wanted> {
  const answered = once(child, 'message') as Promise<[Wanted]>;
  child.send(order);
  return (await answered)[0];
}

const cpuOf = async (child: ChildProcess): Promise<number> =>
  (await ask<{ cpuMs: number }>(child, { kind: 'usage' })).cpuMs;

async function cpuOfRedis(redis: Redis): Promise<number> {
  const text = await redis.info('cpu');
  const seconds = (name: string): number =>
    Number(new RegExp(`^${name}:([\\d.]+)`, 'm').exec(text)?.[1] ?? 0);
  return (seconds('used_cpu_user') + seconds('used_cpu_sys')) * 1_000;
}

function makeTransactions(): { transactions: Outcome[][]; shoppers: string[] } {
  const shoppers = Array.from({ length: OUTCOMES }, () => randomUUID());
  const now = Date.now();
  const outcomes = shoppers.map((shopperId): Outcome => {
    const attemptId = randomUUID();
    const times = { admittedAtMs: now, settledAtMs: now + 20 };
    const decided = {
      attemptId,
      shopperId,
      quantity: 1,
      outcome: 'confirmed',
      orderId: attemptId,
      ...times,
    } as const;
    return { attemptId, record: decidedRecord(decided) };
  });
  const transactions: Outcome[][] = [];
  for (let at = 0; at < OUTCOMES; at += OUTCOMES_A_TRANSACTION)
    transactions.push(outcomes.slice(at, at + OUTCOMES_A_TRANSACTION));
  return { transactions, shoppers };
}

async function connect(port: number, token: string, heard: () => void): Promise<Socket> {
  const socket = io(`http://127.0.0.1:${port}`, {
    transports: ['websocket'],
    forceNew: true,
    auth: { token },
  });
  socket.once('purchase:outcome', heard);
  await new Promise<void>((resolve) => socket.on('connect', resolve));
  return socket;
}

async function measure(deps: WayDeps, apiProcesses: number): Promise<Figures> {
  const redis = new Redis(deps.redisUrl);
  const [worker, ...apis] = Array.from({ length: 1 + apiProcesses }, start) as [
    ChildProcess,
    ...ChildProcess[],
  ];
  const sockets: Socket[] = [];
  try {
    const ports = await Promise.all(apis.map((api) => ask<{ port: number }>(api, { kind: 'serve', deps })));
    const { transactions, shoppers } = makeTransactions();
    let heard = 0;
    let allHeard: () => void = () => undefined;
    const whenAllHeard = new Promise<void>((resolve) => (allHeard = resolve));
    const every = OUTCOMES / LISTENERS;
    for (let at = 0; at < LISTENERS; at += 1) {
      const port = ports[at % ports.length]?.port ?? 0;
      const tell = (): void => {
        if ((heard += 1) === LISTENERS) allHeard();
      };
      sockets.push(await connect(port, shoppers[at * every + every - 1] ?? '', tell));
    }
    // Connections stand and code is warm before anything is measured.
    const announce = (some: Outcome[][]) =>
      ask<{ announced: number }>(worker, {
        kind: 'announce',
        deps,
        saleId: randomUUID(),
        transactions: some,
      });
    await announce(makeTransactions().transactions.slice(0, 8));
    const before = await Promise.all([cpuOf(worker), ...apis.map(cpuOf), cpuOfRedis(redis)]);
    const startedAt = performance.now();
    await announce(transactions);
    await whenAllHeard;
    const wallMs = performance.now() - startedAt;
    const after = await Promise.all([cpuOf(worker), ...apis.map(cpuOf), cpuOfRedis(redis)]);
    const micros = after.map((cpuMs, index) => ((cpuMs - (before[index] ?? 0)) * 1_000) / OUTCOMES);
    const [workerMicros = NaN, ...others] = micros;
    const redisMicros = others.pop() ?? NaN;
    return {
      wallMs,
      worker: workerMicros,
      apis: others.reduce((sum, one) => sum + one, 0),
      redis: redisMicros,
    };
  } finally {
    for (const socket of sockets) socket.disconnect();
    for (const child of [worker, ...apis]) child.kill();
    await redis.flushall(); // it was empty before
    redis.disconnect();
  }
}

/** Every round empties it: nobody's keys may be in it. */
async function refuseKeysOfOthers(redisUrl: string): Promise<void> {
  const redis = new Redis(redisUrl, { maxRetriesPerRequest: 0, retryStrategy: () => null });
  redis.on('error', () => undefined); // told by the command below
  try {
    const keyspace = await redis.info('keyspace').catch(() => {
      throw new CommandError(`No Redis answers at ${new URL(redisUrl).host}.`);
    });
    if (keyspace.includes('keys='))
      throw usageError('--redis has keys in it, and would be emptied: name one of its own');
  } finally {
    redis.disconnect();
  }
}

await runCommand({
  name: 'node scripts/run.mjs stress/adapters/run',
  usage: ['--redis redis://127.0.0.1:6380 --packages FOLDER [--processes N]'],
  summary:
    'Compares how outcomes reach sockets over several processes: one message a transaction, or an adapter of Socket.IO.\n' +
    'FOLDER has @socket.io/redis-adapter and @socket.io/redis-streams-adapter installed; the Redis must be empty, and is emptied again.',
  flags: {
    redis: { help: 'a Redis of its own, 7.0 or later', value: 'URL' },
    packages: { help: 'where the adapters are installed', value: 'FOLDER' },
    processes: { help: 'API processes, 2 unless told otherwise', value: 'N' },
  },
  async run({ flags, print }) {
    const [redisUrl, packages] = [flags.text('redis'), flags.text('packages')];
    if (redisUrl === undefined || packages === undefined)
      throw usageError('--redis and --packages are missing');
    const apiProcesses = flags.integer('processes', { min: 1, max: 16, otherwise: 2 });
    await refuseKeysOfOthers(redisUrl);
    const measured = WAYS.map((way) => ({ way, rounds: [] as Figures[] }));
    for (let round = 0; round < ROUNDS; round += 1)
      for (const { way, rounds } of measured)
        rounds.push(await measure({ way, redisUrl, packages }, apiProcesses));
    const json = measured.map(({ way, rounds }) => ({
      way,
      wallMs: medianOf(rounds.map(({ wallMs }) => wallMs)),
      workerMicros: medianOf(rounds.map(({ worker }) => worker)),
      apiMicros: medianOf(rounds.map(({ apis }) => apis)),
      redisMicros: medianOf(rounds.map(({ redis }) => redis)),
    }));
    for (const { way, wallMs, workerMicros, apiMicros, redisMicros } of json) {
      const micros = [workerMicros, apiMicros, redisMicros].map((value) => value.toFixed(1).padStart(7));
      print(
        `${way.padEnd(8)} ${wallMs.toFixed(0).padStart(6)} ms  µs an outcome: worker, APIs, Redis ${micros.join(' ')}`,
      );
    }
    return {
      json: {
        outcomes: OUTCOMES,
        listeners: LISTENERS,
        apiProcesses,
        rounds: ROUNDS,
        ways: json,
      },
    };
  },
});

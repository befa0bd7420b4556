import { readFile } from 'node:fs/promises';
import type { Seller } from '../contender.ts';
import type { Measurement } from '../measurement.ts';
import { startSockets } from '../start-sockets.ts';
import { latencyOf } from '../statistics.ts';
import * as shared from './round.ts';

const PROCESSES = 2;
const WITHIN_MS = 15_000;

/**
 * (g) Everybody is connected and watches: time from a transaction to its outcome on the socket, and from the last
 * promise to the tick that says sold out. Then all disconnect at once and come back.
 */
export async function sockets(round: shared.Round, seller: Seller): Promise<Measurement> {
  const { clients, units } = round.scale.sockets;
  const { redis } = round.contenders.services;
  const saleId = await seller.openSale(units);
  const file = await readFile(round.contenders.crowd.tokensFile, 'utf8');
  const tokens = file.split('\n', clients);
  const crowd = await startSockets({ url: seller.url, saleId }, tokens, PROCESSES);
  try {
    const metered = await shared.meterUsage(seller);
    const result = await round.generator.run({
      ...{ url: seller.url, path: shared.ATTEMPT_PATH, connections: round.scale.connections, seconds: 60 },
      attempts: { ...shared.attemptsAt(round, seller, 'sockets', saleId), amount: clients },
    });
    const drained = await seller.waitForDrain(saleId, shared.DRAINED_WITHIN_MS);
    const told = await crowd.tell({ kind: 'await-sold-out', withinMs: WITHIN_MS });
    const usage = await metered();

    const countCommands = async (): Promise<number> =>
      Number(/^total_commands_processed:(\d+)/m.exec(await redis.info('stats'))?.[1] ?? 0);
    const commandsBefore = await countCommands();
    const back = await crowd.tell({ kind: 'come-back', withinMs: WITHIN_MS });
    const commands = (await countCommands()) - commandsBefore;

    const { settled, counts, invariants } = await shared.concludeSale(seller, saleId, {
      ...{ drained, accepted: result.accepted },
    });
    const soldOutMs = told.soldOutAt.map((at) => Math.max(0, at - settled.lastAdmittedAtMs));
    return shared.measurementOf(round, seller, 'sockets', {
      figures: {
        ...shared.cpuPer(result.answers, usage),
        outcomeSeenP99Ms: latencyOf(told.outcomeMs).p99,
        soldOutSeenP99Ms: latencyOf(soldOutMs).p99,
        // Who is not back at all has no time of its own: then it took longer than we waited.
        backAfterSec:
          back.backAfterMs.length < clients ? WITHIN_MS / 1000 : latencyOf(back.backAfterMs).max / 1000,
        redisCommandsPerClient: commands / clients,
      },
      counts: {
        ...shared.countsOf(result),
        ...counts,
        'outcomes heard': told.outcomeMs.length,
        'told sold out': told.soldOutAt.length,
        'back with the right state': back.backAfterMs.length,
      },
      ...shared.seen(result),
      outcomeMs: latencyOf(told.outcomeMs),
      seenMs: latencyOf(told.seenMs),
      settleMs: settled.settleMs,
      ...{ usage, invariants },
    });
  } finally {
    await crowd.close();
  }
}

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readJournal } from '../../../src/features/purchase/journal.ts';
import type { Seller } from '../contender.ts';
import type { Measurement, SeenWorkName } from '../measurement.ts';
import { startOpenLoop } from '../start-open-loop.ts';
import { startSockets } from '../start-sockets.ts';
import { latencyOf } from '../statistics.ts';
import { watchSale } from '../watch-sale.ts';
import * as shared from './round.ts';

const WITHIN_MS = 15_000;
const ACCEPTED = 202;

/**
 * Everybody wins, and the drop, as shoppers live through them: accepted and refused apart, settled, and seen on the
 * socket. At a fixed rate in an open loop, below what is possible, for wrk can do neither. Its clients keep a journal, and
 * every promise is judged by it too.
 */
export async function seen(round: shared.Round, seller: Seller, work: SeenWorkName): Promise<Measurement> {
  const { units, shoppers, perSec, listeners } = round.scale.seen[work];
  const saleId = await seller.openSale(units);
  const file = await readFile(round.contenders.crowd.tokensFile, 'utf8');
  // The first to come win: every so manieth of them listens.
  const listening = file.split('\n', units).filter((_, index) => index % Math.ceil(units / listeners) === 0);
  const folder = await mkdtemp(join(tmpdir(), 'stampede-bench-journal-'));
  const [sentFile, heardFile] = [join(folder, 'sent.jsonl'), join(folder, 'heard.jsonl')];
  const crowd = await startSockets({ url: seller.url, saleId, journalFile: heardFile }, listening, 1);
  const openLoop = startOpenLoop();
  try {
    const metered = await shared.meterUsage(seller);
    const watch = watchSale(seller, saleId, 50);
    const sent = await openLoop.run({
      ...{ url: seller.url, path: shared.ATTEMPT_PATH, body: JSON.stringify({ saleId }), perSec },
      ...{ tokensFile: round.contenders.crowd.tokensFile, from: 0, amount: shoppers },
      ...{ keyPrefix: `${work}-${round.number}-`, connections: shared.CONNECTIONS },
      journalFile: sentFile,
    });
    const drained = await seller.waitForDrain(saleId, shared.DRAINED_WITHIN_MS);
    const told = await crowd.tell({ kind: 'await-sold-out', withinMs: WITHIN_MS });
    await crowd.tell({ kind: 'end-journal' });
    const usage = await metered();
    const samples = await watch.stop();
    const { [ACCEPTED]: accepted = [], ...others } = sent.latencyMs;
    const refused = Object.values(others).flat();
    const { settled, counts, invariants } = await shared.concludeSale(seller, saleId, {
      ...{ drained, accepted: accepted.length },
      journal: [...(await readJournal(sentFile)), ...(await readJournal(`${heardFile}.0`))],
    });
    return shared.measurementOf(round, seller, work, {
      figures: {
        answeredPerSec: (accepted.length + refused.length) / sent.seconds,
        acceptedPerSec: accepted.length / sent.seconds,
        ...(refused.length > 0 ? { refusedPerSec: refused.length / sent.seconds } : {}),
        settledPerSec: settled.confirmed / settled.seconds,
        seenPerSec: told.seenMs.length / settled.seconds,
        generatorLateP99Ms: latencyOf(sent.lateMs).p99,
        notAnswered: sent.timeouts + sent.connectionErrors,
        ...shared.cpuPer(shoppers, usage),
      },
      generatorBusy: sent.generatorBusy,
      counts: { ...counts, listeners: listening.length, 'outcomes heard': told.seenMs.length },
      latencyMs: latencyOf([...accepted, ...refused]),
      acceptedMs: latencyOf(accepted),
      ...(refused.length > 0 ? { refusedMs: latencyOf(refused) } : {}),
      settleMs: settled.settleMs,
      outcomeMs: latencyOf(told.outcomeMs),
      seenMs: latencyOf(told.seenMs),
      ...{ usage, samples, invariants },
    });
  } finally {
    openLoop.stop();
    await crowd.close();
    await rm(folder, { recursive: true, force: true });
  }
}

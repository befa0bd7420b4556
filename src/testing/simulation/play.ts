import type { History, HistoryRules } from '../../features/purchase/history/history.ts';
import { createApiProcesses } from './api-processes.ts';
import { createClients } from './clients.ts';
import { API_PROCESSES, WORKERS, type Command } from './commands.ts';
import type { Shop } from './shop.ts';
import { createWorkers } from './workers.ts';

/** A shop whose faults are over is drained after so few rounds, however bad they were. */
const DRAINED_WITHIN_ROUNDS = 8;
const ALL = Array.from({ length: 100 }, (_, index) => index);

/**
 * Plays a history to its end: every command, then no more faults until the shop is drained.
 *
 * @param afterEach  called after each command
 * @returns all that is to be judged, with the losses that are excused
 * @throws when the shop does not drain
 */
export async function play(
  shop: Shop,
  history: readonly Command[],
  afterEach: () => Promise<void> = async () => undefined,
): Promise<{ history: History; rules: HistoryRules }> {
  const clients = createClients(shop);
  const workers = createWorkers({
    shop,
    publish: (attempt) => {
      clients.hear(attempt);
      apis.announced(attempt.attemptId);
    },
  });
  const apis = createApiProcesses({ shop, clients, enqueue: workers.enqueue });

  // An attempt may be lost when Redis has lost it, and every process that was promised it is dead.
  const [promisedBefore, redisLost, mayBeLost] = [new Set<string>(), new Set<string>(), new Set<string>()];
  const loseUnremembered = (ids: Iterable<string>): void => {
    const remembered = new Set(apis.promised());
    for (const id of ids) if (redisLost.has(id) && !remembered.has(id)) mayBeLost.add(id);
  };
  const killApi = (index: number): void => {
    const promised = apis.die(index);
    promised.forEach((id) => promisedBefore.add(id));
    loseUnremembered(promised);
  };
  const destroyRedis = async (destroy: () => Promise<void>): Promise<void> => {
    apis.promised().forEach((id) => promisedBefore.add(id));
    promisedBefore.forEach((id) => redisLost.add(id));
    loseUnremembered(promisedBefore);
    await destroy();
  };

  // A rebuilt gate is told to every process, and each has it adopt what it accepted. Here they do so at once: a replay
  // that reaches another process in the moment between counts as a first try, and that one may be told `sold_out`.
  let heardEpoch = 0;
  const hearOfRebuild = async (): Promise<void> => {
    const { epoch } = await shop.look();
    if (epoch === heardEpoch) return;
    heardEpoch = epoch;
    for (let api = 0; api < API_PROCESSES; api += 1) await apis.adopt(api);
  };

  const step = async (command: Command): Promise<void> => {
    switch (command.kind) {
      case 'turn':
        await apis.turn(command.api, command.wishes, command.dies);
        if (command.dies) killApi(command.api);
        return;
      case 'work':
        await workers.work(command.worker, command.steps, command.picks, command);
        if (command.dies) workers.die(command.worker);
        return;
      case 'announce again':
        return workers.announceAgain(command.pick);
      case 'reconcile':
        return workers.reconcile();
      case 'measure drift':
        return workers.measureDrift();
      case 'apply drift':
        return workers.applyDrift();
      case 'rebuild dies':
        return shop.beginRebuild(command.after);
      case 'ensure gate':
        await shop.ensureGate();
        return;
      case 'adopt':
        return apis.adopt(command.api);
      case 'state':
        await shop.setState(command.state);
        return command.diesBeforeGate ? undefined : shop.putInForce();
      case 'window':
        await shop.setWindow(command.edge);
        return shop.putInForce();
      case 'add units':
        return shop.addUnits(command.units);
      case 'cancel':
        return shop.cancel(command.n);
      case 'lose redis':
        return destroyRedis(async () => {
          workers.loseQueue();
          await shop.loseRedis();
        });
      case 'change server':
        return shop.changeServer();
      case 'keep copy':
        workers.keepCopy();
        return shop.keepCopy();
      case 'bring copy back':
        return destroyRedis(async () => {
          workers.bringCopyBack();
          await shop.bringCopyBack();
        });
    }
  };

  const drain = async (): Promise<void> => {
    for (let round = 0; round < DRAINED_WITHIN_ROUNDS; round += 1) {
      await workers.reconcile();
      for (let api = 0; api < API_PROCESSES; api += 1) await apis.adopt(api);
      for (let worker = 0; worker < WORKERS; worker += 1) {
        await workers.work(worker, 3, ALL); // what it had in hand, and perhaps some more
        await workers.work(worker, 3, ALL);
      }
      const drift = await shop.measureDrift();
      if (drift?.drift === 0 && workers.isIdle() && (await shop.inflight()).length === 0) return;
    }
    throw new Error(`not drained after ${DRAINED_WITHIN_ROUNDS} rounds`);
  };

  await shop.ensureGate();
  for (const command of history) {
    await step(command);
    await hearOfRebuild();
    await afterEach();
  }
  const healedAtMs = shop.now();
  await drain();
  const redisWasLost = history.some(({ kind }) => kind === 'lose redis' || kind === 'bring copy back');
  return {
    history: { journal: clients.journal, stores: await shop.stored() },
    rules: {
      healedAtMs,
      ...(redisWasLost ? { mayBeLost: (id) => mayBeLost.has(id) } : {}),
    },
  };
}

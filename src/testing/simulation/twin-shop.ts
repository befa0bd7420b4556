import { deepStrictEqual } from 'node:assert/strict';
import type { GateReply } from '../../features/purchase/admit.ts';
import { isDecidedRecord, parseDecided, parseInflight } from '../../features/purchase/purchase.model.ts';
import type { Shop } from './shop.ts';

/**
 * The real shop with the model beside it: whatever is done to one is done to the other, and every answer and the gate
 * afterwards must be the same. Times and random ids are the real one's.
 */
export function createTwinShop(real: Shop, model: Shop): Shop {
  /** Does a step to both. */
  const both = async <Result>(
    name: string,
    step: (shop: Shop) => Promise<Result>,
    comparable: (result: Result) => unknown = (result) => result,
  ): Promise<Result> => {
    const [answer, expected] = [await step(real), await step(model)];
    deepStrictEqual(comparable(answer), comparable(expected), `${name} is answered differently`);
    deepStrictEqual(await real.look(), await model.look(), `after ${name} the gates differ`);
    return answer;
  };
  const nothing = (): null => null;

  return {
    saleId: real.saleId,
    shopperIds: real.shopperIds,
    now: real.now,
    admit: (...args) => both('admit', (shop) => shop.admit(...args), withoutTimes),
    settle: (attempts) =>
      both(
        'settle',
        (shop) => shop.settle(attempts),
        (decided) =>
          decided.map((one) => [one.attemptId, one.outcome === 'confirmed' ? 'confirmed' : one.reason]),
      ),
    announce: (decided) => both('announce', (shop) => shop.announce(decided)),
    adopt: (attempts) =>
      both(
        'adopt',
        (shop) => shop.adopt(attempts),
        (batch) => batch.attempts.map(({ attemptId }) => attemptId),
      ),
    // The gates were compared; their batches have ids of their own once something was adopted.
    inflight: () => both('inflight', (shop) => shop.inflight(), nothing),
    measureDrift: () =>
      both(
        'measure drift',
        (shop) => shop.measureDrift(),
        (drift) => drift && { epoch: drift.epoch, drift: drift.drift, revision: drift.revision },
      ),
    applyDrift: (drift) => both('apply drift', (shop) => shop.applyDrift(drift)),
    ensureGate: () => both('ensure gate', (shop) => shop.ensureGate()),
    beginRebuild: (after) => both('begin rebuild', (shop) => shop.beginRebuild(after)),
    putInForce: () => both('put in force', (shop) => shop.putInForce()),
    find: (attemptId) =>
      both(
        'find',
        (shop) => shop.find(attemptId),
        (found) => found?.outcome ?? null,
      ),
    isOver: () => both('is over', (shop) => shop.isOver()),
    setState: (state) => both('set state', (shop) => shop.setState(state)),
    setWindow: (edge) => both('set window', (shop) => shop.setWindow(edge)),
    addUnits: (units) => both('add units', (shop) => shop.addUnits(units)),
    cancel: (n) => both('cancel', (shop) => shop.cancel(n)),
    loseRedis: () => both('lose redis', (shop) => shop.loseRedis()),
    changeServer: () => both('change server', (shop) => shop.changeServer()),
    keepCopy: () => both('keep copy', (shop) => shop.keepCopy()),
    bringCopyBack: () => both('bring copy back', (shop) => shop.bringCopyBack()),
    look: () => both('look', (shop) => shop.look()),
    stored: () =>
      both(
        'stored',
        (shop) => shop.stored(),
        ({ stock, attempts, movements, orders }) => ({
          stock,
          moved: movements.reduce((sum, { delta }) => sum + delta, 0),
          attempts: attempts
            .map((one) => `${one.attemptId} ${one.outcome} ${one.sequence} ${one.quantity}`)
            .sort(),
          orders: orders.map((one) => `${one.attemptId} ${one.status} ${one.quantity}`).sort(),
        }),
      ),
  };
}

/** What the gate answered, as far as it is decided and not measured. */
function withoutTimes(reply: GateReply): unknown {
  if (reply.kind !== 'answered') return { kind: reply.kind, epoch: 'epoch' in reply ? reply.epoch : 0 };
  return reply.answers.map((answer) => {
    if (answer.kind === 'admitted')
      return { kind: 'admitted', sequence: answer.sequence, position: answer.position };
    if (answer.kind === 'refused') return { code: answer.code, remaining: answer.remaining };
    if (!isDecidedRecord(answer.record)) {
      const { shopperId, quantity, sequence } = parseInflight('', answer.record);
      return { kind: 'in flight', shopperId, quantity, sequence, position: answer.position };
    }
    const { outcome, shopperId, quantity } = parseDecided('', answer.record);
    return { kind: outcome, shopperId, quantity };
  });
}

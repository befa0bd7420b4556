import type { GateAnswer, GateReply } from '../../features/purchase/admit.ts';
import { attemptIdOf } from '../../features/purchase/attempt-id.ts';
import {
  isDecidedRecord,
  parseDecided,
  parseInflight,
  type AdmittedAttempt,
  type Attempt,
  type AttemptBatch,
} from '../../features/purchase/purchase.model.ts';
import { uuidV5 } from '../../utils/uuid-v5.ts';
import { outcomeOf, type Clients } from './clients.ts';
import { API_PROCESSES, type ApiDeath, type SimulatedWish } from './commands.ts';
import type { Shop } from './shop.ts';

interface ApiProcess {
  /** What it was promised for its shoppers, or answered a replay of, whether or not it is announced. */
  promised: Set<string>;
  /** The gate's epoch as this process knows it. */
  epoch: number;
  /** What it accepted and has not heard announced. */
  accepted: Map<string, AdmittedAttempt>;
}

export interface ApiDeps {
  shop: Shop;
  clients: Clients;
  enqueue: (batch: AttemptBatch) => void;
}

/** The API processes' side of the pipeline, as purchase.service has it, without HTTP. */
export function createApiProcesses({ shop, clients, enqueue }: ApiDeps) {
  const newborn = (): ApiProcess => ({ promised: new Set(), epoch: 0, accepted: new Map() });
  const processes = Array.from({ length: API_PROCESSES }, newborn);
  const processAt = (index: number): ApiProcess => (processes[index] ??= newborn());
  const { saleId } = shop;
  let batches = 0;

  const adopt = async ({ accepted }: ApiProcess): Promise<void> => {
    if (accepted.size === 0) return;
    const batch = await shop.adopt([...accepted.values()]);
    if (batch.attempts.length > 0) enqueue(batch);
  };
  const ask = async (
    process: ApiProcess,
    batchId: string,
    attempts: readonly Attempt[],
  ): Promise<GateReply> => {
    for (let round = 0; ; round += 1) {
      const reply = await shop.admit(process.epoch, batchId, attempts);
      if (reply.kind !== 'closed' || reply.epoch <= 0 || reply.epoch === process.epoch || round === 2)
        return reply;
      if (process.epoch > 0) await adopt(process);
      process.epoch = reply.epoch;
    }
  };

  return {
    /** Who dies is another process afterwards, that remembers nothing. @returns the attempts that were promised to it */
    die(index: number): Set<string> {
      const { promised } = processAt(index);
      processes[index] = newborn();
      return promised;
    },
    /** Every attempt that was promised to a process that lives. */
    promised: (): string[] => processes.flatMap(({ promised }) => [...promised]),
    announced: (attemptId: string): void =>
      processes.forEach(({ accepted }) => void accepted.delete(attemptId)),
    adopt: (index: number): Promise<void> => adopt(processAt(index)),

    /** The attempts of one event-loop turn: one gate call, one job, an answer each. */
    async turn(index: number, wishes: readonly SimulatedWish[], dies?: ApiDeath): Promise<void> {
      const process = processAt(index);
      const asked = wishes.map((wish) => {
        const attempt = attemptOf(shop, wish);
        return { attempt, answer: clients.send(attempt) };
      });
      const batchId = uuidV5(`batch ${(batches += 1)}`, saleId);
      const attempts = asked.map(({ attempt }) => attempt);
      const reply = await ask(process, batchId, attempts);
      const admitted = admittedOf(attempts, reply);
      const owed = [...admitted, ...waitingOf(attempts, reply)];
      for (const { attemptId } of owed) process.promised.add(attemptId);
      if (dies === 'after admit') return;
      for (const attempt of owed) process.accepted.set(attempt.attemptId, attempt);
      if (admitted.length > 0) enqueue({ saleId, stockId: saleId, batchId, attempts: admitted });
      if (dies === 'after enqueue') return;
      for (const [at, { attempt, answer }] of asked.entries()) {
        const said = reply.kind === 'answered' ? reply.answers[at] : undefined;
        answer(await present(shop, attempt, said));
      }
    },
  };
}

function attemptOf({ saleId, shopperIds }: Shop, { shopper, key, quantity }: SimulatedWish): Attempt {
  const shopperId = shopperIds[shopper] ?? '';
  const idempotencyKey = `key ${key}`;
  return { attemptId: attemptIdOf(saleId, shopperId, idempotencyKey), shopperId, quantity, idempotencyKey };
}

function admittedOf(attempts: readonly Attempt[], reply: GateReply): AdmittedAttempt[] {
  if (reply.kind !== 'answered') return [];
  return attempts.flatMap((attempt, index) => {
    const answer = reply.answers[index];
    if (answer?.kind !== 'admitted') return [];
    return [{ ...attempt, sequence: answer.sequence, admittedAtMs: answer.admittedAtMs }];
  });
}

/** What a replay was promised by whoever had it first: who answers it owes it as well. */
function waitingOf(attempts: readonly Attempt[], reply: GateReply): AdmittedAttempt[] {
  if (reply.kind !== 'answered') return [];
  return attempts.flatMap(({ attemptId }, index) => {
    const answer = reply.answers[index];
    if (answer?.kind !== 'known' || isDecidedRecord(answer.record)) return [];
    const { batchId: _, ...attempt } = parseInflight(attemptId, answer.record);
    return [attempt];
  });
}

type Said = Parameters<ReturnType<Clients['send']>>[0];

/** @param answer  the gate's; undefined when it is closed */
async function present(shop: Shop, attempt: Attempt, answer: GateAnswer | undefined): Promise<Said> {
  switch (answer?.kind) {
    case 'admitted': {
      const { admittedAtMs: queuedAt, position } = answer;
      return { httpStatus: 202, status: 'queued', position, queuedAt };
    }
    case 'known': {
      const { record, position } = answer;
      if (isDecidedRecord(record))
        return { httpStatus: 202, ...outcomeOf(parseDecided(attempt.attemptId, record)) };
      return { httpStatus: 202, status: 'queued', ...(position === undefined ? {} : { position }) };
    }
    case 'refused':
      return answer.code === 'sale_ended'
        ? presentEnded(shop, attempt)
        : { httpStatus: 409, code: answer.code };
    case undefined: {
      // The product says `sale_ended` of an attempt that PostgreSQL does not know, though it may wait for a rebuild.
      const decided = (await shop.isOver()) ? await presentEnded(shop, attempt) : null;
      return decided && decided.code !== 'sale_ended' ? decided : { httpStatus: 503, code: 'gate_closed' };
    }
  }
}

/** The attempt may be an old one, which PostgreSQL knows even when all of Redis was lost. */
async function presentEnded(shop: Shop, { attemptId, quantity }: Attempt): Promise<Said> {
  const decided = await shop.find(attemptId);
  if (!decided) return { httpStatus: 409, code: 'sale_ended' };
  if (decided.quantity !== quantity) return { httpStatus: 422, code: 'idempotency_key_reused' };
  return { httpStatus: 202, ...outcomeOf(decided) };
}

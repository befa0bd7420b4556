import type { Database, Transaction } from '../../infrastructure/postgres/database.ts';
import type { OpenTrace } from '../../infrastructure/tracing/begin-trace.ts';
import { RefusalError } from '../../errors/refusal.ts';
import type { Actor } from '../audit/write-audit.ts';

/** A change somebody asks for. */
export interface Change {
  actor: Actor & { actorId: string };
  /** The `Idempotency-Key`: names one change of this actor. */
  key: string | null;
  /** Of all that was asked for: the same key with another one is refused. */
  fingerprint: string;
  /** Of the request, when it is traced. */
  trace?: Pick<OpenTrace, 'during'> | undefined;
}

const CHANGE_SPAN = {
  name: 'change',
  kind: 'client',
  attributes: { 'db.system.name': 'postgresql' },
} as const;

/** What a change is answered with; a replay is told the same. */
export interface ChangeAnswer {
  status: 200 | 201;
  body: object;
  etag?: string;
  location?: string;
}

/**
 * Makes a change in one transaction, once for each actor and key: the answer is stored beside it, and a replay gets it
 * without `work`. Two who ask with one key at once wait for each other. A change that is refused leaves its key free.
 *
 * @throws RefusalError `idempotency_key_reused` when the key was used for something else; whatever `work` throws
 */
export async function makeOnce(
  db: Database,
  { actor, key, fingerprint, trace }: Change,
  work: (tx: Transaction) => Promise<ChangeAnswer>,
): Promise<ChangeAnswer> {
  const change = (): Promise<ChangeAnswer> =>
    db.transaction(async (tx) => {
      await tx.raw('set local lock_timeout = 3000; set local statement_timeout = 5000');
      if (key === null) return work(tx);
      const { rows } = await tx.raw<{ rows: unknown[] }>(
        `insert into operator_requests (actor_id, key, fingerprint) values (?, ?, ?) on conflict do nothing returning 1`,
        [actor.actorId, key, fingerprint],
      );
      if (rows.length === 0) return replay(tx, actor.actorId, key, fingerprint);
      const answer = await work(tx);
      await tx('operator_requests')
        .where({ actor_id: actor.actorId, key })
        .update({ answer: JSON.stringify(answer) });
      return answer;
    });
  return trace ? trace.during(CHANGE_SPAN, change) : change();
}

/** The answer to a change that was made with this key. @returns null when there is none */
export async function findAnswer(
  db: Database,
  { actor, key, fingerprint }: Change,
): Promise<ChangeAnswer | null> {
  if (key === null) return null;
  const made = await db('operator_requests')
    .where({ actor_id: actor.actorId, key })
    .first<{ fingerprint: string; answer: ChangeAnswer } | undefined>('fingerprint', 'answer');
  if (made && made.fingerprint !== fingerprint) throw new RefusalError({ code: 'idempotency_key_reused' });
  return made?.answer ?? null;
}

async function replay(
  tx: Transaction,
  actorId: string,
  key: string,
  fingerprint: string,
): Promise<ChangeAnswer> {
  const answer = await findAnswer(tx, { actor: { actorId }, key, fingerprint });
  if (!answer) throw new Error(`the answer to key ${key} is gone`);
  return answer;
}

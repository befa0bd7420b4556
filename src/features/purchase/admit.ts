import type { ErrorCode } from '../../contracts/error-catalogue.ts';
import { epochKeys, KEPT_AFTER_END_MS, saleKeys } from '../../infrastructure/redis/keys.ts';
import type { Redis } from '../../infrastructure/redis/redis.ts';
import type { RunId } from '../../infrastructure/redis/run-id.ts';
import { loadScript } from '../../infrastructure/redis/script.ts';
import { shortId } from '../../utils/short-id.ts';
import type { Attempt } from './purchase.model.ts';

const admitScript = loadScript(new URL('./admit.lua', import.meta.url));

/** At most so many attempts a gate call: Lua's `unpack` and Redis' other clients both want it bounded. */
export const MAX_ATTEMPTS_PER_ADMIT = 500;

/** What the gate answers one attempt. */
export type GateAnswer =
  | { kind: 'admitted'; sequence: number; admittedAtMs: number; position: number }
  | { kind: 'known'; record: string; position: number | undefined }
  | { kind: 'refused'; code: GateRefusal; retryAfterMs?: number; remaining?: number };

export type GateRefusal = Extract<
  ErrorCode,
  | 'idempotency_key_reused'
  | 'sale_not_started'
  | 'sale_paused'
  | 'sale_ended'
  | 'rate_limited'
  | 'limit_reached'
  | 'sold_out'
  | 'not_enough_left'
  | 'overloaded'
  | 'gate_closed'
>;

/** What the gate answers a batch; `closed` had no effect, `unknown` may have had all of it. */
export type GateReply =
  | { kind: 'answered'; epoch: number; answers: GateAnswer[] }
  | { kind: 'closed'; epoch: number }
  | { kind: 'unknown'; error: Error };

export interface AdmitDeps {
  /** Role `gate`: never sends a command twice, answers within 500 ms. */
  redis: Redis;
  runId: RunId;
  maxInflight: number;
  /** No attempt is admitted while another is in flight for longer than this, ms. */
  maxInflightAgeMs: number;
  triesLimit: number;
  triesWindowMs: number;
}

export type Admit = (
  saleId: string,
  epoch: number,
  batchId: string,
  attempts: readonly Attempt[],
) => Promise<GateReply>;

/**
 * Asks the gate about a batch of attempts of one sale in one atomic step (see admit.lua).
 *
 * Must not be repeated after `unknown`: the promise may have been made, and is then in flight under `batchId`.
 *
 * @param epoch     the gate's epoch as this process knows it, 0 for none
 * @param attempts  1–500, in order of arrival
 */
export function createAdmit({
  redis,
  runId,
  maxInflight,
  maxInflightAgeMs,
  triesLimit,
  triesWindowMs,
}: AdmitDeps): Admit {
  return async (saleId, epoch, batchId, attempts) => {
    const server = runId.of(saleId);
    if (server === null) return { kind: 'closed', epoch: 0 }; // nothing was sent
    const keys = saleKeys(saleId);
    const { tokens, shoppers, inflight, line } = epochKeys(saleId, epoch);
    const args: (string | number)[] = [
      server,
      epoch,
      batchId,
      maxInflight,
      triesLimit,
      triesWindowMs,
      keys.prefix,
      KEPT_AFTER_END_MS,
      maxInflightAgeMs,
    ];
    for (const attempt of attempts) {
      const { attemptId, shopperId, quantity, idempotencyKey } = attempt;
      args.push(`${shortId(attemptId)}${shortId(shopperId)}${quantity}|${idempotencyKey ?? ''}`);
    }
    try {
      const reply = (await admitScript.run(
        redis,
        [keys.gate, tokens, shoppers, inflight, line, keys.known, keys.latest, keys.counters],
        args,
      )) as [number, number, number, ...RawAnswer[]];
      if (reply[0] === -1) return { kind: 'closed', epoch: reply[1] };
      const answers: GateAnswer[] = [];
      for (let index = 3; index < reply.length; index += 1) {
        answers.push(parseAnswer(reply[index] as RawAnswer, reply[1]));
      }
      return { kind: 'answered', epoch: reply[0], answers };
    } catch (error) {
      return hadNoEffect(error) ? { kind: 'closed', epoch: 0 } : { kind: 'unknown', error: error as Error };
    }
  };
}

type RawAnswer = number | [number, number | string, number?];

const REFUSALS: Partial<Record<number, GateRefusal>> = {
  3: 'idempotency_key_reused',
  4: 'sale_not_started',
  5: 'sale_paused',
  6: 'sale_ended',
  7: 'rate_limited',
  8: 'limit_reached',
  9: 'sold_out',
  10: 'not_enough_left',
  11: 'overloaded',
  12: 'gate_closed',
};

function parseAnswer(answer: RawAnswer, admittedAtMs: number): GateAnswer {
  if (typeof answer === 'number') return { kind: 'refused', code: refusalOf(answer) };
  const [code, first, second] = answer;
  if (code === 1)
    return { kind: 'admitted', sequence: first as number, admittedAtMs, position: second as number };
  if (code === 2) {
    const position = second as number;
    return { kind: 'known', record: first as string, position: position === -1 ? undefined : position };
  }
  return code === 10
    ? { kind: 'refused', code: refusalOf(code), remaining: first as number }
    : { kind: 'refused', code: refusalOf(code), retryAfterMs: first as number };
}

function refusalOf(code: number): GateRefusal {
  const refusal = REFUSALS[code];
  if (refusal === undefined) throw new Error(`admit.lua answered ${code}`);
  return refusal;
}

/** Still loading its file, a replica or without one, no memory left; another server's slot, or nobody's. */
const NEVER_BEGUN = /^(LOADING|READONLY|NOREPLICAS|OOM|MASTERDOWN|BUSY|MOVED|ASK|TRYAGAIN|CLUSTERDOWN) /;

/** Refused before the script began, or never sent at all. */
function hadNoEffect(error: unknown): boolean {
  const message = error instanceof Error ? error.message : '';
  return NEVER_BEGUN.test(message) || message.startsWith("Stream isn't writeable");
}

import type { AttemptStatusBody, NoAttemptBody } from '../../contracts/http.ts';
import type { Refusal } from '../../errors/refusal.ts';
import type { Clock } from '../../infrastructure/clock.ts';
import type { Database } from '../../infrastructure/postgres/database.ts';
import { KEPT_AFTER_END_MS, saleKeys } from '../../infrastructure/redis/keys.ts';
import type { Redis } from '../../infrastructure/redis/redis.ts';
import type { RunId } from '../../infrastructure/redis/run-id.ts';
import { loadScript } from '../../infrastructure/redis/script.ts';
import { shortId, uuidOf } from '../../utils/short-id.ts';
import type { SaleCatalogue } from '../sale/sale-catalogue.ts';
import {
  isDecidedRecord,
  parseDecided,
  parseInflight,
  presentDecided,
  presentQueued,
} from './purchase.model.ts';
import { findDecided, findLatestDecided } from './purchase.repository.ts';

const findScript = loadScript(new URL('./find-attempt.lua', import.meta.url));

interface Found {
  shopperId: string;
  body: AttemptStatusBody;
  /** As a closed gate had it: PostgreSQL may have decided it since. */
  isStale?: boolean;
}

/** An attempt by its id, or a shopper's latest. */
interface Asked {
  attemptId?: string;
  shopperId?: string;
}

export interface PurchaseStatusDeps {
  db: Database;
  redis: Redis;
  runId: RunId;
  clock: Clock;
  catalogue: SaleCatalogue;
}

export type StatusAnswer<Body> = { ok: true; body: Body } | { ok: false; refusal: Refusal };

/** A record as Redis has it, of either kind, as its owner may see it. */
export function presentRecord(
  saleId: string,
  attemptId: string,
  record: string,
  position: number | undefined,
): Found {
  if (isDecidedRecord(record)) {
    const decided = parseDecided(attemptId, record);
    return { shopperId: decided.shopperId, body: presentDecided(saleId, decided) };
  }
  const queued = parseInflight(attemptId, record);
  return { shopperId: queued.shopperId, body: presentQueued(saleId, queued, position) };
}

/** Reads what became of an attempt: the gate knows it first, PostgreSQL for good. */
export function createPurchaseStatus({ db, redis, runId, clock, catalogue }: PurchaseStatusDeps) {
  /**
   * @returns what was found, `none` when the sale's first gate has never heard of it, `settled` when a rebuilt one has not,
   *          so that at most PostgreSQL knows it, `unsure` when there is no open gate
   */
  const ask = async (
    saleId: string,
    { attemptId, shopperId }: Asked,
  ): Promise<Found | 'none' | 'settled' | 'unsure'> => {
    const keys = saleKeys(saleId);
    const reply = (await findScript.run(
      redis,
      [keys.gate, keys.known, keys.latest],
      [keys.prefix, runId.of(saleId) ?? '', shortIdOrNone(attemptId), shortIdOrNone(shopperId)],
    )) as [string, string?, number?];
    const [id, record, position] = reply;
    if (record === undefined) return id === '' ? 'none' : id === '~' ? 'settled' : 'unsure';
    const isPlaced = position !== undefined && position >= 0;
    const found = presentRecord(saleId, uuidOf(id), record, isPlaced ? position : undefined);
    return { ...found, isStale: position === STALE };
  };
  const askOrUnsure = (saleId: string, asked: Asked) => ask(saleId, asked).catch(() => 'unsure' as const); // Redis is away: PostgreSQL may know

  /** Asks the gates of these sales in one pipeline; sales that ended long ago need no gate to be sure. */
  const askAll = async (saleIds: readonly string[], attemptId: string) => {
    const found = await Promise.all(saleIds.map((saleId) => askOrUnsure(saleId, { attemptId })));
    const hit = found.find((one) => typeof one === 'object');
    const isUnsure = saleIds.some(
      (saleId, index) =>
        found[index] === 'unsure' &&
        (catalogue.peek(saleId)?.endsAtMs ?? Infinity) + KEPT_AFTER_END_MS > clock.now(),
    );
    return { hit, isUnsure };
  };

  return {
    /** @returns the shopper's own attempt; anybody else's is `attempt_not_found` too */
    async byAttempt(attemptId: string, shopperId: string): Promise<StatusAnswer<AttemptStatusBody>> {
      const remembered = catalogue.rememberedIds();
      const asked = await askAll(remembered, attemptId);
      const decided = asked.hit && !asked.hit.isStale ? null : await findDecided(db, attemptId);
      if (decided) {
        return decided.shopperId === shopperId
          ? { ok: true, body: presentDecided(decided.saleId, decided) }
          : NOT_FOUND;
      }
      // Queued elsewhere: another process took it, on a sale this one was never asked for.
      const others = asked.hit
        ? asked
        : await askAll(
            (await catalogue.liveIds()).filter((saleId) => !remembered.includes(saleId)),
            attemptId,
          );
      const hit = asked.hit ?? others.hit;
      if (hit) return hit.shopperId === shopperId ? { ok: true, body: hit.body } : NOT_FOUND;
      // An attempt may be promised and not settled while its gate is being rebuilt: "not found" would be a lie.
      return asked.isUnsure || others.isUnsure ? GATE_CLOSED : NOT_FOUND;
    },

    /** @returns the shopper's latest attempt on the sale */
    async bySale(
      saleId: string,
      shopperId: string,
    ): Promise<StatusAnswer<AttemptStatusBody | NoAttemptBody>> {
      const sale = await catalogue.find(saleId);
      if (!sale) return { ok: false, refusal: { code: 'sale_not_found' } };
      const found = await askOrUnsure(saleId, { shopperId });
      if (typeof found === 'object') {
        const decided = found.isStale ? await findDecided(db, found.body.attemptId) : null;
        return { ok: true, body: decided ? presentDecided(saleId, decided) : found.body };
      }
      if (found !== 'none') {
        const decided = await findLatestDecided(db, saleId, shopperId);
        if (decided) return { ok: true, body: presentDecided(saleId, decided) };
        if (found === 'unsure' && sale.endsAtMs + KEPT_AFTER_END_MS > clock.now()) return GATE_CLOSED;
      }
      return { ok: true, body: { status: 'none' } };
    },
  };
}

function shortIdOrNone(uuid: string | undefined): string {
  return uuid === undefined ? '' : shortId(uuid);
}

/** What `find-attempt.lua` says instead of a position. */
const STALE = -2;

const NOT_FOUND = {
  ok: false,
  refusal: { code: 'attempt_not_found' },
} as const satisfies StatusAnswer<never>;
const GATE_CLOSED = { ok: false, refusal: { code: 'gate_closed' } } as const satisfies StatusAnswer<never>;

export type PurchaseStatus = ReturnType<typeof createPurchaseStatus>;

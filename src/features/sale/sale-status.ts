import type { SaleStatusBody } from '../../contracts/http.ts';
import type { Clock } from '../../infrastructure/clock.ts';
import type { Database } from '../../infrastructure/postgres/database.ts';
import { saleKeys } from '../../infrastructure/redis/keys.ts';
import type { Redis } from '../../infrastructure/redis/redis.ts';
import { loadScript } from '../../infrastructure/redis/script.ts';
import { EPOCH_SPAN } from '../../utils/sequence.ts';
import type { SaleCatalogue } from './sale-catalogue.ts';
import { presentSaleStatus, type GateReading, type SaleDetails } from './sale.model.ts';
import { readStock } from './sale.repository.ts';

const readGateScript = loadScript(new URL('./read-gate.lua', import.meta.url));

/** A ready-made answer serves everybody who asks within this time, ms: with the round trip it stays under 250. */
const FRESH_MS = 200;

/** One answer for everybody: the body as an object, as bytes, and its validator. */
export interface MadeStatus {
  body: SaleStatusBody;
  bytes: Buffer;
  etag: string;
  madeAtMs: number;
}

export interface SaleStatusDeps {
  db: Database;
  redis: Redis;
  clock: Clock;
  catalogue: SaleCatalogue;
}

/**
 * Makes each sale's status once per process and time, however many ask: from the gate, else from PostgreSQL.
 *
 * What one process shows never goes back in `seq`.
 */
export class SaleStatus {
  readonly #deps: SaleStatusDeps;
  readonly #made = new Map<string, MadeStatus>();
  readonly #making = new Map<string, Promise<MadeStatus | null>>();

  constructor(deps: SaleStatusDeps) {
    this.#deps = deps;
  }

  /** The answer at hand if it is fresh, without I/O. */
  peek(saleId: string): MadeStatus | undefined {
    const made = this.#made.get(saleId);
    return made && performance.now() - made.madeAtMs < FRESH_MS ? made : undefined;
  }

  /** @returns `null` when there is no such sale. @throws when neither the gate nor PostgreSQL can be read */
  async get(saleId: string): Promise<MadeStatus | null> {
    const made = this.peek(saleId);
    if (made) return made;
    const already = this.#making.get(saleId);
    if (already) return already;
    const making = this.#make(saleId).finally(() => this.#making.delete(saleId));
    this.#making.set(saleId, making);
    return making;
  }

  /** The open sale opened last, else the next, else the last. */
  async getDefault(): Promise<MadeStatus | null> {
    const now = this.#deps.clock.now();
    const sales = await this.#deps.catalogue.list();
    const byStart = [...sales].sort((a, b) => b.startsAtMs - a.startsAtMs);
    const runs = (sale: SaleDetails): boolean => sale.state !== 'stopped' && sale.endsAtMs > now;
    const chosen =
      byStart.find((sale) => runs(sale) && sale.startsAtMs <= now) ??
      byStart.findLast((sale) => runs(sale)) ??
      [...sales].sort((a, b) => b.endsAtMs - a.endsAtMs)[0];
    return chosen ? this.get(chosen.saleId) : null;
  }

  async list(): Promise<SaleStatusBody[]> {
    const sales = await this.#deps.catalogue.list();
    const made = await Promise.all(sales.map(({ saleId }) => this.get(saleId)));
    return made.flatMap((status) => status?.body ?? []);
  }

  /** What this process knows is out of date: an edit, a rebuilt gate. */
  expire(saleId: string): void {
    const made = this.#made.get(saleId);
    if (made) made.madeAtMs = -Infinity;
  }

  async #make(saleId: string): Promise<MadeStatus | null> {
    const { catalogue, clock } = this.#deps;
    const [details, reading] = await Promise.all([
      catalogue.find(saleId),
      this.#readGate(saleId).catch(() => null),
    ]);
    if (!details) return null;
    const earlier = this.#made.get(saleId);
    const gate = reading ?? (await this.#withoutGate(details, earlier));
    if (earlier && gate.seq < earlier.body.seq) return earlier; // a reply that was overtaken
    const body = presentSaleStatus(details, gate, clock.now());
    const made: MadeStatus = {
      body,
      bytes: Buffer.from(JSON.stringify(body)),
      // Weak: the same in all but the time it is told at. The gate's version alone would not do: details of the version
      // before an operator's change may be read with it.
      etag: `W/"${body.seq}-${details.version}-${body.state}"`,
      madeAtMs: performance.now(),
    };
    this.#made.set(saleId, made);
    return made;
  }

  async #readGate(saleId: string): Promise<GateReading | null> {
    const { gate, prefix } = saleKeys(saleId);
    const reply = (await readGateScript.run(this.#deps.redis, [gate], [prefix])) as string[] | null;
    if (!reply) return null;
    const [epoch, version, tokens, , state, startsAt, endsAt, limit, total] = reply;
    if (tokens === '' || tokens === undefined) return null;
    return {
      epoch: Number(epoch),
      seq: Number(epoch) * EPOCH_SPAN + Number(version),
      remaining: Number(tokens),
      total: Number(total),
      state: state as GateReading['state'],
      startsAtMs: Number(startsAt),
      endsAtMs: Number(endsAt),
      perShopperLimit: Number(limit),
    };
  }

  /** No gate: what was shown last, else what PostgreSQL says, with a `seq` no later gate falls below. */
  async #withoutGate(details: SaleDetails, earlier: MadeStatus | undefined): Promise<GateReading> {
    const shown = earlier?.body;
    const stock = shown ? null : await readStock(this.#deps.db, details.saleId);
    return {
      epoch: stock?.epoch ?? 0,
      seq: shown?.seq ?? (stock?.epoch ?? 0) * EPOCH_SPAN,
      remaining: shown?.stock.remaining ?? (stock ? stock.total - stock.sold : 0),
      total: shown?.stock.total ?? details.total,
      state: details.state,
      startsAtMs: details.startsAtMs,
      endsAtMs: details.endsAtMs,
      perShopperLimit: details.perShopperLimit,
    };
  }
}

import { writeProduct } from '../features/product/product.service.ts';
import { changeSaleState, createSale, type StateChange } from '../features/sale/sale.service.ts';
import { saleState, type SaleDetails } from '../features/sale/sale.model.ts';
import { listSales, readStock } from '../features/sale/sale.repository.ts';
import { epochKeys, saleKeys } from '../infrastructure/redis/keys.ts';
import { isUuid } from '../utils/is-uuid.ts';
import { CommandError, usageError } from './lib/command-error.ts';
import { findServices, openServices, type Services } from './lib/open-services.ts';
import type { Flag, Flags } from './lib/read-flags.ts';
import { runCommand, type CommandContext } from './lib/run-command.ts';

const FLAGS: Record<string, Flag> = {
  stock: { value: 'N', help: 'units to sell, 0 to 10,000,000 (create)' },
  limit: { value: 'N', help: 'units a shopper may have, 1 to 1,000 (create; 1)' },
  'opens-in': { value: 'SEC', help: 'seconds until it opens (create; 0)' },
  'ends-in': { value: 'SEC', help: 'seconds until it ends, more than --opens-in (create; 3600)' },
  name: { value: 'TEXT', help: 'name of the sale (create)' },
};

const STATES = { pause: 'paused', resume: 'active', stop: 'stopped' } as const;
type Verb = keyof typeof STATES;
const isVerb = (word: string): word is Verb => word in STATES;

async function run({ flags, env, print }: CommandContext): Promise<{ json: object }> {
  const work = chooseWork(flags); // refused before anything is opened
  const services = await openServices(await findServices(env));
  try {
    return { json: await work(services, print) };
  } finally {
    await services.close();
  }
}

type Work = (services: Services, print: (line: string) => void) => Promise<object>;

function chooseWork(flags: Flags): Work {
  const [action, saleId, ...rest] = flags.positionals;
  if (action === 'create' && saleId === undefined) return create(flags);
  if (action === 'list' && saleId === undefined) return list;
  if (action !== undefined && isVerb(action) && rest.length === 0) {
    if (saleId === undefined) throw usageError(`sale ${action} wants the id of a sale`);
    if (!isUuid(saleId)) throw usageError(`'${saleId}' is not the id of a sale`);
    return change(action, saleId);
  }
  throw usageError(`sale knows create, list, pause, resume and stop, not '${flags.positionals.join(' ')}'`);
}

const DAY_SEC = 24 * 3600;

function create(flags: Flags): Work {
  const stock = flags.requiredInteger('stock', { min: 0, max: 10_000_000 });
  const perShopperLimit = flags.integer('limit', { min: 1, max: 1_000, otherwise: 1 });
  const opensInSec = flags.integer('opens-in', { min: 0, max: 365 * DAY_SEC, otherwise: 0 });
  const endsInSec = flags.integer('ends-in', { min: 1, max: 366 * DAY_SEC, otherwise: 3_600 });
  if (endsInSec <= opensInSec) throw usageError('--ends-in must be more than --opens-in');
  const name = flags.text('name')?.trim() ?? `Drop of ${stock}`;
  if (name.length < 1 || name.length > 200) throw usageError('--name must be 1 to 200 characters');
  return async (services, print) => {
    const { db, redis } = services;
    const [seconds, micros] = await redis.time(); // the gate's clock decides when it opens
    const nowMs = Number(seconds) * 1000 + Math.floor(Number(micros) / 1000);
    const actor = { actorId: null, reason: 'npm run sale' };
    const { id: productId } = await db.transaction((tx) =>
      writeProduct(tx, { name, priceMinor: 4_900, currency: 'EUR' }, actor),
    );
    const made = await createSale(
      services,
      {
        productId,
        name,
        startsAt: new Date(nowMs + opensInSec * 1_000),
        endsAt: new Date(nowMs + endsInSec * 1_000),
        perShopperLimit,
        stock,
      },
      actor,
    );
    print(`saleId     ${made.saleId}\nproductId  ${productId}\nstockId    ${made.stockId}`);
    return { saleId: made.saleId, productId, stockId: made.stockId };
  };
}

const list: Work = async ({ db, redis }, print) => {
  const [seconds] = await redis.time();
  const sales = [];
  for (const sale of await listSales(db))
    sales.push(await presentSale({ db, redis }, sale, Number(seconds) * 1000));
  for (const { saleId, name, state, total, sold, remaining, startsAt, endsAt } of sales) {
    print(
      `${saleId}  ${state.padEnd(9)}  ${sold}/${total} sold, ${remaining} left  ${startsAt} – ${endsAt}  ${name}`,
    );
  }
  if (sales.length === 0) print('There is no sale yet: npm run sale -- create --stock 100');
  return { sales };
};

async function presentSale({ db, redis }: Pick<Services, 'db' | 'redis'>, sale: SaleDetails, nowMs: number) {
  const stock = await readStock(db, sale.saleId);
  const epoch = await redis.hget(saleKeys(sale.saleId).gate, 'epoch');
  const tokens = epoch === null ? null : await redis.get(epochKeys(sale.saleId, Number(epoch)).tokens);
  const { total, sold } = stock ?? { total: sale.total, sold: 0 };
  const remaining = Math.max(0, tokens === null ? total - sold : Number(tokens));
  return {
    saleId: sale.saleId,
    stockId: sale.stockId,
    productId: sale.product.id,
    name: sale.name,
    state: saleState({ ...sale, remaining }, nowMs),
    startsAt: new Date(sale.startsAtMs).toISOString(),
    endsAt: new Date(sale.endsAtMs).toISOString(),
    perShopperLimit: sale.perShopperLimit,
    total,
    sold,
    remaining,
  };
}

function change(verb: Verb, saleId: string): Work {
  return async (services, print) => {
    const result: StateChange = await changeSaleState(services, saleId, STATES[verb], {
      actorId: null,
      reason: 'npm run sale',
    });
    if (result.ok) {
      print(`${saleId} is ${STATES[verb]}`);
      return { saleId, state: STATES[verb] };
    }
    switch (result.code) {
      case 'sale_not_found':
        throw new CommandError(`There is no sale ${saleId}.`);
      case 'sale_not_published':
        throw new CommandError(`Sale ${saleId} is a draft: publish it first.`);
      case 'sale_stopped':
        throw new CommandError(`Sale ${saleId} is stopped for good and cannot ${verb}.`);
    }
  };
}

await runCommand({
  name: 'npm run sale --',
  usage: ['create --stock N [flags]', 'list', 'pause|resume|stop SALE_ID'],
  summary: 'Makes, lists, pauses, resumes and stops sales; in force everywhere when it returns.',
  flags: FLAGS,
  run,
});

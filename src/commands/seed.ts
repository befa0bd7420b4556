import { randomBytes } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DEMO_OPERATOR_EMAIL, DEMO_PRODUCT, DEMO_SALES, type DemoSale } from '../../seeds/demo.ts';
import { createPasswords } from '../features/account/password.ts';
import { createUserRepository } from '../features/account/user.repository.ts';
import { insertSale } from '../features/sale/sale.repository.ts';
import { warmSale } from '../features/sale/sale.service.ts';
import { LOCK_NAMESPACES } from '../infrastructure/postgres/advisory-lock.ts';
import type { Transaction } from '../infrastructure/postgres/database.ts';
import { openServices, type ServiceUrls } from './lib/open-services.ts';

export interface DemoOperator {
  operatorEmail: string;
  operatorPassword: string;
}

/**
 * Makes sure that there is a demo: a product, an open sale, one to come, one that ended, and an operator.
 *
 * Repeatable, and safe beside another process that does the same. A sale is never moved in time nor refilled: when the
 * open one has ended or sold out, or the coming one has begun, a new one is made. Their gates are open on return.
 *
 * @throws CommandError when PostgreSQL or Redis does not answer
 */
export async function seedDemo({
  databaseUrl,
  redisUrl,
  dataDir,
}: ServiceUrls & { dataDir: string }): Promise<DemoOperator> {
  const { db, redis, runId, close } = await openServices({ databaseUrl, redisUrl });
  try {
    const [seconds, micros] = await redis.time(); // the gate's clock decides what is open
    const nowMs = Number(seconds) * 1000 + Math.floor(Number(micros) / 1000);
    const sales = await db.transaction(async (tx) => {
      await lockSeed(tx);
      await tx('products').insert(DEMO_PRODUCT).onConflict('id').ignore();
      return [
        await ensureSale(tx, nowMs, DEMO_SALES.ended, () => true),
        await ensureSale(tx, nowMs, DEMO_SALES.upcoming, (last) => last.starts_at.getTime() > nowMs),
        await ensureSale(
          tx,
          nowMs,
          DEMO_SALES.open,
          (last) => last.ends_at.getTime() > nowMs && last.sold < last.total,
        ),
      ];
    });
    for (const sale of sales) await warmSale({ db, redis, runId }, sale);
    return await db.transaction(async (tx) => {
      await lockSeed(tx);
      return ensureOperator(tx, dataDir);
    });
  } finally {
    await close();
  }
}

/** Until the end of the transaction: of two that seed at once, the second finds what the first one made. */
async function lockSeed(tx: Transaction): Promise<void> {
  await tx.raw('select pg_advisory_xact_lock(?, 1)', [LOCK_NAMESPACES.demoSeed]);
}

interface LastSale {
  sale_id: string;
  stock_id: string;
  state: 'active' | 'paused' | 'stopped';
  starts_at: Date;
  ends_at: Date;
  total: number;
  sold: number;
}

/** The last sale of this kind if it will still do, else a new one. A stopped one has ended for good. */
async function ensureSale(
  tx: Transaction,
  nowMs: number,
  wanted: DemoSale,
  willDo: (last: LastSale) => boolean,
): Promise<{ saleId: string; stockId: string }> {
  const { rows } = await tx.raw<{ rows: LastSale[] }>(
    `select f.id as sale_id, s.id as stock_id, f.state, f.starts_at, f.ends_at, s.total, s.sold
       from flash_sales f join stocks s on s.sale_id = f.id
      where f.product_id = ? and f.name = ? order by f.starts_at desc limit 1`,
    [DEMO_PRODUCT.id, wanted.name],
  );
  const last = rows[0];
  if (last && last.state !== 'stopped' && willDo(last))
    return { saleId: last.sale_id, stockId: last.stock_id };
  return insertSale(tx, {
    productId: DEMO_PRODUCT.id,
    name: wanted.name,
    startsAt: new Date(nowMs + wanted.opensInSec * 1_000),
    endsAt: new Date(nowMs + wanted.endsInSec * 1_000),
    perShopperLimit: wanted.perShopperLimit,
    stock: wanted.stock,
  });
}

/** The operator's account. Its password is made once and kept in `DATA_DIR`; whichever of the two is lost is mended. */
async function ensureOperator(tx: Transaction, dataDir: string): Promise<DemoOperator> {
  const path = join(dataDir, 'demo-operator.json');
  const operator = (await readKept(path)) ?? {
    operatorEmail: DEMO_OPERATOR_EMAIL,
    operatorPassword: randomBytes(12).toString('base64url'),
  };
  const { operatorEmail: email, operatorPassword: password } = operator;
  const passwords = createPasswords();
  const users = createUserRepository({ db: tx });
  const user = await users.findByEmail(email);
  if (!user || !(await passwords.matches(password, user.passwordHash))) {
    const passwordHash = await passwords.hash(password);
    if (user) await tx('users').where({ id: user.id }).update({ password_hash: passwordHash });
    else await users.insert({ email, name: 'Demo operator', role: 'operator', passwordHash });
  }
  await writeFile(`${path}.next`, `${JSON.stringify(operator)}\n`, { mode: 0o600 });
  await rename(`${path}.next`, path);
  return operator;
}

async function readKept(path: string): Promise<DemoOperator | null> {
  try {
    const kept = JSON.parse(await readFile(path, 'utf8')) as Partial<DemoOperator>;
    const { operatorEmail, operatorPassword } = kept;
    return operatorEmail && operatorPassword ? { operatorEmail, operatorPassword } : null;
  } catch {
    return null; // not there yet, or cut short: a new password is made
  }
}

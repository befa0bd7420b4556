import type { AccessTokens } from '../../features/account/access-token.ts';
import type { Database } from '../../infrastructure/postgres/database.ts';

export interface Shopper {
  userId: string;
  accessToken: string;
}

/** Rows a statement: about 0.1 s each, so that progress shows. */
const CHUNK = 10_000;

/**
 * Makes shoppers who can buy at once: an account without a password, and a token for each.
 *
 * @param onProgress  called after each 10,000
 */
export async function createShoppers(
  { db, tokens }: { db: Database; tokens: Pick<AccessTokens, 'issue'> },
  count: number,
  onProgress: (made: number) => void = () => undefined,
): Promise<Shopper[]> {
  const shoppers: Shopper[] = [];
  while (shoppers.length < count) {
    const { rows } = await db.raw<{ rows: { id: string }[] }>(
      `insert into users (id, email, name)
       select id, 'shopper-' || id || '@shoppers.invalid', 'Shopper'
         from (select gen_random_uuid() as id from generate_series(1, ?::int)) as new
       returning id`,
      [Math.min(CHUNK, count - shoppers.length)],
    );
    for (const { id } of rows) {
      shoppers.push({ userId: id, accessToken: tokens.issue({ id, role: 'shopper' }).accessToken });
    }
    onProgress(shoppers.length);
  }
  return shoppers;
}

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createShoppers } from '../../src/commands/lib/create-shoppers.ts';
import type { AccessTokens } from '../../src/features/account/access-token.ts';
import { sqlArray, type Database } from '../../src/infrastructure/postgres/database.ts';

export interface Crowd {
  userIds: string[];
  /** Access tokens, one a line. */
  tokensFile: string;
}

const CHUNK = 10_000;

/** Makes signed-in shoppers: the same ones in every database, their tokens in a file. */
export async function gatherCrowd(
  { db, others, tokens }: { db: Database; others: readonly Database[]; tokens: Pick<AccessTokens, 'issue'> },
  count: number,
  folder: string,
): Promise<Crowd> {
  const shoppers = await createShoppers({ db, tokens }, count);
  const userIds = shoppers.map(({ userId }) => userId);
  for (const other of others) {
    for (let at = 0; at < count; at += CHUNK) {
      await other.raw(
        `insert into users (id, email, name)
         select id, 'shopper-' || id || '@shoppers.invalid', 'Shopper' from unnest(?::uuid[]) as given(id)`,
        [sqlArray(userIds.slice(at, at + CHUNK))],
      );
    }
    await other.raw('analyze users');
  }
  await db.raw('analyze users');
  const tokensFile = join(folder, 'bench-tokens');
  await writeFile(tokensFile, shoppers.map(({ accessToken }) => `${accessToken}\n`).join(''), {
    mode: 0o600,
  });
  return { userIds, tokensFile };
}

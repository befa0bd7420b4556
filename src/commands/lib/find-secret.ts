import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Env } from '../../config/env.ts';
import { CommandError } from './command-error.ts';
import type { ServiceUrls } from './open-services.ts';

/**
 * The secret the running instance signs with: `JWT_SECRET`, else the one the instance keeps in `DATA_DIR`.
 *
 * @throws CommandError when neither is there
 */
export async function findSecret(
  env: Pick<Env, 'jwtSecret' | 'dataDir'>,
  { url }: ServiceUrls,
): Promise<string> {
  if (env.jwtSecret !== undefined) return env.jwtSecret;
  // The kept secret belongs to the instance on DATA_DIR; other services know nothing of it.
  const kept =
    url === undefined ? '' : await readFile(join(env.dataDir, 'jwt-secret'), 'utf8').catch(() => '');
  if (kept.trim() === '') throw new CommandError('JWT_SECRET is required: the one the API processes have.');
  return kept.trim();
}

/** @throws CommandError when the API at `url` answers and takes the token for somebody else's */
export async function checkToken(url: string, accessToken: string): Promise<void> {
  const answer = await fetch(`${url}/api/auth/me`, {
    headers: { authorization: `Bearer ${accessToken}` },
    signal: AbortSignal.timeout(5_000),
  }).catch(() => null);
  if (answer?.status === 401) {
    throw new CommandError(
      'The instance does not take these tokens: set JWT_SECRET to the one it was started with.',
    );
  }
}

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { ReplyError } from 'ioredis';
import { serverOf, type Redis } from './redis.ts';

export type ScriptArgument = string | number;

/** One atomic step: a documented Lua file. The number of keys is read from its header, so the two cannot differ. */
export interface Script {
  run(redis: Redis, keys: readonly string[], args: readonly ScriptArgument[]): Promise<unknown>;
}

const KEY_LINE = /^\s*KEYS\[(\d+)\]/gm;

/**
 * Loads a script from the file beside the calling module.
 *
 * It is sent by its SHA-1 and whole only when the server does not know it yet (NOSCRIPT: it had no effect, so sending
 * again is safe). On a cluster it goes to the server that has its first key, and to no other when that says MOVED: what
 * it was given about its server (`run-id.ts`) is true of that one alone.
 *
 * @throws when the header does not number KEYS from 1 without a gap
 */
export function loadScript(url: URL): Script {
  const source = readFileSync(url, 'utf8');
  const sha = createHash('sha1').update(source).digest('hex');
  const numbered = [...source.matchAll(KEY_LINE)].map((match) => Number(match[1]));
  if (numbered.some((key, index) => key !== index + 1)) {
    throw new Error(`${url.pathname}: KEYS in the header must be numbered from 1`);
  }
  return {
    async run(redis, keys, args) {
      if (keys.length !== numbered.length) {
        throw new Error(`${url.pathname}: wants ${numbered.length} keys, got ${keys.length}`);
      }
      const server = serverOf(redis, keys[0] ?? '');
      try {
        return await server.evalsha(sha, keys.length, ...keys, ...args);
      } catch (error) {
        if (error instanceof ReplyError && (error as Error).message.startsWith('NOSCRIPT')) {
          return server.eval(source, keys.length, ...keys, ...args);
        }
        throw error;
      }
    },
  };
}

import type { IncomingMessage } from 'node:http';
import type { RequestHandler } from 'express';
import { RefusalError } from '../errors/refusal.ts';

/**
 * Makes the second wall around what a cookie signs in (the first is `SameSite=Strict`): refuses `forbidden` what a
 * browser sends on behalf of another origin's page. Reads `Sec-Fetch-Site`, which every browser since 2023 sends and no
 * page can set; of an older one `Origin`, compared with `Host`. A client that is no browser sends neither, and has no
 * cookies that anybody could use against it.
 *
 * @param corsOrigins  origins whose pages may
 */
export function createRefuseCrossSite({ corsOrigins }: { corsOrigins: readonly string[] }): RequestHandler {
  const listed = new Set(corsOrigins);
  return (req, _res, next) => {
    const isRead = req.method === 'GET' || req.method === 'HEAD';
    if (!isRead && !isOurs(req, listed)) {
      throw new RefusalError({ code: 'forbidden', detail: 'Ask from a page of this shop.' });
    }
    next();
  };
}

function isOurs({ headers }: IncomingMessage, listed: ReadonlySet<string>): boolean {
  const { origin, host } = headers;
  if (origin !== undefined && listed.has(origin)) return true;
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  return origin === undefined || origin === `http://${host ?? ''}` || origin === `https://${host ?? ''}`;
}

import { Router, type Request } from 'express';
import { RefusalError } from '../../errors/refusal.ts';
import { PROMETHEUS_TEXT } from '../../infrastructure/metrics/prometheus-text.ts';
import { createAddressMatcher, createClientAddress } from '../../middleware/client-address.ts';
import type { ReadMetrics } from './read-metrics.ts';

/** What proxies add. Whoever adds one by hand only shuts the door to themselves. */
const TRACES_OF_A_PROXY = ['x-forwarded-for', 'x-real-ip', 'forwarded', 'via'];

/**
 * `GET /metrics`, for who asks this process directly from the same private network: through a proxy, or from a public
 * address, there is no such route.
 */
export function createMetricsRoutes({ readMetrics }: { readMetrics: ReadMetrics }): Router {
  const router = Router();
  const peerOf = createClientAddress({ trustProxy: [] });
  const isPrivate = createAddressMatcher(['loopback', 'linklocal', 'uniquelocal']);
  const isInside = (req: Request): boolean =>
    isPrivate(peerOf(req)) && TRACES_OF_A_PROXY.every((header) => req.headers[header] === undefined);

  router.get('/', async (req, res) => {
    if (!isInside(req)) throw new RefusalError({ code: 'not_found' });
    res.set({ 'Content-Type': PROMETHEUS_TEXT, 'Cache-Control': 'no-store' }).send(await readMetrics());
  });
  return router;
}

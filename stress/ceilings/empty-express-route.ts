import { once } from 'node:events';
import express from 'express';
import { readEnv } from '../../src/config/env.ts';
import { runCluster } from '../bench/run-cluster.ts';

const env = readEnv();

/** A ceiling: an Express app with `express.json()` and one route that does nothing. `PORT`, `WEB_CONCURRENCY`. */
async function serve(): Promise<void> {
  const app = express();
  app.use(express.json());
  app.post('/api/purchase/attempt', (_req, res) => {
    res.status(202).json({ ok: true });
  });
  await once(app.listen(env.port, '127.0.0.1'), 'listening');
}

await runCluster({ server: { count: env.webConcurrency ?? 1, run: serve } });

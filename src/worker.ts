import { composeWorker } from './composition/worker.ts';
import { readServiceEnv } from './config/env.ts';
import { createLifecycle, tellReady } from './infrastructure/lifecycle.ts';
import { createLogger } from './infrastructure/logging/logger.ts';
import { runEntry } from './infrastructure/run-entry.ts';

/** Entry of a settle process. */
await runEntry(async () => {
  const env = readServiceEnv();
  const logger = createLogger({ level: env.logLevel, format: env.logFormat, role: 'worker' });
  const lifecycle = createLifecycle({ logger });
  lifecycle.stopOnSignals();
  const worker = await composeWorker({ env, logger, lifecycle });
  worker.start();
  logger.info('settling');
  tellReady();
});

import { composeApi } from './composition.ts';
import { readServiceEnv } from './config/env.ts';
import { createLifecycle, tellReady } from './infrastructure/lifecycle.ts';
import { createLogger } from './infrastructure/logging/logger.ts';
import { runEntry } from './infrastructure/run-entry.ts';

/** Entry of an API process. */
await runEntry(async () => {
  const env = readServiceEnv();
  const logger = createLogger({ level: env.logLevel, format: env.logFormat, role: 'api' });
  const lifecycle = createLifecycle({ logger });
  lifecycle.stopOnSignals();
  const api = await composeApi({ env, logger, lifecycle });
  const port = await api.listen(env.port);
  logger.info('listening', { port });
  tellReady();
});

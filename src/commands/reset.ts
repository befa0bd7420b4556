import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { readEnv } from '../config/env.ts';
import { emptyInstance } from '../infrastructure/embedded/empty-instance.ts';
import { supervisorOf } from '../infrastructure/embedded/instance-lock.ts';
import { StartError } from '../infrastructure/embedded/start-error.ts';
import { runEntry } from '../infrastructure/run-entry.ts';

/** `npm run reset`: empties the embedded instance of DATA_DIR, which must not be running. */
await runEntry(async () => {
  const dataDir = resolve(readEnv().dataDir);
  const pid = await supervisorOf(dataDir);
  if (pid !== undefined) {
    throw new StartError(`The instance on ${dataDir} is running (process ${pid}): stop it first.`);
  }
  if (!(await stat(dataDir).catch(() => undefined))) {
    console.log(`There is no instance on ${dataDir}.`);
    return;
  }
  await emptyInstance(dataDir);
  console.log(`The instance on ${dataDir} is empty. The next start makes a new one.`);
});

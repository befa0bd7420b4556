import { existsSync } from 'node:fs';
import { inRoot } from './paths.mjs';

/** Takes variables from `.env`, when there is one; what the environment has already stays. */
export function loadDotEnv() {
  if (existsSync(inRoot('.env'))) process.loadEnvFile(inRoot('.env'));
}

import type { Fault } from './fault.ts';
import { JOB_FAULTS } from './faults/jobs.ts';
import { PROCESS_FAULTS } from './faults/processes.ts';
import { REDIS_FAULTS } from './faults/redis.ts';

/** Every fault of the campaign. Their number and order are part of what a seed means: see plan.ts. */
export const FAULTS: readonly Fault[] = [...PROCESS_FAULTS, ...JOB_FAULTS, ...REDIS_FAULTS];

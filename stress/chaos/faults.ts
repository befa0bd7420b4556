import type { Fault } from './fault.ts';
import { CLOCK_FAULTS } from './faults/clocks.ts';
import { JOB_FAULTS } from './faults/jobs.ts';
import { NETWORK_FAULTS } from './faults/network.ts';
import { PEOPLE_FAULTS } from './faults/people.ts';
import { POISON_FAULTS } from './faults/poison.ts';
import { POSTGRES_FAULTS } from './faults/postgres.ts';
import { PROCESS_FAULTS } from './faults/processes.ts';
import { REDIS_FAULTS } from './faults/redis.ts';

/** Every fault of the campaign. Their number and order are part of what a seed means: see plan.ts. */
export const FAULTS: readonly Fault[] = [
  ...PROCESS_FAULTS,
  ...JOB_FAULTS,
  ...REDIS_FAULTS,
  ...POSTGRES_FAULTS,
  ...NETWORK_FAULTS,
  ...CLOCK_FAULTS,
  ...PEOPLE_FAULTS,
  ...POISON_FAULTS,
];

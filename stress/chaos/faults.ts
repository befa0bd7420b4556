import type { Fault } from './fault.ts';
import { REDIS_FAULTS } from './faults/redis.ts';
import { PROCESS_FAULTS } from './faults/processes.ts';

/** Every fault of the campaign; the order is part of a seed's meaning, so new ones go to the end of their file. */
export const FAULTS: readonly Fault[] = [...PROCESS_FAULTS, ...REDIS_FAULTS];

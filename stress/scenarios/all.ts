import { drop } from './drop.ts';
import type { Scenario } from './scenario.ts';

/** Every scenario by name, in the order of the help text. */
export const SCENARIOS: Readonly<Record<string, Scenario>> = Object.fromEntries(
  [drop].map((scenario) => [scenario.name, scenario]),
);

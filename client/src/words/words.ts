import { en } from './en.ts';

/** Every string of the sale page in one language. A second one is the `en` files in that shape, and a choice here. */
export type Words = typeof en;

export const words: Words = en;

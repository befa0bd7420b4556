import { en } from './en.ts';

/** Every string of the page in one language. A second one is a file of this shape and a choice here. */
export type Words = typeof en;

export const words: Words = en;

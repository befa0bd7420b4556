import { pages } from './en-pages.ts';

/** The same for what is loaded apart: the sale page stays small. */
export type PageWords = typeof pages;

export const pageWords: PageWords = pages;

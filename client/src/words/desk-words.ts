import { desk } from './en-desk.ts';

/** The operator's desk in one language; loaded with it, never with the sale page. */
export type DeskWords = typeof desk;

export const deskWords: DeskWords = desk;

import { desk } from './en-desk.ts';
import { live } from './en-live.ts';

/** The operator's desk in one language; loaded with it, never with the sale page. */
export const deskWords = { ...desk, ...live };

export type DeskWords = typeof deskWords;

import { office } from './en-office.ts';

/** The lists and forms of the operator's desk in one language; loaded with them, never with the sale page. */
export type OfficeWords = typeof office;

export const officeWords: OfficeWords = office;

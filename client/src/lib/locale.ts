/** The reader's language for numbers, prices and dates; where there is no browser, English. */
export const LOCALE: string = (globalThis as { navigator?: Navigator }).navigator?.language ?? 'en';

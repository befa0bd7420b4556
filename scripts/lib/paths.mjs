import { fileURLToPath } from 'node:url';

/** The folder of package.json, with a slash at its end. */
export const root = fileURLToPath(new URL('../../', import.meta.url));

/** The path of something in the checkout. */
export const inRoot = (path) => `${root}${path}`;

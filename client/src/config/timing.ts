/** Every interval the page lives by, in milliseconds. */

/** No tick for this long: read the snapshot. With sockets blocked this is the polling interval. */
export const SILENCE_MS = 5_000;
/** A queued attempt's status is read this often, because a published outcome can be lost. */
export const ATTEMPT_POLL_MS = 3_000;
export const SALE_LIST_POLL_MS = 30_000;
export const STATS_POLL_MS = 1_000;
/** The API answers or refuses within its own deadlines; longer than this, the answer is lost. */
export const REQUEST_TIMEOUT_MS = 8_000;

/** A wish whose answer was lost is repeated this often before the shopper is asked, about a minute in all. */
export const WISH_TRIES = 12;
export const WISH_FIRST_PAUSE_MS = 400;
export const WISH_LONGEST_PAUSE_MS = 8_000;

/** A refused socket (bad token) is not reconnected by its library. */
export const SOCKET_REFUSED_PAUSE_MS = 5_000;

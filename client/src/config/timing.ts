/** Every interval the page lives by, in milliseconds. */

/** No tick for this long: read the snapshot. */
export const SILENCE_MS = 5_000;
/** Without a socket the snapshot is read this often. */
export const POLL_MS = 2_000;
/** Units that came back are told of for this long. */
export const GROWTH_TOLD_MS = 15_000;
/** A queued attempt's status is read this often, because a published outcome can be lost. */
export const ATTEMPT_POLL_MS = 3_000;
export const SALE_LIST_POLL_MS = 30_000;
/** The operator's live screen asks so often; the server makes its figures anew as often: none is older than a second. */
export const LIVE_POLL_MS = 500;
/** The API answers or refuses within its own deadlines; longer than this, the answer is lost. */
export const REQUEST_TIMEOUT_MS = 8_000;

/** A wish whose answer was lost is repeated until it is known, with pauses that double up to the longest. */
export const WISH_FIRST_PAUSE_MS = 400;
export const WISH_LONGEST_PAUSE_MS = 8_000;
/** Becoming a guest is tried this often before the shopper is told. */
export const GUEST_TRIES = 5;
/** A page that is loaded anew still tells of a rejection this long after it. */
export const REJECTION_TOLD_MS = 600_000;
/** The sale opens within this time after all: the page's clock was a little early. */
export const OPENS_SOON_MS = 5_000;

/** The session is renewed this long before its access token expires, … */
export const RENEW_AHEAD_MS = 60_000;
/** … and again after this when the server could not be reached. */
export const RENEW_AGAIN_MS = 10_000;

/** A refused socket (bad token) is not reconnected by its library. */
export const SOCKET_REFUSED_PAUSE_MS = 5_000;

/** The server's time is asked for this often in a round … */
export const CLOCK_QUESTIONS = 5;
/** … and rounds are at least this far apart. */
export const CLOCK_ROUND_MS = 10_000;
/** From here on the shopper is told that the device's clock is off. */
export const CLOCK_FAR_OFF_MS = 30_000;

/** A picture of a megabyte takes this long on a slow line, and may take longer than any answer else. */
export const UPLOAD_TIMEOUT_MS = 60_000;

/** A part of the page that is not there is asked for so often … */
export const LOAD_TRIES = 3;
/** … with this pause. */
export const LOAD_AGAIN_MS = 1_000;

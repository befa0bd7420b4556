/**
 * Every refusal and error a client can be told, with its HTTP status: the one list that the API, the OpenAPI document
 * and the page share. `title` says what happened; `advice` says what to do next.
 */
export const ERROR_CATALOGUE = {
  invalid_request: {
    status: 400,
    title: 'The request is not valid',
    advice: 'Correct the fields named in `errors`.',
    retryable: false,
  },
  unauthenticated: {
    status: 401,
    title: 'Not signed in',
    advice: 'Sign in and send the access token.',
    retryable: false,
  },
  invalid_credentials: {
    status: 401,
    title: 'E-mail or password is wrong',
    advice: 'Check both and try again.',
    retryable: false,
  },
  forbidden: {
    status: 403,
    title: 'Not allowed',
    advice: 'Use an account that may do this.',
    retryable: false,
  },
  not_found: { status: 404, title: 'There is nothing here', advice: 'Check the address.', retryable: false },
  sale_not_found: {
    status: 404,
    title: 'There is no such sale',
    advice: 'Pick a sale from the list.',
    retryable: false,
  },
  attempt_not_found: {
    status: 404,
    title: 'There is no such attempt',
    advice: 'Check the attempt id, or try to buy again.',
    retryable: false,
  },
  order_not_found: {
    status: 404,
    title: 'There is no such order',
    advice: 'Check the order id.',
    retryable: false,
  },
  user_not_found: {
    status: 404,
    title: 'There is no such user',
    advice: 'Check the user id.',
    retryable: false,
  },
  product_not_found: {
    status: 404,
    title: 'There is no such product',
    advice: 'Check the product id.',
    retryable: false,
  },
  method_not_allowed: {
    status: 405,
    title: 'This address does not answer that method',
    advice: 'Use a method named in the `Allow` header.',
    retryable: false,
  },
  email_taken: {
    status: 409,
    title: 'This e-mail has an account already',
    advice: 'Sign in instead.',
    retryable: false,
  },
  sale_not_started: {
    status: 409,
    title: 'The sale has not started',
    advice: 'Come back when it opens.',
    retryable: true,
  },
  sale_paused: {
    status: 409,
    title: 'The sale is paused',
    advice: 'Wait until it goes on.',
    retryable: true,
  },
  sale_ended: {
    status: 409,
    title: 'The sale has ended',
    advice: 'Look for the next sale.',
    retryable: false,
  },
  sold_out: {
    status: 409,
    title: 'Sold out',
    advice: 'Units may come back: watch the sale.',
    retryable: false,
  },
  not_enough_left: {
    status: 409,
    title: 'Fewer units are left than you asked for',
    advice: 'Ask for at most `remaining` units.',
    retryable: false,
  },
  limit_reached: {
    status: 409,
    title: 'You have reached the limit of this sale',
    advice: 'See your orders.',
    retryable: false,
  },
  sale_not_published: {
    status: 409,
    title: 'The sale is a draft',
    advice: 'Publish it first.',
    retryable: false,
  },
  sale_stopped: {
    status: 409,
    title: 'The sale is stopped for good',
    advice: 'Clone it to sell again.',
    retryable: false,
  },
  sale_not_editable: {
    status: 409,
    title: 'The sale is open, about to open, or over',
    advice: 'Edit a sale until ten seconds before it opens; clone this one for another time.',
    retryable: false,
  },
  product_on_sale: {
    status: 409,
    title: 'The product is on sale at this price',
    advice: 'Change the price when its sale is over.',
    retryable: false,
  },
  stock_not_available: {
    status: 409,
    title: 'More units are sold or promised than this would leave',
    advice: 'Take at most `remaining` units.',
    retryable: false,
  },
  order_cancelled: {
    status: 409,
    title: 'The order is cancelled already',
    advice: 'See its trail.',
    retryable: false,
  },
  own_account: {
    status: 409,
    title: 'Nobody changes their own role or blocks themselves',
    advice: 'Ask another admin.',
    retryable: false,
  },
  last_admin: {
    status: 409,
    title: 'This is the last admin',
    advice: 'Make somebody else an admin first.',
    retryable: false,
  },
  precondition_failed: {
    status: 412,
    title: 'Somebody has changed this since you read it',
    advice: 'Read it again and send its new `ETag` in `If-Match`.',
    retryable: false,
  },
  body_too_large: {
    status: 413,
    title: 'The body is too large',
    advice: 'Send at most 4 KB.',
    retryable: false,
  },
  unsupported_media_type: {
    status: 415,
    title: 'The body must be JSON',
    advice: 'Send `Content-Type: application/json`.',
    retryable: false,
  },
  idempotency_key_reused: {
    status: 422,
    title: 'This idempotency key was used for another request',
    advice: 'Use a new key for a new wish.',
    retryable: false,
  },
  precondition_required: {
    status: 428,
    title: 'An edit must say which version it was made from',
    advice: 'Send the `ETag` you read in `If-Match`.',
    retryable: false,
  },
  rate_limited: {
    status: 429,
    title: 'Too many tries',
    advice: 'Wait as long as `Retry-After` says.',
    retryable: true,
  },
  internal_error: {
    status: 500,
    title: 'Something went wrong on our side',
    advice: 'Try again; name the request id if it stays.',
    retryable: true,
  },
  gate_closed: {
    status: 503,
    title: 'The sale is catching its breath',
    advice: 'Try again after `Retry-After` seconds.',
    retryable: true,
  },
  overloaded: {
    status: 503,
    title: 'More shoppers than can be served right now',
    advice: 'Try again after `Retry-After` seconds.',
    retryable: true,
  },
  outcome_unknown: {
    status: 503,
    title: 'It is not known yet whether this attempt counted',
    advice: 'Ask for the status of `attemptId`, or repeat with the same idempotency key.',
    retryable: true,
  },
  service_unavailable: {
    status: 503,
    title: 'A service this needs does not answer',
    advice: 'Try again in a moment.',
    retryable: true,
  },
} as const satisfies Record<string, { status: number; title: string; advice: string; retryable: boolean }>;

export type ErrorCode = keyof typeof ERROR_CATALOGUE;

/** What a rejected attempt can be told: the outcome's `reason`. */
export const REJECTION_REASONS = ['sold_out', 'not_enough_left', 'limit_reached', 'set_aside'] as const;
export type RejectionReason = (typeof REJECTION_REASONS)[number];

/** RFC 9457 problem document, `application/problem+json`. */
export interface ProblemDocument {
  type: string;
  title: string;
  status: number;
  code: ErrorCode;
  detail: string;
  requestId: string;
  retryable: boolean;
  attemptId?: string;
  remaining?: number;
  errors?: { field: string; message: string }[];
}

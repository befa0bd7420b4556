import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from '../infrastructure/logging/logger.ts';
import { commonHeadOf, markLane, setHeaders, type CommonHead } from '../errors/send-whole.ts';
import { logFieldsOf } from './log-fields.ts';
import { nameRoute, routeNameOf } from './name-route.ts';
import { readSecurityHeaders } from './security-headers.ts';

export interface RequestScopeDeps {
  logger: Logger;
  /** Origins, such as `https://shop.example`, whose pages may read our answers; empty: only our own. */
  corsOrigins: readonly string[];
  /** The server's keep-alive timeout, of which an answer tells, s. */
  keepAliveSec: number;
  /** Called when an answer is written. `route` as it was mounted, empty for none. */
  answered: (method: string, route: string, status: number, durationMs: number) => void;
}

export interface RequestScope {
  /**
   * Starts the answer to a request: request id, security and CORS headers, access log. Once per request, first.
   *
   * @returns the request id: the caller's `X-Request-Id` when it is sane (1–64 of letters, digits, `._:-`), else a new one
   */
  begin(req: IncomingMessage, res: ServerResponse): string;
  /** The same for a response of the hot lane, whose head is written at once by `sendWhole`, and which knows its route. */
  beginLane(req: IncomingMessage, res: ServerResponse, route: string): void;
  /** Answers a listed origin's CORS preflight and says so; any other request it leaves alone. */
  answerPreflight(req: IncomingMessage, res: ServerResponse): boolean;
}

const SANE_REQUEST_ID = /^[\w.:-]{1,64}$/;
const EXPOSED_HEADERS = 'ETag, Location, RateLimit, RateLimit-Policy, Retry-After, X-Request-Id';
const PREFLIGHT_MAX_AGE_SEC = '600';
/** On every answer of an instance that has origins on its list: a cache must not give one origin's answer to another. */
const VARY: [name: string, value: string] = ['Vary', 'Origin'];

interface Timed extends ServerResponse {
  startedAtMs: number;
}

/** Makes what the Express app and the lane in front of it both do first, so that their answers are alike. */
export function createRequestScope({
  logger,
  corsOrigins,
  keepAliveSec,
  answered,
}: RequestScopeDeps): RequestScope {
  const securityHeaders = readSecurityHeaders();
  const headers = corsOrigins.length > 0 ? [...securityHeaders, VARY] : securityHeaders;
  const common = commonHeadOf(headers, keepAliveSec);
  const commonByOrigin = new Map(
    corsOrigins.map((origin) => [
      origin,
      commonHeadOf([...headers, ...allowHeadersOf(origin)], keepAliveSec),
    ]),
  );
  const nextRequestId = createRequestIds();
  const showsAll = logger.isEnabled('debug');

  // One function for all responses.
  function noteAnswered(this: ServerResponse): void {
    const { statusCode } = this;
    const durationMs = performance.now() - (this as Timed).startedAtMs;
    answered(this.req.method ?? '', routeNameOf(this), statusCode, durationMs);
    // A 503 is told to thousands at once, and whoever closed the gate has said so once.
    const isOrdinary = statusCode < 500 || statusCode === 503;
    if (isOrdinary ? !showsAll : !logger.isEnabled('error')) return;
    logger[isOrdinary ? 'debug' : 'error']('answered', {
      ...logFieldsOf(this),
      method: this.req.method,
      path: pathOf(this.req),
      status: statusCode,
      durationMs: round(durationMs),
    });
  }

  /** What all answers to a listed origin have, or all others. */
  const commonFor = ({ headers: { origin } }: IncomingMessage): CommonHead =>
    (origin === undefined ? undefined : commonByOrigin.get(origin)) ?? common;

  const requestIdFor = (req: IncomingMessage): string => {
    const given = req.headers['x-request-id'];
    return typeof given === 'string' && SANE_REQUEST_ID.test(given) ? given : nextRequestId();
  };

  return {
    begin: (req, res) => {
      const requestId = requestIdFor(req);
      res.setHeader('X-Request-Id', requestId);
      setHeaders(res, commonFor(req).values);
      (res as Timed).startedAtMs = performance.now();
      res.on('finish', noteAnswered);
      return requestId;
    },

    beginLane: (req, res, route) => {
      nameRoute(res, route);
      markLane(res, { requestId: requestIdFor(req), common: commonFor(req), answered: noteAnswered });
      (res as Timed).startedAtMs = performance.now();
    },

    answerPreflight: (req, res) => {
      const { origin } = req.headers;
      if (req.method !== 'OPTIONS' || origin === undefined || !commonByOrigin.has(origin)) return false;
      if (req.headers['access-control-request-method'] === undefined) return false;
      res.statusCode = 204;
      res.setHeader('Access-Control-Allow-Methods', 'GET, HEAD, POST, PUT, PATCH, DELETE');
      res.setHeader(
        'Access-Control-Allow-Headers',
        'Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, X-Request-Id',
      );
      res.setHeader('Access-Control-Max-Age', PREFLIGHT_MAX_AGE_SEC);
      res.end();
      return true;
    },
  };
}

function allowHeadersOf(origin: string): [name: string, value: string][] {
  return [
    ['Access-Control-Allow-Origin', origin],
    ['Access-Control-Allow-Credentials', 'true'],
    ['Access-Control-Expose-Headers', EXPOSED_HEADERS],
  ];
}

/** Unique over processes by a random start, within one by counting: a random UUID for each request would cost more. */
function createRequestIds(): () => string {
  const prefix = randomBytes(6).toString('hex');
  let count = 0;
  return () => `${prefix}-${(++count).toString(36)}`;
}

/** Without the query, which may hold what a log should not. Express shortens `url` in its routers, not `originalUrl`. */
function pathOf(req: IncomingMessage & { originalUrl?: string }): string {
  const url = req.originalUrl ?? req.url ?? '';
  const end = url.indexOf('?');
  return end === -1 ? url : url.slice(0, end);
}

function round(ms: number): number {
  return Math.round(ms * 100) / 100;
}

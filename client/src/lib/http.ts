import type { ProblemDocument } from '../../../src/contracts/error-catalogue.ts';
import { REQUEST_TIMEOUT_MS } from '../config/timing.ts';
import type { RenewSession } from './renew-session.ts';

/** What came of a request. `unreachable` is all that is not the API's own answer: whether it acted is not known. */
export type Answer<Body> =
  | { kind: 'ok'; body: Body }
  | { kind: 'problem'; problem: ProblemDocument; retryAfterMs: number | undefined }
  | { kind: 'unreachable' };

export interface Request {
  method: 'GET' | 'POST' | 'PATCH';
  path: string;
  query?: Record<string, string | undefined>;
  headers?: Record<string, string>;
  /** A blob goes as it is, under its own type; anything else as JSON. */
  body?: object;
  signal?: AbortSignal | undefined;
  /** How long an answer is waited for when it is not the usual time. */
  timeoutMs?: number;
}

/** The caller names the body's type: it is the contract's, checked by the API's own tests. */
export type Http = <Body>(request: Request) => Promise<Answer<Body>>;

export interface HttpDeps {
  fetch: typeof fetch;
  accessToken: () => string | undefined;
  /** Asked for a new token when one was refused, which may no longer be the current one. */
  renew: RenewSession;
  /** Called with a token that was refused although it was new. */
  onUnauthenticated: (refusedToken: string) => void;
}

/**
 * Makes the one function that speaks HTTP; it never throws and never speaks to the shopper.
 *
 * A request whose token is over is sent again with a new one: it was refused before anything was done for it, so
 * nothing that was under way is lost and nothing is done twice.
 */
export function createHttp(deps: HttpDeps): Http {
  return <Body>(request: Request) => withToken(deps, (token) => send<Body>(deps.fetch, request, token));
}

/** Opens what is read piece by piece, for as long as it takes or until `signal`. */
export type OpenStream = (path: string, signal: AbortSignal) => Promise<Answer<Response>>;

export function createOpenStream(deps: HttpDeps): OpenStream {
  return (path, signal) =>
    withToken(deps, async (token): Promise<Answer<Response>> => {
      try {
        const headers: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {};
        const response = await deps.fetch(path, { headers, signal });
        if (response.ok) return { kind: 'ok', body: response };
        const body: unknown = await response.json();
        return isProblem(body)
          ? { kind: 'problem', problem: body, retryAfterMs: undefined }
          : { kind: 'unreachable' };
      } catch {
        return { kind: 'unreachable' };
      }
    });
}

async function withToken<Body>(
  { accessToken, renew, onUnauthenticated }: HttpDeps,
  ask: (token: string | undefined) => Promise<Answer<Body>>,
): Promise<Answer<Body>> {
  const token = accessToken();
  const answer = await ask(token);
  if (token === undefined || !isTokenOver(answer)) return answer;
  const renewal = await renew(token);
  if (renewal === 'unreachable') return { kind: 'unreachable' };
  const next = accessToken();
  if (renewal === 'ended' || next === undefined) return answer;
  const second = await ask(next);
  if (isTokenOver(second)) onUnauthenticated(next);
  return second;
}

const isTokenOver = (answer: Answer<unknown>): boolean =>
  answer.kind === 'problem' && answer.problem.code === 'unauthenticated';

/** One request and its answer; never throws. */
export async function send<Body>(
  fetch: HttpDeps['fetch'],
  request: Request,
  token: string | undefined,
): Promise<Answer<Body>> {
  const timeout = AbortSignal.timeout(request.timeoutMs ?? REQUEST_TIMEOUT_MS);
  const { body: sent } = request;
  try {
    const response = await fetch(address(request), {
      method: request.method,
      headers: {
        accept: 'application/json',
        ...(sent && { 'content-type': sent instanceof Blob ? sent.type : 'application/json' }),
        ...(token && { authorization: `Bearer ${token}` }),
        ...request.headers,
      },
      ...(sent && { body: sent instanceof Blob ? sent : JSON.stringify(sent) }),
      signal: request.signal ? AbortSignal.any([request.signal, timeout]) : timeout,
    });
    const body: unknown = response.status === 204 ? undefined : await response.json();
    if (response.ok) return { kind: 'ok', body: body as Body };
    // A proxy or a captive portal in between speaks no problem documents.
    if (!isProblem(body)) return { kind: 'unreachable' };
    return {
      kind: 'problem',
      problem: body,
      retryAfterMs: readRetryAfter(response.headers.get('retry-after')),
    };
  } catch {
    return { kind: 'unreachable' };
  }
}

function address({ path, query = {} }: Request): string {
  const given = Object.entries(query).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given).toString()}`;
}

function isProblem(body: unknown): body is ProblemDocument {
  return typeof body === 'object' && body !== null && 'code' in body && typeof body.code === 'string';
}

/** Milliseconds of a `Retry-After` in seconds, the only form the API sends. */
export function readRetryAfter(header: string | null): number | undefined {
  if (header === null || !/^\d+(\.\d+)?$/.test(header.trim())) return undefined;
  return Number(header) * 1000;
}

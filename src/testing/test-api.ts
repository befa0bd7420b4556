import { request as sendRequest, type Agent } from 'node:http';
import { composeApi } from '../composition.ts';
import { readServiceEnv } from '../config/env.ts';
import type { ProblemDocument } from '../contracts/error-catalogue.ts';
import type { AttemptStatusBody, Role, SaleStatusBody } from '../contracts/http.ts';
import { createAccessTokens } from '../features/account/access-token.ts';
import { createLifecycle } from '../infrastructure/lifecycle.ts';
import { silentLogger, type Logger } from '../infrastructure/logging/logger.ts';
import { startNginx } from './start-nginx.ts';
import type { TestServices } from './test-services.ts';

export const TEST_JWT_SECRET = 'a secret of the tests, long enough';

/** An `Authorization` header of a user. */
export function tokenOf(
  id: string,
  { role = 'shopper', lifetimeSec = 3_600 }: { role?: Role; lifetimeSec?: number } = {},
): string {
  const { accessToken } = createAccessTokens({ secret: TEST_JWT_SECRET, lifetimeSec }).issue({ id, role });
  return `Bearer ${accessToken}`;
}

export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
  /** The body as JSON. */
  body: unknown;
  problem: ProblemDocument;
  attempt: AttemptStatusBody;
}

export interface TestRequest {
  method?: string;
  headers?: Record<string, string>;
  /** A string is sent as it is, anything else as JSON. */
  body?: unknown;
  /** Send the body in chunks, without its length. */
  chunked?: boolean;
  /** Whose connections are used; else it is one of its own. */
  agent?: Agent;
}

export interface TestApi {
  url: string;
  send(path: string, request?: TestRequest): Promise<Answer>;
  /** The status of a sale as a page reads it; null while there is none for it. */
  saleStatus(saleId: string): Promise<SaleStatusBody | null>;
  /** `POST /api/purchase/attempt` of a shopper. */
  attempt(
    shopperId: string,
    body: { saleId: string; quantity?: number },
    options?: { key?: string; headers?: Record<string, string>; path?: string },
  ): Promise<Answer>;
  close(): Promise<void>;
}

/** A real API process's composition in this process, on a free port, over the stores of this test file. */
export async function startTestApi(
  { databaseUrl, redisUrl }: Pick<TestServices, 'databaseUrl' | 'redisUrl'>,
  variables: Record<string, string> = {},
  { logger = silentLogger }: { logger?: Logger } = {},
): Promise<TestApi> {
  const lifecycle = createLifecycle();
  const env = readServiceEnv({
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    JWT_SECRET: TEST_JWT_SECRET,
    ...(isBehindNginx() ? { TRUST_PROXY: 'loopback' } : {}),
    ...variables,
  });
  const api = await composeApi({ env, logger, lifecycle });
  const port = await api.listen(0);
  const front = isBehindNginx() ? await startNginx({ upstreams: [port], isOfOperators: true }) : undefined;
  const url = front?.url ?? `http://127.0.0.1:${port}`;
  const send = (path: string, request?: TestRequest) => sendTo(url + path, request);
  return {
    url,
    send,
    async saleStatus(saleId) {
      const answer = await send(`/api/flash-sale/status?saleId=${saleId}`);
      return answer.status === 200 ? (answer.body as SaleStatusBody) : null;
    },
    attempt: (shopperId, body, { key, headers = {}, path = '/api/purchase/attempt' } = {}) =>
      send(path, {
        method: 'POST',
        body,
        headers: {
          Authorization: tokenOf(shopperId),
          'Content-Type': 'application/json',
          ...(key === undefined ? {} : { 'Idempotency-Key': key }),
          ...headers,
        },
      }),
    async close() {
      await front?.close();
      await lifecycle.stop();
    },
  };
}

/** So `npm run test:deploy` runs the tests of the contract once more. */
const isBehindNginx = (): boolean => process.env.TEST_FRONT === 'nginx';

/** Sends one request. */
export function sendTo(
  url: string,
  { method = 'GET', headers = {}, body, chunked = false, agent }: TestRequest = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
    const length: Record<string, string> =
      sent === undefined
        ? {}
        : chunked
          ? { 'Transfer-Encoding': 'chunked' }
          : { 'Content-Length': String(Buffer.byteLength(sent)) };
    // One connection each, kept open by the server unless it wants it closed, as a browser would.
    const all = { Connection: 'keep-alive', ...length, ...headers };
    const request = sendRequest(url, { method, headers: all, agent: agent ?? false }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('error', reject);
      response.on('end', () => {
        const { statusCode = 0, headers: answered } = response;
        const isJson = answered['content-type']?.includes('json') === true && text !== '';
        const parsed: unknown = isJson ? JSON.parse(text) : undefined;
        resolve({
          status: statusCode,
          headers: answered,
          text,
          body: parsed,
          problem: parsed as ProblemDocument,
          attempt: parsed as AttemptStatusBody,
        });
      });
    });
    request.on('error', reject);
    request.end(sent);
  });
}

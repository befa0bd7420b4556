import { expect } from '@jest/globals';
import type { Express, RequestHandler } from 'express';
import { mkdtempSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApp } from '../app.ts';
import type { ProblemDocument } from '../contracts/error-catalogue.ts';
import { createAccountRoutes } from '../features/account/account.routes.ts';
import { createEnforcePolicies } from '../features/account/enforce-policies.ts';
import { createDocsRoutes } from '../features/docs/docs.routes.ts';
import { createHealthRoutes } from '../features/health/health.routes.ts';
import { createMetricsRoutes } from '../features/metrics/metrics.routes.ts';
import { createOperatorRoutes } from '../features/operator/operator.routes.ts';
import { createOrderRoutes } from '../features/order/order.routes.ts';
import { createPictureRoutes } from '../features/picture/picture.routes.ts';
import { createPurchaseRoutes } from '../features/purchase/purchase.routes.ts';
import { createSaleRoutes } from '../features/sale/sale.routes.ts';
import { createStatsRoutes } from '../features/stats/stats.routes.ts';
import { silentLogger } from '../infrastructure/logging/logger.ts';
import { createRefuseCrossSite } from '../middleware/refuse-cross-site.ts';
import { createRequestScope } from '../middleware/request-scope.ts';

export interface TestApp {
  app: Express;
  url: string;
  /** Where the built page would lie; empty at first. */
  clientDir: string;
  /** The fields of what was logged as an error. */
  logged: Record<string, unknown>[];
  post(path: string, body: string | Buffer, headers?: Record<string, string>): Promise<Response>;
  close(): void;
}

/** What no request here reaches. */
const unused = {} as never;
const passAll: RequestHandler = (_req, _res, next) => next();
const authenticate = () => ({ ok: false as const, refusal: { code: 'unauthenticated' as const } });
const accounts = {
  register: () => Promise.reject(new Error('secret detail of postgres://shop:hunter2@db')),
  login: () => Promise.reject(Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })),
  signInGuest: () => Promise.reject(new Error('unused')),
  changePassword: () => Promise.reject(new Error('unused')),
  deleteAccount: () => Promise.reject(new Error('unused')),
  find: () => Promise.resolve(null),
};

/** The app alone, listening: with real routes, policies and limits of bodies, and no store behind them. */
export async function startTestApp(): Promise<TestApp> {
  const folder = mkdtempSync(join(tmpdir(), 'stampede-app-'));
  const clientDir = join(folder, 'client');
  const logged: Record<string, unknown>[] = [];
  const logger = { ...silentLogger, error: (_message: string, fields = {}) => void logged.push(fields) };

  const app = createApp({
    logger,
    requestScope: createRequestScope({ logger, corsOrigins: [], keepAliveSec: 5, answered: () => undefined }),
    trustProxy: [],
    enforcePolicies: createEnforcePolicies({ authenticate, isDemo: false }),
    rateLimit: () => passAll,
    attemptLane: (_req, res) => void res.end('attempted'),
    saleStatusLane: (_req, res) => void res.end('status'),
    accountRoutes: createAccountRoutes({
      ...{ accounts, sessions: unused, authenticate, demo: false },
      ...{ clientAddress: () => '', newAccounts: { take: () => Promise.resolve(null) } },
      refuseCrossSite: createRefuseCrossSite({ corsOrigins: ['https://shop.example'] }),
    }),
    saleRoutes: createSaleRoutes({ saleStatus: unused, clock: { now: () => 0 } }),
    statsRoutes: createStatsRoutes({ readStats: unused }),
    purchaseRoutes: createPurchaseRoutes({ purchaseStatus: unused }),
    orderRoutes: createOrderRoutes({ orders: unused, readThrough: unused }),
    pictureRoutes: createPictureRoutes(unused),
    operatorRoutes: createOperatorRoutes(unused),
    healthRoutes: createHealthRoutes({ health: unused }),
    metricsRoutes: createMetricsRoutes({ readMetrics: unused }),
    docsRoutes: createDocsRoutes({ version: '1.2.3' }),
    clientDir,
  });
  const server = await new Promise<Server>((resolve) => {
    const listening = app.listen(0, '127.0.0.1', () => resolve(listening));
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    ...{ app, url, clientDir, logged },
    post: (path, body, headers = {}) =>
      fetch(url + path, {
        method: 'POST',
        body,
        headers: { 'Content-Type': 'application/json', ...headers },
      }),
    close() {
      server.close();
      server.closeAllConnections();
      rmSync(folder, { recursive: true });
    },
  };
}

/** That an answer is the problem document `code`, with our headers and without our insides. */
export async function expectProblemOf(res: Response, status: number, code: string): Promise<ProblemDocument> {
  expect(res.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
  expect(res.headers.get('content-security-policy')).toContain("default-src 'self'");
  const problem = (await res.json()) as ProblemDocument;
  expect(problem).toMatchObject({ status, code, requestId: res.headers.get('x-request-id') });
  expect(res.status).toBe(status);
  expect(JSON.stringify(problem)).not.toMatch(/node_modules|\.ts:\d|hunter2/);
  return problem;
}

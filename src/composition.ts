import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { createApp } from './app.ts';
import { composeAccess } from './composition/access.ts';
import { composeReports, composeStores, POOL_SIZE, type CompositionDeps } from './composition/stores.ts';
import { composeTracing } from './composition/tracing.ts';
import { BOARD_PATH } from './features/account/board-cookie.ts';
import { createEnforcePolicies } from './features/account/enforce-policies.ts';
import { createDocsRoutes } from './features/docs/docs.routes.ts';
import { readBuildIdentity } from './features/health/build-identity.ts';
import { createHealth } from './features/health/check-health.ts';
import { createHealthRoutes } from './features/health/health.routes.ts';
import { createMetricsRoutes } from './features/metrics/metrics.routes.ts';
import { createReadMetrics } from './features/metrics/read-metrics.ts';
import { createOperatorRoutes } from './features/operator/operator.routes.ts';
import type { CancelledMessage } from './features/order/cancel-order.ts';
import { createOrderRepository } from './features/order/order.repository.ts';
import { createOrderRoutes } from './features/order/order.routes.ts';
import { createPictureRoutes } from './features/picture/picture.routes.ts';
import { AcceptedAttempts } from './features/purchase/accepted-attempts.ts';
import { createAdmit } from './features/purchase/admit.ts';
import { createAdopt } from './features/purchase/adopt.ts';
import { createAttemptLane } from './features/purchase/attempt.lane.ts';
import { createBlockPace } from './features/purchase/block-pace.ts';
import { createEnqueue } from './features/purchase/enqueue.ts';
import { createHearOutcomes } from './features/purchase/hear-outcomes.ts';
import { measureAdmit } from './features/purchase/measure-steps.ts';
import { OutcomeWaiters } from './features/purchase/outcome-waiters.ts';
import { createPurchaseStatus } from './features/purchase/purchase-status.ts';
import { checkInvariants } from './features/purchase/purchase.invariants.ts';
import type { AttemptBatch } from './features/purchase/purchase.model.ts';
import { findDecided } from './features/purchase/purchase.repository.ts';
import { createPurchaseRoutes } from './features/purchase/purchase.routes.ts';
import { createPurchase } from './features/purchase/purchase.service.ts';
import { isWorkerAlive } from './features/purchase/purchase.worker.ts';
import { createReconcile } from './features/purchase/reconcile.ts';
import { createWhenCommitted } from './features/purchase/when-committed.ts';
import { createChangeGate } from './features/sale/change-gate.ts';
import { areGatesWarm } from './features/sale/gates-warm.ts';
import { createSaleStatusLane } from './features/sale/sale-status.lane.ts';
import { SaleStatus } from './features/sale/sale-status.ts';
import { createSaleRoutes } from './features/sale/sale.routes.ts';
import { createStatsRoutes } from './features/stats/stats.routes.ts';
import { createReadLive } from './features/stats/read-live.ts';
import { createRecordHistory } from './features/stats/record-history.ts';
import { createReadStats } from './features/stats/stats.service.ts';
import { drainHttp } from './infrastructure/drain-http.ts';
import { countAnswers } from './infrastructure/metrics/count-answers.ts';
import { loadQueueBoard } from './infrastructure/queue/load-queue-board.ts';
import { createSettleQueue } from './infrastructure/queue/settle-queue.ts';
import { createSocketGuard } from './infrastructure/realtime/socket-guard.ts';
import { createSockets } from './infrastructure/realtime/sockets.ts';
import { connectRedis } from './infrastructure/redis/connect-redis.ts';
import { CHANNELS } from './infrastructure/redis/keys.ts';
import { createReadThrough } from './infrastructure/redis/read-through.ts';
import { followRunId } from './infrastructure/redis/run-id.ts';
import { createAddressLimit } from './middleware/address-limit.ts';
import { createAddressMatcher } from './middleware/client-address.ts';
import { createHotLane } from './middleware/hot-lane.ts';
import { createRateLimit, type RateLimitRule } from './middleware/rate-limit.ts';
import { createRequestScope } from './middleware/request-scope.ts';
import { isClientBuilt } from './middleware/serve-client.ts';
import { createTraceRequests } from './middleware/trace-requests.ts';
import { findRoot } from './utils/find-root.ts';

// The same from `src/` and from `dist/src/`: the repository's root is where the package is.
const ROOT = findRoot(import.meta.url);
const CLIENT_DIR = fileURLToPath(new URL('dist/client', ROOT));

/** By address and process, a guard of the CPU: above what a browser or a shop's proxy sends, below what hurts. */
const ATTEMPT_LIMIT = { ratePerSec: 200, burst: 400 };
/** Longer than a proxy in front keeps its side, else it hits a closed line. */
const KEEP_ALIVE_SEC = 65;
/** Connections that may wait to be accepted: Linux' default since 5.4. What does not fit into Node's 511 comes again after a second. */
const BACKLOG = 4_096;
/** Who sends a request byte by byte holds a line for so long and no longer, ms; Node's own limits are minutes. */
const SLOW_CLIENTS = { headersTimeout: 10_000, requestTimeout: 20_000, connectionsCheckingInterval: 5_000 };

/** An API process: answers shoppers and operators, serves sockets. */
export async function composeApi(deps: CompositionDeps): Promise<{ listen(port: number): Promise<number> }> {
  const { env, logger, lifecycle } = deps;
  const stores = await composeStores(deps, 'api');
  const { db, redis, subscriptions, clock, runId, latency, meters, catalogue, ensureGate } = stores;
  const gate = await connectRedis(env.redisUrl, 'gate', { logger });
  lifecycle.onStop('gate', () => gate.disconnect());
  const gateRunId = await followRunId(gate);
  const queue = await createSettleQueue<AttemptBatch>({ url: env.redisUrl, role: 'add', clock, logger });
  lifecycle.onStop('queue', () => queue.close());

  const access = await composeAccess(deps, stores);
  const { authenticate, clientAddress } = access;
  const exempt = env.addressLimitExempt;

  // The shopper's side of the pipeline
  const tracing = await composeTracing(deps, stores, 'api');
  const enqueue = tracing.steps.enqueue(createEnqueue({ queue }));
  const adopt = createAdopt({ redis, runId });
  const accepted = new AcceptedAttempts({ redis, adopt, enqueue, logger });
  const waiters = new OutcomeWaiters();
  const purchaseStatus = createPurchaseStatus({ db, redis, runId, clock, catalogue });
  const admit = createAdmit({
    redis: gate,
    runId: gateRunId,
    maxInflight: env.maxInflight,
    maxInflightAgeMs: env.maxInflightAgeSec * 1000,
    triesLimit: env.triesLimit,
    triesWindowMs: env.triesWindowSec * 1000,
  });
  const purchase = createPurchase({
    admit: tracing.steps.admit(measureAdmit(admit, meters)),
    enqueue,
    accepted,
    ensureGate,
    findDecided: (attemptId) => findDecided(db, attemptId),
    whenCommitted: createWhenCommitted({ waiters, purchaseStatus }),
    ackDurability: env.ackDurability,
    triesPolicy: { limit: env.triesLimit, windowSec: env.triesWindowSec },
    clock,
    logger,
  });

  // HTTP
  const saleStatus = new SaleStatus({ db, redis, clock, catalogue });
  const requestScope = createRequestScope({
    ...{ logger, corsOrigins: env.corsOrigins, keepAliveSec: KEEP_ALIVE_SEC },
    answered: countAnswers(meters),
  });
  const addressLimit = createAddressLimit({ exempt, ...ATTEMPT_LIMIT });
  const { blockAccounts, blockStepMs } = env;
  const blockPace = createBlockPace({ exempt, freeAccounts: blockAccounts, stepMs: blockStepMs, clock });
  const acceptTook = (saleId: string, ms: number): void => latency.record(saleId, 'accept', ms);
  const attemptLane = createAttemptLane({
    ...{ authenticate, addressLimit, clientAddress, blockPace, catalogue, purchase, acceptTook, logger },
    beginTrace: tracing.beginAttempt,
  });
  const saleStatusLane = createSaleStatusLane({ saleStatus, logger });
  const checkSale = (saleId: string) =>
    checkInvariants({ db, redis, runId }, { saleId, maxInflight: env.maxInflight });
  // Asked by operators only: the workers' leader does it by itself.
  const reconcile = createReconcile({
    ...{ db, redis, runId, clock, ensureGate, queue, enqueue, logger },
    changeGate: createChangeGate({ redis }),
  });
  const readThrough = createReadThrough({ redis });
  const readMetrics = createReadMetrics({
    ...{ db, redis, clock, queue, logger, readThrough },
    checkInvariants: checkSale,
  });
  const readStats = createReadStats({
    ...{ db, redis, clock, saleStatus, queue },
    checkInvariants: checkSale,
  });
  const history = createRecordHistory({ db, redis, clock, queue, logger });
  history.start();
  lifecycle.onStop('history', () => history.close());
  const identity = readBuildIdentity(ROOT, env.gitCommit);
  const health = createHealth({
    ...{ db, redis, ...identity },
    isQueueOk: async () => queue.isReady(),
    isClientBuilt: () => isClientBuilt(CLIENT_DIR),
    areGatesWarm: () => areGatesWarm({ redis, runId, clock, catalogue }),
    isWorkerAlive: () => isWorkerAlive({ redis, clock }),
  });
  const rateLimit = (rule: RateLimitRule) => createRateLimit({ redis, logger, clientAddress, exempt }, rule);
  const app = createApp({
    ...{
      logger,
      requestScope,
      attemptLane,
      saleStatusLane,
      trustProxy: env.trustProxy,
      clientDir: CLIENT_DIR,
    },
    rateLimit,
    traceRequests: tracing.begin && createTraceRequests({ begin: tracing.begin }),
    enforcePolicies: createEnforcePolicies({ authenticate, isDemo: env.demo }),
    accountRoutes: access.accountRoutes,
    saleRoutes: createSaleRoutes({ saleStatus, clock }),
    statsRoutes: createStatsRoutes({ readStats }),
    purchaseRoutes: createPurchaseRoutes({ purchaseStatus }),
    orderRoutes: createOrderRoutes({
      orders: createOrderRepository({ db }),
      readThrough,
    }),
    pictureRoutes: createPictureRoutes({ db }),
    operatorRoutes: createOperatorRoutes({
      ...{ db, redis, runId, clock, ensureGate, logger },
      reportsDb: composeReports({ env, lifecycle }, db),
      reconcileSale: reconcile.runFor,
      checkInvariants: checkSale,
      liveSaleIds: () => catalogue.liveIds(),
      revokeTokens: access.revokeTokens,
      lackingJobs: (batchIds) => queue.lacking(batchIds),
      readLive: createReadLive({ db, redis, clock, readStats, logger }),
      isClientBuilt: () => isClientBuilt(CLIENT_DIR),
      ...{ poolSize: POOL_SIZE, maxInflight: env.maxInflight },
      queueBoard: loadQueueBoard({ queue, path: BOARD_PATH }),
    }),
    healthRoutes: createHealthRoutes({ health }),
    metricsRoutes: createMetricsRoutes({ readMetrics }),
    docsRoutes: createDocsRoutes(identity),
  });
  let isStopping = false;
  const httpServer = createServer(
    SLOW_CLIENTS,
    createHotLane({ requestScope, attemptLane, saleStatusLane, app, isStopping: () => isStopping }),
  );

  httpServer.keepAliveTimeout = KEEP_ALIVE_SEC * 1000;

  // What this process hears from the others
  const sockets = createSockets({
    httpServer,
    guard: createSocketGuard({
      ...{ corsOrigins: env.corsOrigins, clientAddress },
      isExempt: createAddressMatcher(exempt),
    }),
    identify: (token) => {
      const authenticated = authenticate(`Bearer ${token}`);
      return authenticated.ok ? authenticated.identity : null;
    },
    readStatus: (saleId) => saleStatus.get(saleId),
    ...{ corsOrigins: env.corsOrigins, clock, logger },
  });
  lifecycle.onStop('http', async () => {
    isStopping = true;
    await drainHttp(httpServer);
    await sockets.close();
  });
  access.whenEnded((whose) => sockets.end(whose));
  const sendOutcome = tracing.steps.sendOutcome(sockets.sendOutcome);
  const outcomeTook = (saleId: string, ms: number): void => latency.record(saleId, 'outcome', ms);
  await subscriptions.on(
    CHANNELS.outcomes,
    tracing.steps.hearOutcomes(createHearOutcomes({ accepted, waiters, sendOutcome, outcomeTook }), accepted),
  );
  await subscriptions.on(CHANNELS.orderCancelled, (message) => {
    const { shopperId, ...body } = JSON.parse(message) as CancelledMessage;
    sockets.sendCancelled(shopperId, body);
  });
  await subscriptions.on(CHANNELS.saleChanged, (saleId) => {
    saleStatus.expire(saleId);
    accepted.adoptAll(saleId).catch((error: unknown) => {
      logger.warn('attempts not adopted yet, trying again', { saleId, error: String(error) });
    });
  });
  const lookUp = setInterval(() => {
    accepted
      .lookUp()
      .catch((error: unknown) => logger.warn('accepted attempts not looked up', { error: String(error) }));
  }, 1_000);
  lifecycle.onStop('accepted attempts', () => clearInterval(lookUp));

  return {
    listen: (port) =>
      new Promise((resolve, reject) => {
        httpServer.once('error', reject);
        httpServer.listen({ port, backlog: BACKLOG }, () =>
          resolve((httpServer.address() as AddressInfo).port),
        );
      }),
  };
}

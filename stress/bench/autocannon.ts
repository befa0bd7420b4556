import { readFile } from 'node:fs/promises';
import autocannon from 'autocannon';
import type { Generator, Load, LoadResult } from './load.ts';
import { latencyOf } from './statistics.ts';

/** For machines without wrk. It is the limit of most runs: one Node thread, beside the bench itself. */
export const autocannonGenerator: Generator = { name: 'autocannon', version: '', run: runAutocannon };

async function runAutocannon(load: Load): Promise<LoadResult> {
  const { url, path, connections, seconds, attempts } = load;
  const requests = attempts ? [await attemptRequest(path, attempts)] : [{ method: 'GET' as const, path }];
  const amount = attempts?.amount;
  const times: number[] = [];
  let accepted = 0;
  const startedAt = performance.now();
  const cpuBefore = process.cpuUsage();
  const result = await new Promise<autocannon.Result>((resolve, reject) => {
    const instance = autocannon(
      {
        url,
        connections: Math.min(connections, amount ?? connections),
        ...(amount === undefined ? { duration: seconds } : { amount }),
        timeout: 10,
        sampleInt: 100, // autocannon notices its end once a sample
        requests,
      },
      (error: Error | null, ended) => (error ? reject(error) : resolve(ended)),
    );
    instance.on('response', (_client, statusCode, _bytes, responseTime) => {
      times.push(responseTime);
      if (statusCode < 400) accepted += 1;
    });
  });
  const elapsed = (performance.now() - startedAt) / 1000;
  const cpu = process.cpuUsage(cpuBefore);
  return {
    seconds: elapsed,
    answers: times.length,
    accepted,
    refused: times.length - accepted,
    errors: { connect: result.errors - result.timeouts, read: 0, write: 0, timeout: result.timeouts },
    latencyMs: latencyOf(times),
    generatorBusy: Math.min(1, (cpu.user + cpu.system) / 1e6 / elapsed),
  };
}

async function attemptRequest(
  path: string,
  { body, tokensFile, keyPrefix }: NonNullable<Load['attempts']>,
): Promise<autocannon.Request> {
  const tokens = (await readFile(tokensFile, 'utf8')).trim().split('\n');
  let next = 0;
  return {
    method: 'POST',
    path,
    setupRequest: (request) => {
      const at = next;
      next += 1;
      const headers = {
        'content-type': 'application/json',
        authorization: `Bearer ${tokens[at % tokens.length] ?? ''}`,
        'idempotency-key': `${keyPrefix}${at}`,
      };
      return { ...request, headers, body };
    },
  };
}

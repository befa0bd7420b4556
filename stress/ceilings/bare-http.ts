import { once } from 'node:events';
import { createServer } from 'node:http';
import { readEnv } from '../../src/config/env.ts';
import { runCluster } from '../bench/run-cluster.ts';

const env = readEnv();

/**
 * A ceiling: what Node's own HTTP server can do when it reads a JSON body and answers with a small JSON document, and
 * nothing else. `PORT`, `WEB_CONCURRENCY`.
 */
async function serve(): Promise<void> {
  const server = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      const sent = chunks.length > 0 ? (JSON.parse(Buffer.concat(chunks).toString()) as object) : {};
      const body = JSON.stringify({ ok: true, fields: Object.keys(sent).length });
      res.statusCode = req.method === 'POST' ? 202 : 200;
      res.setHeader('Content-Type', 'application/json; charset=utf-8');
      res.setHeader('Content-Length', Buffer.byteLength(body));
      res.end(body);
    });
  }).listen(env.port, '127.0.0.1');
  await once(server, 'listening');
}

await runCluster({ server: { count: env.webConcurrency ?? 1, run: serve } });

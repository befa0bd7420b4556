import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findFreePort } from '../infrastructure/embedded/ports.ts';
import { findRoot } from '../utils/find-root.ts';
import { until } from './until.ts';

const run = promisify(execFile);
const ROOT = findRoot(import.meta.url);

export interface NginxOptions {
  /** Ports of this machine. */
  upstreams: readonly number[];
  /** Without it plain HTTP on the same port: for tests that are not about TLS. */
  tls?: boolean;
  /** Whether this machine's addresses are limited. */
  isLimited?: boolean;
  /** Whether this machine is where operators are. */
  isOfOperators?: boolean;
}

export interface TestNginx {
  url: string;
  /** Redirects to HTTPS. */
  plainUrl: string;
  /** Of the certificate it shows, PEM; empty without TLS. */
  certificate: string;
  /** Ends it and removes its folder. */
  close(): Promise<void>;
}

/**
 * Starts a real nginx with the project's nginx.conf, as it is; only what differs from place to place is the test's own.
 *
 * @throws with what nginx wrote, when it does not take the configuration
 */
export async function startNginx({
  upstreams,
  tls = false,
  isLimited = false,
  isOfOperators = false,
}: NginxOptions): Promise<TestNginx> {
  const folder = await mkdtemp(join(tmpdir(), 'stampede-nginx-'));
  const [port, plainPort] = [await findFreePort(), await findFreePort()];
  await writePlace(folder, { upstreams, tls, isLimited, isOfOperators, port, plainPort });
  const certificate = tls ? await makeCertificate(join(folder, 'deploy/nginx')) : '';

  const server = spawn(nginxProgram(), nginxArgs(folder), { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  server.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-8_000)));
  const exited = once(server, 'exit');
  // Its master ends its workers; killed itself it would leave them.
  const endWithTests = (): void => void server.kill('SIGTERM');
  process.once('exit', endWithTests);
  const close = async (): Promise<void> => {
    process.off('exit', endWithTests);
    if (server.exitCode === null) server.kill('SIGTERM');
    await exited;
    await rm(folder, { recursive: true, force: true });
  };
  const plainUrl = `http://127.0.0.1:${plainPort}`;
  const answers = async (): Promise<boolean> => {
    if (server.exitCode !== null) return true;
    return (await fetch(plainUrl, { redirect: 'manual' })).status === 308;
  };
  await until(answers, { what: 'nginx answers', timeoutMs: 30_000 }).catch(async (error: unknown) => {
    await close();
    throw error;
  });
  if (server.exitCode !== null) {
    await close();
    throw new Error(`nginx ended at once:\n${said}`);
  }
  return { url: `${tls ? 'https' : 'http'}://127.0.0.1:${port}`, plainUrl, certificate, close };
}

/**
 * Lets nginx check the configuration of a place as it is shipped: `deploy/nginx`, or another folder of such files.
 *
 * @returns what it said
 * @throws with what it said, when it refuses it
 */
export async function checkNginxConf(
  place: URL,
  change: (text: string) => string = (text) => text,
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'stampede-nginx-'));
  try {
    await copyConf(folder);
    const into = join(folder, 'deploy/nginx');
    for (const file of ['upstreams.conf', 'listen.conf', 'place.conf'])
      await writeFile(join(into, file), change(await readFile(new URL(file, place), 'utf8')));
    await makeCertificate(into);
    await mkdir(join(folder, '.data/nginx'), { recursive: true });
    const { stderr } = await run(nginxProgram(), ['-t', ...nginxArgs(folder)]);
    return stderr;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const nginxProgram = (): string => process.env.TEST_NGINX ?? 'nginx';

function nginxArgs(folder: string): string[] {
  // As root its workers would be another user, who may not enter the folder.
  const user = process.getuid?.() === 0 ? 'user root;' : '';
  return [
    '-p',
    folder,
    '-c',
    'nginx.conf',
    '-e',
    'stderr',
    '-g',
    `daemon off; ${user} pid ${folder}/nginx.pid;`,
  ];
}

async function copyConf(folder: string): Promise<void> {
  await mkdir(join(folder, 'deploy/nginx'), { recursive: true });
  for (const file of ['nginx.conf', 'deploy/nginx/own-answers.conf', 'deploy/nginx/to-the-api.conf'])
    await cp(new URL(file, ROOT), join(folder, file));
}

async function writePlace(
  folder: string,
  {
    upstreams,
    tls,
    isLimited,
    isOfOperators,
    port,
    plainPort,
  }: Required<NginxOptions> & { port: number; plainPort: number },
): Promise<void> {
  await copyConf(folder);
  const write = (file: string, lines: readonly string[]): Promise<void> =>
    writeFile(join(folder, 'deploy/nginx', file), `${lines.join('\n')}\n`);
  await write(
    'upstreams.conf',
    upstreams.map((upstream) => `server 127.0.0.1:${upstream} max_fails=2 fail_timeout=2s;`),
  );
  const certificate = [
    'ssl_certificate deploy/nginx/certificate.pem;',
    'ssl_certificate_key deploy/nginx/key.pem;',
  ];
  await write(
    'listen.conf',
    tls ? [`listen 127.0.0.1:${port} ssl http2;`, ...certificate] : [`listen 127.0.0.1:${port};`],
  );
  await write('place.conf', [
    'proxy_cache_path status keys_zone=status:1m use_temp_path=off;',
    'proxy_cache_path files keys_zone=files:1m use_temp_path=off;',
    ...['client_body_temp_path bodies;', 'proxy_temp_path answers;'],
    `geo $is_operators { default ${isOfOperators ? 1 : 0}; }`,
    `geo $is_unlimited { default ${isLimited ? 0 : 1}; }`,
    `server { listen 127.0.0.1:${plainPort}; return 308 https://$host:${port}$request_uri; }`,
  ]);
}

/** @returns a new self-signed certificate of this machine, which lies with its key in the folder */
async function makeCertificate(folder: string): Promise<string> {
  const path = join(folder, 'certificate.pem');
  await run('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
    ...['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'],
    ...['-keyout', join(folder, 'key.pem'), '-out', path],
  ]);
  return readFile(path, 'utf8');
}

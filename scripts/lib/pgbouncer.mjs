import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { StepError } from './step.mjs';

/**
 * Starts a PgBouncer in transaction mode in front of every database of a PostgreSQL.
 *
 * @returns the environment that leads tests through it, and how to stop it
 * @throws StepError with what it printed when it does not start
 */
export async function startPgBouncer({ program, databaseUrl }) {
  const folder = await mkdtemp(join(tmpdir(), 'stampede-pgbouncer-'));
  await chmod(folder, 0o755);
  const port = await freePort();
  const { hostname, port: serverPort, username, password } = new URL(databaseUrl);
  const lines = [
    '[databases]',
    `* = host=${hostname} port=${serverPort} user=${username} password=${password}`,
    '[pgbouncer]',
    ...['listen_addr = 127.0.0.1', `listen_port = ${port}`, 'unix_socket_dir =', 'auth_type = any'],
    ...[
      'pool_mode = transaction',
      'default_pool_size = 20',
      'max_client_conn = 1000',
      'server_idle_timeout = 5',
    ],
    // Nothing is cleaned up between two users of a connection: what relies on a session shows.
    ...['server_reset_query =', 'ignore_startup_parameters = extra_float_digits'],
    // It does not run as root.
    ...(process.getuid?.() === 0 ? ['user = nobody'] : []),
  ];
  const config = join(folder, 'pgbouncer.ini');
  await writeFile(config, `${lines.join('\n')}\n`, { mode: 0o644 });
  const server = spawn(program, [config], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const output of [server.stdout, server.stderr])
    output.on('data', (chunk) => (said = (said + chunk).slice(-4_000)));
  const exited = once(server, 'exit');
  const stop = async () => {
    if (server.exitCode === null) server.kill('SIGINT');
    await exited;
    await rm(folder, { recursive: true, force: true });
  };
  for (let tries = 0; !(await listens(port)); tries += 1) {
    if (server.exitCode !== null || tries > 200) {
      await stop();
      throw new StepError(`PgBouncer did not start:\n${said}`);
    }
    await pause(50);
  }
  const through = new URL(databaseUrl);
  through.port = String(port);
  return { env: { TEST_THROUGH_DATABASE_URL: through.href }, stop };
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

function listens(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

import { execFile } from 'node:child_process';
import { chown, mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { environmentWith } from '../../config/env.ts';
import { keepSecret } from './data-folder.ts';
import { findFreePort } from './ports.ts';
import { findPostgresBinaries, systemFolder, type PostgresBinaries } from './postgres-binaries.ts';
import { untilAnswering, type EmbeddedService } from './embedded-service.ts';
import { findPostgresUser, type SystemUser } from './postgres-user.ts';
import { stopOrphan } from './stop-orphan.ts';
import { StartError } from './start-error.ts';
import { spawnTethered } from './tethered-process.ts';

export interface EmbeddedPostgresDeps {
  dataDir: string;
  /** Told what the server prints. */
  onLine: (line: string) => void;
}

/** The cluster's own account: it makes the database and its owner, nothing else. */
const superuser = 'stampede';
/** Who the application connects as: owns the database, so that rights it has given up hold for it (see migrations). */
const owner = 'stampede_owner';
const database = 'stampede';

export interface EmbeddedPostgres extends EmbeddedService {
  /** The superuser's address, for tests that make databases of their own. */
  adminUrl: string;
}

/**
 * Prepares the embedded PostgreSQL of this data folder: binaries, user, cluster, password, port.
 *
 * The cluster is made at the first call and keeps its content; every call chooses a free port. What an earlier, killed
 * supervisor left running on the cluster is stopped.
 *
 * @throws StartError in one line when the machine does not allow it
 */
export async function prepareEmbeddedPostgres({
  dataDir,
  onLine,
}: EmbeddedPostgresDeps): Promise<EmbeddedPostgres> {
  const user = await findPostgresUser();
  const binaries = await findPostgresBinaries({ isForOtherUser: user !== undefined });
  const cluster = await clusterFolder(dataDir);
  const home = dirname(cluster);
  await mkdir(home, { recursive: true, mode: 0o700 });
  if (user) await chown(home, user.uid, user.gid);
  const password = await keepSecret(join(dataDir, 'postgres-password'));
  const ownerPassword = await keepSecret(join(dataDir, 'postgres-owner-password'));
  await initialise({ binaries, home, cluster, password, user });
  await stopOrphanPostgres(cluster);

  const port = await findFreePort();
  const at = `127.0.0.1:${port}`;
  const adminUrl = `postgres://${superuser}:${password}@${at}/postgres`;
  return {
    url: `postgres://${owner}:${ownerPassword}@${at}/${database}`,
    adminUrl,
    async start() {
      const server = await spawnTethered({
        program: binaries.postgres,
        args: ['-D', cluster, ...settings({ port }).flatMap((setting) => ['-c', setting])],
        stopSignal: 'INT',
        env: environmentWith({ LC_ALL: 'C', PGDATA: undefined, PGPORT: undefined }),
        cwd: home,
        user,
        onLine,
      });
      await untilAnswering(server, () => createOwnedDatabase(adminUrl, ownerPassword));
      return server;
    },
  };
}

/**
 * Makes another empty database of the same owner on the server of a running instance: for the bench, whose contenders
 * share it.
 *
 * @returns its URL
 */
export async function createFurtherDatabase(
  { dataDir, databaseUrl }: { dataDir: string; databaseUrl: string },
  name: string,
): Promise<string> {
  const admin = new URL(databaseUrl);
  admin.username = superuser;
  admin.password = await keepSecret(join(dataDir, 'postgres-password'));
  admin.pathname = '/postgres';
  await asSuperuser(admin.href, (client) =>
    client.query(`create database ${client.escapeIdentifier(name)} owner ${owner}`),
  );
  const url = new URL(databaseUrl);
  url.pathname = `/${name}`;
  return url.href;
}

/** Where the cluster of this data folder lies: in it, or for root under an id that `dataDir` keeps. */
export async function clusterFolder(dataDir: string): Promise<string> {
  if (process.getuid?.() !== 0) return join(dataDir, 'postgres', 'cluster');
  const id = (await keepSecret(join(dataDir, 'instance-id'))).slice(0, 16);
  return join(systemFolder, id, 'cluster');
}

/** Stops a server of this cluster that an earlier supervisor left running. */
export async function stopOrphanPostgres(cluster: string): Promise<void> {
  await stopOrphan({ pidFile: join(cluster, 'postmaster.pid'), commandHolds: cluster, stopSignal: 'SIGINT' });
}

async function initialise({
  binaries,
  home,
  cluster,
  password,
  user,
}: {
  binaries: PostgresBinaries;
  home: string;
  cluster: string;
  password: string;
  user: SystemUser | undefined;
}): Promise<void> {
  if (await stat(cluster).catch(() => undefined)) return;
  const unfinished = `${cluster}.unfinished`;
  const passwordFile = join(home, 'initial-password');
  await rm(unfinished, { recursive: true, force: true });
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  if (user) await chown(passwordFile, user.uid, user.gid);
  try {
    await promisify(execFile)(
      binaries.initdb,
      [
        `--pgdata=${unfinished}`,
        `--username=${superuser}`,
        `--pwfile=${passwordFile}`,
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        // PostgreSQL's own locale: the same order and the same lower() on every machine.
        '--locale-provider=builtin',
        '--builtin-locale=C.UTF-8',
        '--locale=C',
      ],
      { cwd: home, env: environmentWith({ LC_ALL: 'C', PGDATA: undefined }), ...user },
    );
  } catch (error) {
    const { stderr } = error as { stderr?: string };
    throw new StartError(
      `PostgreSQL's data folder could not be made in ${home}: ${lastLine(stderr) ?? (error as Error).message}`,
    );
  } finally {
    await rm(passwordFile, { force: true });
  }
  // Renamed when it is whole: a start that is interrupted here begins anew.
  await rename(unfinished, cluster);
}

/** An eighth of the machine's memory, for the indexes of a million orders must fit; taken only as it is used. */
function sharedBuffersMb(): number {
  return Math.round(Math.min(1_024, Math.max(128, totalmem() / 8 / 2 ** 20)));
}

function settings({ port }: { port: number }): string[] {
  return [
    'listen_addresses=127.0.0.1',
    `port=${port}`,
    'unix_socket_directories=',
    'max_connections=200',
    `shared_buffers=${sharedBuffersMb()}MB`,
    'fsync=on',
    // After a checkpoint the first change of a page writes all of it to the log; ids are random, so that is nearly every
    // change of an index: checkpoints are rare.
    'max_wal_size=2GB',
    'checkpoint_timeout=15min',
    'timezone=UTC',
    'log_timezone=UTC',
    // The plans of single rows gain nothing from compilation, and it costs tens of milliseconds.
    'jit=off',
  ];
}

/** Connects, and makes our database and its owner where they are not there yet. */
async function createOwnedDatabase(adminUrl: string, ownerPassword: string): Promise<void> {
  await asSuperuser(adminUrl, async (admin) => {
    const hasRole = await admin.query('select 1 from pg_roles where rolname = $1', [owner]);
    if (hasRole.rowCount === 0) await admin.query(`create role ${owner}`);
    const password = admin.escapeLiteral(ownerPassword);
    await admin.query(`alter role ${owner} login nosuperuser nocreatedb nocreaterole password ${password}`);
    await admin.query(`grant pg_checkpoint to ${owner}`); // the bench measures from a fresh one
    const { rows } = await admin.query<{ owned: boolean }>(
      'select pg_get_userbyid(datdba) = $2 as owned from pg_database where datname = $1',
      [database, owner],
    );
    if (rows[0]?.owned) return;
    if (!rows[0]) {
      await admin.query(`create database ${database} owner ${owner}`);
      return;
    }
    // A cluster of a time when the superuser did everything: what is in it first, the mark that it is done last.
    const url = new URL(adminUrl);
    url.pathname = `/${database}`;
    await asSuperuser(url.href, (inside) => inside.query(GIVE_TO_OWNER));
    await admin.query(`alter database ${database} owner to ${owner}`);
  });
}

/** Tables bring their indexes and identity sequences along. */
const GIVE_TO_OWNER = `
  do $$ declare one record; begin
    for one in select tablename as name from pg_tables where schemaname = 'public' loop
      execute format('alter table public.%I owner to ${owner}', one.name);
    end loop;
    for one in select oid::regprocedure as name from pg_proc where pronamespace = 'public'::regnamespace loop
      execute format('alter function %s owner to ${owner}', one.name);
    end loop;
  end $$`;

async function asSuperuser(url: string, work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

function lastLine(text: string | undefined): string | undefined {
  return text?.trim().split('\n').at(-1);
}

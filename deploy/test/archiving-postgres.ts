import { execFile } from 'node:child_process';
import { appendFile, chown, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { environmentWith } from '../../src/config/env.ts';
import { untilAnswering } from '../../src/infrastructure/embedded/embedded-service.ts';
import { emptyInstance } from '../../src/infrastructure/embedded/empty-instance.ts';
import { findFreePort } from '../../src/infrastructure/embedded/ports.ts';
import { findPostgresBinaries } from '../../src/infrastructure/embedded/postgres-binaries.ts';
import { findPostgresUser } from '../../src/infrastructure/embedded/postgres-user.ts';
import { clusterFolder, prepareEmbeddedPostgres } from '../../src/infrastructure/embedded/postgres.ts';
import { spawnTethered } from '../../src/infrastructure/embedded/tethered-process.ts';
import { until } from '../../src/testing/until.ts';

const run = promisify(execFile);

export interface ArchivingPostgres {
  /** The superuser's. */
  adminUrl: string;
  /** Copies the running cluster, as `pg_basebackup` would. */
  backUp(): Promise<void>;
  /** Names this moment for a restore, and sees to it that the archive has all that was written before and at it. */
  mark(name: string): Promise<void>;
  /** Another server, made of the backup and the archive up to a mark. @returns the superuser's address of it */
  restore(mark: string): Promise<string>;
  /** A streaming replica, made of the backup. @returns the superuser's address of it */
  follow(): Promise<string>;
  /** Ends every server and removes every file. */
  close(): Promise<void>;
}

/** A PostgreSQL of its own that archives its log, as docs/backup.md sets one up. */
export async function startArchivingPostgres(): Promise<ArchivingPostgres> {
  const folder = await mkdtemp(join(tmpdir(), 'stampede-restore-'));
  // PostgreSQL's own user reads and writes below it.
  await run('chmod', ['755', folder]);
  const [archive, backup] = [join(folder, 'archive'), join(folder, 'backup')];
  const user = await findPostgresUser();
  await mkdir(archive);
  if (user) await chown(archive, user.uid, user.gid);
  const first = await prepareServer(join(folder, 'first'));
  await appendFile(
    join(first.cluster, 'postgresql.auto.conf'),
    ["archive_mode = 'on'", `archive_command = 'test ! -f ${archive}/%f && cp %p ${archive}/%f'`, ''].join(
      '\n',
    ),
  );
  const servers = [await first.start()];
  const folders = [first.dataDir];
  const ask = (sql: string, values: unknown[] = []) => query(first.adminUrl, sql, values);

  return {
    adminUrl: first.adminUrl,

    async backUp() {
      const session = new pg.Client({ connectionString: first.adminUrl });
      await session.connect();
      try {
        await session.query(`select pg_backup_start('rehearsal', fast => true)`);
        await run('cp', ['-a', first.cluster, backup]);
        const { rows } = await session.query<{ labelfile: string }>('select labelfile from pg_backup_stop()');
        await writeFile(join(backup, 'backup_label'), rows[0]?.labelfile ?? '');
        if (user) await chown(join(backup, 'backup_label'), user.uid, user.gid);
        // The log of the time of the backup comes from the archive; who it was belongs to the other server.
        await run('sh', ['-c', 'rm -rf pg_wal/0* pg_wal/archive_status/* postmaster.pid'], { cwd: backup });
      } finally {
        await session.end();
      }
    },

    async mark(name) {
      await ask('select pg_create_restore_point($1)', [name]);
      const [row] = await ask('select pg_walfile_name(pg_switch_wal()) as file');
      const isArchived = async (): Promise<boolean> => {
        const [archiver] = await ask('select last_archived_wal from pg_stat_archiver');
        return String(archiver?.last_archived_wal) >= String(row?.file);
      };
      await until(isArchived, { what: 'the log is archived', timeoutMs: 60_000 });
    },

    async restore(mark) {
      const dataDir = join(folder, `restored-at-${mark}`);
      await mkdir(dataDir);
      for (const secret of ['postgres-password', 'postgres-owner-password'])
        await writeFile(join(dataDir, secret), await readFile(join(first.dataDir, secret)));
      const cluster = await clusterFolder(dataDir);
      await run('mkdir', ['-p', join(cluster, '..')]);
      await run('cp', ['-a', backup, cluster]);
      await appendFile(
        join(cluster, 'postgresql.auto.conf'),
        [
          "archive_mode = 'off'",
          `restore_command = 'cp ${archive}/%f %p'`,
          `recovery_target_name = '${mark}'`,
          "recovery_target_action = 'promote'",
          '',
        ].join('\n'),
      );
      await run('touch', [join(cluster, 'recovery.signal')]);
      if (user) await chown(join(cluster, 'recovery.signal'), user.uid, user.gid);
      const restored = await prepareServer(dataDir);
      folders.push(dataDir);
      servers.push(await restored.start());
      return restored.adminUrl;
    },

    async follow() {
      const cluster = join(folder, 'replica');
      await run('cp', ['-a', backup, cluster]);
      const { hostname, port, username, password } = new URL(first.adminUrl);
      const primary = `host=${hostname} port=${port} user=${username} password=${password}`;
      await appendFile(join(cluster, 'postgresql.auto.conf'), `primary_conninfo = '${primary}'\n`);
      await run('touch', [join(cluster, 'standby.signal')]);
      if (user) await chown(join(cluster, 'standby.signal'), user.uid, user.gid);
      const { postgres } = await findPostgresBinaries({ isForOtherUser: user !== undefined });
      const url = new URL(first.adminUrl);
      url.port = String(await findFreePort());
      const settings = [`port=${url.port}`, 'listen_addresses=127.0.0.1', 'unix_socket_directories='];
      // Not below those of the server it follows.
      settings.push('max_connections=200');
      const server = await spawnTethered({
        program: postgres,
        args: ['-D', cluster, ...settings.flatMap((setting) => ['-c', setting])],
        stopSignal: 'INT',
        env: environmentWith({ LC_ALL: 'C', PGDATA: undefined, PGPORT: undefined }),
        cwd: cluster,
        user,
        onLine: () => undefined,
      });
      servers.push(server);
      await untilAnswering(server, () => query(url.href, 'select 1', []).then(() => undefined));
      return url.href;
    },

    async close() {
      for (const server of servers.toReversed()) {
        server.stop();
        await server.exited;
      }
      for (const dataDir of folders) await emptyInstance(dataDir);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function prepareServer(dataDir: string) {
  await mkdir(dataDir, { recursive: true });
  const postgres = await prepareEmbeddedPostgres({ dataDir, onLine: () => undefined });
  return { ...postgres, dataDir, cluster: await clusterFolder(dataDir) };
}

async function query(url: string, sql: string, values: unknown[]): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql, values)).rows;
  } finally {
    await client.end();
  }
}

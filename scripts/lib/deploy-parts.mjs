/**
 * The parts of `npm run test:deploy`. Each runs one call of jest with its own environment, when everything it needs is there.
 *
 * needs: programs of the system, `npm` for the tools of npm-tools.mjs, `older version in git` for one that this one replaces
 */
const contract = [
  'src/(purchase-http|purchase-refusals|purchase-malformed|purchase-committed|two-mounts|sessions|policies|sockets)',
  'src/(operator-stock|operators-day)',
];
/** What they say of a connection to the API itself, which a proxy keeps open for others. */
const ofTheLineItself = ['the line closes', 'before any of it comes'];

/** They step in between a script and the one Redis there is, or stop all of it. */
const ofOneServer = [
  'under which a replay finds what the gate decided',
  'after PostgreSQL has it',
  'of a newer epoch than was read',
  'announced meanwhile stand',
  'ends it before anybody hears of the outcome',
];

/** Integration tests that are not about what a test's database goes through: theirs is an instance's own. */
const startTheirOwnDatabase = ['src/infrastructure/embedded/', 'stress/bench/quick', 'stress/guards/'];

export const parts = [
  { name: 'nginx.conf', tests: ['deploy/test/nginx'], needs: ['nginx', 'openssl'] },
  {
    name: 'a drop through nginx, one process killed',
    tests: ['deploy/test/drop-through-nginx'],
    needs: ['nginx', 'openssl'],
  },
  {
    name: 'the contract through nginx',
    project: 'integration',
    tests: contract,
    without: ofTheLineItself,
    needs: ['nginx'],
    env: { TEST_FRONT: 'nginx' },
  },
  { name: 'pm2, reloaded in the middle of a drop', tests: ['deploy/test/pm2'], needs: ['npm'] },
  {
    name: 'two versions side by side, the old one and the new one leaving in a drop',
    tests: ['deploy/test/two-versions'],
    needs: ['nginx', 'openssl', 'older version in git'],
  },
  { name: 'a release, by npm version', tests: ['deploy/test/npm-version'], needs: [] },
  { name: 'Dockerfile and docker-compose.yml, linted', tests: ['deploy/test/lint'], needs: ['npm'] },
  { name: "the image's steps, run without docker", tests: ['deploy/test/image'], needs: [] },
  { name: 'alert rules and dashboards', tests: ['deploy/test/watching'], needs: ['promtool'] },
  {
    name: 'every integration test through PgBouncer in transaction mode',
    project: 'integration',
    tests: ['src/', 'stress/'],
    ignored: startTheirOwnDatabase,
    needs: ['pgbouncer'],
    isThroughPgBouncer: true,
  },
  {
    name: 'a drop through nginx and PgBouncer',
    tests: ['deploy/test/pgbouncer', 'deploy/test/drop-through-nginx'],
    needs: ['nginx', 'openssl', 'pgbouncer'],
    isThroughPgBouncer: true,
  },
  { name: 'a Redis whose standby takes over in a drop', tests: ['deploy/test/redis-failover'], needs: [] },
  { name: 'a Redis Cluster that loses a master in a drop', tests: ['deploy/test/redis-cluster'], needs: [] },
  {
    name: 'the contract on a Redis Cluster',
    project: 'integration',
    tests: [
      ...contract,
      'src/features/purchase/(admit|rebuild).integration',
      'src/features/purchase/(admit.(refusals|races)|announce|adopt|reconcile|settle|pipeline)',
    ],
    without: ofOneServer,
    needs: [],
    env: { TEST_REDIS: 'cluster' },
  },
  { name: 'a replica for exports', tests: ['deploy/test/replica'], needs: [] },
  { name: 'a backup restored to a moment', tests: ['deploy/test/restore'], needs: [] },
];

/** Which package of the system has a program. */
export const packagesOf = {
  nginx: ['nginx'],
  openssl: ['openssl'],
  promtool: ['prometheus'],
  pgbouncer: ['pgbouncer'],
};

/** What is not tested at all yet. */
export const neverRun = [
  'docker build and docker compose up: there is no docker engine; the steps of the image are run one by one instead',
  'slots of a Redis Cluster moved in the middle of a drop (docs/scale.md)',
];

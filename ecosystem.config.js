/**
 * For pm2, against real services: `npm run build && npx pm2 start ecosystem.config.js`.
 *
 * DATABASE_URL, REDIS_URL and JWT_SECRET come from the environment; migrate first with `npm run migrate`.
 */
export const apps = [
  {
    name: 'stampede-api',
    script: 'dist/src/server.js',
    exec_mode: 'cluster',
    instances: 'max',
    // Half of the young generation: 24 MB less a process, and no slower.
    node_args: '--max-semi-space-size=8',
    // Longer than the ordered stop of a process, which ends itself after ten seconds.
    kill_timeout: 11_000,
  },
  {
    name: 'stampede-worker',
    script: 'dist/src/worker.js',
    exec_mode: 'fork',
    instances: 1,
    kill_timeout: 11_000,
  },
];

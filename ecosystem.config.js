/**
 * For pm2, against real services: `npm run build && npx pm2 start ecosystem.config.js`, and after an update
 * `npm run build && npm run migrate && npx pm2 reload ecosystem.config.js`, which costs no request.
 *
 * DATABASE_URL, REDIS_URL and JWT_SECRET come from the environment; migrate first with `npm run migrate`.
 */
const shared = {
  // Told by the process itself when it listens or settles; before that pm2 ends none of the old ones.
  wait_ready: true,
  listen_timeout: 180_000,
  // Longer than the ordered stop of a process, which ends itself after ten seconds.
  kill_timeout: 11_000,
};

export const apps = [
  {
    ...shared,
    name: 'stampede-api',
    script: 'dist/src/server.js',
    exec_mode: 'cluster',
    instances: 'max',
    // Less memory, and code that stays compiled while nobody comes: src/infrastructure/embedded/node-options.ts says why.
    node_args: '--max-old-space-size=1024 --no-memory-reducer --no-flush-bytecode',
  },
  {
    ...shared,
    name: 'stampede-worker',
    script: 'dist/src/worker.js',
    exec_mode: 'fork',
    instances: 1,
    node_args: '--no-memory-reducer --no-flush-bytecode',
  },
];

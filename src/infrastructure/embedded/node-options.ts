/**
 * Keeps what V8 has compiled while nobody comes, for a drop comes after minutes in which nobody did. Some 30 s after a load its
 * memory reducer collects once more, and then even the shapes of objects go of which there is no instance just now: with
 * them all optimised code of the request path, and the next crowd's first two seconds cost three times as much
 * (docs/decisions/0053). Bytecode of what did not run for some collections would go as well.
 */
const STAY_WARM = ['--no-memory-reducer', '--no-flush-bytecode'];

/** What Node is started with for a worker; `ecosystem.config.js` and `docker-compose.yml` say it too. */
export const WORKER_NODE_OPTIONS: readonly string[] = STAY_WARM;

/**
 * The same for an API process; `ecosystem.config.js` and the `Dockerfile` say it too.
 *
 * V8 lets a heap grow by how large it may become: below 1 GB, several times what a process ever needs, it leaves a quarter
 * less behind (docs/decisions/0009).
 */
export const API_NODE_OPTIONS: readonly string[] = ['--max-old-space-size=1024', ...STAY_WARM];

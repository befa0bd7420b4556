/** Among the arguments of a process whose supervisor stops it with SIGTERM, in its own order. */
export const supervisedFlag = '--supervised';

/** What one step of the shutdown looks like: it lets go of one thing, and may take its time. */
type StopStep = () => Promise<void> | void;

export interface LifecycleDeps {
  /** Told about each step that fails; the steps after it still run. */
  logger?: { error: (message: string, fields?: Record<string, unknown>) => void } | undefined;
  /** How long an ordered stop may take before the process quits the hard way. */
  forceQuitMs?: number;
  /** Ends the process; a test passes its own. */
  quit?: (code: number) => void;
}

export interface Lifecycle {
  /** Adds a step to the shutdown. Steps run one after the other, the last added first. */
  onStop: (name: string, step: StopStep) => void;
  /** Runs the shutdown once; a second call waits for the first one. Never rejects. */
  stop: () => Promise<void>;
  /** True from the first call of `stop` on. */
  isStopping: () => boolean;
  /** What to do at once before the process quits the hard way. */
  onForceQuit: (act: () => void) => void;
  /** Stops and then ends the process, when it is told to: SIGTERM, SIGINT, or the supervisor is gone. */
  stopOnSignals: () => void;
}

/**
 * Orders the shutdown of a process: what was started last is let go first.
 *
 * An ordered stop that takes longer than `forceQuitMs` (10 s) ends the process with code 1, and so does a second
 * signal: a process that hangs while stopping would be left behind.
 */
export function createLifecycle({
  logger,
  forceQuitMs = 10_000,
  quit = (code) => process.exit(code),
}: LifecycleDeps = {}): Lifecycle {
  const steps: { name: string; step: StopStep }[] = [];
  const lastActs: (() => void)[] = [];
  let stopping: Promise<void> | undefined;

  async function runSteps(): Promise<void> {
    // Taken one by one: a start that is still under way may add what it has just started.
    for (let next = steps.pop(); next; next = steps.pop()) {
      const { name, step } = next;
      try {
        await step();
      } catch (error) {
        logger?.error('A shutdown step failed', { step: name, error });
      }
    }
  }

  async function stop(): Promise<void> {
    stopping ??= runSteps();
    await stopping;
  }

  function forceQuit(): void {
    for (const act of lastActs) act();
    quit(1);
  }

  function stopAndQuit(): void {
    if (stopping) {
      forceQuit();
      return;
    }
    setTimeout(() => {
      logger?.error('The shutdown took too long and was cut short', { forceQuitMs });
      forceQuit();
    }, forceQuitMs).unref();
    void stop().then(() => quit(0));
  }

  return {
    onStop: (name, step) => void steps.push({ name, step }),
    stop,
    isStopping: () => stopping !== undefined,
    onForceQuit: (act) => void lastActs.push(act),
    stopOnSignals() {
      // A Ctrl-C in a terminal reaches every process of the group; a supervised one leaves the order to its supervisor.
      process.on('SIGINT', process.argv.includes(supervisedFlag) ? () => undefined : stopAndQuit);
      process.on('SIGTERM', stopAndQuit);
      whenSupervisorIsGone(() => {
        if (!stopping) stopAndQuit();
      });
    },
  };
}

/** Tells whoever forked this process that it does its work now: pm2 waits for it (`wait_ready`) before it ends an old one. */
export function tellReady(): void {
  process.send?.('ready');
}

/** Calls back once when the process was forked and the channel to its supervisor closes. */
function whenSupervisorIsGone(callback: () => void): void {
  if (process.connected) process.once('disconnect', callback);
  else if (process.send) callback();
}

/**
 * Ends this process at once when its supervisor dies, for a process without an ordered shutdown of its own.
 *
 * Does nothing in a process that nobody supervises.
 */
export function exitWhenSupervisorIsGone(): void {
  whenSupervisorIsGone(() => process.exit(0));
}

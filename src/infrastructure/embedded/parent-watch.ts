import { readFileSync } from 'node:fs';

/** How often we look; together with an ordered stop the instance is gone about two seconds after its npm. */
const everyMs = 500;

/**
 * Calls back once when the process that started us, or the one that started that, is gone.
 *
 * `npm start` runs us through a shell, and neither passes on every signal: a kill of npm alone would leave us behind.
 *
 * @param parent  our parent's pid as it was when we started
 */
export function whenParentIsGone(parent: number, callback: () => void): void {
  const grandparent = parentOf(parent);
  const timer = setInterval(() => {
    if (process.ppid === parent && parentOf(parent) === grandparent) return;
    clearInterval(timer);
    callback();
  }, everyMs);
  timer.unref();
}

/** Undefined where there is no `/proc`. */
function parentOf(pid: number): number | undefined {
  try {
    const line = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(line.slice(line.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return undefined;
  }
}

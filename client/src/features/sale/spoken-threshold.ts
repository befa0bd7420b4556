/** When a countdown is spoken, in seconds before its moment. A voice that counts every second cannot be listened to. */
const THRESHOLDS_SEC = [10, 60, 300];

/** The threshold that was passed last, ms; nothing while the moment is far, and nothing once it has come. */
export function spokenThreshold(leftMs: number): number | undefined {
  if (leftMs <= 0) return undefined;
  const seconds = THRESHOLDS_SEC.find((threshold) => Math.ceil(leftMs / 1_000) <= threshold);
  return seconds === undefined ? undefined : seconds * 1_000;
}

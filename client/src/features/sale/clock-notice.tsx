import { CLOCK_FAR_OFF_MS } from '../../config/timing.ts';
import { speakDuration } from '../../lib/format.ts';
import { words } from '../../words/words.ts';

/** Says kindly that the device's clock is far off, and that it does not matter here. */
export function ClockNotice({ deviceAheadMs = 0 }: { deviceAheadMs: number | undefined }) {
  const offMs = Math.abs(deviceAheadMs);
  if (offMs < CLOCK_FAR_OFF_MS) return null;
  const { clockAhead, clockBehind } = words.sale;
  const time = speakDuration(offMs);
  return (
    <p className="notice" data-testid="clock-off">
      {deviceAheadMs > 0 ? clockAhead(time) : clockBehind(time)}
    </p>
  );
}

/** A time as a `datetime-local` field has it, where the operator is: `2026-11-21T18:00`, with seconds when there are any. */
export function typeTime(iso: string): string {
  const time = new Date(iso);
  const two = (part: number) => String(part).padStart(2, '0');
  const date = `${String(time.getFullYear()).padStart(4, '0')}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  const clock = `${two(time.getHours())}:${two(time.getMinutes())}`;
  return `${date}T${clock}${time.getSeconds() === 0 ? '' : `:${two(time.getSeconds())}`}`;
}

/** @returns the time in UTC, or nothing for what is no time */
export function parseTime(typed: string | undefined): string | undefined {
  if (!typed) return undefined;
  const time = new Date(typed); // without a zone it is read where the operator is
  return Number.isNaN(time.getTime()) ? undefined : time.toISOString();
}

/** `Europe/Berlin`: the zone that times are typed in. */
export function zoneName(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

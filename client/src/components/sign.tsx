const SIGNS = {
  check: 'M3 8.5 6.5 12 13 4.5',
  cross: 'M4 4l8 8M12 4l-8 8',
} as const;

/** A small sign beside words that say the same: hidden from screen readers. */
export function Sign({ name }: { name: keyof typeof SIGNS }) {
  return (
    <svg className={`sign sign-${name}`} viewBox="0 0 16 16" aria-hidden="true">
      <path d={SIGNS[name]} />
    </svg>
  );
}

export interface Line {
  label: string;
  value: string;
}

/** Labelled lines below each other: a receipt, a profile. */
export function LineList({ lines }: { lines: readonly Line[] }) {
  return (
    <dl className="lines">
      {lines.map(({ label, value }) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

import type { ReactNode } from 'react';

export interface Figure {
  label: string;
  value: ReactNode;
  hint?: string | undefined;
}

/** A titled card of labelled figures. */
export function FigureCard({
  title,
  figures,
  children,
}: {
  title: string;
  figures: Figure[];
  children?: ReactNode;
}) {
  return (
    <section className="card" aria-label={title}>
      <h2>{title}</h2>
      <dl className="figures">
        {figures.map((figure) => (
          <div key={figure.label}>
            <dt>{figure.label}</dt>
            <dd>
              {figure.value}
              {figure.hint && <span className="hint"> {figure.hint}</span>}
            </dd>
          </div>
        ))}
      </dl>
      {children}
    </section>
  );
}

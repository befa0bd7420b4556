import { useEffect, useId, useRef, useState } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { formatClock } from '../../lib/format-clock.ts';
import { chartOptions, type LineStyle, type Mark } from './chart-options.ts';
import type { Column } from './live-columns.ts';

export interface Line extends LineStyle {
  label: string;
  values: Column;
  /** One of the tokens: `--good`. */
  colour: string;
}

export interface TimeChartProps {
  title: string;
  at: number[];
  lines: Line[];
  marks: readonly Mark[];
  format: (value: number) => string;
  /** The scale reaches at least this high. */
  leastTop?: number;
}

/** Lines over time, drawn on a canvas; their latest values, or those under the pointer, stand in words above. */
export function TimeChart({ title, at, lines, marks, format, leastTop = 10 }: TimeChartProps) {
  const titleId = useId();
  const box = useRef<HTMLDivElement>(null);
  const legend = useRef<HTMLUListElement>(null);
  const chart = useRef<uPlot>(undefined);
  const shown = useRef({ marks, format, leastTop });
  const [pointed, setPointed] = useState<number | null>(null);
  const shape = JSON.stringify(
    lines.map(({ dash, isArea, isSparse }): LineStyle => ({ dash, isArea, isSparse })),
  );

  useEffect(() => {
    const host = box.current;
    if (!host) return;
    const drawn = new uPlot(
      chartOptions({
        host,
        lines: JSON.parse(shape) as LineStyle[],
        colourOf: (index) => colourOf(legend.current?.children[index]),
        shown: () => shown.current,
        onPoint: setPointed,
      }),
      undefined,
      host,
    );
    chart.current = drawn;
    const watcher = new ResizeObserver(() =>
      drawn.setSize({ width: host.clientWidth, height: host.clientHeight }),
    );
    watcher.observe(host);
    return () => {
      watcher.disconnect();
      drawn.destroy();
      chart.current = undefined;
    };
  }, [shape]);

  useEffect(() => {
    shown.current = { marks, format, leastTop };
    chart.current?.setData([at, ...lines.map(({ values }) => values)]);
  }, [at, lines, marks, format, leastTop]);

  const index = pointed !== null && pointed < at.length ? pointed : undefined;
  const valueOf = ({ values }: Line) => {
    const value = index === undefined ? latestOf(values) : values[index];
    return value === null || value === undefined ? '–' : format(value);
  };
  const summary = lines.map((line) => `${line.label} ${valueOf(line)}`).join(', ');
  return (
    <figure className="chart card" aria-labelledby={titleId}>
      <figcaption className="chart-head">
        <h2 id={titleId}>{title}</h2>
        {index !== undefined && <span className="hint">{formatClock(at[index] ?? 0)}</span>}
        <ul className="chart-legend" ref={legend}>
          {lines.map((line) => (
            <li key={line.label} style={{ color: `var(${line.colour})` }}>
              <svg viewBox="0 0 22 6" aria-hidden="true">
                <path d="M0 3h22" strokeDasharray={line.dash?.join(' ')} />
              </svg>
              <span>
                {line.label} <strong>{valueOf(line)}</strong>
              </span>
            </li>
          ))}
        </ul>
      </figcaption>
      <div className="chart-box" ref={box} role="img" aria-label={`${title}: ${summary}`} />
    </figure>
  );
}

function latestOf(values: Column): number | null {
  for (let index = values.length - 1; index >= 0; index -= 1) {
    const value = values[index];
    if (value !== null && value !== undefined) return value;
  }
  return null;
}

/** A token as the browser resolves it, light or dark: a canvas knows no tokens. */
function colourOf(element: Element | undefined): string {
  return element ? getComputedStyle(element).color : 'currentColor';
}

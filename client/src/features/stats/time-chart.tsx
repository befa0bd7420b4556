import { useEffect, useId, useRef, useState } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { formatClock, formatMinute } from '../../lib/format-clock.ts';
import type { Column } from './live-columns.ts';
import { niceCeiling } from './nice-ceiling.ts';

export interface Line {
  label: string;
  values: Column;
  /** One of the tokens: `--good`. */
  colour: string;
  /** Lines of one chart are told apart by this as well. */
  dash?: number[];
  /** The area below it is tinted. */
  isArea?: boolean;
  /** Only where something was measured: the dots are joined over what is empty. */
  isSparse?: boolean;
}

export interface Mark {
  at: number;
  isTrouble: boolean;
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

/** All charts of a screen show the same moment under the pointer. */
const CURSOR = uPlot.sync('desk');
/** Labels of the time axis are to the second on a stretch shorter than this, s. */
const SHORT_SEC = 600;

/** Lines over time, drawn on a canvas; their latest values, or those under the pointer, stand in words above. */
export function TimeChart({ title, at, lines, marks, format, leastTop = 10 }: TimeChartProps) {
  const titleId = useId();
  const box = useRef<HTMLDivElement>(null);
  const legend = useRef<HTMLUListElement>(null);
  const chart = useRef<uPlot>(undefined);
  const shown = useRef({ marks, format, leastTop });
  const [pointed, setPointed] = useState<number | null>(null);
  const shape = JSON.stringify(lines.map(({ dash, isArea, isSparse }) => [dash, isArea, isSparse]));

  useEffect(() => {
    const host = box.current;
    if (!host) return;
    const drawn = new uPlot(
      optionsFor({
        host,
        lines: JSON.parse(shape) as [number[] | null, boolean | null, boolean | null][],
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

interface Drawing {
  host: HTMLElement;
  lines: [dash: number[] | null, isArea: boolean | null, isSparse: boolean | null][];
  colourOf: (index: number) => string;
  shown: () => Pick<TimeChartProps, 'marks' | 'format'> & { leastTop: number };
  onPoint: (index: number | null) => void;
}

function optionsFor({ host, lines, colourOf: colour, shown, onPoint }: Drawing): uPlot.Options {
  const soft = () => getComputedStyle(host).color;
  const rule = () => getComputedStyle(host).borderTopColor;
  const grid = { stroke: rule, width: 1 };
  const { fontSize, fontFamily } = getComputedStyle(host);
  const fontPx = Number.parseFloat(fontSize);
  const font = `${fontSize} ${fontFamily}`;
  return {
    ...{ width: host.clientWidth, height: host.clientHeight },
    legend: { show: false },
    cursor: { sync: { key: CURSOR.key }, drag: { x: false, y: false }, points: { size: 6 } },
    scales: {
      x: { time: true },
      y: { range: (_chart, _min, max) => [0, niceCeiling(max, shown().leastTop)] },
    },
    axes: [
      {
        ...{ stroke: soft, grid, ticks: { ...grid, size: 4 }, font, size: 2.2 * fontPx, space: 6 * fontPx },
        values: (_chart, moments) => moments.map(labelOf(moments)),
      },
      {
        ...{ stroke: soft, grid, ticks: { show: false }, font, size: 5 * fontPx, space: 3.5 * fontPx },
        values: (_chart, values) => values.map((value) => shown().format(value)),
      },
    ],
    series: [
      {},
      ...lines.map(([dash, isArea, isSparse], index): uPlot.Series => ({
        ...{ width: 2, stroke: () => colour(index), spanGaps: isSparse === true },
        ...(dash && { dash }),
        ...(isArea === true && { fill: () => tinted(colour(index)) }),
        ...(isSparse !== true && { points: { show: false } }),
      })),
    ],
    hooks: {
      draw: [(drawn) => drawMarks(drawn, shown().marks, host)],
      setCursor: [(drawn) => onPoint(drawn.cursor.idx ?? null)],
    },
  };
}

function labelOf(moments: readonly number[]): (sec: number) => string {
  const [first = 0, last = 0] = [moments[0], moments.at(-1)];
  return last - first < SHORT_SEC ? formatClock : formatMinute;
}

function tinted(colour: string): string {
  return colour.replace(/^rgb\((.+)\)$/, 'rgba($1, 0.16)');
}

/** A line through all charts for each thing that happened: what an operator did is dashed, trouble is drawn through. */
function drawMarks(drawn: uPlot, marks: readonly Mark[], host: HTMLElement): void {
  const { ctx, bbox } = drawn;
  const style = getComputedStyle(host);
  ctx.save();
  ctx.lineWidth = devicePixelRatio;
  for (const { at, isTrouble } of marks) {
    const x = Math.round(drawn.valToPos(at, 'x', true));
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    ctx.strokeStyle = ctx.fillStyle = isTrouble ? style.outlineColor : style.caretColor;
    ctx.setLineDash(isTrouble ? [] : [4 * devicePixelRatio, 3 * devicePixelRatio]);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    drawFlag(ctx, x, bbox.top, isTrouble);
  }
  ctx.restore();
}

/** A triangle for trouble, a disc for what an operator did. */
function drawFlag(ctx: CanvasRenderingContext2D, x: number, y: number, isTrouble: boolean): void {
  const size = 5 * devicePixelRatio;
  ctx.beginPath();
  if (isTrouble) {
    ctx.moveTo(x - size, y);
    ctx.lineTo(x + size, y);
    ctx.lineTo(x, y + 1.6 * size);
  } else {
    ctx.arc(x, y + size, 0.8 * size, 0, 2 * Math.PI);
  }
  ctx.fill();
}

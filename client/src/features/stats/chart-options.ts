import uPlot from 'uplot';
import { formatClock, formatMinute } from '../../lib/format-clock.ts';
import { niceCeiling } from './nice-ceiling.ts';

export interface Mark {
  at: number;
  isTrouble: boolean;
}

export interface LineStyle {
  /** Lines of one chart are told apart by this as well. */
  dash?: number[] | undefined;
  /** The area below it is tinted. */
  isArea?: boolean | undefined;
  /** Only where something was measured: the dots are joined over what is empty. */
  isSparse?: boolean | undefined;
}

/** All charts of a screen show the same moment under the pointer. */
const CURSOR = uPlot.sync('desk');
/** Labels of the time axis are to the second on a stretch shorter than this, s. */
const SHORT_SEC = 600;

export interface Drawing {
  host: HTMLElement;
  lines: readonly LineStyle[];
  colourOf: (index: number) => string;
  /** Asked at each drawing. */
  shown: () => { marks: readonly Mark[]; format: (value: number) => string; leastTop: number };
  onPoint: (index: number | null) => void;
}

/** How a chart is drawn: colours are asked for at each drawing, so that light and dark follow by themselves. */
export function chartOptions({ host, lines, colourOf: colour, shown, onPoint }: Drawing): uPlot.Options {
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
      ...lines.map(({ dash, isArea = false, isSparse = false }, index): uPlot.Series => ({
        ...{ width: 2, stroke: () => colour(index), spanGaps: isSparse },
        ...(dash && { dash }),
        ...(isArea && { fill: () => tinted(colour(index)) }),
        ...(!isSparse && { points: { show: false } }),
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

import { inWords } from './words.ts';
import type { Spread } from './statistics.ts';

/** Text for HTML and SVG. */
export function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

export interface Bar {
  label: string;
  spread: Spread;
  isOurs: boolean;
}

const WIDTH = 720;
const LABEL_WIDTH = 210;
const VALUE_WIDTH = 90;
const ROW = 26;

/** Horizontal bars of medians, with a line from the smallest to the largest round. */
export function drawBars(bars: readonly Bar[]): string {
  const most = Math.max(...bars.map(({ spread }) => spread.max), Number.MIN_VALUE);
  const scale = (value: number): number => (value / most) * (WIDTH - LABEL_WIDTH - VALUE_WIDTH);
  const rows = bars.map(({ label, spread, isOurs }, index) => {
    const y = index * ROW;
    const [from, to] = [LABEL_WIDTH + scale(spread.min), LABEL_WIDTH + scale(spread.max)];
    return (
      `<text x="${LABEL_WIDTH - 8}" y="${y + 17}" text-anchor="end">${escape(label)}</text>` +
      `<rect x="${LABEL_WIDTH}" y="${y + 4}" width="${round(scale(spread.median))}" height="18" rx="3" class="${isOurs ? 'ours' : 'other'}"/>` +
      `<line x1="${round(from)}" x2="${round(to)}" y1="${y + 13}" y2="${y + 13}" class="spread"/>` +
      `<text x="${round(Math.max(to, LABEL_WIDTH + scale(spread.median)) + 8)}" y="${y + 17}" class="value">${inWords(spread.median)}</text>`
    );
  });
  return svg(bars.length * ROW, rows.join(''));
}

export interface Line {
  label: string;
  className: string;
  points: readonly (readonly [number, number])[];
}

const PLOT_HEIGHT = 150;
const LEFT = 64;
const BOTTOM = 22;

/** Lines over time; x in ms. */
export function drawLines(lines: readonly Line[]): string {
  const all = lines.flatMap(({ points }) => points);
  const lastMs = Math.max(1, ...all.map(([x]) => x));
  const most = Math.max(1, ...all.map(([, y]) => y));
  const x = (ms: number): number => LEFT + (ms / lastMs) * (WIDTH - LEFT - 8);
  const y = (value: number): number => 8 + (1 - value / most) * (PLOT_HEIGHT - 8 - BOTTOM);
  const drawn = lines.map(({ className, points }) => {
    const path = points.map(([ms, value]) => `${round(x(ms))},${round(y(value))}`).join(' ');
    return `<polyline points="${path}" class="line ${className}"/>`;
  });
  const legend = lines.map(
    ({ label, className }, index) =>
      `<text x="${LEFT + 8 + index * 150}" y="20" class="legend ${className}">${escape(label)}</text>`,
  );
  const axes =
    `<line x1="${LEFT}" x2="${WIDTH - 8}" y1="${y(0)}" y2="${y(0)}" class="axis"/>` +
    `<text x="${LEFT - 8}" y="${y(most) + 6}" text-anchor="end">${inWords(most)}</text>` +
    `<text x="${LEFT - 8}" y="${y(0)}" text-anchor="end">0</text>` +
    `<text x="${WIDTH - 8}" y="${PLOT_HEIGHT - 4}" text-anchor="end">${(lastMs / 1000).toFixed(2)} s</text>`;
  return svg(PLOT_HEIGHT, axes + drawn.join('') + legend.join(''));
}

function svg(height: number, content: string): string {
  return `<svg viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img">${content}</svg>`;
}

const round = (value: number): number => Math.round(value * 10) / 10;

/** One line of a chart; points in order of x. */
export interface Line {
  name: string;
  points: readonly { x: number; y: number }[];
}

const WIDTH = 720;
const HEIGHT = 220;
const MARGIN = { left: 64, right: 12, top: 10, bottom: 34 };
const MOST_POINTS = 300;

/** Colours that stay apart for readers who see no red or green. */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7'];

/**
 * Draws lines over time as a self-contained SVG, from zero.
 *
 * @param unit  of y, told beside the axis
 */
export function lineChart(title: string, unit: string, lines: readonly Line[]): string {
  const points = lines.flatMap((line) => line.points);
  if (points.length === 0) return '';
  const most = (values: readonly number[]): number => values.reduce((max, value) => Math.max(max, value), 0);
  const [maxX, maxY] = [most(points.map(({ x }) => x)) || 1, most(points.map(({ y }) => y)) || 1];
  const atX = (x: number): number => MARGIN.left + (x / maxX) * (WIDTH - MARGIN.left - MARGIN.right);
  const atY = (y: number): number =>
    HEIGHT - MARGIN.bottom - (y / maxY) * (HEIGHT - MARGIN.top - MARGIN.bottom);
  const text = (x: number, y: number, anchor: string, words: string): string =>
    `<text x="${x}" y="${y}" text-anchor="${anchor}">${words}</text>`;
  const rule = (y: number): string =>
    `<line x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${atY(y)}" y2="${atY(y)}" class="rule"/>`;

  const drawn = lines.map(({ points: all }, index) => {
    const every = Math.ceil(all.length / MOST_POINTS);
    // Of the points that share a place the highest is kept: a peak must not disappear.
    const kept = Array.from({ length: Math.ceil(all.length / every) }, (_, at) =>
      all.slice(at * every, (at + 1) * every).reduce((high, point) => (point.y > high.y ? point : high)),
    );
    const path = kept.map(({ x, y }) => `${atX(x).toFixed(1)},${atY(y).toFixed(1)}`).join(' ');
    return `<polyline points="${path}" fill="none" stroke="${COLOURS[index] ?? '#000'}" stroke-width="2"/>`;
  });
  const legend = lines.map(
    ({ name }, index) => `<span style="color:${COLOURS[index] ?? '#000'}">■</span> ${name}`,
  );
  const axis = [
    ...[0, maxY / 2, maxY].map((y) => rule(y) + text(MARGIN.left - 6, atY(y) + 4, 'end', short(y))),
    text(MARGIN.left, HEIGHT - 12, 'start', '0 s'),
    text(WIDTH - MARGIN.right, HEIGHT - 12, 'end', `${short(maxX / 1000)} s`),
  ];
  return (
    `<figure><figcaption><b>${title}</b>, ${unit}  ${legend.join('  ')}</figcaption>` +
    `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${title}">${[...axis, ...drawn].join('')}</svg></figure>`
  );
}

function short(value: number): string {
  if (value >= 1_000_000) return `${Math.round(value / 100_000) / 10}M`;
  if (value >= 10_000) return `${Math.round(value / 100) / 10}k`;
  return String(Math.round(value * 10) / 10);
}

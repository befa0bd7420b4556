/** Pictures of one hand: a soft shape and a line, on a grid of 48. */
const PICTURES = {
  clock: [
    'M24 6a18 18 0 1 0 0 36 18 18 0 0 0 0-36z',
    'M24 6a18 18 0 1 0 0 36 18 18 0 0 0 0-36zM24 14v10l7 5',
  ],
  gate: ['M10 42V18a14 14 0 0 1 28 0v24z', 'M6 42h36M10 42V18a14 14 0 0 1 28 0v24M20 30h12m-5-5 5 5-5 5'],
  plane: ['M6 24 42 8 32 42 22 30z', 'M6 24 42 8 32 42l-10-12zM22 30 42 8'],
  line: [
    'M4 40a8 8 0 0 1 16 0zM28 40a8 8 0 0 1 16 0z',
    'M12 22a5 5 0 1 0 .1 0M24 14a5 5 0 1 0 .1 0M36 22a5 5 0 1 0 .1 0M4 41a8 8 0 0 1 16 0M28 41a8 8 0 0 1 16 0M18 31a7 7 0 0 1 12 0',
  ],
  lens: [
    'M21 7a14 14 0 1 0 0 28 14 14 0 0 0 0-28z',
    'M21 7a14 14 0 1 0 0 28 14 14 0 0 0 0-28zM31 31l11 11M15 21h.1M21 21h.1M27 21h.1',
  ],
  ticket: [
    'M6 14h36v7a4 4 0 0 0 0 8v7H6v-7a4 4 0 0 0 0-8z',
    'M6 14h36v7a4 4 0 0 0 0 8v7H6v-7a4 4 0 0 0 0-8zM17 25l5 5 9-10',
  ],
  box: ['M6 20h36v20H6z', 'M6 20h36v20H6zM6 20l6-10h10M42 20l-6-10H26M18 30h12'],
  few: ['M8 28h32v12H8z', 'M8 28h32v12H8zM14 22h20M18 16h12M20 34h8'],
  twice: ['M6 18h26v22H6z', 'M6 18h26v22H6zM14 18V9h28v22H32M14 30l4 4 7-8'],
  bag: ['M9 17h30l3 25H6z', 'M9 17h30l3 25H6zM17 17v-3a7 7 0 0 1 14 0v3M18 30l5 5 8-9'],
  pause: [
    'M24 6a18 18 0 1 0 0 36 18 18 0 0 0 0-36z',
    'M24 6a18 18 0 1 0 0 36 18 18 0 0 0 0-36zM20 17v14M28 17v14',
  ],
  flag: ['M12 8h26l-6 9 6 9H12z', 'M12 44V8h26l-6 9 6 9H12'],
  sand: [
    'M16 36l8-10 8 10v6H16z',
    'M12 6h24M12 42h24M15 6c0 12 9 12 9 18S15 30 15 42M33 6c0 12-9 12-9 18s9 6 9 18',
  ],
  key: ['M15 15a9 9 0 1 0 0 18 9 9 0 0 0 0-18z', 'M15 15a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM24 24h20v7M36 24v6'],
  lock: ['M10 22h28v20H10z', 'M10 22h28v20H10zM16 22v-6a8 8 0 0 1 16 0v6M24 30v5'],
  cut: [
    'M12 36a9 9 0 0 1 1-18 12 12 0 0 1 22 3 8 8 0 0 1 1 15z',
    'M12 36a9 9 0 0 1 1-18 12 12 0 0 1 22 3 8 8 0 0 1 1 15zM8 8l32 34',
  ],
  turn: [
    'M24 8a16 16 0 1 0 0 32 16 16 0 0 0 0-32z',
    'M8 24a16 16 0 0 1 28-10l4 4M40 8v10H30M40 24a16 16 0 0 1-28 10l-4-4M8 40V30h10',
  ],
  map: [
    'M6 12l12-4 12 4 12-4v28l-12 4-12-4-12 4z',
    'M6 12l12-4 12 4 12-4v28l-12 4-12-4-12 4zM18 8v28M30 12v28',
  ],
  knot: ['M24 6 44 40H4z', 'M24 6 44 40H4zM24 18v10M24 34v.1'],
} as const;

export type PictureName = keyof typeof PICTURES;

/** A picture beside words that say the same: hidden from screen readers. */
export function Picture({ name }: { name: PictureName }) {
  const [soft, line] = PICTURES[name];
  return (
    <svg className="picture" viewBox="0 0 48 48" aria-hidden="true" data-picture={name}>
      <path className="picture-soft" d={soft} />
      <path className="picture-line" d={line} />
    </svg>
  );
}

import { expect, it } from '@jest/globals';
import { formatBytes } from './format-bytes.ts';

it.each([
  [0, '0 B'],
  [1_023, '1,020 B'],
  [1_024, '1 KiB'],
  [1_572_864, '1.5 MiB'],
  [8_589_934_592, '8 GiB'],
])('tells %d bytes as %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

import { deflateSync, crc32 } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { aJpeg, aPng, aWebp, pngChunk } from '../../testing/a-picture.ts';
import { readPicture } from './read-picture.ts';

describe('a picture', () => {
  it.each([
    ['PNG', aPng(), 'image/png'],
    ['JPEG', aJpeg(), 'image/jpeg'],
    ['WebP', aWebp(), 'image/webp'],
  ] as const)('of the kind %s is known by its bytes and comes back as it was', (_kind, bytes, mediaType) => {
    const picture = readPicture(bytes);
    expect(picture).toMatchObject({ mediaType, width: 2, height: 1 });
    expect(picture!.bytes.equals(bytes)).toBe(true);
    expect(readPicture(picture!.bytes)!.bytes.equals(bytes)).toBe(true);
  });

  it('loses what was hidden behind it, and who made it where', () => {
    const secret = Buffer.from('<script>alert(1)</script> GPS 48.1 11.5');
    const exif = Buffer.concat([Buffer.from([0xff, 0xe1, 0, secret.length + 2]), secret]);
    const jpeg = aJpeg();
    const png = aPng();
    for (const bytes of [
      Buffer.concat([png, secret]),
      Buffer.concat([png.subarray(0, 33), pngChunk('tEXt', secret), png.subarray(33)]),
      Buffer.concat([jpeg, secret]),
      Buffer.concat([jpeg.subarray(0, 2), exif, jpeg.subarray(2)]),
      Buffer.concat([aWebp(), secret]),
    ]) {
      const picture = readPicture(bytes);
      expect(picture).not.toBeNull();
      expect(picture!.bytes.includes('script')).toBe(false);
    }
  });

  it.each([
    ['an SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>')],
    ['a page', Buffer.from('<!doctype html><script>1</script>')],
    ['a GIF', Buffer.from('GIF89a\x01\0\x01\0\0\0\0;', 'latin1')],
    ['nothing', Buffer.alloc(0)],
    ['a PNG that ends early', aPng().subarray(0, 40)],
    ['a JPEG that ends early', aJpeg().subarray(0, 30)],
    ['a WebP that ends early', aWebp().subarray(0, 24)],
    ['a PNG without pixels', Buffer.concat([aPng().subarray(0, 33), pngChunk('IEND', Buffer.alloc(0))])],
    ['a PNG of 5,000 pixels a side', aPng({ width: 5_000 })],
    [
      'a PNG whose header comes late',
      Buffer.concat([aPng().subarray(0, 8), pngChunk('IDAT', deflateSync('')), aPng().subarray(8)]),
    ],
  ])('is not %s', (_what, bytes) => {
    expect(readPicture(bytes)).toBeNull();
  });

  it('is checked without an error, however it is damaged', () => {
    for (const whole of [aPng(), aJpeg(), aWebp()]) {
      for (let at = 0; at < whole.length; at += 1) {
        for (const value of [0, 0x7f, 0xff]) {
          const damaged = Buffer.from(whole);
          damaged[at] = value;
          expect(() => readPicture(damaged)).not.toThrow();
        }
        expect(() => readPicture(whole.subarray(0, at))).not.toThrow();
      }
    }
  });

  it('of this test is one that its own CRC confirms', () => {
    const ihdr = aPng().subarray(12, 29);
    expect(aPng().readUInt32BE(29)).toBe(crc32(ihdr));
  });
});

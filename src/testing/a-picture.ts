import { crc32, deflateSync } from 'node:zlib';

export function pngChunk(type: string, content: Buffer): Buffer<ArrayBuffer> {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), content]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(content.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

/** Two pixels in a row, grey. */
export function aPng({ width = 2 } = {}): Buffer<ArrayBuffer> {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(1, 4);
  header.writeUInt8(8, 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    pngChunk('IHDR', header),
    pngChunk('IDAT', deflateSync(Buffer.from([0, 0x40, 0xc0]))),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

/** The structure of a JPEG of two pixels: JFIF, a frame, a scan with a stuffed byte and a restart. */
export function aJpeg(): Buffer<ArrayBuffer> {
  return Buffer.from(
    'ffd8' +
      'ffe000104a46494600010100000100010000' +
      'ffc0000b080001000201011100' +
      'ffda0008010100003f00' +
      'aaff00bbffd0cc' +
      'ffd9',
    'hex',
  );
}

/** The structure of a lossless WebP of two pixels. */
export function aWebp(): Buffer<ArrayBuffer> {
  const pixels = Buffer.from([0x2f, 0x01, 0x00, 0x00, 0x00, 0x07]);
  const head = Buffer.from('RIFF    WEBPVP8L    ', 'latin1');
  head.writeUInt32LE(12 + pixels.length, 4);
  head.writeUInt32LE(pixels.length, 16);
  return Buffer.concat([head, pixels]);
}

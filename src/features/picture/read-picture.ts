export type MediaType = 'image/png' | 'image/jpeg' | 'image/webp';

/** A picture that is what it says, without what no page needs. */
export interface Picture {
  mediaType: MediaType;
  bytes: Buffer;
  width: number;
  height: number;
}

/** Longest side, in pixels: a small file may hold a picture that no phone can decode. */
const MOST_PIXELS_A_SIDE = 4_096;

/**
 * Reads a PNG, a JPEG or a WebP piece by piece and writes only the pieces that make the picture: its maker, its place and
 * whatever was hidden in it or behind it are left out. What it is, its bytes say, not its sender.
 *
 * @returns null for anything else, what is cut short, and more than 4,096 pixels a side
 */
export function readPicture(bytes: Buffer): Picture | null {
  const read = bytes.subarray(0, 8).equals(PNG_SIGNATURE)
    ? readPng
    : bytes.subarray(0, 3).equals(JPEG_START)
      ? readJpeg
      : bytes.toString('latin1', 0, 4) === 'RIFF' && bytes.toString('latin1', 8, 12) === 'WEBP'
        ? readWebp
        : null;
  try {
    const picture = read?.(bytes) ?? null;
    return picture && isSane(picture.width) && isSane(picture.height) ? picture : null;
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ERR_OUT_OF_RANGE') return null; // read beyond the end
    throw error;
  }
}

const isSane = (side: number): boolean => side >= 1 && side <= MOST_PIXELS_A_SIDE;

const PNG_SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const PNG_PIECES: ReadonlySet<string> = new Set([
  'IHDR',
  'PLTE',
  'IDAT',
  'IEND',
  'tRNS',
  'gAMA',
  'cHRM',
  'sRGB',
]);

/** PNG, third edition, section 5: chunks of length, type, content, CRC. */
function readPng(bytes: Buffer): Picture | null {
  const kept: Buffer[] = [PNG_SIGNATURE];
  let [width, height, hasPixels] = [0, 0, false];
  for (let at = 8; ;) {
    const end = at + 12 + bytes.readUInt32BE(at);
    const type = bytes.toString('latin1', at + 4, at + 8);
    if (end > bytes.length || (at === 8) !== (type === 'IHDR')) return null;
    if (type === 'IHDR') [width, height] = [bytes.readUInt32BE(at + 8), bytes.readUInt32BE(at + 12)];
    if (type === 'IDAT') hasPixels = true;
    if (PNG_PIECES.has(type)) kept.push(bytes.subarray(at, end));
    if (type === 'IEND') break;
    at = end;
  }
  return hasPixels ? { mediaType: 'image/png', bytes: Buffer.concat(kept), width, height } : null;
}

const JPEG_START = Buffer.from([0xff, 0xd8, 0xff]);
/** Frame headers, which hold the size: SOF0–SOF15 without DHT, JPG and DAC. */
const isFrame = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
/** JFIF and Adobe's colours; every other APPn and the comment hold words, not pixels. */
const isLeftOut = (marker: number): boolean =>
  (marker >= 0xe1 && marker <= 0xef && marker !== 0xee) || marker === 0xfe;

/** ITU-T T.81, annex B: segments of marker, length, content; after a scan's header its coded bytes. */
function readJpeg(bytes: Buffer): Picture | null {
  const kept: Buffer[] = [bytes.subarray(0, 2)];
  let [width, height, hasScan] = [0, 0, false];
  for (let at = 2; ;) {
    if (bytes.readUInt8(at) !== 0xff) return null;
    const marker = bytes.readUInt8(at + 1);
    if (marker === 0xd9) break;
    const end = at + 2 + bytes.readUInt16BE(at + 2);
    if (end > bytes.length || marker < 0xc0) return null;
    if (isFrame(marker)) [height, width] = [bytes.readUInt16BE(at + 5), bytes.readUInt16BE(at + 7)];
    const pieceEnd = marker === 0xda ? endOfScan(bytes, end) : end;
    if (pieceEnd === null) return null;
    if (marker === 0xda) hasScan = true;
    if (!isLeftOut(marker)) kept.push(bytes.subarray(at, pieceEnd));
    at = pieceEnd;
  }
  kept.push(Buffer.from([0xff, 0xd9]));
  return hasScan ? { mediaType: 'image/jpeg', bytes: Buffer.concat(kept), width, height } : null;
}

/** Where the next marker stands that is neither a stuffed byte nor a restart. */
function endOfScan(bytes: Buffer, from: number): number | null {
  for (let at = from; ; at += 1) {
    at = bytes.indexOf(0xff, at);
    if (at === -1) return null;
    const next = bytes.readUInt8(at + 1);
    if (next !== 0 && !(next >= 0xd0 && next <= 0xd7)) return at;
  }
}

/** RFC 9649: RIFF chunks of type, length, content, padded to an even length. Extended files (VP8X) are refused. */
function readWebp(bytes: Buffer): Picture | null {
  const type = bytes.toString('latin1', 12, 16);
  const end = 20 + bytes.readUInt32LE(16);
  const piece = bytes.subarray(12, end + (end % 2));
  if (end > bytes.length) return null;
  let size: [number, number];
  if (type === 'VP8 ' && bytes.readUIntBE(23, 3) === 0x9d012a) {
    size = [bytes.readUInt16LE(26) & 0x3fff, bytes.readUInt16LE(28) & 0x3fff];
  } else if (type === 'VP8L' && bytes.readUInt8(20) === 0x2f) {
    const bits = bytes.readUInt32LE(21);
    size = [(bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1];
  } else return null;
  const head = Buffer.from('RIFF    WEBP', 'latin1');
  head.writeUInt32LE(4 + piece.length, 4);
  return { mediaType: 'image/webp', bytes: Buffer.concat([head, piece]), width: size[0], height: size[1] };
}

import { STATUS_CODES, type ServerResponse } from 'node:http';

/** A response that `markLane` has prepared; Express' responses carry their headers themselves. */
interface LaneResponse extends ServerResponse {
  lane?: LaneMark;
}

export interface LaneMark {
  requestId: string;
  /** What all answers of the lane have. */
  common: CommonHead;
  /** Called as a method of the response when the answer is written: a listener of its `finish` costs more. */
  answered: (this: ServerResponse) => void;
}

/** Headers that are the same each time, made once. */
export interface FixedHeaders {
  /** For Node to write. */
  values: HeaderValues;
  /** The same as lines of a head. */
  lines: string;
}

type HeaderValues = Readonly<Record<string, string>>;

/** What all answers have, or all to one origin, request id apart. */
export interface CommonHead extends FixedHeaders {
  /** How a head ends whose connection stays open: what Node itself writes there. */
  keepAliveLines: string;
}

/** A whole answer. Its headers are ours, never a client's: they are not checked; the length of the body is not among them. */
export interface WholeAnswer {
  status: number;
  fixed: FixedHeaders;
  /** What this answer has besides. */
  own?: HeaderValues | undefined;
  /** Left out for a status that has none, such as 304. */
  body?: string | Buffer | undefined;
}

/** Node's own name for the text of a head: written before the first bytes of a body, and then no header is added to it. */
interface WithHeadText {
  _header: string | null;
}

export function fixHeaders(values: HeaderValues): FixedHeaders {
  return { values, lines: linesOf(values) };
}

/** @param keepAliveSec  the server's keep-alive timeout */
export function commonHeadOf(
  headers: readonly [name: string, value: string][],
  keepAliveSec: number,
): CommonHead {
  return {
    ...fixHeaders(Object.fromEntries(headers)),
    keepAliveLines: linesOf({ Connection: 'keep-alive', 'Keep-Alive': `timeout=${keepAliveSec}` }),
  };
}

/** Prepares a response of the hot lane: nothing of its head is set until its answer is written. */
export function markLane(res: ServerResponse, mark: LaneMark): void {
  (res as LaneResponse).lane = mark;
}

export function requestIdOf(res: ServerResponse): string {
  const { lane } = res as LaneResponse;
  if (lane !== undefined) return lane.requestId;
  const header = res.getHeader('X-Request-Id');
  return typeof header === 'string' ? header : '';
}

/** Writes a whole answer, the same bytes for a response of the hot lane and one of Express. */
export function sendWhole(res: ServerResponse, answer: WholeAnswer): void {
  const { lane } = res as LaneResponse;
  if (lane === undefined) sendByNode(res, answer);
  else {
    if (isOrdinary(res)) sendAsText(res, lane, answer);
    else {
      res.setHeader('X-Request-Id', lane.requestId);
      setHeaders(res, lane.common.values);
      sendByNode(res, answer);
    }
    lane.answered.call(res);
  }
}

/** The connection stays open and nobody set a header: what Node would make of the head is known beforehand. */
function isOrdinary(res: ServerResponse): boolean {
  return res.shouldKeepAlive && res.getHeaderNames().length === 0;
}

/**
 * Writes head and body as one text, whose common lines were made once.
 *
 * Node checks each header by two regular expressions, joins it from four strings and writes head and body as two chunks: for
 * our 18 headers a quarter of an answer that does nothing else (docs/decisions/0056).
 */
function sendAsText(
  res: ServerResponse,
  { requestId, common }: LaneMark,
  { status, fixed, own, body }: WholeAnswer,
): void {
  const bytes = body === undefined ? '' : latin1Of(body);
  const lengthLine = body === undefined ? '' : `Content-Length: ${bytes.length}\r\n`;
  res.statusCode = status;
  (res as ServerResponse & WithHeadText)._header =
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nX-Request-Id: ${requestId}\r\n${common.lines}` +
    `${fixed.lines}${own === undefined ? '' : linesOf(own)}${lengthLine}${dateLine()}${common.keepAliveLines}\r\n${bytes}`;
  res.end();
}

function sendByNode(res: ServerResponse, { status, fixed, own, body }: WholeAnswer): void {
  res.statusCode = status;
  setHeaders(res, fixed.values);
  if (own !== undefined) setHeaders(res, own);
  if (body === undefined) res.end();
  else {
    res.setHeader('Content-Length', String(Buffer.byteLength(body)));
    res.end(body);
  }
}

export function setHeaders(res: ServerResponse, values: HeaderValues): void {
  for (const [name, value] of Object.entries(values)) res.setHeader(name, value);
}

function linesOf(values: HeaderValues): string {
  let lines = '';
  for (const [name, value] of Object.entries(values)) lines += `${name}: ${value}\r\n`;
  return lines;
}

/** The bytes of a body, a character each: that is how Node writes the text of a head. ASCII is that already. */
function latin1Of(body: string | Buffer): string {
  if (typeof body !== 'string') return body.toString('latin1');
  return Buffer.byteLength(body) === body.length ? body : Buffer.from(body).toString('latin1');
}

let dateSec = 0;
let date = '';

/** The second's date, as Node writes it (RFC 9110, 5.6.7). */
function dateLine(): string {
  const sec = Math.floor(Date.now() / 1000);
  if (sec !== dateSec) {
    dateSec = sec;
    date = `Date: ${new Date(sec * 1000).toUTCString()}\r\n`;
  }
  return date;
}

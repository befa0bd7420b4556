import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import helmet from 'helmet';

/** What the page may load: its own scripts, styles and sockets; nothing inline, nothing from elsewhere. */
export const PAGE_DIRECTIVES = {
  defaultSrc: ["'self'"],
  scriptSrc: ["'self'"],
  styleSrc: ["'self'"],
  imgSrc: ["'self'", 'data:'],
  fontSrc: ["'self'"],
  connectSrc: ["'self'"],
  objectSrc: ["'none'"],
  baseUri: ["'none'"],
  formAction: ["'self'"],
  frameAncestors: ["'none'"],
};

/**
 * The security headers of every answer, worked out once: helmet's own middleware would set the same dozen values anew
 * for each request.
 *
 * The policy fits a page served from this origin: its scripts, styles and sockets ('self' covers ws: and wss: of the
 * same host). `data:` images are Swagger UI's icons. No `upgrade-insecure-requests`: without a proxy in front the
 * page is served over plain HTTP.
 */
export function readSecurityHeaders(): [name: string, value: string][] {
  const req = new IncomingMessage(new Socket());
  const res = new RecordingResponse(req);
  const fail = (error?: unknown): void => {
    if (error !== undefined) throw new Error('helmet refused its options', { cause: error });
  };
  helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: PAGE_DIRECTIVES,
    },
    xFrameOptions: { action: 'deny' },
  })(req, res, fail);
  return res.recorded;
}

/** Keeps the headers' names as they were written; `getHeaders()` lower-cases them. */
class RecordingResponse extends ServerResponse {
  readonly recorded: [name: string, value: string][] = [];

  override setHeader(name: string, value: number | string | readonly string[]): this {
    this.recorded.push([name, String(value)]);
    return this;
  }
}

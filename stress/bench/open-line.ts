import { connect, type Socket } from 'node:net';

export interface LineAnswer {
  status: number;
  /** The `Retry-After`, s; null when there is none. */
  retryAfterSec: number | null;
  body: string;
}

export interface Line {
  /** Text is of one byte a character. Calls back once with the answer, or why there was none; a line that broke opens again for its next request. */
  write(request: Buffer | string, answered: (answer: LineAnswer | string) => void): void;
  close(): void;
}

const HEAD_END = '\r\n\r\n';

/** All lines read into it: what was read is looked at before anything else is. */
const buffer = Buffer.allocUnsafe(65_536);

/** What a header says, as our answers spell its name; a search for text takes a fraction of an expression's time. */
function numberIn(answer: string, headEnd: number, name: string): number | null {
  const at = answer.indexOf(name);
  return at === -1 || at > headEnd ? null : parseInt(answer.slice(at + name.length, headEnd), 10);
}

/**
 * One kept-alive connection with one request at a time; it reads just as much HTTP as our answers have.
 *
 * @throws when the first connection cannot be made
 */
export async function openLine(host: string, port: number): Promise<Line> {
  let socket: Socket | null = null;
  let answered: ((answer: LineAnswer | string) => void) | null = null;
  let received = '';
  const finish = (answer: LineAnswer | string): void => {
    const tell = answered;
    answered = null;
    received = '';
    tell?.(answer);
  };
  const read = (bytes: number): boolean => {
    const text = buffer.toString('latin1', 0, bytes);
    received = received === '' ? text : received + text;
    const headEnd = received.indexOf(HEAD_END);
    if (headEnd === -1) return true;
    const bodyFrom = headEnd + HEAD_END.length;
    if (received.length >= bodyFrom + (numberIn(received, headEnd, 'Content-Length: ') ?? 0)) {
      finish({
        status: Number(received.slice(9, 12)),
        retryAfterSec: numberIn(received, headEnd, 'Retry-After: '),
        body: received.slice(bodyFrom),
      });
    }
    return true;
  };
  const open = (): Promise<Socket> =>
    new Promise((resolve, reject) => {
      const opening = connect({ host, port, noDelay: true, onread: { buffer, callback: read } }, () =>
        resolve(opening),
      );
      let reason = 'closed';
      opening.on('error', (error: NodeJS.ErrnoException) => {
        reason = error.code ?? error.message;
        reject(error);
      });
      opening.on('close', () => {
        if (socket !== opening) return;
        socket = null;
        finish(reason);
      });
    });
  socket = await open();
  return {
    write(request, tell) {
      answered = tell;
      if (socket) {
        socket.write(request, 'latin1');
        return;
      }
      open().then(
        (opened) => {
          socket = opened;
          opened.write(request, 'latin1');
        },
        (error: unknown) => finish(`not opened: ${String(error)}`),
      );
    },
    close() {
      answered = null;
      socket?.destroy();
    },
  };
}

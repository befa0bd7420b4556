import { io, type Socket } from 'socket.io-client';
import type { ClientEvents, ServerEvents } from '../../src/contracts/http.ts';
import { now } from './wish.ts';

export type ShopSocket = Socket<ServerEvents, ClientEvents>;

/** A socket that is not open by then goes on trying, but nobody waits for it, ms. */
const OPEN_WITHIN_MS = 5_000;

/**
 * Opens a shopper's socket; with a sale it watches that, again after each reconnection.
 *
 * @returns the socket, and how long its first connection took, ms; null when it was not open within 5 s
 */
export async function openSocket(
  url: string,
  { accessToken, saleId, listen }: { accessToken: string; saleId?: string; listen: Partial<ServerEvents> },
): Promise<{ socket: ShopSocket; openMs: number | null }> {
  const startedAt = now();
  const socket: ShopSocket = io(url, {
    transports: ['websocket'],
    auth: { token: accessToken },
    forceNew: true,
  });
  if (listen['purchase:outcome']) socket.on('purchase:outcome', listen['purchase:outcome']);
  if (listen['sale:tick']) socket.on('sale:tick', listen['sale:tick']);
  if (saleId !== undefined) socket.on('connect', () => void socket.emit('sale:watch', { saleId }));
  const openMs = await new Promise<number | null>((resolve) => {
    const timer = setTimeout(() => resolve(null), OPEN_WITHIN_MS);
    socket.once('connect', () => {
      clearTimeout(timer);
      resolve(now() - startedAt);
    });
  });
  return { socket, openMs };
}

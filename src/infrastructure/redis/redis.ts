import { Cluster, type Redis as Server } from 'ioredis';
import { keySlot } from './key-slot.ts';

export type { Server };

/**
 * Redis as everybody but this folder sees it: one server, or a cluster of them. Commands go to the server that has their
 * key; all keys of one command, pipeline, transaction or script must carry the same hash tag. Only `connect-redis.ts`
 * decides which of the two it is.
 */
export type Redis = Server | Cluster;

/** @returns the server that has a key; of a cluster `undefined` while it is not connected */
export function findServerOf(redis: Redis, key: string): Server | undefined {
  return redis instanceof Cluster ? findConnected(redis, redis.slots[keySlot(key)]?.[0]) : redis;
}

/** The same. @throws instead, and then nothing was sent */
export function serverOf(redis: Redis, key: string): Server {
  return orThrow(findServerOf(redis, key));
}

/** @returns every server that takes writes @throws while one of them is not connected */
export function serversOf(redis: Redis): Server[] {
  if (!(redis instanceof Cluster)) return [redis];
  const addresses = new Set(redis.slots.map((servers) => servers[0]));
  return [...addresses].map((address) => orThrow(findConnected(redis, address)));
}

/**
 * Names a key on every server that takes writes, so that each can be asked whether it does.
 *
 * @returns the name itself for one server, else the name with a number, one for each
 */
export function keysOnEveryServer(redis: Redis, name: string): string[] {
  if (!(redis instanceof Cluster)) return [name];
  const owners = redis.slots.map((servers) => servers[0]);
  const wanted = new Set(owners).size;
  const keys = new Map<string | undefined, string>();
  for (let number = 0; keys.size < wanted; number += 1) {
    const key = `${name}:${number}`;
    const owner = owners[keySlot(key)];
    if (!keys.has(owner)) keys.set(owner, key);
  }
  return [...keys.values()];
}

function findConnected(cluster: Cluster, address: string | undefined): Server | undefined {
  return cluster
    .nodes('master')
    .find(({ options, status }) => status === 'ready' && addressOf(options) === address);
}

function orThrow(server: Server | undefined): Server {
  if (!server) throw new Error('a server of the Redis Cluster is not connected');
  return server;
}

/** As the table of slots names it. */
export function addressOf({ host, port }: { host?: string | undefined; port?: number | undefined }): string {
  return `${host ?? ''}:${port ?? ''}`;
}

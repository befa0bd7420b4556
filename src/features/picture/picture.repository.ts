import { createHash } from 'node:crypto';
import type { Database, Transaction } from '../../infrastructure/postgres/database.ts';
import type { MediaType, Picture } from './read-picture.ts';

export interface StoredPicture {
  mediaType: MediaType;
  bytes: Buffer;
}

/** Keeps a picture under the hash of its bytes. @returns the hash */
export async function insertPicture(tx: Transaction, { mediaType, bytes }: Picture): Promise<string> {
  const hash = createHash('sha256').update(bytes).digest('hex');
  await tx('pictures').insert({ hash, media_type: mediaType, bytes }).onConflict('hash').ignore();
  return hash;
}

export async function findPicture(db: Database, hash: string): Promise<StoredPicture | null> {
  const row = await db('pictures')
    .where({ hash })
    .first<{ media_type: MediaType; bytes: Buffer } | undefined>('media_type', 'bytes');
  return row ? { mediaType: row.media_type, bytes: row.bytes } : null;
}

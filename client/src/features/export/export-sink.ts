/** Where an export is written while it comes. */
export interface ExportSink {
  /** @returns false when there is no room for it */
  write: (bytes: Uint8Array<ArrayBuffer>) => Promise<boolean>;
  /** Ends it. @returns the whole file @throws when there is no room for it after all */
  finish: () => Promise<Blob>;
  /** Throws away what was written. */
  discard: () => Promise<void>;
}

/**
 * Writes into the browser's own file store (the origin's private file system), so that a long export is never in memory
 * whole; where there is none (plain HTTP off this machine), into memory.
 *
 * @param name  of the file; one that is there already is written anew
 */
export async function openExportSink(name: string): Promise<ExportSink> {
  try {
    return await openFileSink(name);
  } catch {
    return createMemorySink();
  }
}

async function openFileSink(name: string): Promise<ExportSink> {
  const folder = await navigator.storage.getDirectory();
  const handle = await folder.getFileHandle(name, { create: true });
  const file = await handle.createWritable();
  return {
    write: (bytes) =>
      file.write(bytes).then(
        () => true,
        () => false,
      ),
    finish: async () => {
      await file.close();
      return handle.getFile();
    },
    discard: async () => {
      await file.abort().catch(() => undefined);
      await folder.removeEntry(name).catch(() => undefined);
    },
  };
}

/** The same in memory. */
export function createMemorySink(): ExportSink {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  return {
    write: async (bytes) => {
      pieces.push(bytes);
      return true;
    },
    finish: async () => new Blob(pieces, { type: 'text/csv' }),
    discard: async () => {
      pieces.length = 0;
    },
  };
}

/** Throws away what earlier exports left in the browser's file store: they name people. */
export async function dropKeptExports(): Promise<void> {
  try {
    const folder = await navigator.storage.getDirectory();
    for await (const name of folder.keys()) {
      // One that another tab is writing stays.
      if (name.endsWith('.csv')) await folder.removeEntry(name).catch(() => undefined);
    }
  } catch {
    // There is no such store here, and nothing in it.
  }
}

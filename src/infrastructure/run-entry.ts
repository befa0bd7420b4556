/** Runs an entry; a start that fails says why in one line, without a stack, and ends the process with 1. */
export async function runEntry(start: () => Promise<void>): Promise<void> {
  try {
    await start();
  } catch (error) {
    process.stderr.write(`stampede: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  }
}

const LOOK_EVERY_MS = 20;

/** @returns whether it became so within `withinMs` */
export async function waitUntil(isSo: () => boolean, withinMs: number): Promise<boolean> {
  const giveUpAt = Date.now() + withinMs;
  while (!isSo()) {
    if (Date.now() >= giveUpAt) return false;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  return true;
}

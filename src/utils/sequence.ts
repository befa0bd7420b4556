/** Sequences of one epoch start at `epoch · EPOCH_SPAN`, so that they increase over epochs. */
export const EPOCH_SPAN = 1_000_000_000;

export function epochOf(sequence: number): number {
  return Math.floor(sequence / EPOCH_SPAN);
}

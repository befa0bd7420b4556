import type { ProblemDocument } from '../../../../src/contracts/error-catalogue.ts';

/** Field → what the server says is wrong with it. */
export type FieldErrors = Readonly<Record<string, string>>;

/**
 * What the server says of single fields, by the names the form has for them.
 *
 * @param labels  the API's field → what the form calls it
 */
export function fieldErrors(
  error: { problem: Pick<ProblemDocument, 'errors'> | undefined } | null,
  labels: Readonly<Record<string, string>> = {},
): FieldErrors {
  const named = (message: string) =>
    message.replaceAll(/[a-zA-Z]+/g, (word) => (Object.hasOwn(labels, word) ? (labels[word] ?? word) : word));
  return Object.fromEntries(
    (error?.problem?.errors ?? []).map(({ field, message }) => [field, named(message)]),
  );
}

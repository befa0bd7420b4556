/** Why the instance cannot start, in one line for the person who typed the command; printed without a stack. */
export class StartError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'StartError';
  }
}

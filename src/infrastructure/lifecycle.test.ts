import { describe, expect, it } from '@jest/globals';
import { createLifecycle } from './lifecycle.ts';

describe('createLifecycle', () => {
  it('lets go of what was started last first', async () => {
    const stopped: string[] = [];
    const lifecycle = createLifecycle();
    lifecycle.onStop('database', () => void stopped.push('database'));
    lifecycle.onStop('server', async () => void stopped.push('server'));

    await lifecycle.stop();

    expect(stopped).toEqual(['server', 'database']);
  });

  it('runs the steps after one that fails, and tells the logger', async () => {
    const errors: unknown[] = [];
    const stopped: string[] = [];
    const lifecycle = createLifecycle({ logger: { error: (_message, fields) => errors.push(fields?.step) } });
    lifecycle.onStop('database', () => void stopped.push('database'));
    lifecycle.onStop('server', () => {
      throw new Error('already closed');
    });

    await lifecycle.stop();

    expect(stopped).toEqual(['database']);
    expect(errors).toEqual(['server']);
  });

  it('runs each step once however often it is stopped', async () => {
    let stops = 0;
    const lifecycle = createLifecycle();
    lifecycle.onStop('database', () => void (stops += 1));

    await Promise.all([lifecycle.stop(), lifecycle.stop()]);

    expect(stops).toBe(1);
  });
});

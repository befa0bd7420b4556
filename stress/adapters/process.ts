import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createTell, serveSockets, type Outcome, type WayDeps } from './way.ts';

/** What a process of the comparison is told; it answers each with one message. */
export type Order =
  | { kind: 'serve'; deps: WayDeps }
  | { kind: 'announce'; deps: WayDeps; saleId: string; transactions: Outcome[][] }
  | { kind: 'usage' };

export type Answer = { port: number } | { announced: number } | { cpuMs: number };

let tell: ReturnType<typeof createTell> | undefined;

async function follow(order: Order): Promise<Answer> {
  switch (order.kind) {
    case 'serve': {
      const io = await serveSockets(order.deps);
      const server = createServer();
      io.attach(server);
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return { port: (server.address() as AddressInfo).port };
    }
    case 'announce': {
      tell ??= createTell(order.deps);
      for (const outcomes of order.transactions) await tell(order.saleId, outcomes);
      return { announced: order.transactions.length };
    }
    case 'usage': {
      const { user, system } = process.cpuUsage();
      return { cpuMs: (user + system) / 1_000 };
    }
  }
}

process.on('message', (order: Order) => {
  void follow(order).then((answer) => process.send?.(answer));
});

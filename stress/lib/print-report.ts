import type { InvariantBody } from '../../src/contracts/http.ts';
import type { LatencyFigures } from './percentiles.ts';

export interface Report {
  scenario: string;
  url: string;
  saleId: string;
  stock: number;
  shoppers: number;
  requests: number;
  cutAnswers: number;
  retries: number;
  accepted: number;
  refused: Record<string, number>;
  unanswered: number;
  confirmed: number;
  rejected: number;
  answersPerSec: number;
  settledPerSec: number;
  latencyMs: { accept: LatencyFigures; settle: LatencyFigures; outcome: LatencyFigures };
  drained: boolean;
  invariants: InvariantBody[];
}

export function printReport(report: Report, print: (line: string) => void): void {
  const refused = Object.entries(report.refused).sort(([, a], [, b]) => b - a);
  const row = (name: string, value: string | number): void => print(`  ${name.padEnd(28)}${value}`);
  print(
    `\n${report.scenario}: ${report.shoppers} shoppers for ${report.stock} units (sale ${report.saleId})\n`,
  );
  row('requests', `${report.requests}, of them sent again ${report.retries}, cut ${report.cutAnswers}`);
  row('answers per second', report.answersPerSec);
  row('accepted', report.accepted);
  for (const [code, count] of refused) row(`refused ${code}`, count);
  if (report.unanswered > 0) row('without a final answer', report.unanswered);
  row('confirmed', report.confirmed);
  row('rejected by settle', report.rejected);
  row('settled per second', report.settledPerSec);
  print(
    `\n  ${'latency, ms'.padEnd(28)}${['p50', 'p95', 'p99'].map((name) => name.padStart(9)).join('')}   of`,
  );
  for (const [name, { p50, p95, p99, count }] of Object.entries(report.latencyMs)) {
    print(
      `  ${name.padEnd(28)}${[p50, p95, p99].map((ms) => ms.toFixed(1).padStart(9)).join('')}   ${count}`,
    );
  }
  print('');
  if (!report.drained) print('  BROKEN  not drained in time');
  for (const { id, ok, detail } of report.invariants) {
    print(`  ${ok ? 'ok    ' : 'BROKEN'}  ${id.padEnd(8)}${detail}`);
  }
}

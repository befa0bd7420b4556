import { JournalError, readJournal, type JournalEntry } from '../features/purchase/journal.ts';
import { checkInvariants, type CheckedPromise } from '../features/purchase/purchase.invariants.ts';
import { readSalesWithGates } from '../features/purchase/reconcile.repository.ts';
import type { SaleDetails } from '../features/sale/sale.model.ts';
import { findSale } from '../features/sale/sale.repository.ts';
import { KEPT_AFTER_END_MS } from '../infrastructure/redis/keys.ts';
import { isUuid } from '../utils/is-uuid.ts';
import { CommandError, usageError } from './lib/command-error.ts';
import { findServices, openServices, type Services } from './lib/open-services.ts';
import { runCommand, type CommandContext } from './lib/run-command.ts';
import { waitForDrain } from './lib/wait-for-drain.ts';

const DRAINED_WITHIN_MS = 30_000;

async function run({ flags, env, print }: CommandContext) {
  const saleId = flags.text('sale');
  if (saleId !== undefined && !isUuid(saleId)) throw usageError(`'${saleId}' is not the id of a sale`);
  if (flags.positionals.length > 0) throw usageError(`verify does not know '${flags.positionals.join(' ')}'`);
  const path = flags.text('journal');
  const journal = path === undefined ? undefined : await openJournal(path);
  const services = await openServices(await findServices(env));
  try {
    const sales = await chooseSales(services, saleId);
    if (sales.length === 0) print('There is no sale to check.');
    const withGates = sales.filter(({ endsAtMs }) => endsAtMs + KEPT_AFTER_END_MS > Date.now());
    const drained = await waitForDrain(
      services,
      withGates.map((sale) => sale.saleId),
      DRAINED_WITHIN_MS,
    );
    if (!drained) print(`Not drained within ${DRAINED_WITHIN_MS / 1000} s; checked as it is.`);
    const checked = [];
    for (const sale of sales) {
      const invariants = await checkInvariants(services, {
        saleId: sale.saleId,
        deep: true,
        ...(journal ? { journal } : {}),
      });
      print(`\n${sale.name} (${sale.saleId})`);
      for (const invariant of invariants) {
        print(lineOf(invariant));
        evidenceOf(invariant, journal).forEach((line) => print(line));
      }
      checked.push({ saleId: sale.saleId, name: sale.name, invariants });
    }
    const broken = checked.flatMap(({ invariants }) => invariants.filter(({ ok }) => !ok)).length;
    print(broken === 0 && drained ? '\nEvery promise holds.' : `\n${broken} promises are broken.`);
    const ok = broken === 0 && drained;
    return { json: { ok, drained, broken, sales: checked }, exitCode: ok ? (0 as const) : (1 as const) };
  } finally {
    await services.close();
  }
}

async function openJournal(path: string): Promise<JournalEntry[]> {
  try {
    return await readJournal(path);
  } catch (error) {
    if (error instanceof JournalError) throw usageError(error.message);
    throw error;
  }
}

async function chooseSales({ db }: Services, saleId: string | undefined): Promise<SaleDetails[]> {
  const ids = saleId === undefined ? (await readSalesWithGates(db)).map((sale) => sale.saleId) : [saleId];
  const sales = [];
  for (const id of ids) {
    const sale = await findSale(db, id);
    if (!sale) throw new CommandError(`There is no sale ${id}.`);
    sales.push(sale);
  }
  return sales;
}

function lineOf({ id, ok, detail }: CheckedPromise): string {
  return `  ${ok ? 'ok    ' : 'BROKEN'}  ${id.padEnd(3)}  ${detail}`;
}

/** The lines of the journal that show what broke, as they stand in it. */
function evidenceOf({ lines = [] }: CheckedPromise, journal: readonly JournalEntry[] = []): string[] {
  if (lines.length === 0) return [];
  const byLine = new Map(journal.map((entry) => [entry.line, entry]));
  return lines.map((number) => {
    const { line: _, ...entry } = byLine.get(number) ?? {};
    return `               line ${number}: ${JSON.stringify(entry)}`;
  });
}

await runCommand({
  name: 'npm run verify --',
  usage: ['[--sale SALE_ID] [--journal FILE]'],
  summary:
    'Waits up to 30 s for the drain, then checks every promise from the stores; exit 1 if one is broken.',
  flags: {
    sale: {
      value: 'SALE_ID',
      help: 'check this sale only (all whose gates are kept: until 24 h after their end)',
    },
    journal: {
      value: 'FILE',
      help: 'what clients saw, JSON lines; adds I3, I5 and I10, and shows the lines that broke one',
    },
  },
  run,
});

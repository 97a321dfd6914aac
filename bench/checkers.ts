// `npm run bench -- checkers [--json] [--only NAME]`: how fast histories are judged, on one core, and how that grows with
// their length. Nothing is asserted: figures are for people, on a machine that is quiet. Rates are given by the clock and
// by the time of the processor: on a busy machine only the latter says something.
import { cpus, loadavg } from "node:os";
import { type ConsistencyModel, checkListAppend, checkRegisters } from "quorate/check";
import { type ListAppendLoad, listAppendHistory, registerHistory } from "./list-append-history.ts";

interface Row {
  readonly what: string;
  readonly size: number;
  readonly unit: string;
  readonly seconds: number;
  readonly perSecond: number;
  readonly perProcessorSecond: number;
  readonly verdict: string;
  readonly goalPerSecond?: number;
}

const option = (name: string): string | undefined => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? undefined : process.argv[at + 1];
};
const json = process.argv.includes("--json");
const only = option("only");

const rows: Row[] = [];

const line = (row: Row): string =>
  [
    row.what.padEnd(52),
    `${row.size}`.padStart(8),
    row.unit.padEnd(12),
    `${(row.seconds * 1_000).toFixed(0)} ms`.padStart(9),
    `${Math.round(row.perSecond / 1_000)} k/s`.padStart(9),
    `${Math.round(row.perProcessorSecond / 1_000)} k/s`.padStart(9),
    `  ${row.verdict}`,
    row.goalPerSecond === undefined ? "" : `  goal ${row.goalPerSecond / 1_000} k/s`,
  ].join(" ");

/** Runs one check and tells its rate. */
const measure = (
  what: string,
  size: number,
  unit: string,
  check: () => { readonly verdict: string },
  goalPerSecond?: number,
): void => {
  const start = performance.now();
  const used = process.cpuUsage();
  const { verdict } = check();
  const seconds = (performance.now() - start) / 1_000;
  const { user, system } = process.cpuUsage(used);
  const row: Row = {
    what,
    size,
    unit,
    seconds,
    perSecond: size / seconds,
    perProcessorSecond: (size * 1e6) / (user + system),
    verdict,
    ...(goalPerSecond === undefined ? {} : { goalPerSecond }),
  };
  rows.push(row);
  if (!json) console.log(line(row));
};

/** Lists that only grow: reads and appends in transactions of up to four operations, up to 32 appends to a key. */
const transactions = (): void => {
  const load: ListAppendLoad = { transactions: 0, clients: 20, keys: 50, appendsPerKeyMax: 32, operationsMax: 4 };
  const run = (what: string, size: number, more: Partial<ListAppendLoad>, consistency: ConsistencyModel): void => {
    const history = listAppendHistory({ ...load, ...more, transactions: size });
    measure(what, size, "transactions", () => checkListAppend(history, { consistency }), 100_000);
  };
  checkListAppend(listAppendHistory({ ...load, transactions: 10_000 }));
  for (const size of [10_000, 100_000, 300_000]) {
    run("list-append, strict serializable", size, {}, "strict-serializable");
  }
  run("  the same, serializable", 100_000, {}, "serializable");
  run("  the same, 200 clients", 100_000, { clients: 200 }, "strict-serializable");
  run("  the same, up to 256 appends to a key", 100_000, { appendsPerKeyMax: 256 }, "strict-serializable");
  run("  the same, one stale read in 100,000", 100_000, { stale: 1 }, "strict-serializable");
  run("  the same, one stale read in 10", 100_000, { stale: 10_000 }, "strict-serializable");
  run("  the same, one in 10, snapshot isolation", 100_000, { stale: 10_000 }, "snapshot-isolation");
  for (const size of [10_000, 100_000]) {
    const history = registerHistory({ ...load, transactions: size });
    measure("registers, strict serializable", size, "transactions", () => checkRegisters(history));
    measure("  the same, keys linearizable", size, "transactions", () =>
      checkRegisters(history, { linearizableKeys: true }),
    );
  }
};

/** The parts of the bench, by the name that `--only` takes. */
const parts: readonly { readonly name: string; run(): void }[] = [{ name: "transactions", run: transactions }];

if (!json) {
  console.log(
    `Node ${process.version}, ${cpus()[0]?.model.trim() ?? "unknown processor"}, one core, load ${loadavg()[0]?.toFixed(1)}`,
  );
}
for (const part of parts) if (only === undefined || only === part.name) part.run();
if (json) console.log(JSON.stringify({ node: process.version, load: loadavg()[0], rows }, null, 2));

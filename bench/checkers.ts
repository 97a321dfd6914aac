// `npm run bench -- checkers [--json] [--only NAME] [--data DIR]`: how fast histories are judged, on one core, and how that
// grows with their length and the number of clients. With --data, each recorded history in a folder is read and judged. Nothing is asserted: figures are for people, on a machine that is quiet. Rates are given by the clock and
// by the time of the processor: on a busy machine only the latter says something.
import { readdirSync, readFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import {
  type ConsistencyModel,
  checkLinearizability,
  checkListAppend,
  checkRecorded,
  checkRegisters,
  guessModel,
  historyModels,
  readHistory,
  specifications,
} from "quorate/check";
import { type ClientLoad, type ClientMix, clientHistory } from "./client-history.ts";
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
  count: number | (() => number),
  unit: string,
  check: () => { readonly verdict: string },
  goalPerSecond?: number,
): void => {
  const start = performance.now();
  const used = process.cpuUsage();
  const { verdict } = check();
  const seconds = (performance.now() - start) / 1_000;
  const { user, system } = process.cpuUsage(used);
  const size = typeof count === "number" ? count : count();
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

const mixes: { readonly [Mix in ClientMix]: string } = {
  unique: "key-value, values written once",
  cas: "key-value, five values, compare-and-set",
  append: "key-value, text appended to",
};

/** Key-value histories: the rate by the number of clients and the length. The goal is 100,000 operations in 5 s. */
const linearizability = (): void => {
  const limits = { stepsMax: 50_000_000 };
  const run = (what: string, load: ClientLoad, goal?: number): void => {
    const history = clientHistory(load) as Parameters<typeof checkLinearizability>[0];
    const store = specifications.keyValue<string | number>() as Parameters<typeof checkLinearizability>[1];
    measure(what, load.operations, "operations", () => checkLinearizability(history, store, limits), goal);
  };
  run("warming up", { operations: 20_000, clients: 10, keys: 10, mix: "cas" });
  rows.pop();
  for (const mix of ["unique", "cas", "append"] as const) {
    for (const clients of [1, 10, 50]) {
      for (const operations of [1_000, 10_000, 100_000]) {
        const goal = operations === 100_000 && clients === 50 ? 20_000 : undefined;
        run(`${mixes[mix]}, 10 keys, ${clients} clients`, { operations, clients, keys: 10, mix }, goal);
      }
    }
    const one = { operations: 100_000, clients: 50, keys: 1, mix };
    run(`${mixes[mix]}, 1 key, 50 clients`, one, 20_000);
    run("  the same, one read answers an older value", { ...one, stale: true });
  }
};

/** Each recorded history of a folder, read and judged: the goal is 300 ms for porcupine's 102 logs in all. */
const recorded = (folder: string): void => {
  let operations = 0;
  for (const name of readdirSync(folder).sort()) {
    const text = readFileSync(join(folder, name), "utf8");
    if (text.trim() === "") continue;
    let size = 0;
    measure(
      name,
      () => size,
      "operations",
      () => {
        const history = readHistory(text);
        // A log of a register with compare-and-set need not have any.
        const model = history.format === "porcupine-etcd" ? "cas-register" : guessModel(history);
        const object = historyModels.find((one) => one.name === model);
        size = history.operations.length;
        operations += size;
        if (object === undefined) return { verdict: `not judged: ${model}` };
        return checkRecorded(history, object, { consistency: "linearizable", stepsMax: 50_000_000 });
      },
    );
  }
  const sum = (of: (row: Row) => number): string => (rows.reduce((all, row) => all + of(row), 0) * 1_000).toFixed(0);
  const processor = sum(({ size, perProcessorSecond }) => (size === 0 ? 0 : size / perProcessorSecond));
  if (!json) {
    console.log(
      `${rows.length} histories, ${operations} operations: ${sum(({ seconds }) => seconds)} ms, ${processor} ms of the processor`,
    );
  }
};

/** The parts of the bench, by the name that `--only` takes. */
const parts: readonly { readonly name: string; run(): void }[] = [
  { name: "linearizability", run: linearizability },
  { name: "transactions", run: transactions },
];

if (!json) {
  console.log(
    `Node ${process.version}, ${cpus()[0]?.model.trim() ?? "unknown processor"}, one core, load ${loadavg()[0]?.toFixed(1)}`,
  );
}
const data = option("data");
if (data !== undefined) recorded(data);
else for (const part of parts) if (only === undefined || only === part.name) part.run();
if (!json) console.log(`at most ${Math.round(process.resourceUsage().maxRSS / 1_024)} MB of memory`);
if (json) console.log(JSON.stringify({ node: process.version, load: loadavg()[0], rows }, null, 2));

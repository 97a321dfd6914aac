// `npm run bench -- explorer [--json] [--seconds N]`: generated and distinct states a second of exhaustive search on one
// core, on the shipped protocols and on a packed model, with the memory that a state takes. Nothing is asserted: figures
// are for people, on a machine that is quiet. Rates are given by the clock and by the time of the processor: on a busy
// machine only the latter says something.
import { cpus, loadavg } from "node:os";
import { type ExploreOptions, explore, explorePacked, paxosReference, twoPhaseCommit } from "quorate/explore";
import type { SystemModel } from "quorate/model";
import { findScenario } from "quorate/scenarios";
import { type AnyScenario, prepare } from "quorate/simulate";

interface Row {
  readonly what: string;
  readonly generated: number;
  readonly distinct: number;
  readonly complete: boolean;
  readonly generatedPerSecond: number;
  readonly generatedPerProcessorSecond: number;
  readonly distinctPerSecond: number;
  readonly bytesAState: number;
  /** Steps of single processes that the protocol's code was run for. */
  readonly calls?: number;
  readonly goalPerSecond?: number;
}

const option = (name: string): string | undefined => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? undefined : process.argv[at + 1];
};
const json = process.argv.includes("--json");
const secondsEach = Number(option("seconds") ?? 10);

const inThousands = (value: number): string => Math.round(value / 1_000).toString();

const line = (row: Row): string =>
  [
    row.what.padEnd(46),
    `${inThousands(row.generatedPerSecond).padStart(6)} k/s`,
    `${inThousands(row.generatedPerProcessorSecond).padStart(6)} k/s`,
    `${inThousands(row.distinctPerSecond).padStart(6)} k/s`,
    `${row.bytesAState.toFixed(0).padStart(4)} B`,
    `${inThousands(row.distinct).padStart(7)} k ${row.complete ? "all " : "part"}`,
    `${row.calls ?? ""}`.padStart(6),
    row.goalPerSecond === undefined ? "" : `  goal ${inThousands(row.goalPerSecond)} k/s`,
  ].join("  ");

const rows: Row[] = [];

interface Found {
  readonly generated: number;
  readonly distinct: number;
  readonly complete: boolean;
  readonly bytes: number;
  readonly calls?: number;
}

/** Runs one search for so many seconds at most. */
const measure = (what: string, search: (expired: () => boolean) => Found, goalPerSecond?: number): void => {
  const start = performance.now();
  const used = process.cpuUsage();
  const found = search(() => performance.now() - start > secondsEach * 1_000);
  const seconds = (performance.now() - start) / 1_000;
  const { user, system } = process.cpuUsage(used);
  const row: Row = {
    what,
    generated: found.generated,
    distinct: found.distinct,
    complete: found.complete,
    generatedPerSecond: found.generated / seconds,
    generatedPerProcessorSecond: (found.generated * 1e6) / (user + system),
    distinctPerSecond: found.distinct / seconds,
    bytesAState: found.bytes / found.distinct,
    ...(found.calls === undefined ? {} : { calls: found.calls }),
    ...(goalPerSecond === undefined ? {} : { goalPerSecond }),
  };
  rows.push(row);
  if (!json) console.log(line(row));
};

interface Load {
  readonly scenario: AnyScenario;
  readonly parameters?: { readonly [name: string]: number };
  readonly model?: Partial<SystemModel>;
  readonly options?: ExploreOptions;
}

const onModules =
  ({ scenario, parameters = {}, model = {}, options = {} }: Load) =>
  (expired: () => boolean): Found =>
    explore(prepare(scenario, parameters, model), { bytesMax: 2 ** 31, goesOn: true, expired, ...options });

if (!json) {
  console.log(
    `Node ${process.version}, ${cpus()[0]?.model.trim() ?? "unknown processor"}, one core, load ${loadavg()[0]?.toFixed(1)}; at most ${secondsEach} s each`,
  );
  console.log(
    `${"".padEnd(46)}  ${"generated".padStart(10)}  ${"processor".padStart(10)}  ${"distinct".padStart(10)}  ${"state".padStart(6)}  ${"distinct".padStart(14)}  ${"calls".padStart(6)}`,
  );
}

const noCrash: ExploreOptions = { crashesMax: 0 };
const stopping: Partial<SystemModel> = { network: "reliable", nodes: "crash-stop" };
const paxos = findScenario("consensus/paxos-safety")!;

// The first search also warms the code up; it is not shown.
onModules({ scenario: paxosReference, parameters: { clients: 2, servers: 3 } })(() => false);
measure(
  "two-phase commit, packed, 9 managers",
  (expired) => explorePacked(twoPhaseCommit(9), { bytesMax: 2 ** 31, expired }),
  20e6,
);
measure(
  "Paxos as Stateright has it, 3 clients, 3 servers",
  onModules({ scenario: paxosReference, parameters: { clients: 3, servers: 3 } }),
);
measure(
  "Paxos, 3 processes, 2 proposers, one attempt",
  onModules({ scenario: paxos, parameters: { proposers: 2, attempts: 1 }, model: stopping, options: noCrash }),
  5e6,
);
measure(
  "  the same, one crash and recovery, sync later",
  onModules({
    scenario: paxos,
    parameters: { proposers: 2, attempts: 1 },
    model: { network: "reliable" },
    options: { crashesMax: 1 },
  }),
);
measure(
  "ABD, one writer, two readers",
  onModules({
    scenario: findScenario("registers/abd-one-writer")!,
    parameters: { writes: 1, reads: 1 },
    options: noCrash,
  }),
  5e6,
);
measure(
  "two-phase commit, shipped, 3 participants",
  onModules({
    scenario: findScenario("commit/two-phase")!,
    parameters: { participants: 3, transactions: 1, noOneIn: 2 },
    model: stopping,
    options: { crashesMax: 0, timeoutsMax: 2 },
  }),
);
measure(
  "  the same, looked ahead in the local steps",
  onModules({
    scenario: findScenario("commit/two-phase")!,
    parameters: { participants: 3, transactions: 1, noOneIn: 2 },
    model: stopping,
    options: { crashesMax: 0, timeoutsMax: 2, reduction: true },
  }),
);
if (json) console.log(JSON.stringify({ node: process.version, load: loadavg()[0], secondsEach, rows }, null, 2));

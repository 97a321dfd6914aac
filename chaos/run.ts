import { setTimeout as sleep } from "node:timers/promises";
import { bytesOf } from "quorate/machines";
import { KeyValueClient, QueryError } from "#service";
import { Cluster } from "./cluster.ts";
import { type FaultContext, faults, overlapping } from "./faults.ts";
import { HistoryRecorder } from "./history-recorder.ts";
import { Load } from "./load.ts";
import type { NetworkKind } from "./network.ts";
import type { ChaosOptions } from "./options.ts";
import { Random } from "./random.ts";
import { type Counted, Tally } from "./tally.ts";
import { type Final, type Findings, verdictOf } from "./verdict.ts";
import { Watch } from "./watch.ts";

/** What a run came to. */
export interface ChaosResult {
  readonly seed: number;
  readonly replicas: number;
  readonly broken: string | null;
  readonly network: NetworkKind;
  readonly seconds: number;
  readonly operations: number;
  readonly indeterminate: number;
  readonly counts: { readonly [name in Counted]?: number };
  /** What never happened, so that the run says nothing of it. */
  readonly neverHappened: readonly Counted[];
  readonly violations: readonly string[];
  readonly unknowns: readonly string[];
}

/** The replicas could not be started at all. */
export class StartError extends Error {}

const storage = { syncMs: 4, parts: 4, snapshotEvery: 200, entriesKept: 50 } as const;
const gapMs = [50, 400] as const;
/** Outages: long enough for elections and full queues; in a short run shorter, so that every fault has its turn. */
const outageMsMax = 2_500;
const outagesPerRun = 10;
/** Operations that are answered before the first fault: it should have something to take away. */
const operationsFirst = 300;
const agreeMsMax = 30_000;

const decoder = new TextDecoder();

/** Strikes with every fault once a round, in an order that is drawn anew; ends with a round, after its time. */
const strikeInTurn = async (context: FaultContext, until: number, isDone: () => boolean): Promise<void> => {
  const { random } = context;
  do {
    for (const fault of random.shuffled(faults)) {
      await fault(context);
      await sleep(random.between(...gapMs));
      if (isDone()) return;
    }
  } while (performance.now() < until);
};

/** A second hand, after the first round: faults that meet. */
const strikeBeside = async (context: FaultContext, from: number, isOver: () => boolean): Promise<void> => {
  while (performance.now() < from && !isOver()) await sleep(100);
  while (!isOver()) {
    await context.random.pick(overlapping)(context);
    await sleep(context.random.between(...gapMs) * 8);
  }
};

/** Lets every replica run and reach the others again. */
const mend = async (cluster: Cluster): Promise<void> => {
  for (const one of cluster.members) {
    cluster.resume(one);
    for (const other of cluster.members) if (one < other) await cluster.heal(one, other);
  }
  await Promise.all(cluster.members.map((id) => cluster.startOne(id)));
};

/** Waits until all replicas stand at one index with one state; else says how they stand. */
const agree = async (cluster: Cluster): Promise<string | null> => {
  const until = performance.now() + agreeMsMax;
  for (;;) {
    const standings = cluster.members.map((id) => cluster.standings.get(id));
    const first = standings[0];
    const isSame = standings.every(
      (one) => one !== undefined && one.hashedAt === first?.hashedAt && one.commit === one.hashedAt,
    );
    if (isSame) {
      if (new Set(standings.map((one) => one!.stateHash)).size === 1) return null;
      return `at entry ${first!.hashedAt} the replicas have different states: ${standings.map((one) => one!.stateHash).join(", ")}`;
    }
    if (performance.now() > until)
      return `healed for ${agreeMsMax / 1_000} s, the replicas do not come together: ${JSON.stringify(standings)}`;
    await sleep(50);
  }
};

/** Reads the whole store, as one read of each key of the history. */
const readAll = async (client: KeyValueClient, load: Load, recorder: HistoryRecorder): Promise<Final> => {
  const values = new Map<string, string>();
  const versions = new Map<string, number>();
  let revision = 0;
  await recorder.recordReads([...load.keys], async () => {
    const result = await client.connection.query({ key: "\0", end: "\0" });
    if (result.kind === "refused") throw new Error(`the store refused to be read: ${result.why}`);
    revision = result.revision;
    for (const { key, value, version } of result.response.entries) {
      const name = decoder.decode(Buffer.from(key, "latin1"));
      values.set(name, decoder.decode(typeof value === "string" ? Buffer.from(value, "latin1") : value));
      versions.set(name, version);
    }
    return values;
  });
  return { revision, values, versions };
};

const firstWrite = async (cluster: Cluster): Promise<number> => {
  await using client = await KeyValueClient.open({ cluster: cluster.clusterFile, timeoutMs: 30_000 });
  return await client.put("first", bytesOf(new Uint8Array()));
};

/** Reads what is there at the end, and judges; a cluster that is healed must answer. */
const look = async (
  cluster: Cluster,
  load: Load,
  recorder: HistoryRecorder,
  firstRevision: number,
): Promise<Findings> => {
  await using client = await KeyValueClient.open({ cluster: cluster.clusterFile, timeoutMs: 30_000 });
  try {
    return verdictOf(recorder, load, await readAll(client, load, recorder), firstRevision);
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    return { violations: [`healed, the cluster does not answer: ${error.message}`], unknowns: [] };
  }
};

/** Runs it: a cluster, a load, faults; then it heals and looks. */
export const runChaos = async (
  directory: string,
  { seconds, seed, replicas, broken, network }: ChaosOptions,
): Promise<ChaosResult> => {
  const started = performance.now();
  const tally = new Tally();
  const recorder = new HistoryRecorder();
  const load = new Load(recorder, new Random(seed ^ 0x10ad));
  const cluster = await Cluster.start(directory, replicas, { broken, ...storage }, network, tally);
  const disagreements: string[] = [];
  let findings: Findings;
  try {
    if (tally.wrongs.length > 0) throw new StartError(tally.wrongs.join("; "));
    const firstRevision = await firstWrite(cluster);
    await load.start(cluster.clusterFile, tally);
    while (recorder.operations < operationsFirst && tally.wrongs.length === 0) await sleep(20);
    const watch = new Watch(recorder);
    const isDone = (): boolean => tally.wrongs.length > 0 || watch.hasFound;
    const context = {
      cluster,
      tally,
      ...storage,
      outageMsMax: Math.min(outageMsMax, (seconds * 1_000) / outagesPerRun),
    };
    let isOver = false;
    const beside = strikeBeside({ ...context, random: new Random(seed + 1) }, started + 20_000, () => isOver);
    await strikeInTurn({ ...context, random: new Random(seed) }, performance.now() + seconds * 1_000, isDone);
    isOver = true;
    watch.stop();
    await beside;
    await mend(cluster);
    await load.stop();
    const disagreement = await agree(cluster);
    if (disagreement !== null) disagreements.push(disagreement);
    findings = await look(cluster, load, recorder, firstRevision);
  } finally {
    await cluster.stop();
  }
  return {
    seed,
    replicas,
    broken,
    network,
    seconds: Math.round((performance.now() - started) / 100) / 10,
    operations: recorder.operations,
    indeterminate: recorder.indeterminate,
    counts: Object.fromEntries(tally.counts),
    neverHappened: tally.zeros,
    violations: [...tally.wrongs, ...disagreements, ...findings.violations],
    unknowns: findings.unknowns,
  };
};

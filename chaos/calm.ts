import { type ChildProcess, spawn } from "node:child_process";
import { get } from "node:http";
import { createHistogram } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Address } from "quorate/node";
import {
  addressText,
  CommandError,
  KeyValueClient,
  leaderIn,
  makeLocalCluster,
  readLocalCluster,
  replicaNodeOptions,
} from "#service";
import type { ChaosOptions } from "./options.ts";
import { StartError } from "./run.ts";

/** What a run without faults came to: load, and nothing that strikes. */
export interface CalmResult {
  readonly replicas: number;
  readonly seconds: number;
  readonly outstanding: number;
  /** Puts a second that the load is held to; null where it is as fast as it is answered. */
  readonly rate: number | null;
  readonly puts: number;
  readonly failed: { readonly [why: string]: number };
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly longestMs: number;
  /** Times that the client asked another replica: with one leader that is up, never. */
  readonly othersAsked: number;
  readonly termAtFirst: number;
  readonly termAtLast: number;
  readonly leaderAtFirst: number;
  readonly leaderAtLast: number | null;
  /** How long the event loop of each replica was held at most. */
  readonly loopHeldMs: { readonly [replica: string]: number };
  readonly violations: readonly string[];
}

const command = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
const valueBytes = 256;
const keyCount = 10_000;
const lookMs = 1_000;
const startMsMax = 30_000;
const timeoutMs = 30_000;
const warmUpMs = 2_000;

const keyOf = (count: number): string => `key/${String((count * 7_919) % keyCount).padStart(8, "0")}`;

const page = (address: Address, path: string): Promise<string> =>
  new Promise((resolve, reject) => {
    get(`http://${addressText(address)}${path}`, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (part: string) => {
        text += part;
      });
      response.on("end", () => resolve(text));
    }).on("error", reject);
  });

const gauge = (text: string, name: string): number => Number(new RegExp(`^${name} (.*)$`, "m").exec(text)?.[1]);

const end = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    child.once("exit", () => resolve());
    child.kill("SIGTERM");
    setTimeout(() => child.kill("SIGKILL"), 5_000).unref();
  });

/** Counts what was asked and answered. */
class CalmLoad {
  readonly took = createHistogram();
  readonly failed = new Map<string, number>();
  puts = 0;
  #asked = 0;
  #stopping = false;
  readonly #client: KeyValueClient;
  readonly #value = Buffer.alloc(valueBytes, "x");
  readonly #rate: number | null;
  readonly #started = performance.now();

  constructor(client: KeyValueClient, rate: number | null) {
    this.#client = client;
    this.#rate = rate;
  }

  stop(): void {
    this.#stopping = true;
  }

  /** One of those that are open at a time. */
  async run(): Promise<void> {
    while (!this.#stopping) {
      const turn = this.#asked++;
      if (this.#rate !== null) {
        const due = this.#started + (turn * 1_000) / this.#rate;
        const early = due - performance.now();
        if (early > 1) await sleep(early);
      }
      const from = performance.now();
      try {
        await this.#client.put(keyOf(turn), this.#value);
        this.puts++;
        this.took.record(Math.max(1, Math.round((performance.now() - from) * 1_000)));
      } catch (error) {
        const why = error instanceof CommandError ? error.why : String(error);
        this.failed.set(why, (this.failed.get(why) ?? 0) + 1);
      }
    }
  }
}

interface Lead {
  readonly leader: number | null;
  readonly term: number;
}

/** The latest term that any replica knows, and who leads in it. */
const leadNow = async (client: KeyValueClient): Promise<Lead> => {
  const reports = [...(await client.connection.status()).values()];
  const term = Math.max(...reports.map((report) => report?.term ?? 0));
  const leader = leaderIn(reports);
  return { leader: leader?.term === term ? leader.member : null, term };
};

const awaitLeader = async (client: KeyValueClient): Promise<Lead> => {
  const until = performance.now() + startMsMax;
  for (;;) {
    const lead = await leadNow(client).catch(() => null);
    if (lead !== null && lead.leader !== null) return lead;
    if (performance.now() > until) throw new StartError("no replica leads");
    await sleep(50);
  }
};

/** Looks each second, so that an election in between is told with its time. */
const watchTerms = async (client: KeyValueClient, first: Lead, until: number, changes: string[]): Promise<Lead> => {
  let last = first;
  const started = performance.now();
  while (performance.now() < until) {
    await sleep(Math.min(lookMs, Math.max(1, until - performance.now())));
    const now = await leadNow(client).catch(() => last);
    if (now.term !== last.term || (now.leader !== last.leader && now.leader !== null))
      changes.push(
        `after ${Math.round((performance.now() - started) / 1_000)} s the term went from ${last.term} to ${now.term}, the leader from ${last.leader} to ${now.leader}`,
      );
    last = now;
  }
  return last;
};

/**
 * Puts load on replicas as `quorate serve` runs them, and lets nothing strike: nobody may call for an election. Whoever
 * believes a leader dead that is only busy does so here.
 */
export const runCalm = async (
  directory: string,
  { seconds, replicas, outstanding, rate }: ChaosOptions,
): Promise<CalmResult> => {
  const { clusterFile, replicaFiles } = await makeLocalCluster({ directory, cluster: "calm", replicas });
  const { file } = readLocalCluster(directory);
  const violations: string[] = [];
  let isOver = false;
  const children = [...replicaFiles].map(([id, replicaFile]) => {
    const child = spawn(process.execPath, [...replicaNodeOptions, command, "serve", "--config", replicaFile], {
      stdio: ["ignore", "ignore", "inherit"],
    });
    child.once("exit", (code, signal) => {
      if (!isOver) violations.push(`replica ${id} ended by itself: ${signal ?? `code ${code}`}`);
    });
    return child;
  });
  process.once("exit", () => {
    for (const child of children) child.kill("SIGKILL");
  });
  let othersAsked = 0;
  try {
    await using client = await KeyValueClient.open({
      cluster: clusterFile,
      timeoutMs,
      onMark: (_module, name) => {
        if (name === "another server is asked") othersAsked++;
      },
    });
    await awaitLeader(client);
    await client.put("first", "1");
    // The first leader is elected, and everybody connected, before anything is counted.
    await sleep(warmUpMs);
    const first = await awaitLeader(client);
    othersAsked = 0;
    const load = new CalmLoad(client, rate);
    const callers = Array.from({ length: outstanding }, () => load.run());
    const last = await watchTerms(client, first, performance.now() + seconds * 1_000, violations);
    load.stop();
    await Promise.all(callers);
    const loopHeldMs: { [replica: string]: number } = {};
    for (const { id, admin } of file.members)
      if (admin !== undefined)
        loopHeldMs[id] = Math.round(
          gauge(await page(admin, "/metrics").catch(() => ""), "quorate_event_loop_delay_ms_max"),
        );
    if (last.term !== first.term)
      violations.push(`the term was ${first.term} and is ${last.term}: there were elections`);
    for (const [why, count] of load.failed) violations.push(`${count} puts failed: ${why}`);
    const { took } = load;
    return {
      replicas,
      seconds,
      outstanding,
      rate,
      puts: load.puts,
      failed: Object.fromEntries(load.failed),
      p50Ms: took.percentile(50) / 1_000,
      p99Ms: took.percentile(99) / 1_000,
      longestMs: took.max / 1_000,
      othersAsked,
      termAtFirst: first.term,
      termAtLast: last.term,
      leaderAtFirst: first.leader!,
      leaderAtLast: last.leader,
      loopHeldMs,
      violations,
    };
  } finally {
    isOver = true;
    await Promise.all(children.map(end));
  }
};

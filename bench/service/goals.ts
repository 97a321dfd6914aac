import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { LoadResult } from "./load.ts";

/** What was measured of one kind of request. */
export interface Row {
  readonly system: string;
  readonly what: string;
  readonly result: LoadResult;
  /** Processor time of all replicas for each request, microseconds. */
  readonly cpuUs: number;
  /** The same of the process that makes the load, with its client. */
  readonly loadUs: number;
}

/** What was measured of a system beside its requests. */
export interface Whole {
  readonly system: string;
  readonly memoryMb: number;
  /** Milliseconds from the kill of the leader to the next put that succeeds. */
  readonly backMs: number;
}

interface HostRow {
  readonly outstanding: number;
  readonly putsPerSecond: number;
}

/** Puts a second of the bare replicated log on our host, 256 outstanding, in processes of its own; null if it fails. */
export const bareLog = (seconds: number): number | null => {
  const bench = fileURLToPath(new URL("../host.js", import.meta.url));
  const { status, stdout } = spawnSync(process.execPath, [bench, "--json", "--open", "--seconds", String(seconds)], {
    encoding: "utf8",
  });
  if (status !== 0) return null;
  return (JSON.parse(stdout) as HostRow[]).find(({ outstanding }) => outstanding === 256)?.putsPerSecond ?? null;
};

const times = (ratio: number): string => `${ratio.toFixed(2)} ×`;

/** Every ratio of the goals, each beside its goal. */
export const goalsText = (rows: readonly Row[], wholes: readonly Whole[], bare: number | null): string => {
  const rowOf = (system: string, what: string, outstanding: number): Row =>
    rows.find((row) => row.system === system && row.what === what && row.result.outstanding === outstanding)!;
  const wholeOf = (system: string): Whole => wholes.find((whole) => whole.system === system)!;
  const ratio = (what: string, outstanding: number, of: (row: Row) => number): string =>
    times(of(rowOf("quorate", what, outstanding)) / of(rowOf("etcd", what, outstanding)));
  const rate = ({ result }: Row): number => result.perSecond;
  const put = rowOf("quorate", "put", 256);
  const lines: [string, string, string][] = [
    ["puts a second, 256 outstanding", "≥ 6 × etcd", ratio("put", 256, rate)],
    ["p99 of them", "≤ 0.33 × etcd", ratio("put", 256, ({ result }) => result.p99Ms)],
    ["processor time of the replicas a put", "≤ 0.17 × etcd", ratio("put", 256, ({ cpuUs }) => cpuUs)],
    ["p50 of puts, 1 outstanding", "≤ 0.7 × etcd", ratio("put", 1, ({ result }) => result.p50Ms)],
    ["linearizable gets a second, 256 outstanding", "≥ 15 × etcd", ratio("get linearizable", 256, rate)],
    ["serializable gets a second, 256 outstanding", "≥ 15 × etcd", ratio("get serializable", 256, rate)],
    [
      "puts a second beside the bare log, 256 outstanding",
      "≥ 0.7 ×",
      bare === null ? "not measured" : `${times(rate(put) / bare)} of ${Math.round(bare)}/s`,
    ],
    ["memory of the replicas", "≤ 1 × etcd", times(wholeOf("quorate").memoryMb / wholeOf("etcd").memoryMb)],
    ["writes again after SIGKILL of the leader", "≤ 100 ms", `${Math.round(wholeOf("quorate").backMs)} ms`],
  ];
  return lines.map(([what, goal, reached]) => `${what.padEnd(52)} ${goal.padEnd(14)} ${reached}\n`).join("");
};

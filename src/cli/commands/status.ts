import type { NodeId } from "../../model/index.ts";
import { addressText, leaderIn, type ReplicaReport, readClusterFile, ServiceConnection } from "../../service/index.ts";
import { type ClusterFlags, clusterFileOf } from "../cluster/cluster-flags.ts";
import { exitUnavailable } from "../exit-code.ts";
import { print, printJson, terminalOf } from "../terminal.ts";

const hashText = (hash: number): string => hash.toString(16).padStart(14, "0");

const pauseMs = 50;
const looksMax = 20;

const areAtOneIndex = (reports: readonly (ReplicaReport | null)[]): boolean =>
  new Set(reports.filter((report) => report !== null).map(({ hashedAt }) => hashedAt)).size <= 1;

/** How the replicas stand, looked at until all that answer stand at the same index: hashes can be compared only there. */
const look = async (
  connection: ServiceConnection<unknown, unknown, unknown, unknown>,
): Promise<ReadonlyMap<NodeId, ReplicaReport | null>> => {
  for (let looks = 1; ; looks++) {
    const status = await connection.status();
    if (looks === looksMax || areAtOneIndex([...status.values()])) return status;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
};

/** `quorate status`. */
export const status = async (flags: ClusterFlags): Promise<number> => {
  const file = readClusterFile(clusterFileOf(flags));
  await using connection = await ServiceConnection.open<unknown, unknown, unknown, unknown>({ cluster: file });
  const reports = await look(connection);
  const leader = leaderIn([...reports.values()])?.member ?? null;
  const { endpoints } = connection;
  const replicas = [...reports].map(([id, report]) => {
    const endpoint = addressText(endpoints.get(id)!);
    if (report === null) return { id, endpoint, up: false };
    const { pid, role, term, commit, applied, stateHash, hashedAt, snapshot, divergedAt, start } = report;
    const hash = hashText(stateHash);
    return {
      id,
      endpoint,
      up: true,
      pid,
      role,
      term,
      commit,
      applied,
      stateHash: hash,
      hashedAt,
      snapshot,
      divergedAt,
      start,
    };
  });
  if (flags.json === true) printJson({ cluster: file.cluster, leader, replicas });
  else printTable(file.cluster, leader, replicas);
  return leader === null ? exitUnavailable : 0;
};

type Row = { readonly id: number; readonly endpoint: string; readonly up: boolean } & Partial<
  Record<"pid" | "role" | "term" | "applied" | "stateHash" | "divergedAt", unknown>
>;

const printTable = (cluster: string, leader: number | null, replicas: readonly Row[]): void => {
  const { paint } = terminalOf();
  const head = ["id", "endpoint", "pid", "role", "term", "applied", "state hash"];
  const rows = replicas.map((row) =>
    row.up
      ? [row.id, row.endpoint, row.pid, row.role, row.term, row.applied, row.stateHash].map(String)
      : [String(row.id), row.endpoint, "-", "not reached", "-", "-", "-"],
  );
  const widths = head.map((name, at) => Math.max(name.length, ...rows.map((row) => row[at]!.length)));
  const lineOf = (cells: readonly string[]): string =>
    cells
      .map((cell, at) => cell.padEnd(widths[at]!))
      .join("  ")
      .trimEnd();
  print(`${paint(cluster, "bold")}: ${leader === null ? "no leader" : `replica ${leader} leads`}\n\n`);
  print(`${paint(lineOf(head), "dim")}\n${rows.map(lineOf).join("\n")}\n`);
  for (const { id, divergedAt } of replicas)
    if (divergedAt !== null && divergedAt !== undefined)
      print(
        `${paint("ALARM", "red", "bold")}: replica ${id} saw another state than its own after entry ${divergedAt}.\n`,
      );
};

import type { NodeId } from "../../model/index.ts";
import {
  addressText,
  leaderIn,
  type ReplicaReport,
  readClusterFile,
  readLocalCluster,
  ServiceConnection,
} from "../../service/index.ts";
import { type ClusterFlags, clusterFileOf, dataDefault } from "../cluster/cluster-flags.ts";
import { startCommandOf } from "../cluster/start-command.ts";
import { exitUnavailable, exitViolated } from "../exit-code.ts";
import { complain, print, printJson, terminalOf } from "../terminal.ts";

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
  const starts = startsOf(flags);
  const replicas = [...reports].map(([id, report]) =>
    rowOf(id, addressText(endpoints.get(id)!), report, starts.get(id) ?? null),
  );
  if (flags.json === true) printJson({ cluster: file.cluster, leader, replicas });
  else printTable(file.cluster, leader, replicas);
  const unlike = unlikeAt(replicas);
  if (unlike !== null)
    complain(
      `quorate: ALARM: right after entry ${unlike} replicas have unlike states: the state machine is not deterministic, or a disk lies.`,
    );
  const faulty = replicas.filter(({ stateFault }) => stateFault !== undefined);
  for (const { id, stateFault } of faulty) complain(`quorate: ALARM: replica ${id}: ${stateFault}`);
  if (leader === null) return exitUnavailable;
  return unlike === null && faulty.length === 0 ? 0 : exitViolated;
};

/** The index at which two replicas that can be compared have unlike states; null where there is none. */
const unlikeAt = (replicas: readonly ReturnType<typeof rowOf>[]): number | null => {
  const hashes = new Map<number, string>();
  for (const { hashedAt, stateHash } of replicas) {
    if (hashedAt === null || stateHash === null) continue;
    const other = hashes.get(hashedAt) ?? stateHash;
    if (other !== stateHash) return hashedAt;
    hashes.set(hashedAt, stateHash);
  }
  return null;
};

/** The commands that start the replicas of a cluster on this machine; none for one that is named by its file. */
const startsOf = ({ cluster, data = dataDefault }: ClusterFlags): ReadonlyMap<NodeId, string> =>
  cluster === undefined
    ? new Map([...readLocalCluster(data).replicaFiles].map(([id, path]) => [id, startCommandOf(path)]))
    : new Map();

/** How one replica stands: null stands for what one that is not reached would say. */
const rowOf = (id: NodeId, endpoint: string, report: ReplicaReport | null, start: string | null) => ({
  id,
  endpoint,
  pid: report?.pid ?? null,
  role: report?.role ?? null,
  term: report?.term ?? null,
  commit: report?.commit ?? null,
  applied: report?.applied ?? null,
  stateHash: report === null || report.stateHash === null ? null : hashText(report.stateHash),
  hashedAt: report?.hashedAt ?? null,
  // A replica that was started by a program of its own has no command to tell.
  start: report?.start || start,
  // Replicas of an older version, which end where no hash can be made, do not say it.
  ...(report?.stateFault == null ? {} : { stateFault: report.stateFault }),
  // The alarm, where there is one.
  ...(report === null || report.divergedAt === null ? {} : { divergedAt: report.divergedAt }),
});

const printTable = (cluster: string, leader: number | null, replicas: readonly ReturnType<typeof rowOf>[]): void => {
  const { paint } = terminalOf();
  const head = ["id", "endpoint", "pid", "role", "term", "applied", "state hash"];
  const rows = replicas.map((row) =>
    row.pid === null
      ? [String(row.id), row.endpoint, "-", "not reached", "-", "-", "-"]
      : [row.id, row.endpoint, row.pid, row.role, row.term, row.applied, row.stateHash ?? "-"].map(String),
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
    if (divergedAt !== undefined)
      print(
        `${paint("ALARM", "red", "bold")}: replica ${id} saw another state than its own after entry ${divergedAt}.\n`,
      );
};

import { relative, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  addressText,
  clusterHolder,
  hasLocalCluster,
  type LocalCluster,
  leaderIn,
  lockCluster,
  makeLocalCluster,
  type ReplicaReport,
  readClusterFile,
  readLocalCluster,
  readReplicaConfiguration,
  replicasThatRun,
  ServiceConnection,
} from "../../service/index.ts";
import { usage } from "../cli-error.ts";
import { dataDefault } from "../cluster/cluster-flags.ts";
import { loadService } from "../cluster/load-machine.ts";
import { ReplicaProcesses } from "../cluster/replica-processes.ts";
import { startCommandOf } from "../cluster/start-command.ts";
import { exitUnavailable } from "../exit-code.ts";
import { complain, counted, type Paint, print, printJson, terminalOf, wrapText } from "../terminal.ts";

/** Options of `quorate up`. */
export interface UpFlags {
  readonly replicas?: number;
  readonly data?: string;
  readonly restart?: boolean;
  readonly machine?: string;
  readonly json?: boolean;
}

type Connection = ServiceConnection<unknown, unknown, unknown, unknown>;

const replicasDefault = 3;
const leaderMs = 30_000;
/** Milliseconds for another `up` to make its files, and for replicas that run to answer. */
const answerMs = 10_000;
/** Milliseconds for those that do not answer yet where another one does. */
const othersMs = 2_000;
const pauseMs = 50;

/** The leader, once there is one; null where none came in time. */
const awaitLeader = async (connection: Connection, isOver: () => boolean): Promise<number | null> => {
  const until = performance.now() + leaderMs;
  while (performance.now() < until && !isOver()) {
    const reports = await connection.status().catch(() => new Map());
    const leader = leaderIn([...reports.values()]);
    if (leader !== null) return leader.member;
    await sleep(pauseMs);
  }
  return null;
};

/** The state machine of a cluster that was made before; undefined for the key-value store. */
const machineOf = ({ replicaFiles }: LocalCluster): string | undefined => {
  const [file] = replicaFiles.values();
  return file === undefined ? undefined : readReplicaConfiguration(file).machine;
};

/** How many replicas there are was said when the cluster was made. */
const sayCount = (directory: string, count: number, wanted: number | undefined): void => {
  if (wanted !== undefined && wanted !== count)
    complain(
      `quorate: the cluster in ${near(directory)} is one of ${counted(count, "replica")}: \`quorate member\` changes that.`,
    );
};

const make = async (directory: string, { replicas, machine }: UpFlags): Promise<LocalCluster> => {
  if (hasLocalCluster(directory)) {
    const cluster = readLocalCluster(directory);
    sayCount(directory, cluster.file.members.length, replicas);
    if (machine !== undefined && machineOf(cluster) !== resolve(machine))
      throw usage(
        `the cluster in ${directory} is one of ${machineOf(cluster) ?? "the key-value store"}, not of ${machine}: name another directory with --data`,
      );
    return cluster;
  }
  // Before there is anything that would have to be taken away again.
  if (machine !== undefined) await loadService({ machine: resolve(machine), quotaBytes: 0 });
  const name = `quorate-${Math.floor(Math.random() * 2 ** 32).toString(36)}`;
  return makeLocalCluster({
    directory,
    cluster: name,
    replicas: replicas ?? replicasDefault,
    ...(machine === undefined ? {} : { machine }),
  });
};

const near = (path: string): string => {
  const short = relative(process.cwd(), path);
  return short.startsWith("..") ? path : short || ".";
};

const tryText = (cluster: LocalCluster, paint: Paint): string => {
  const folder = near(cluster.directory);
  const data = folder === dataDefault ? "" : ` --data ${folder}`;
  const lines: readonly string[] = machineOf(cluster)
    ? [`npx quorate status${data}`]
    : [`npx quorate kv put${data} greeting hello`, `npx quorate kv get${data} greeting`, `npx quorate status${data}`];
  return `${paint("Try it, in another terminal", "bold")}\n${lines.map((line) => `  ${paint(line, "cyan")}\n`).join("")}`;
};

const clusterText = (
  { directory, replicaFiles }: LocalCluster,
  leader: number | null,
  pids: ReadonlyMap<number, number>,
): string => {
  const { paint } = terminalOf();
  const file = readLocalCluster(directory).file;
  const rows = file.members.map(({ id, client }) => {
    const pid = pids.get(id);
    const what = id === leader ? ", leads" : "";
    const again = startCommandOf(replicaFiles.get(id) ?? "");
    const process = pid === undefined ? "not reached" : `process ${pid}`;
    return `  replica ${id}  ${addressText(client)}  ${process}${what}\n    after a kill: ${paint(again, "cyan")}\n`;
  });
  return `${paint(`Cluster ${file.cluster}`, "bold")}, ${counted(file.members.length, "replica")}, data in ${near(directory)}\n\n${rows.join("")}\n`;
};

/** What replicas that run say, once one does, with a moment for the others; nothing where none answers in time. */
const awaitReports = async (connection: Connection): Promise<readonly ReplicaReport[]> => {
  let until = performance.now() + answerMs;
  for (let isFirst = true; ; ) {
    const reports = [...(await connection.status().catch(() => new Map<number, ReplicaReport | null>())).values()];
    const up = reports.filter((report) => report !== null);
    if (up.length > 0 && isFirst) {
      isFirst = false;
      until = Math.min(until, performance.now() + othersMs);
    }
    const isWhole = up.length > 0 && up.length === reports.length && leaderIn(up) !== null;
    if (isWhole || performance.now() > until) return up;
    await sleep(pauseMs);
  }
};

/** Shows the cluster that runs in a directory already, or is just being started there. */
const showRunning = async (directory: string, flags: UpFlags): Promise<number> => {
  const until = performance.now() + answerMs;
  while (!hasLocalCluster(directory)) {
    if (performance.now() > until) throw usage(`${directory} is in use by another process, which has no cluster there`);
    await sleep(pauseMs);
  }
  const cluster = readLocalCluster(directory);
  sayCount(directory, cluster.file.members.length, flags.replicas);
  await using connection: Connection = await ServiceConnection.open({ cluster: cluster.clusterFile });
  const up = await awaitReports(connection);
  if (up.length === 0) {
    const holder = await clusterHolder(directory);
    complain(
      `quorate: ${holder === null ? "a replica" : `process ${holder}`} works on ${near(directory)} already, and no replica answers. Stop it first, or start its replicas.`,
    );
    return exitUnavailable;
  }
  const leader = leaderIn(up)?.member ?? null;
  const pids = new Map(up.map(({ member, pid }) => [member, pid]));
  if (flags.json === true) printJson(upJson(cluster, leader, pids, true));
  else {
    print(`The cluster in ${near(directory)} runs already.\n\n${clusterText(cluster, leader, pids)}`);
    print(tryText(cluster, terminalOf().paint));
  }
  return 0;
};

const upJson = (
  { directory, clusterFile, replicaFiles }: LocalCluster,
  leader: number | null,
  pids: ReadonlyMap<number, number>,
  running: boolean,
): object => {
  const { cluster, members } = readClusterFile(clusterFile);
  const replicas = members.map(({ id, client }) => ({
    id,
    endpoint: addressText(client),
    pid: pids.get(id) ?? null,
    start: startCommandOf(replicaFiles.get(id) ?? ""),
  }));
  return { cluster, directory, alreadyRunning: running, leader, replicas };
};

/** The replicas of a cluster as processes; what they say for people goes to stderr. */
const processesOf = ({ replicaFiles }: LocalCluster, restarts: boolean): ReplicaProcesses =>
  new ReplicaProcesses(replicaFiles, restarts, {
    onLine: (_id, line) => {
      if (!/^replica \d+ of .* serves clients/.test(line)) complain(line);
    },
    onEnd: (id, how, isStartedAgain) => {
      const again = isStartedAgain
        ? "It is started again."
        : `Start it again: ${startCommandOf(replicaFiles.get(id) ?? "")}`;
      complain(`replica ${id} ${how}. ${again}`);
    },
  });

/** Says that a cluster is up, once it has a leader; false where it gets none. */
const announce = async (
  cluster: LocalCluster,
  processes: ReplicaProcesses,
  flags: UpFlags,
  isStopped: () => boolean,
): Promise<boolean> => {
  await using connection: Connection = await ServiceConnection.open({ cluster: cluster.clusterFile });
  const leader = await awaitLeader(connection, () => isStopped() || processes.running === 0);
  if (isStopped()) return true;
  if (leader === null) return false;
  const { pids } = processes;
  if (flags.json === true) printJson(upJson(cluster, leader, pids, false));
  else {
    print(`\n${clusterText(cluster, leader, pids)}${tryText(cluster, terminalOf().paint)}`);
    const rest =
      "Ctrl-C stops the replicas. One that you kill stays down until you start it; with --restart it is started again.";
    print(`\n${wrapText(rest, terminalOf().width)}\n`);
  }
  return true;
};

/** Starts the replicas of a cluster and keeps them until it is told to stop. */
const run = async (cluster: LocalCluster, flags: UpFlags): Promise<number> => {
  const processes = processesOf(cluster, flags.restart === true);
  let isStopped = false;
  const stopped = new Promise<void>((stop) => {
    for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
      process.once(name, () => {
        isStopped = true;
        stop();
      });
  });
  // Signals alone keep no process alive: it stays when every replica of it was killed and started again by hand.
  const alive = setInterval(() => undefined, 2 ** 30);
  try {
    processes.start();
    if (!(await announce(cluster, processes, flags, () => isStopped))) {
      complain("quorate: the replicas elected no leader; what they said stands above.");
      return exitUnavailable;
    }
    await stopped;
    if (flags.json !== true) print("\nstopping\n");
    return 0;
  } finally {
    clearInterval(alive);
    await processes.stop();
  }
};

/** `quorate up`: a cluster on this machine, until Ctrl-C. */
export const up = async (flags: UpFlags): Promise<number> => {
  const directory = flags.data ?? dataDefault;
  const lock = await lockCluster(directory);
  if (lock === null) return showRunning(directory, flags);
  try {
    if (hasLocalCluster(directory) && (await replicasThatRun(readLocalCluster(directory))).length > 0)
      return await showRunning(directory, flags);
    const cluster = await make(directory, flags);
    if (cluster.replicaFiles.size === 0) throw usage(`${directory} holds no file of a replica to start`);
    return await run(cluster, flags);
  } finally {
    await lock.release();
  }
};

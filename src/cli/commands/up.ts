import { relative } from "node:path";
import {
  addressText,
  hasLocalCluster,
  type LocalCluster,
  leaderIn,
  makeLocalCluster,
  readClusterFile,
  readLocalCluster,
  ServiceConnection,
} from "../../service/index.ts";
import { usage } from "../cli-error.ts";
import { dataDefault } from "../cluster/cluster-flags.ts";
import { ReplicaProcesses } from "../cluster/replica-processes.ts";
import { startCommandOf } from "../cluster/start-command.ts";
import { exitUnavailable } from "../exit-code.ts";
import { complain, type Paint, print, printJson, terminalOf } from "../terminal.ts";

/** Options of `quorate up`. */
export interface UpFlags {
  readonly replicas?: number;
  readonly data?: string;
  readonly restart?: boolean;
  readonly machine?: string;
  readonly json?: boolean;
}

type Connection = ServiceConnection<unknown, unknown, unknown, unknown>;

const leaderMs = 30_000;

/** The leader, once there is one; null where none came in time. */
const awaitLeader = async (connection: Connection, isOver: () => boolean): Promise<number | null> => {
  const until = performance.now() + leaderMs;
  while (performance.now() < until && !isOver()) {
    const reports = await connection.status().catch(() => new Map());
    const leader = leaderIn([...reports.values()]);
    if (leader !== null) return leader.member;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return null;
};

const make = async (directory: string, { replicas = 3, machine }: UpFlags): Promise<LocalCluster> => {
  if (hasLocalCluster(directory)) {
    const cluster = readLocalCluster(directory);
    if (replicas !== cluster.file.members.length && replicas !== undefined)
      complain(`quorate: ${directory} holds a cluster of ${cluster.file.members.length} replicas, which are started.`);
    return cluster;
  }
  const name = `quorate-${Math.floor(Math.random() * 2 ** 32).toString(36)}`;
  return makeLocalCluster({
    directory,
    cluster: name,
    replicas,
    ...(machine === undefined ? {} : { machine }),
  });
};

const near = (path: string): string => {
  const short = relative(process.cwd(), path);
  return short.startsWith("..") ? path : short || ".";
};

const tryText = (directory: string, paint: Paint, isOwn: boolean): string => {
  const data = near(directory) === dataDefault ? "" : ` --data ${near(directory)}`;
  const lines: readonly string[] = isOwn
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
    return `  replica ${id}  ${addressText(client)}  process ${pid ?? "-"}${what}\n    after a kill: ${paint(again, "cyan")}\n`;
  });
  return `${paint(`Cluster ${file.cluster}`, "bold")}, ${file.members.length} replica${file.members.length === 1 ? "" : "s"}, data in ${near(directory)}\n\n${rows.join("")}\n`;
};

/** Whether the cluster of a directory runs already: then it is only shown. */
const showRunning = async (directory: string, flags: UpFlags): Promise<number | null> => {
  if (!hasLocalCluster(directory)) return null;
  const cluster = readLocalCluster(directory);
  await using connection: Connection = await ServiceConnection.open({ cluster: cluster.clusterFile });
  const reports = await connection.status().catch(() => null);
  const up = [...(reports?.values() ?? [])].filter((report) => report !== null);
  if (up.length === 0) return null;
  const leader = leaderIn(up)?.member ?? null;
  const pids = new Map(up.map(({ member, pid }) => [member, pid]));
  if (flags.json === true) printJson(upJson(cluster, leader, pids, true));
  else {
    print(`The cluster in ${near(directory)} runs already.\n\n${clusterText(cluster, leader, pids)}`);
    print(tryText(directory, terminalOf().paint, flags.machine !== undefined));
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

/** `quorate up`: a cluster on this machine, until Ctrl-C. */
export const up = async (flags: UpFlags): Promise<number> => {
  const directory = flags.data ?? dataDefault;
  const shown = await showRunning(directory, flags);
  if (shown !== null) return shown;
  const cluster = await make(directory, flags);
  if (cluster.replicaFiles.size === 0) throw usage(`${directory} holds no file of a replica to start`);
  const processes = new ReplicaProcesses(cluster.replicaFiles, flags.restart === true, {
    onLine: (_id, line) => {
      if (!/^replica \d+ of .* serves clients/.test(line)) complain(line);
    },
    onEnd: (id, how) => {
      const again =
        flags.restart === true
          ? "It is started again."
          : `Start it again: ${startCommandOf(cluster.replicaFiles.get(id)!)}`;
      complain(`replica ${id} ${how}. ${again}`);
    },
  });
  let stopped = false;
  const signal = new Promise<void>((resolve) => {
    for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
      process.once(name, () => {
        stopped = true;
        resolve();
      });
  });
  processes.start();
  {
    await using connection: Connection = await ServiceConnection.open({ cluster: cluster.clusterFile });
    const leader = await awaitLeader(connection, () => stopped || processes.running === 0);
    if (leader === null && !stopped) {
      await processes.stop();
      complain("quorate: the replicas elected no leader; what they said stands above.");
      return exitUnavailable;
    }
    if (!stopped) {
      const { pids } = processes;
      if (flags.json === true) printJson(upJson(cluster, leader, pids, false));
      else {
        print(
          `\n${clusterText(cluster, leader, pids)}${tryText(directory, terminalOf().paint, flags.machine !== undefined)}`,
        );
        print(
          "\nCtrl-C stops all replicas. A replica that you kill stays down until you start it, or give --restart.\n",
        );
      }
    }
  }
  await signal;
  if (flags.json !== true) print("\nstopping\n");
  await processes.stop();
  return 0;
};

import type { ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { KeyValueClient } from "quorate/client";
import { makeLocalCluster } from "quorate/node";
import { readClusterFile, replicaNodeOptions } from "#service";
import { cpuSeconds, end, start } from "./processes.ts";
import { bring, folderBytes, readFolder } from "./restart.ts";
import type { LoopHeld, Restart, System, SystemOptions } from "./system.ts";

const loopWatch = new URL("loop-watch.js", import.meta.url).href;
const command = join(process.cwd(), "dist", "cli", "main.js");

const leaderOf = async (client: KeyValueClient): Promise<number> => {
  for (;;) {
    const reports = await client.connection.status().catch(() => new Map());
    for (const report of reports.values()) if (report?.role === "leader") return report.member;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

/** Three replicas of the key-value store with their default settings; without TLS, as etcd beside it. */
export const startQuorate = async ({ directory, watchesLoops = false }: SystemOptions): Promise<System> => {
  const { replicaFiles, clusterFile } = await makeLocalCluster({
    directory,
    cluster: "bench",
    replicas: 3,
    open: true,
  });
  const file = readClusterFile(clusterFile);
  const children = new Map<number, ChildProcess>();
  const watchFile = (id: number): string => join(directory, `loop-${id}.json`);
  const startOne = (id: number): void => {
    const watch = watchesLoops ? ["--import", loopWatch] : [];
    const args = [...watch, ...replicaNodeOptions, command, "serve", "--config", replicaFiles.get(id)!];
    children.set(id, start(process.execPath, args, { ...process.env, QUORATE_LOOP_WATCH: watchFile(id) }));
  };
  const logOf = (id: number): string => join(directory, `replica-${id}`, "log");
  /** The index up to which a replica has applied the log; -1 while it does not answer. */
  const appliedAt = async (id: number): Promise<number> => {
    const { admin } = file.members.find((member) => member.id === id)!;
    const page = await fetch(`http://${admin!.host}:${admin!.port}/metrics`).catch(() => null);
    return Number(/^quorate_applied_index (\d+)$/m.exec((await page?.text()) ?? "")?.[1] ?? -1);
  };
  const applied = async (id: number, index: number): Promise<number> => {
    const started = performance.now();
    while ((await appliedAt(id)) < index) await new Promise((resolve) => setTimeout(resolve, 5));
    return performance.now() - started;
  };
  for (const id of replicaFiles.keys()) startOne(id);
  const client = await KeyValueClient.open({ cluster: clusterFile, timeoutMs: 30_000 });
  let leader = await leaderOf(client);
  await client.put("warm", "up");
  return {
    name: "quorate",
    pids: () => [...children.values()].filter((child) => child.signalCode === null).map((child) => child.pid!),
    put: (key, value) => client.put(key, value),
    get: (key) => client.get(key),
    getSerializable: (key) => client.get(key, "serializable"),
    async killLeader() {
      leader = await leaderOf(client);
      const killed = performance.now();
      children.get(leader)!.kill("SIGKILL");
      await client.put("after", "1");
      const tookMs = performance.now() - killed;
      startOne(leader);
      return tookMs;
    },
    loopHeld: () => [...children.keys()].map((id) => JSON.parse(readFileSync(watchFile(id), "utf8")) as LoopHeld),
    logBytes: () => Math.max(...[...children.keys()].map((id) => folderBytes(logOf(id)))),
    async restartFollower(from, times) {
      leader = await leaderOf(client);
      const id = [...children.keys()].find((one) => one !== leader)!;
      const restarts: Restart[] = [];
      for (let done = 0; done < times; done++) {
        const index = await appliedAt(id);
        await end(children.get(id)!);
        const logBytes = folderBytes(logOf(id));
        bring(logOf(id), from);
        const readMs = readFolder(logOf(id));
        bring(logOf(id), from);
        startOne(id);
        const aliveMs = await applied(id, 0);
        const startMs = aliveMs + (await applied(id, index));
        restarts.push({ logBytes, readMs, aliveMs, startMs, startCpuSeconds: cpuSeconds([children.get(id)!.pid!]) });
      }
      return restarts;
    },
    async stop() {
      await client.close();
      await Promise.all([...children.values()].map(end));
    },
  };
};

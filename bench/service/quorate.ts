import type { ChildProcess } from "node:child_process";
import { join } from "node:path";
import { KeyValueClient } from "quorate/client";
import { makeLocalCluster } from "quorate/node";
import { readClusterFile } from "#service";
import { end, start } from "./processes.ts";
import type { System, SystemOptions } from "./system.ts";

const command = join(process.cwd(), "dist", "cli", "main.js");

const leaderOf = async (client: KeyValueClient): Promise<number> => {
  for (;;) {
    const reports = await client.connection.status().catch(() => new Map());
    for (const report of reports.values()) if (report?.role === "leader") return report.member;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

/** Three replicas of the key-value store with their default settings; without TLS, as etcd beside it. */
export const startQuorate = async ({ directory }: SystemOptions): Promise<System> => {
  const { replicaFiles, clusterFile } = await makeLocalCluster({
    directory,
    cluster: "bench",
    replicas: 3,
    open: true,
  });
  const file = readClusterFile(clusterFile);
  const children = new Map<number, ChildProcess>();
  for (const [id, file] of replicaFiles)
    children.set(id, start(process.execPath, [command, "serve", "--config", file]));
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
      return performance.now() - killed;
    },
    async loopHeldMs() {
      const held: number[] = [];
      for (const { id, admin } of file.members) {
        if (admin === undefined || children.get(id)?.signalCode !== null) continue;
        const text = await (await fetch(`http://${admin.host}:${admin.port}/metrics`)).text();
        held.push(Number(/^quorate_event_loop_delay_ms_max (.*)$/m.exec(text)?.[1]));
      }
      return held;
    },
    async restartFollower(read) {
      leader = await leaderOf(client);
      const id = [...children.keys()].find((one) => one !== leader)!;
      await end(children.get(id)!);
      const found = read(join(directory, `replica-${id}`, "log"));
      const started = performance.now();
      children.set(id, start(process.execPath, [command, "serve", "--config", replicaFiles.get(id)!]));
      const { admin } = file.members.find((member) => member.id === id)!;
      for (;;) {
        const answer = await fetch(`http://${admin!.host}:${admin!.port}/health/live`).catch(() => null);
        if (answer?.ok === true) return { read: found, startMs: performance.now() - started };
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    },
    async stop() {
      await client.close();
      await Promise.all([...children.values()].map(end));
    },
  };
};

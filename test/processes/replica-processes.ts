import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { NodeId } from "../../src/model/index.ts";
import { KeyValueClient, type LocalCluster, makeLocalCluster, type ReplicaReport } from "../../src/service/index.ts";

const command = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));

/** How a process of `quorate serve` ended, and what it said. */
export interface ServeEnd {
  readonly code: number | null;
  readonly signal: string | null;
  readonly said: string;
}

interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<ServeEnd>;
  /** What it said so far. */
  readonly said: () => string;
}

/** Runs `quorate` to its end. */
export const quorate = (...args: readonly string[]): { readonly status: number | null; readonly output: string } => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [command, ...args], {
    encoding: "utf8",
    timeout: 60_000,
  });
  return { status, output: stdout + stderr };
};

/** Waits until something holds; at most so long. */
export const eventually = async (
  what: string,
  holds: () => Promise<boolean> | boolean,
  msMax = 20_000,
): Promise<void> => {
  const until = performance.now() + msMax;
  while (!(await holds())) {
    if (performance.now() > until) throw new Error(`not within ${msMax} ms: ${what}`);
    await sleep(20);
  }
};

/** A cluster on this machine whose replicas are `quorate serve` processes. */
export class ReplicaProcesses implements AsyncDisposable {
  readonly folder: string;
  readonly cluster: LocalCluster;
  readonly #running = new Map<NodeId, Running>();

  private constructor(folder: string, cluster: LocalCluster) {
    this.folder = folder;
    this.cluster = cluster;
  }

  /** Makes the files of a cluster, changes fields of those of replicas, and starts it. */
  static async start(fields: object = {}, replicas = 3): Promise<ReplicaProcesses> {
    const folder = mkdtempSync(join(tmpdir(), "quorate-processes-"));
    const cluster = await makeLocalCluster({ directory: join(folder, "data"), cluster: "test", replicas });
    const processes = new ReplicaProcesses(folder, cluster);
    for (const id of cluster.replicaFiles.keys()) processes.change(id, fields);
    await Promise.all([...cluster.replicaFiles.keys()].map((id) => processes.startOne(id)));
    return processes;
  }

  fileOf(id: NodeId): string {
    return join(this.cluster.directory, `replica-${id}.json`);
  }

  /** Changes fields of the file of a replica. */
  change(id: NodeId, fields: object): void {
    const file = this.fileOf(id);
    writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, "utf8")), ...fields }));
  }

  /** Starts a replica and waits until it serves. */
  async startOne(id: NodeId): Promise<void> {
    const running = this.#spawn(this.fileOf(id));
    this.#running.set(id, running);
    const serves = new Promise<null>((resolve) => {
      running.child.stdout!.on("data", (text: string) => {
        if (text.includes("serves clients")) resolve(null);
      });
    });
    const end = await Promise.race([serves, running.ended]);
    if (end !== null) throw new Error(`replica ${id} ended with ${end.code}: ${end.said}`);
  }

  /** Starts a replica that must refuse to. */
  async refusal(file: string): Promise<ServeEnd> {
    const { child, ended } = this.#spawn(file);
    const late = setTimeout(() => child.kill("SIGKILL"), 20_000);
    const end = await ended;
    clearTimeout(late);
    return end;
  }

  /** What a replica that runs said so far. */
  saidBy(id: NodeId): string {
    return this.#running.get(id)!.said();
  }

  pidOf(id: NodeId): number {
    return this.#running.get(id)!.child.pid!;
  }

  /** Sends a signal that ends it, and waits for the end. */
  async end(id: NodeId, signal: "SIGKILL" | "SIGTERM" = "SIGKILL"): Promise<ServeEnd> {
    const { child, ended } = this.#running.get(id)!;
    this.#running.delete(id);
    child.kill(signal);
    return ended;
  }

  client(timeoutMs = 10_000): Promise<KeyValueClient> {
    return KeyValueClient.open({ cluster: this.cluster.clusterFile, timeoutMs });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#running.keys()].map((id) => this.end(id)));
    rmSync(this.folder, { recursive: true, force: true });
  }

  #spawn(file: string): Running {
    const child = spawn(process.execPath, [command, "serve", "--config", file], { stdio: ["ignore", "pipe", "pipe"] });
    let said = "";
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text: string) => {
        said += text;
      });
    const ended = new Promise<ServeEnd>((resolve) => {
      child.once("close", (code, signal) => resolve({ code, signal, said }));
    });
    return { child, ended, said: () => said };
  }
}

/** The reports of all replicas once they stand at one index; they must be up. */
export const reportsAtOneIndex = async (client: KeyValueClient): Promise<readonly ReplicaReport[]> => {
  let reports: readonly (ReplicaReport | null)[] = [];
  await eventually("all replicas stand at one index", async () => {
    reports = [...(await client.connection.status()).values()];
    return !reports.includes(null) && new Set(reports.map((report) => report!.hashedAt)).size === 1;
  });
  return reports as readonly ReplicaReport[];
};

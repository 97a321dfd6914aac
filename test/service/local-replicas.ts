import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { keyValueMachine, replicatedService } from "../../src/machines/index.ts";
import type { NodeId } from "../../src/model/index.ts";
import {
  type AnyService,
  type LocalCluster,
  makeLocalCluster,
  ReplicaServer,
  type ReplicaServerOptions,
  readReplicaConfiguration,
} from "../../src/service/index.ts";

/** The key-value store, as a replica runs it. */
const keyValueService = (storeBytesMax: number): AnyService =>
  replicatedService(keyValueMachine({ storeBytesMax })) as AnyService;

/** A cluster of replicas in this process, on real sockets and disks. */
export class LocalReplicas implements AsyncDisposable {
  readonly cluster: LocalCluster;
  readonly servers: Map<NodeId, ReplicaServer> = new Map();
  readonly failures: Error[] = [];
  readonly #more: Partial<ReplicaServerOptions>;
  readonly #folder: string;

  private constructor(cluster: LocalCluster, folder: string, more: Partial<ReplicaServerOptions>) {
    this.cluster = cluster;
    this.#folder = folder;
    this.#more = more;
  }

  static async start(
    options: { readonly replicas?: number; readonly open?: boolean } & Partial<ReplicaServerOptions> = {},
  ): Promise<LocalReplicas> {
    const { replicas = 3, open = true, ...more } = options;
    const folder = mkdtempSync(join(tmpdir(), "quorate-test-"));
    const cluster = await makeLocalCluster({ directory: join(folder, "data"), cluster: "test", replicas, open });
    const local = new LocalReplicas(cluster, folder, more);
    for (const id of cluster.replicaFiles.keys()) await local.startOne(id);
    return local;
  }

  async startOne(id: NodeId): Promise<ReplicaServer> {
    const configuration = readReplicaConfiguration(this.cluster.replicaFiles.get(id)!);
    const server = await ReplicaServer.start({
      service: keyValueService(configuration.quotaBytes),
      onFailure: (error) => this.failures.push(error),
      ...this.#more,
      configuration,
    });
    this.servers.set(id, server);
    return server;
  }

  async stopOne(id: NodeId): Promise<void> {
    await this.servers.get(id)!.close();
    this.servers.delete(id);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.servers.values()].map((server) => server.close()));
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

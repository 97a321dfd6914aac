import { type ChildProcess, fork } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { issueCertificates } from "quorate/node";
import { freePorts, makeLocalCluster, setClusterMember } from "#service";
import type { CutKind } from "./cutting-proxy.ts";
import { type Network, type NetworkKind, openNetwork } from "./network.ts";
import type { ReplicaCommand, ReplicaOrders, ReplicaReportLine, Standing } from "./orders.ts";
import type { Tally } from "./tally.ts";

/** What replicas are started with, apart from their file. */
export type ReplicaSettings = Omit<ReplicaOrders, "file">;

/** The fields of a replica's file that matter here. */
interface ReplicaFile {
  readonly members: readonly { readonly id: number; readonly peer: string; readonly client: string }[];
  readonly [field: string]: unknown;
}

/** How a process ended. */
export interface End {
  readonly code: number | null;
  readonly signal: string | null;
}

interface Process {
  readonly child: ChildProcess;
  readonly ended: Promise<End>;
  readonly serving: Promise<void>;
  isPaused: boolean;
}

const replica = fileURLToPath(new URL("replica.js", import.meta.url));
const clusterName = "chaos";

const portOf = (address: string): number => Number(address.slice(address.lastIndexOf(":") + 1));
const readFile = (path: string): ReplicaFile => JSON.parse(readFileSync(path, "utf8")) as ReplicaFile;

/** Replicas as processes, on a network between them that can be cut. */
export class Cluster {
  readonly clusterFile: string;
  /** Those that the cluster began with. */
  readonly members: readonly number[];
  readonly #directory: string;
  readonly #settings: ReplicaSettings;
  readonly #tally: Tally;
  readonly #files: Map<number, string>;
  readonly #processes = new Map<number, Process>();
  readonly #standings = new Map<number, Standing>();
  readonly #network: Network;
  #lastMember: number;

  private constructor(
    directory: string,
    clusterFile: string,
    files: ReadonlyMap<number, string>,
    settings: ReplicaSettings,
    network: Network,
    tally: Tally,
  ) {
    this.#directory = directory;
    this.clusterFile = clusterFile;
    this.#files = new Map(files);
    this.members = [...files.keys()];
    this.#lastMember = Math.max(...this.members);
    this.#settings = settings;
    this.#network = network;
    this.#tally = tally;
    // Also where the run is ended from outside, or by a fault of its own: a paused replica would stay for ever.
    process.once("exit", () => {
      for (const { child } of this.#processes.values()) child.kill("SIGKILL");
    });
  }

  /** Makes the files and starts the processes. */
  static async start(
    directory: string,
    replicas: number,
    settings: ReplicaSettings,
    networkKind: NetworkKind,
    tally: Tally,
  ): Promise<Cluster> {
    const { clusterFile, replicaFiles } = await makeLocalCluster({ directory, cluster: clusterName, replicas });
    const network = await openNetwork(networkKind);
    const cluster = new Cluster(directory, clusterFile, replicaFiles, settings, network, tally);
    for (const id of cluster.members) await network.attach(id);
    for (const id of cluster.members) await cluster.#route(id);
    await Promise.all(cluster.members.map((id) => cluster.startOne(id)));
    return cluster;
  }

  /** Lets a replica reach the others, and clients reach it, over the network of the run: the files say so. */
  async #route(from: number): Promise<void> {
    const path = this.#files.get(from)!;
    const { members, ...others } = readFile(path);
    const routed = [];
    for (const { id, peer, client } of members) {
      const host = this.#network.hostOf(id);
      const own = `${host}:${portOf(peer)}`;
      const way = id === from ? own : await this.#network.wayTo(from, id, portOf(peer));
      routed.push({ id, peer: way, client: `${host}:${portOf(client)}` });
      if (id === from) setClusterMember(this.clusterFile, id, `${host}:${portOf(client)}`);
    }
    writeFileSync(path, JSON.stringify({ ...others, members: routed }, null, 2));
  }

  /** Which of them run, paused ones too. */
  get running(): readonly number[] {
    return [...this.#processes.keys()];
  }

  /** What each that runs said last; one that is paused says nothing new. */
  get standings(): ReadonlyMap<number, Standing> {
    return this.#standings;
  }

  /** Who leads, as far as is known: of several that think so the one of the latest term. */
  get leader(): number | null {
    let leader: number | null = null;
    let latest = -1;
    for (const [id, { role, term }] of this.#standings) {
      if (role !== "leader" || term <= latest) continue;
      leader = id;
      latest = term;
    }
    return leader;
  }

  #stand(id: number, standing: Standing): void {
    this.#standings.set(id, standing);
    if (standing.role === "leader") this.#tally.leads(standing.term);
  }

  isRunning(id: number): boolean {
    return this.#processes.has(id);
  }

  /** Starts a replica, and waits until it serves or has ended. */
  async startOne(id: number): Promise<void> {
    if (this.#processes.has(id)) return;
    const orders: ReplicaOrders = { file: this.#files.get(id)!, ...this.#settings };
    const [execPath, ...execArgv] = [...this.#network.prefixOf(id), process.execPath];
    const child = fork(replica, [JSON.stringify(orders)], {
      execPath: execPath!,
      execArgv,
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    let serves = (): void => {};
    const serving = new Promise<void>((resolve) => {
      serves = resolve;
    });
    child.on("message", (line: ReplicaReportLine) => {
      if (line.kind === "serving") serves();
      else if (line.kind === "standing") this.#stand(id, line.standing);
      else this.#tally.report(id, line);
    });
    const ended = new Promise<End>((resolve) => {
      child.once("exit", (code, signal) => {
        this.#processes.delete(id);
        this.#standings.delete(id);
        this.#tally.ended(id, { code, signal });
        resolve({ code, signal });
      });
    });
    this.#processes.set(id, { child, ended, serving, isPaused: false });
    await Promise.race([serving, ended]);
  }

  /** SIGKILL: what was not synced is lost. */
  async kill(id: number): Promise<void> {
    const process = this.#processes.get(id);
    if (process === undefined) return;
    this.#tally.expectEnd(id);
    process.child.kill("SIGKILL");
    await process.ended;
  }

  pause(id: number): void {
    const process = this.#processes.get(id);
    if (process === undefined) return;
    process.isPaused = true;
    process.child.kill("SIGSTOP");
  }

  resume(id: number): void {
    const process = this.#processes.get(id);
    if (process?.isPaused !== true) return;
    process.isPaused = false;
    process.child.kill("SIGCONT");
  }

  /** Fills the disk of a replica, and waits until it gave up; null where it did not in time. */
  async fillDisk(id: number, timeoutMs: number): Promise<End | null> {
    const process = this.#processes.get(id);
    if (process === undefined) return null;
    this.#tally.expectEnd(id);
    const command: ReplicaCommand = { kind: "fill the disk" };
    process.child.send(command);
    const late = new Promise<null>((resolve) => setTimeout(resolve, timeoutMs, null));
    return Promise.race([process.ended, late]);
  }

  /** Cuts two replicas off from each other, in both directions. */
  cut(one: number, other: number, kind: CutKind): Promise<void> {
    return this.#network.cut(one, other, kind);
  }

  heal(one: number, other: number): Promise<void> {
    return this.#network.heal(one, other);
  }

  /** The files of one more replica: with a certificate, a new id and addresses of its own. */
  async prepareMember(): Promise<{ readonly id: number; readonly peer: string; readonly client: string }> {
    const id = ++this.#lastMember;
    const certificates = await issueCertificates({
      directory: join(this.#directory, "certificates"),
      cluster: clusterName,
      members: [id],
      clients: [],
    });
    const own = certificates.members.get(id)!;
    await this.#network.attach(id);
    const [peer, client] = (await freePorts(2)).map((port) => `${this.#network.hostOf(id)}:${port}`);
    const { members, ...others } = readFile(this.#files.get(this.members[0]!)!);
    const path = join(this.#directory, `replica-${id}.json`);
    // The first replica reaches itself directly and the others through its proxies; so does this one.
    writeFileSync(
      path,
      JSON.stringify({
        ...others,
        member: id,
        directory: `replica-${id}`,
        members: [...members, { id, peer, client }],
        joins: true,
        admin: undefined,
        security: {
          kind: "tls",
          authority: own.authorityFile,
          certificate: own.certificateFile,
          key: own.keyFile,
        },
      }),
    );
    this.#files.set(id, path);
    return { id, peer: peer!, client: client! };
  }

  /** Ends everything. */
  async stop(): Promise<void> {
    for (const id of this.running) this.resume(id);
    await Promise.all(this.running.map((id) => this.kill(id)));
    this.#network.close();
  }
}

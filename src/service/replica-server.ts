import {
  type MemberAddress,
  type OperatorAction,
  type ReplicaStatus,
  type ReplicatedService,
  replicatedService,
  type ToClient,
  type ToReplica,
} from "../machines/index.ts";
import { plainBytes } from "../machines/plain-bytes.ts";
import { type NodeId, stack } from "../model/index.ts";
import { type Address, type HostEvent, hostSessions, NodeHost, type NodeHostOptions } from "../node/index.ts";
import { NowAndThen } from "../node/transport/now-and-then.ts";
import { refusalsToldMax } from "../node/transport/transport.ts";
import { type RaftOptions, type Refusal, raft } from "../protocols/index.ts";
import { AdminListener } from "./admin-listener.ts";
import { type ClientLimits, ClientListener } from "./client-listener.ts";
import type { OperatorRequest, ReplicaReport } from "./client-protocol.ts";
import { metricsText } from "./metrics.ts";
import { addressOf, addressText, type ReplicaConfiguration } from "./replica-configuration.ts";
import { type ClientSocketServer, openServer } from "./secure-sockets.ts";
import { watchedMachine } from "./watched-machine.ts";

/** A service whose types nobody looks at. */
// biome-ignore lint/suspicious/noExplicitAny: a service of any machine; what goes through is plain data.
export type AnyService = ReplicatedService<any, any, any, any, any>;

/** How a replica is run, beside what its file says. */
export interface ReplicaServerOptions {
  readonly configuration: ReplicaConfiguration;
  readonly service: AnyService;
  readonly raft?: Omit<RaftOptions<unknown>, "voters" | "learners">;
  readonly clientLimits?: Partial<ClientLimits>;
  readonly storage?: NodeHostOptions["storage"];
  /** The command that starts this replica again, for operators. */
  readonly start?: string;
  /** Hears what an operator may want to know. */
  readonly onEvent?: (event: HostEvent | ReplicaEvent) => void;
  /** The replica has stopped by itself. */
  readonly onFailure: (error: Error) => void;
  /** A rare path was taken. */
  readonly onMark?: (module: string, name: string) => void;
  /** Stops the replica, also while it starts. */
  readonly signal?: AbortSignal;
}

/** What a replica itself has to say to an operator. */
export type ReplicaEvent =
  | { readonly kind: "client refused"; readonly error: Error }
  /** The state machine threw, or its answer is no plain data; so many times since it was told last it was not told. */
  | { readonly kind: "machine failed"; readonly error: unknown; readonly untold: number }
  /** The certificate, or the authority's, has less than thirty days left: said at the start and each day. */
  | { readonly kind: "certificate expires"; readonly atMs: number }
  /** The alarm: after the same entries another replica has another state. */
  | { readonly kind: "diverged"; readonly index: number; readonly peer: NodeId };

const dayMs = 24 * 60 * 60 * 1_000;

/** Election and heartbeat times of a replica in production: a killed leader is noticed by its sessions, long before. */
const raftDefaults = {
  electionTimeoutMs: 1_000,
  heartbeatMs: 100,
  commitPatienceMs: 5,
  // Time for the first one to win before the next one stands; if it does all the same, it gives way.
  hastyStepMs: 10,
} as const;

/**
 * One replica of a service: the stack that the simulator runs, on a disk and on sockets, with a door for clients and one
 * for operators.
 */
export class ReplicaServer implements AsyncDisposable {
  readonly #options: ReplicaServerOptions;
  #host!: NodeHost;
  #clients!: ClientListener;
  #door!: ClientSocketServer;
  #admin: AdminListener | null = null;
  /** Where clients reach members: those of the file, then those that the log told of. */
  readonly #clientAddresses: Map<NodeId, string>;
  #clientMessages = 0;
  #clientsRefused = 0;
  readonly #telling = new NowAndThen(refusalsToldMax);
  #status: ReplicaStatus | null = null;
  readonly #asking: { readonly client: number; readonly id: number }[] = [];
  readonly #operating = new Map<number, { readonly client: number; readonly id: number }>();
  #lastOperation = 0;
  #closing: Promise<void> | null = null;
  #hasFailed = false;
  #daily: NodeJS.Timeout | null = null;
  #onFirstStatus: () => void = () => undefined;
  #onFailedStart: (error: Error) => void = () => undefined;

  private constructor(options: ReplicaServerOptions) {
    this.#options = options;
    const { members } = options.configuration;
    this.#clientAddresses = new Map(members.map(({ id, client }) => [id, addressText(client)]));
  }

  /**
   * Starts a replica: its directory is locked, its log read, its doors opened.
   *
   * @throws as `NodeHost.start` does; what `signal` was aborted with.
   */
  static async start(options: ReplicaServerOptions): Promise<ReplicaServer> {
    const { signal } = options;
    signal?.throwIfAborted();
    const server = new ReplicaServer(options);
    await server.#start();
    if (signal?.aborted === true) {
      await server.close();
      signal.throwIfAborted();
    }
    signal?.addEventListener("abort", () => void server.close(), { once: true });
    return server;
  }

  /** How the replica stands now; while its disk is busy: how it stood when all that it wrote before was durable. */
  status(): ReplicaStatus {
    this.#host.request("askStatus");
    return this.#status!;
  }

  /** Where clients reach it. */
  clientAddress!: Address;

  /** Reads the certificate files again, for members and for clients. @throws CertificateError. */
  async reloadCertificates(): Promise<void> {
    await this.#host.reloadCertificates();
    await this.#door.reload();
  }

  /** Ends connections, waits for the writes under way, gives the directory back. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** As `close`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(): Promise<void> {
    if (this.#daily !== null) clearInterval(this.#daily);
    await Promise.all([this.#clients.close(), this.#admin?.close()]);
    await this.#host.close();
  }

  #warn(): void {
    const atMs = this.#door.expiresAtMs();
    if (atMs !== null && atMs - Date.now() < 30 * dayMs) this.#options.onEvent?.({ kind: "certificate expires", atMs });
  }

  async #start(): Promise<void> {
    const { configuration, onFailure } = this.#options;
    const { cluster, member, security, members } = configuration;
    const own = members.find(({ id }) => id === member)!;
    this.#door = await openServer(security, cluster, member);
    this.#clients = new ClientListener(
      this.#door,
      { cluster, member },
      {
        onMessage: (client, message) => this.#receive(client, message),
        onOperator: (client, request) => this.#operator(client, request),
        onLeft: (client) => this.#request("left", client),
        onRefused: (error) => this.#refused(error),
      },
      this.#options.clientLimits,
    );
    this.#host = await NodeHost.start({
      ...this.#hostOptions(),
      onIndication: (name, args) => this.#indicated(name, args),
      onFailure: (error) => {
        this.#hasFailed = true;
        this.#onFailedStart(error);
        void this.#clients.close();
        void this.#admin?.close();
        onFailure(error);
      },
    });
    try {
      await this.#firstStatus();
      this.clientAddress = await this.#clients.listen(own.client);
      if (configuration.admin !== undefined) this.#admin = await AdminListener.open(configuration.admin, this.#pages());
    } catch (error) {
      await this.#host.close();
      throw error;
    }
    this.#warn();
    this.#daily = setInterval(() => this.#warn(), dayMs).unref();
  }

  /** What it says waits, as everything does, until its first writes are durable. */
  #firstStatus(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#onFirstStatus = resolve;
      this.#onFailedStart = reject;
      this.#host.request("askStatus");
    });
  }

  #hostOptions(): Omit<NodeHostOptions, "onIndication" | "onFailure"> {
    const { configuration, service, raft: options, storage, onEvent, onFailure, onMark } = this.#options;
    const { cluster, member, members, directory, security, voters, snapshotEvery } = configuration;
    const kept = snapshotEvery === undefined ? {} : { entriesKept: Math.ceil(snapshotEvery / 2) };
    const log = stack(raft<unknown, unknown>({ ...raftDefaults, bytesOf: plainBytes, ...kept, ...options, voters }), {
      sessions: hostSessions<never>("raft") as never,
    });
    return {
      stack: ownService(service, snapshotEvery, (error, untold) =>
        onEvent?.({ kind: "machine failed", error, untold }),
      ).replica(log as never),
      cluster,
      self: member,
      addresses: new Map(members.map(({ id, peer }) => [id, peer])),
      directory,
      security,
      ...(storage === undefined ? {} : { storage }),
      onEvent: (event) => {
        if (event.kind === "certificates reloaded") this.#door.reload().catch(onFailure);
        if (event.kind === "space low" || event.kind === "space back")
          this.#request("takeCommands", event.kind === "space back");
        onEvent?.(event);
      },
      ...(onMark === undefined ? {} : { onMark }),
    };
  }

  #receive(client: number, message: ToReplica<unknown>): void {
    this.#clientMessages++;
    this.#request("receive", client, message);
  }

  #operator(client: number, request: OperatorRequest): void {
    if (request.kind === "status") {
      this.#asking.push({ client, id: request.id });
      return this.#request("askStatus");
    }
    const operation = ++this.#lastOperation;
    this.#operating.set(operation, { client, id: request.id });
    this.#request("operate", operation, actionOf(request));
  }

  /** While the replica stops its clients still say things. */
  #request(name: string, ...args: readonly unknown[]): void {
    if (this.#closing === null && !this.#hasFailed) this.#host.request(name, ...args);
  }

  #refused(error: Error): void {
    this.#clientsRefused++;
    // All are counted.
    if (this.#telling.allows()) this.#options.onEvent?.({ kind: "client refused", error });
  }

  #indicated(name: string, args: readonly unknown[]): void {
    if (name === "reply") this.#clients.send(args[0] as number, args[1] as ToClient<unknown, unknown>);
    else if (name === "status") this.#report(args[0] as ReplicaStatus);
    else if (name === "operated")
      this.#operated(args[0] as number, args[1] as Refusal | null, args[2] as NodeId | null);
    else if (name === "addresses") this.#moved(args[0] as ReadonlyMap<NodeId, MemberAddress>);
    else if (name === "diverged")
      this.#options.onEvent?.({ kind: "diverged", index: args[0] as number, peer: args[1] as NodeId });
  }

  #report(status: ReplicaStatus): void {
    this.#status = status;
    this.#onFirstStatus();
    const { start = "" } = this.#options;
    const { member } = this.#options.configuration;
    const report = { ...status, member, pid: process.pid, start, endpoints: this.#endpointsOf(status) };
    for (const { client, id } of this.#asking.splice(0)) this.#clients.send(client, { kind: "report", id, report });
  }

  /** Where clients reach those that take part. */
  #endpointsOf({ configuration }: ReplicaStatus): ReplicaReport["endpoints"] {
    const { voters, votersOutgoing, learners } = configuration;
    return [...new Set([...voters, ...votersOutgoing, ...learners])].flatMap((id) => {
      const client = this.#clientAddresses.get(id);
      return client === undefined ? [] : [{ id, client }];
    });
  }

  #operated(operation: number, refusal: Refusal | null, leader: NodeId | null): void {
    const asked = this.#operating.get(operation);
    if (asked === undefined) return;
    this.#operating.delete(operation);
    const { client, id } = asked;
    this.#clients.send(client, refusal === null ? { kind: "done", id } : { kind: "failed", id, why: refusal, leader });
  }

  /** Members came, or moved: the log says where they are. */
  #moved(addresses: ReadonlyMap<NodeId, MemberAddress>): void {
    const all = new Map(this.#options.configuration.members.map(({ id, peer }) => [id, peer]));
    for (const [member, { peer, client }] of addresses) {
      const address = addressOf(peer);
      if (address !== undefined) all.set(member, address);
      this.#clientAddresses.set(member, client);
    }
    this.#host.setAddresses(all);
  }

  #pages(): Parameters<typeof AdminListener.open>[1] {
    return {
      ready: () => this.status().leader !== null,
      metrics: () => {
        const expiresAtMs = this.#door.expiresAtMs();
        return metricsText(
          this.#host.metrics(),
          {
            clients: this.#clients.clients,
            clientMessages: this.#clientMessages,
            clientsRefused: this.#clientsRefused,
            ...(expiresAtMs === null ? {} : { certificateExpiresSeconds: Math.floor(expiresAtMs / 1_000) }),
          },
          this.status(),
        );
      },
      resetMaxima: () => this.#host.resetMaxima(),
      trace: () => {
        const { header, events } = this.#host.trace();
        return [header, ...events].map((line) => `${JSON.stringify(line)}\n`).join("");
      },
    };
  }
}

/** The service as this replica runs it: with snapshots as often as its file says, and errors of the machine told. */
const ownService = (
  { machine, options }: AnyService,
  snapshotEvery: number | undefined,
  tell: (error: unknown, untold: number) => void,
): AnyService =>
  replicatedService(
    watchedMachine(machine, tell),
    snapshotEvery === undefined ? options : { ...options, replica: { ...options.replica, snapshotEvery } },
  );

const actionOf = (request: Exclude<OperatorRequest, { readonly kind: "status" }>): OperatorAction => {
  if (request.kind === "transfer") return { kind: "transfer", to: request.to };
  if (request.kind === "address") return { kind: "address", member: request.member, address: request.address };
  const { voters, learners, removed } = request;
  return { kind: "change members", change: { voters, learners, removed } };
};

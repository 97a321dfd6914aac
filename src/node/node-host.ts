import { join } from "node:path";
import { type IntervalHistogram, monitorEventLoopDelay } from "node:perf_hooks";
import { assert, type Incarnation, type NodeId, type Trace, traceFormat, traceVersion } from "../model/index.ts";
import { HostClosedError } from "./errors.ts";
import type {
  HostEvent,
  NodeHostMetrics,
  NodeHostOptions,
  StorageOptions,
  TransportLimits,
} from "./node-host-options.ts";
import { NodeSteps } from "./node-steps.ts";
import type { Address } from "./peer-links.ts";
import { type Credentials, readCredentials } from "./security/credentials.ts";
import { type DirectoryIdentity, identify } from "./storage/directory-identity.ts";
import { DirectoryLock } from "./storage/directory-lock.ts";
import { nodeFiles } from "./storage/node-files.ts";
import { WriteAheadLog } from "./storage/write-ahead-log.ts";
import { type SessionNews, sessionChannelPrefix } from "./transport/host-sessions.ts";
import { Transport } from "./transport/transport.ts";

const frameBytesMax = 64 * 1024 * 1024;
const queueBytesMax = 256 * 1024 * 1024;
const strangersMax = 64;
const handshakeMsMax = 5_000;
const silenceMsMax = 6_000;
const reconnectMsMin = 10;
const reconnectMsMax = 500;
const segmentBytes = 64 * 1024 * 1024;
const stuckMs = 1_000;

const limitsByDefault: TransportLimits = {
  frameBytesMax,
  queueBytesMax,
  strangersMax,
  handshakeMsMax,
  silenceMsMax,
  reconnectMsMin,
  reconnectMsMax,
};

const storageByDefault: StorageOptions = { segmentBytes, stuckMs, files: nodeFiles };

/** Milliseconds between two looks at the certificate files. */
const certificateCheckMs = 5_000;
const eventLoopResolutionMs = 10;

/** Where the host keeps what it must not forget, beside the modules, on the same disk. */
const ownPath = "(host)";

interface Parts {
  readonly identity: DirectoryIdentity;
  readonly lock: DirectoryLock;
  readonly credentials: Credentials | null;
}

/** What the log tells: to nobody, until there is a host. */
interface LogListener {
  durable: (position: number) => void;
  failed: (error: unknown) => void;
}

const openLog = (options: NodeHostOptions, storage: StorageOptions, listener: LogListener): Promise<WriteAheadLog> =>
  WriteAheadLog.open({
    directory: join(options.directory, "log"),
    files: storage.files,
    segmentBytes: storage.segmentBytes,
    onDurable: (position) => listener.durable(position),
    onFailure: (error) => listener.failed(error),
    onSpaceLow: (cause) => options.onEvent?.({ kind: "space low", cause }),
    onSpaceBack: () => options.onEvent?.({ kind: "space back" }),
    onTornTail: (file, bytes) => options.onEvent?.({ kind: "torn tail cut", file, bytes }),
  });

/**
 * Runs one stack on one node, on sockets and a disk. Input is handled as it comes; what a turn of the event loop gave is
 * then sent in one write a peer and stored in one batch; outputs wait until what was written before them is durable. The
 * state of modules stays in the machine: a caller has requests and indications only.
 */
export class NodeHost implements AsyncDisposable {
  readonly #options: NodeHostOptions;
  readonly #storage: StorageOptions;
  readonly #parts: Parts;
  readonly #log: WriteAheadLog;
  readonly #steps: NodeSteps;
  readonly #transport: Transport;
  readonly #sessionChannels: readonly number[];
  readonly #loopDelay: IntervalHistogram = monitorEventLoopDelay({ resolution: eventLoopResolutionMs });
  readonly #watches: NodeJS.Timeout[] = [];
  #address: Address = { host: "", port: 0 };
  #addresses: ReadonlyMap<NodeId, Address>;
  #stuck = false;
  #state: "running" | "closing" | "over" = "running";
  #closing: Promise<void> | null = null;

  private constructor(
    options: NodeHostOptions,
    storage: StorageOptions,
    parts: Parts,
    log: WriteAheadLog,
    boots: Incarnation,
    listener: LogListener,
  ) {
    this.#options = options;
    this.#storage = storage;
    this.#parts = parts;
    this.#log = log;
    this.#addresses = options.addresses;
    const failed = (error: unknown): void => this.#fail(error);
    this.#steps = new NodeSteps(
      options,
      {
        write: (frame, position) => log.write(frame, position),
        send: (to, channel, keys, body) => this.#transport.send(to, channel, keys, body),
        flush: () => {
          log.flush();
          this.#transport.flush();
        },
        failed,
      },
      log.image,
      boots,
    );
    const { names } = this.#steps.channels;
    this.#sessionChannels = names.flatMap((name, number) => (name.startsWith(sessionChannelPrefix) ? [number] : []));
    this.#transport = this.#makeTransport(boots, names);
    listener.durable = (position) => this.#steps.durable(position);
    listener.failed = failed;
  }

  /**
   * Locks the directory, reads the log, listens, boots the stack, calls the others.
   *
   * @throws DirectoryLockedError, DirectoryRefusedError, LogCorruptError, DiskFullError, StorageFailedError,
   * CertificateError, ListenError.
   */
  static async start(options: NodeHostOptions): Promise<NodeHost> {
    const { addresses, self, cluster, directory, security, signal } = options;
    const listen = options.listen ?? addresses.get(self);
    assert(listen !== undefined, `member ${self} has no address: give one in addresses, or listen`);
    signal?.throwIfAborted();
    const storage: StorageOptions = { ...storageByDefault, ...options.storage };
    await storage.files.makeDirectory(directory);
    const lock = await DirectoryLock.take(directory);
    if (lock.narrow !== null) options.onEvent?.({ kind: "lock narrow", cause: lock.narrow });
    const listener: LogListener = { durable: () => undefined, failed: () => undefined };
    let log: WriteAheadLog | null = null;
    try {
      const identity = await identify(storage.files, directory, cluster, self);
      const credentials = security.kind === "tls" ? await readCredentials(security, cluster, self) : null;
      log = await openLog(options, storage, listener);
      const boots = await countBoot(log);
      const host = new NodeHost(options, storage, { identity, lock, credentials }, log, boots, listener);
      await host.#begin(listen).catch(async (error: unknown) => {
        await host.kill();
        throw error;
      });
      return host;
    } catch (error) {
      await log?.abandon();
      await lock.release();
      throw error;
    }
  }

  /** Where this node listens: with the port that it got, if it asked for any. */
  get address(): Address {
    return this.#address;
  }

  /** How often this node was started on its directory before. */
  get incarnation(): Incarnation {
    return this.#steps.machine.incarnation;
  }

  /**
   * A request from outside at the top of the stack; what comes of it is an indication. Asked from within an indication
   * it runs after the step that indicated.
   *
   * @throws HostClosedError.
   */
  request(name: string, ...args: readonly unknown[]): void {
    if (this.#state !== "running") throw new HostClosedError("this node is closed");
    this.#steps.request(name, args);
  }

  /**
   * Where members are reached from now on: new ones are called and known to modules, those that are gone lose their
   * session.
   */
  setAddresses(addresses: ReadonlyMap<NodeId, Address>): void {
    this.#addresses = addresses;
    this.#steps.meet(addresses.keys());
    if (this.#state === "running") this.#transport.setAddresses(addresses);
  }

  /** Reads the certificate files again now; by itself the node looks every few seconds. @throws CertificateError. */
  async reloadCertificates(): Promise<void> {
    const { security, cluster, self, onEvent } = this.#options;
    if (security.kind !== "tls") return;
    const fresh = await readCredentials(security, cluster, self);
    if (this.#state !== "running" || !this.#transport.setCredentials(fresh)) return;
    onEvent?.({ kind: "certificates reloaded" });
  }

  /** What it has counted since it started. */
  metrics(): NodeHostMetrics {
    const { frames, syncs, syncMsMax } = this.#log.counts;
    const { bytes, live, segments } = this.#log.size;
    const { counts } = this.#transport;
    const milliseconds = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - eventLoopResolutionMs);
    return {
      steps: this.#steps.count,
      messagesSent: counts.messagesSent,
      messagesReceived: counts.messagesReceived,
      messagesDropped: counts.messagesDropped,
      bytesSent: counts.bytesSent,
      bytesReceived: counts.bytesReceived,
      socketWrites: counts.socketWrites,
      sessionsOpen: this.#transport.sessionsOpen,
      sessionsEnded: counts.sessionsEnded,
      connectionsRefused: counts.connectionsRefused,
      frames,
      syncs,
      logBytes: bytes,
      logBytesLive: live,
      segments,
      syncPendingMs: this.#log.pendingMs,
      syncMsMax,
      outputsHeld: this.#steps.gate.held,
      eventLoopDelayMsMax: milliseconds(this.#loopDelay.max),
      eventLoopDelayMsP99: milliseconds(this.#loopDelay.percentile(99)),
    };
  }

  /** The longest delays and syncs are counted anew from here on. */
  resetMaxima(): void {
    this.#loopDelay.reset();
    this.#log.resetMaxima();
  }

  /** The latest events, in the one trace format; no message bodies, no values. */
  trace(): Trace {
    const { self, cluster, stack: _stack, ...rest } = this.#options;
    const ids = [...new Set([...rest.addresses.keys(), ...this.#addresses.keys(), self])].sort(
      (one, other) => one - other,
    );
    return {
      header: {
        format: traceFormat,
        version: traceVersion,
        scenario: `cluster ${cluster}`,
        model: { network: "fair-loss", nodes: "crash-recovery", timing: "eventually-synchronous" },
        parameters: {},
        seed: 0,
        code: "node host",
        nodes: ids.map((id) => ({ id, name: `member ${id}` })),
      },
      events: this.#steps.ring.events(self, this.incarnation),
    };
  }

  /**
   * Takes no more input, waits for the writes under way and what waits for them, ends the sessions, closes the log and
   * gives the directory back. Asked again it is the same promise.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** Stops at once, as a crash does: nothing that was held leaves, and what was not synced may be lost. */
  kill(): Promise<void> {
    this.#closing ??= this.#stop();
    return this.#closing;
  }

  /** As `close`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #begin(listen: Address): Promise<void> {
    this.#address = await this.#transport.listen(listen);
    this.#loopDelay.enable();
    this.#steps.boot();
    this.#transport.setAddresses(this.#addresses);
    const { stuckMs } = this.#storage;
    this.#watches.push(setInterval(() => this.#mindDisk(), stuckMs / 4).unref());
    if (this.#options.security.kind === "tls")
      this.#watches.push(setInterval(() => this.#mindCertificates(), certificateCheckMs).unref());
    this.#options.signal?.addEventListener("abort", () => void this.close(), { once: true });
  }

  #makeTransport(incarnation: Incarnation, channels: readonly string[]): Transport {
    const { cluster, self, limits, onEvent } = this.#options;
    return new Transport({
      cluster,
      self,
      directory: this.#parts.identity.directory,
      incarnation,
      channels,
      limits: { ...limitsByDefault, ...limits },
      credentials: this.#parts.credentials,
      directoryOf: (peer) => this.#log.image.get(ownPath)?.records.get(directoryRecord(peer)) as string | undefined,
      met: (peer, directory) => this.#met(peer, directory),
      onMessage: (from, channel, keys, body) => {
        if (this.#state === "running") this.#steps.deliver(from, channel, keys, body);
      },
      onSession: (kind, peer, session) => this.#tellSessions({ kind, peer, session }),
      onEvent: (event) => this.#tell(event, onEvent),
    });
  }

  #tellSessions(news: SessionNews): void {
    if (this.#state !== "running") return;
    for (const channel of this.#sessionChannels) this.#steps.deliver(this.#options.self, channel, null, news);
  }

  /** A member that comes back with another disk has lost its memory: so it is written down which one it had. */
  #met(peer: NodeId, directory: string): void {
    const name = directoryRecord(peer);
    const records = this.#log.image.get(ownPath)!.records;
    if (records.get(name) === directory) return;
    records.set(name, directory);
    this.#log.writeDurably([{ kind: "set", path: ownPath, name, value: directory }]).catch(() => undefined);
  }

  #mindDisk(): void {
    const forMs = this.#log.pendingMs;
    const stuck = forMs > this.#storage.stuckMs;
    if (stuck === this.#stuck) return;
    this.#stuck = stuck;
    this.#tell(stuck ? { kind: "disk stuck", forMs } : { kind: "disk recovered" }, this.#options.onEvent);
  }

  #mindCertificates(): void {
    this.reloadCertificates().catch((error: Error) =>
      this.#tell({ kind: "certificates refused", error }, this.#options.onEvent),
    );
  }

  #tell(event: HostEvent, listener: NodeHostOptions["onEvent"]): void {
    if (this.#state !== "over") listener?.(event);
  }

  #fail(error: unknown): void {
    if (this.#state === "over") return;
    // A listener that asks for more while the node closes gets this error; it is no failure of the node.
    if (this.#state === "closing" && error instanceof HostClosedError) return;
    this.#closing ??= this.#stop();
    const cause = error instanceof Error ? error : new Error(String(error));
    // Out of the step, so that what the listener throws is not taken for one more failure of it.
    process.nextTick(() => this.#options.onFailure(cause));
  }

  async #close(): Promise<void> {
    if (this.#state === "over") return;
    this.#state = "closing";
    this.#steps.stopTimers();
    this.#steps.endTurn();
    await this.#log.drained();
    this.#steps.endTurn();
    await this.#transport.close(true);
    await this.#log.close();
    await this.#stop();
  }

  async #stop(): Promise<void> {
    this.#state = "over";
    this.#steps.stop();
    this.#loopDelay.disable();
    for (const watch of this.#watches) clearInterval(watch);
    await Promise.all([this.#transport.close(false), this.#log.abandon()]);
    await this.#parts.lock.release();
  }
}

const directoryRecord = (peer: NodeId): string => `directory of ${peer}`;

/**
 * How often this directory was started from before, durable before anything leaves: with the same number twice, peers
 * would take new messages for old ones.
 */
const countBoot = async (log: WriteAheadLog): Promise<Incarnation> => {
  const records = log.image.get(ownPath)?.records ?? new Map<string, unknown>();
  const boots = (records.get("boots") as number | undefined) ?? 0;
  records.set("boots", boots + 1);
  log.image.set(ownPath, { records, logs: log.image.get(ownPath)?.logs ?? new Map() });
  await log.writeDurably([{ kind: "set", path: ownPath, name: "boots", value: boots + 1 }]);
  return boots;
};

import type { NodeId, Trace } from "../model/index.ts";
import type { NodeHostMetrics, NodeHostOptions } from "./node-host-options.ts";
import type { Address } from "./peer-links.ts";

/** Runs one stack on one node, on sockets and a disk: see `NodeHost.start`. */
export class NodeHost implements AsyncDisposable {
  /** Where this node listens: with the port that it got, if it asked for any. */
  readonly address: Address;

  private constructor(address: Address) {
    this.address = address;
  }

  /**
   * Locks the directory, reads the log, listens, and boots the stack.
   *
   * @throws DirectoryLockedError, DirectoryRefusedError, LogCorruptError, DiskFullError, StorageFailedError,
   * CertificateError, ListenError.
   */
  static async start(_options: NodeHostOptions): Promise<NodeHost> {
    throw new Error("not built yet");
  }

  /** A request from outside at the top of the stack; what comes of it is an indication. @throws HostClosedError. */
  request(_name: string, ..._args: readonly unknown[]): void {}

  /** Where members are reached from now on: new ones are called, those that are gone lose their session. */
  setAddresses(_addresses: ReadonlyMap<NodeId, Address>): void {}

  /** Reads the certificate files again now, and not when their change is noticed. @throws CertificateError. */
  async reloadCertificates(): Promise<void> {}

  /** What it has counted since it started. */
  metrics(): NodeHostMetrics {
    throw new Error("not built yet");
  }

  /** The latest events, in the one trace format; no message bodies. */
  trace(): Trace {
    throw new Error("not built yet");
  }

  /** Ends sessions, waits for the writes under way, closes the log, gives the directory back. Again: the same promise. */
  async close(): Promise<void> {}

  /** Stops at once, as a crash does: nothing that was held leaves, what was not synced may be lost. */
  async kill(): Promise<void> {}

  /** As `close`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

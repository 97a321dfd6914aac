import type { Socket } from "node:net";
import type { NodeId } from "../model/index.ts";
import type { Address, SessionNews } from "../node/index.ts";
import { clientProtocol, type OperatorAnswer, type ReplicaHello } from "./client-protocol.ts";
import { FrameSocket } from "./frame-socket.ts";
import { addressText } from "./replica-configuration.ts";

/**
 * Opens a connection to a replica that is certainly the one of this cluster; rejects where it cannot, or when `signal` says
 * that nobody wants it any more.
 */
export type Dial = (member: NodeId, address: Address, signal: AbortSignal) => Promise<Socket>;

/** What hears the connections. */
export interface ConnectionListener {
  readonly onNews: (news: SessionNews) => void;
  readonly onMessage: (from: NodeId, message: unknown) => void;
  readonly onOperatorAnswer: (from: NodeId, answer: OperatorAnswer) => void;
}

interface Server {
  readonly member: NodeId;
  readonly address: Address;
  socket: FrameSocket | null;
  /** Said hello and was welcomed. */
  isOpen: boolean;
  session: number;
  backOffMs: number;
  timer: NodeJS.Timeout | undefined;
  /** Why the last try failed. */
  lastError: Error | null;
}

const limits = { frameBytesMax: 64 * 1024 * 1024, queueBytesMax: 256 * 1024 * 1024 };
const backOffMsMin = 20;
const backOffMsMax = 1_000;
/** Milliseconds for the other end to close a connection too. */
const closeMsMax = 300;

const serverAt = (member: NodeId, address: Address): Server => ({
  member,
  address,
  socket: null,
  isOpen: false,
  session: 0,
  backOffMs: backOffMsMin,
  timer: undefined,
  lastError: null,
});

/** Keeps a connection to each replica, as far as they can be reached, and calls again where one ended. */
export class ServerConnections {
  readonly #cluster: string;
  readonly #servers = new Map<NodeId, Server>();
  readonly #dial: Dial;
  readonly #listener: ConnectionListener;
  /** Aborted when they are closed. */
  readonly #closing = new AbortController();

  constructor(cluster: string, addresses: ReadonlyMap<NodeId, Address>, dial: Dial, listener: ConnectionListener) {
    this.#cluster = cluster;
    this.#dial = dial;
    this.#listener = listener;
    for (const [member, address] of addresses) this.#servers.set(member, serverAt(member, address));
  }

  /** Calls every replica. */
  start(): void {
    for (const server of this.#servers.values()) this.#call(server);
  }

  /** Which replicas there are from now on: new ones are called, the connections to those that are gone end. */
  setMembers(addresses: ReadonlyMap<NodeId, Address>): void {
    for (const [member, { timer, socket }] of this.#servers) {
      if (addresses.has(member)) continue;
      clearTimeout(timer);
      this.#servers.delete(member);
      socket?.close();
    }
    for (const [member, address] of addresses) {
      if (this.#servers.has(member)) continue;
      const server = serverAt(member, address);
      this.#servers.set(member, server);
      this.#call(server);
    }
  }

  /** Where each replica is called. */
  get addresses(): ReadonlyMap<NodeId, Address> {
    return new Map([...this.#servers.values()].map(({ member, address }) => [member, address]));
  }

  /** Sends to a replica; false where there is no connection to it. */
  send(member: NodeId, message: unknown): boolean {
    const server = this.#servers.get(member);
    if (server?.isOpen !== true) return false;
    server.socket?.send(message);
    return true;
  }

  /** Nothing more is sent in this turn. */
  flush(): void {
    for (const { socket } of this.#servers.values()) socket?.flush();
  }

  /** The replicas to which there is a connection. */
  get open(): readonly NodeId[] {
    return [...this.#servers.values()].filter(({ isOpen }) => isOpen).map(({ member }) => member);
  }

  /** Why replicas could not be reached, for an error text. */
  get failures(): string {
    return [...this.#servers.values()]
      .filter(({ isOpen }) => !isOpen)
      .map(({ address, lastError }) => `${addressText(address)} (${lastError?.message ?? "no answer"})`)
      .join(", ");
  }

  /** Ends all connections. */
  close(): void {
    this.#closing.abort();
    for (const { timer, socket } of this.#servers.values()) {
      clearTimeout(timer);
      socket?.close();
    }
    // One that is paused answers no farewell; nobody should wait for it.
    setTimeout(() => {
      for (const { socket } of this.#servers.values()) socket?.destroy();
    }, closeMsMax).unref();
  }

  get #closed(): boolean {
    return this.#closing.signal.aborted;
  }

  #call(server: Server): void {
    this.#dial(server.member, server.address, this.#closing.signal).then(
      (socket) => (this.#isOver(server) ? socket.destroy() : this.#greet(server, socket)),
      (error: Error) => this.#failed(server, error),
    );
  }

  #isOver(server: Server): boolean {
    return this.#closed || this.#servers.get(server.member) !== server;
  }

  #greet(server: Server, socket: Socket): void {
    const frames = new FrameSocket(socket, limits, {
      onValue: (value) => (server.isOpen ? this.#hear(server, value) : this.#welcome(server, value as ReplicaHello)),
      onEnd: (error) => this.#ended(server, error),
    });
    server.socket = frames;
    frames.greet({ protocol: clientProtocol, cluster: this.#cluster });
  }

  #welcome(server: Server, hello: ReplicaHello): void {
    if (hello.kind === "refused") throw new Error(`refused: ${hello.why}`);
    if (hello.member !== server.member)
      throw new Error(`${addressText(server.address)} is replica ${hello.member}, and not ${server.member}`);
    server.isOpen = true;
    server.backOffMs = backOffMsMin;
    server.lastError = null;
    this.#listener.onNews({ kind: "opened", peer: server.member, session: ++server.session });
  }

  #hear(server: Server, value: unknown): void {
    const { kind } = value as { readonly kind?: unknown };
    if (kind === "report" || kind === "done" || kind === "failed")
      this.#listener.onOperatorAnswer(server.member, value as OperatorAnswer);
    else this.#listener.onMessage(server.member, value);
  }

  #ended(server: Server, error: Error | null): void {
    server.socket = null;
    const wasOpen = server.isOpen;
    server.isOpen = false;
    if (wasOpen && !this.#closed)
      this.#listener.onNews({ kind: "ended", peer: server.member, session: server.session });
    this.#failed(server, error ?? new Error("closed by the replica"));
  }

  #failed(server: Server, error: Error): void {
    server.lastError = error;
    if (this.#isOver(server)) return;
    // Up to twice the back-off, so that many clients do not come back at once.
    server.timer = setTimeout(() => this.#call(server), server.backOffMs * (1 + Math.random()));
    server.backOffMs = Math.min(2 * server.backOffMs, backOffMsMax);
  }
}

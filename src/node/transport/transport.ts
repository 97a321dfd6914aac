import { once } from "node:events";
import { createServer, type Server, Socket } from "node:net";
import { connect as connectTls, createServer as createTlsServer, TLSSocket, type Server as TlsServer } from "node:tls";
import type { NodeId } from "../../model/index.ts";
import { FrameError, HandshakeError, ListenError, type RefusalReason } from "../errors.ts";
import type { HostEvent, TransportLimits } from "../node-host-options.ts";
import type { Address } from "../peer-links.ts";
import type { Credentials } from "../security/credentials.ts";
import { nameIn } from "../security/member-name.ts";
import { FrameCutter } from "./frame-cutter.ts";
import { handshakeFailureText } from "./handshake-failure.ts";
import { NowAndThen } from "./now-and-then.ts";
import { PeerSession, type TransportCounts } from "./peer-session.ts";
import { greetingOf, type Hello, helloBytesMax, lateRefusalOf, readGreeting, wireProtocol } from "./wire.ts";

/** What the transport of a node is made of. */
export interface TransportMakings {
  readonly cluster: string;
  readonly self: NodeId;
  readonly directory: string;
  readonly incarnation: number;
  /** Names of the channels of this node's stack, by number. */
  readonly channels: readonly string[];
  readonly limits: TransportLimits;
  /** Null where whoever connects is believed. */
  readonly credentials: Credentials | null;
  /** The directory that a member had when it was last met, or undefined. */
  readonly directoryOf: (peer: NodeId) => string | undefined;
  readonly met: (peer: NodeId, directory: string) => void;
  readonly onMessage: (from: NodeId, channel: number, keys: readonly number[] | null, body: unknown) => void;
  readonly onSession: (kind: "opened" | "ended", peer: NodeId, session: number) => void;
  readonly onEvent: (event: HostEvent) => void;
}

/** A member that this node calls. */
interface Callee {
  address: Address;
  attempts: number;
  timer: NodeJS.Timeout | null;
  socket: Socket | null;
}

/** Sessions of one boot of a node: more than it can have. */
const sessionsPerBoot = 2 ** 20;
const closeMsMax = 1_000;
/** Refused connections that are told of in one second. */
export const refusalsToldMax = 20;

/**
 * The session links of a node: one connection with each member, opened by the one with the lower id. A connection is
 * one session; it is over when the connection is, and the next one has a larger number.
 */
export class Transport {
  readonly counts: TransportCounts = {
    messagesSent: 0,
    messagesReceived: 0,
    messagesDropped: 0,
    bytesSent: 0,
    bytesReceived: 0,
    socketWrites: 0,
    sessionsEnded: 0,
    connectionsRefused: 0,
  };
  readonly #makings: TransportMakings;
  readonly #server: Server;
  readonly #sessions = new Map<NodeId, PeerSession>();
  readonly #last = new Map<NodeId, number>();
  readonly #callees = new Map<NodeId, Callee>();
  /** Connections that are not known yet; the call takes one off the list. */
  readonly #strangers = new Map<string, { readonly socket: Socket; readonly known: () => void }>();
  readonly #unflushed: PeerSession[] = [];
  readonly #tending: NodeJS.Timeout;
  #addresses: ReadonlyMap<NodeId, Address> = new Map();
  #credentials: Credentials | null;
  #calls = 0;
  readonly #telling = new NowAndThen(refusalsToldMax);
  #closed = false;

  constructor(makings: TransportMakings) {
    this.#makings = makings;
    this.#credentials = makings.credentials;
    this.#server = this.#makeServer();
    const { silenceMsMax } = makings.limits;
    this.#tending = setInterval(() => this.#tend(), silenceMsMax / 3).unref();
  }

  /** How many sessions are open. */
  get sessionsOpen(): number {
    return this.#sessions.size;
  }

  /** Starts to listen; returns where. @throws ListenError. */
  async listen(address: Address): Promise<Address> {
    try {
      this.#server.listen({ host: address.host, port: address.port, exclusive: true });
      await once(this.#server, "listening");
    } catch (cause) {
      throw new ListenError(`cannot listen on ${address.host}:${address.port}: ${(cause as Error).message}`, { cause });
    }
    this.#server.on("error", () => undefined);
    const bound = this.#server.address() as { readonly address: string; readonly port: number };
    return { host: address.host, port: bound.port };
  }

  /** Whom to call, and where, from now on. Members that are gone lose their session. */
  setAddresses(addresses: ReadonlyMap<NodeId, Address>): void {
    this.#addresses = addresses;
    for (const [peer, session] of [...this.#sessions]) if (!addresses.has(peer)) session.end();
    for (const [peer, callee] of [...this.#callees]) if (!addresses.has(peer)) this.#forget(peer, callee);
    for (const [peer, address] of addresses) {
      if (peer <= this.#makings.self) continue;
      const callee = this.#callees.get(peer);
      if (callee !== undefined) callee.address = address;
      else {
        const fresh: Callee = { address, attempts: 0, timer: null, socket: null };
        this.#callees.set(peer, fresh);
        this.#call(peer, fresh);
      }
    }
  }

  /** Sends in the session with `to`; without one the message is lost. */
  send(to: NodeId, channel: number, keys: readonly number[] | null, body: unknown): void {
    const session = this.#sessions.get(to);
    if (session === undefined) this.counts.messagesDropped++;
    else if (session.send(channel, keys, body)) this.#unflushed.push(session);
  }

  /** The turn is over: what was sent in it goes out. */
  flush(): void {
    for (const session of this.#unflushed) session.flush();
    this.#unflushed.length = 0;
  }

  /** New connections use these; those that stand are not touched. False when they are what it has. */
  setCredentials(credentials: Credentials): boolean {
    const now = this.#credentials;
    if (now?.cert.equals(credentials.cert) && now.key.equals(credentials.key) && now.ca.equals(credentials.ca))
      return false;
    this.#credentials = credentials;
    (this.#server as TlsServer).setSecureContext({ ...credentials, minVersion: "TLSv1.3" });
    return true;
  }

  /** Ends all sessions, the graceful way after what was sent is gone. */
  async close(graceful: boolean): Promise<void> {
    this.#closed = true;
    clearInterval(this.#tending);
    for (const [peer, callee] of [...this.#callees]) this.#forget(peer, callee);
    for (const { socket } of [...this.#strangers.values()]) socket.destroy();
    const listening = this.#server.listening ? once(this.#server.close(), "close") : null;
    await Promise.all(
      [...this.#sessions.values()].map((session) => (graceful ? session.finish(closeMsMax) : session.end())),
    );
    await listening;
  }

  #makeServer(): Server {
    const accept = (socket: Socket): void => this.#accept(socket);
    if (this.#credentials === null) return createServer({ noDelay: true }, accept);
    const server = createTlsServer(
      {
        ...this.#credentials,
        minVersion: "TLSv1.3",
        requestCert: true,
        rejectUnauthorized: true,
        handshakeTimeout: this.#makings.limits.handshakeMsMax,
        noDelay: true,
      },
      accept,
    );
    server.on("tlsClientError", (cause) =>
      this.#refused(new HandshakeError("certificate", `a caller was refused: ${handshakeFailureText(cause)}`)),
    );
    // Before TLS is set up a connection counts as well.
    server.on("connection", (socket: Socket) => this.#stranger(socket));
    return server;
  }

  /** Counts a connection that is not known yet, and ends it if there are too many, or when its time is over. */
  #stranger(socket: Socket): boolean {
    const { strangersMax, handshakeMsMax } = this.#makings.limits;
    if (this.#strangers.size >= strangersMax) {
      socket.destroy();
      this.#refused(new HandshakeError("full", `more than ${strangersMax} connections have not said who they are`));
      return false;
    }
    const key = keyOf(socket);
    const timer = setTimeout(() => {
      this.#refused(new HandshakeError("timeout", `a connection did not say who it is in ${handshakeMsMax} ms`));
      socket.destroy();
    }, handshakeMsMax);
    const known = (): void => {
      clearTimeout(timer);
      if (this.#strangers.get(key)?.socket === socket) this.#strangers.delete(key);
    };
    this.#strangers.set(key, { socket, known });
    socket.once("close", known);
    socket.on("error", () => undefined);
    return true;
  }

  #accept(socket: Socket): void {
    const key = keyOf(socket);
    if (!(socket instanceof TLSSocket) && !this.#stranger(socket)) return;
    socket.on("error", () => undefined);
    this.#hear(socket, (hello, cutter) => {
      const refusal = this.#refusalOf(hello, socket, null);
      if (refusal !== null) {
        socket.end(greetingOf({ kind: "refused", reason: refusal.reason, message: refusal.message }));
        throw refusal;
      }
      this.#strangers.get(key)?.known();
      socket.write(greetingOf(this.#hello(hello.from, hello.session)));
      return this.#open(socket, cutter, hello);
    });
  }

  #hello(to: NodeId, session: number): Hello {
    const { cluster, self, directory, channels } = this.#makings;
    return { kind: "hello", protocol: wireProtocol, cluster, from: self, to, directory, session, channels };
  }

  /** Reads a connection: one greeting, which gives a session or throws, then messages. */
  #hear(socket: Socket, greeted: (hello: Hello, cutter: FrameCutter) => PeerSession): void {
    const cutter = new FrameCutter(helloBytesMax);
    let session: PeerSession | null = null;
    const onFrame = (bytes: Uint8Array, from: number, to: number): void => {
      if (session !== null) return session.take(bytes, from, to);
      const greeting = readGreeting(bytes, from, to);
      if (greeting.kind === "refused")
        throw new HandshakeError(greeting.reason, `the other end refused: ${greeting.message}`);
      session = greeted(greeting, cutter);
    };
    const over = (): void => {
      cutter.stop();
      if (session !== null) session.end();
      else socket.destroy();
    };
    socket.on("data", (chunk: Buffer) => {
      this.counts.bytesReceived += chunk.length;
      if (session !== null) session.lastHeard = performance.now();
      try {
        cutter.push(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.length), onFrame);
      } catch (error) {
        cutter.stop();
        if (error instanceof HandshakeError) this.#refused(error);
        else if (error instanceof FrameError) this.#refused(new HandshakeError("protocol", error.message));
        else throw error;
        // A refusal is still on its way out.
        if (session !== null || !socket.writableEnded) over();
      }
    });
    socket.once("end", over);
    socket.once("close", over);
  }

  #refused(error: HandshakeError): void {
    if (this.#closed) return;
    this.counts.connectionsRefused++;
    // All are counted.
    if (this.#telling.allows()) this.#makings.onEvent({ kind: "connection refused", error });
  }

  /** Why there is no session with who says this; `expected` is who was called, null for a caller. */
  #refusalOf(hello: Hello, socket: Socket, expected: NodeId | null): HandshakeError | null {
    const { cluster, self, directoryOf } = this.#makings;
    const { from } = hello;
    const refuse = (reason: RefusalReason, message: string): HandshakeError =>
      new HandshakeError(reason, message, from);
    if (hello.protocol !== wireProtocol)
      return refuse("protocol", `protocol ${hello.protocol} came, this is ${wireProtocol}`);
    if (hello.cluster !== cluster) return refuse("cluster", `this is not cluster ${JSON.stringify(hello.cluster)}`);
    if (hello.to !== self) return refuse("member", `this is member ${self}, not ${hello.to}`);
    const isExpected = expected === null ? this.#addresses.has(from) && from < self : from === expected;
    if (!isExpected) return refuse("member", `member ${from} is not expected here`);
    const wrong = this.#certificateOf(socket, from);
    if (wrong !== null) return refuse("certificate", wrong);
    const known = directoryOf(from);
    if (known !== undefined && known !== hello.directory)
      return refuse("directory", `member ${from} came back with another disk: it may have forgotten what it promised`);
    if (expected === null && hello.session <= (this.#last.get(from) ?? -1))
      return refuse("protocol", `session ${hello.session} of member ${from} is not new`);
    return null;
  }

  #certificateOf(socket: Socket, peer: NodeId): string | null {
    if (!(socket instanceof TLSSocket)) return null;
    const name = nameIn(socket.getPeerCertificate().subjectaltname);
    const isPeer = name?.kind === "member" && name.cluster === this.#makings.cluster && name.member === peer;
    return isPeer ? null : `the certificate does not name member ${peer} of this cluster`;
  }

  #open(socket: Socket, cutter: FrameCutter, hello: Hello): PeerSession {
    const { onMessage, onSession, onEvent, met, limits, channels } = this.#makings;
    const { from, session: number } = hello;
    met(from, hello.directory);
    // The other end knows that the old connection is over; this end may not have heard it yet.
    this.#sessions.get(from)?.end();
    this.#last.set(from, number);
    const own = new Map(channels.map((name, channel) => [name, channel]));
    const session = new PeerSession(
      { peer: from, number, socket, cutter, channels: hello.channels.map((name) => own.get(name) ?? -1) },
      {
        message: onMessage,
        ended: (ended) => {
          if (this.#sessions.get(from) === ended) this.#sessions.delete(from);
          onEvent({ kind: "session ended", peer: from, session: number });
          onSession("ended", from, number);
        },
        overflow: (_ended, bytes) => onEvent({ kind: "queue overflow", peer: from, bytes }),
      },
      limits,
      this.counts,
    );
    this.#sessions.set(from, session);
    onEvent({ kind: "session opened", peer: from, session: number });
    onSession("opened", from, number);
    return session;
  }

  #call(peer: NodeId, callee: Callee): void {
    callee.timer = null;
    const { handshakeMsMax, reconnectMsMin, reconnectMsMax } = this.#makings.limits;
    const socket = this.#connect(callee.address);
    callee.socket = socket;
    const timer = setTimeout(() => socket.destroy(), handshakeMsMax);
    socket.setNoDelay(true);
    socket.on("error", (cause: NodeJS.ErrnoException) => {
      // A member that is down is no news; one that cannot show a certificate, or does not take ours, is.
      if (cause.syscall === undefined)
        this.#refused(
          new HandshakeError("certificate", `member ${peer} cannot be linked: ${handshakeFailureText(cause)}`, peer),
        );
    });
    const number = this.#makings.incarnation * sessionsPerBoot + this.#calls++;
    this.#hear(socket, (hello, cutter) => {
      const refusal = this.#refusalOf(hello, socket, peer);
      if (refusal !== null) {
        // The other end has taken the hello, and would else only see that the session ends.
        socket.end(lateRefusalOf({ kind: "refused", reason: refusal.reason, message: refusal.message }));
        throw refusal;
      }
      if (hello.session !== number) throw new HandshakeError("protocol", "another session was answered", peer);
      clearTimeout(timer);
      callee.attempts = 0;
      return this.#open(socket, cutter, hello);
    });
    socket.once(this.#credentials === null ? "connect" : "secureConnect", () =>
      socket.write(greetingOf(this.#hello(peer, number))),
    );
    socket.once("close", () => {
      clearTimeout(timer);
      callee.socket = null;
      if (this.#callees.get(peer) !== callee) return;
      const waitMs = Math.min(reconnectMsMax, reconnectMsMin * 2 ** Math.min(callee.attempts++, 20));
      callee.timer = setTimeout(() => this.#call(peer, callee), waitMs * (0.5 + Math.random() / 2));
      callee.timer.unref();
    });
  }

  #connect({ host, port }: Address): Socket {
    const credentials = this.#credentials;
    if (credentials === null) return new Socket().connect(port, host);
    return connectTls({
      ...credentials,
      host,
      port,
      minVersion: "TLSv1.3",
      // Members are known by the name in their certificate, wherever they are; it is looked at with the hello.
      checkServerIdentity: () => undefined,
    });
  }

  #forget(peer: NodeId, callee: Callee): void {
    this.#callees.delete(peer);
    if (callee.timer !== null) clearTimeout(callee.timer);
    if (this.#sessions.get(peer) === undefined) callee.socket?.destroy();
  }

  #tend(): void {
    const now = performance.now();
    for (const session of [...this.#sessions.values()]) session.tend(now);
  }
}

/** Tells a connection from the others that are there, also when TLS has been put around it. */
const keyOf = ({ remoteAddress, remotePort }: Socket): string => `${remoteAddress} ${remotePort}`;

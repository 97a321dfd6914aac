import { once } from "node:events";
import { createServer, type Server, Socket } from "node:net";
import { decode, encode, type NodeId, PlainDataError } from "../model/index.ts";

/** A larger frame ends the connection. */
const frameBytesMax = 16 * 1024 * 1024;
/** Bytes that wait for a peer; what comes on top is lost, as on any fair-loss link. */
const waitingBytesMax = 64 * 1024 * 1024;
const reconnectMs = 100;

/** Where a node listens. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Cuts a stream into frames with a four-byte length before each. */
const framesOf = (onFrame: (frame: Uint8Array) => void): ((chunk: Buffer) => void) => {
  let waiting: Buffer = Buffer.alloc(0);
  return (chunk) => {
    waiting = waiting.length === 0 ? chunk : Buffer.concat([waiting, chunk]);
    let at = 0;
    while (at + 4 <= waiting.length) {
      const length = waiting.readUInt32LE(at);
      if (length > frameBytesMax) throw new RangeError(`a frame of ${length} bytes, at most ${frameBytesMax}`);
      if (at + 4 + length > waiting.length) break;
      onFrame(waiting.subarray(at + 4, at + 4 + length));
      at += 4 + length;
    }
    waiting = waiting.subarray(at);
  };
};

const framed = (body: Uint8Array): Buffer => {
  const frame = Buffer.alloc(4 + body.length);
  frame.writeUInt32LE(body.length, 0);
  frame.set(body, 4);
  return frame;
};

/**
 * TCP between the nodes of a cluster, one connection for each direction. It gives the fair-loss link: what is sent while
 * a connection is down is lost, and whatever a connection had in flight when it broke may be.
 */
export class PeerLinks {
  readonly #self: NodeId;
  readonly #addresses: readonly Address[];
  readonly #receive: (from: NodeId, body: unknown) => void;
  readonly #server: Server = createServer((socket) => this.#accept(socket));
  readonly #out = new Map<NodeId, Socket>();
  readonly #in = new Set<Socket>();

  constructor(self: NodeId, addresses: readonly Address[], receive: (from: NodeId, body: unknown) => void) {
    this.#self = self;
    this.#addresses = addresses;
    this.#receive = receive;
  }

  /** Starts to listen; resolves when peers can connect. */
  async listen(): Promise<void> {
    const { host, port } = this.#addresses[this.#self]!;
    this.#server.listen(port, host);
    await once(this.#server, "listening");
  }

  /** Sends, or loses. */
  send(to: NodeId, body: unknown): void {
    const socket = this.#out.get(to) ?? this.#connect(to);
    if (socket.writableLength < waitingBytesMax) socket.write(framed(encode(body)));
  }

  /** Cuts all connections and stops listening; what was not sent yet is lost. Done when the port is free. */
  async close(): Promise<void> {
    for (const socket of [...this.#out.values(), ...this.#in]) socket.destroy();
    if (this.#server.listening) await once(this.#server.close(), "close");
  }

  #connect(to: NodeId): Socket {
    const { host, port } = this.#addresses[to]!;
    const socket = new Socket();
    this.#out.set(to, socket);
    socket.setNoDelay(true);
    socket.on("error", () => undefined);
    socket.on("close", () => {
      // The entry stays for a while, so that a peer that is down is not called for every message.
      setTimeout(() => this.#out.get(to) === socket && this.#out.delete(to), reconnectMs).unref();
    });
    socket.connect(port, host);
    // Who speaks is said once: this host trusts its network (the durable service asks for a certificate).
    socket.write(framed(encode(this.#self)));
    return socket;
  }

  #accept(socket: Socket): void {
    this.#in.add(socket);
    socket.on("error", () => undefined);
    socket.on("close", () => this.#in.delete(socket));
    let from: NodeId | null = null;
    const take = framesOf((frame) => {
      const body = decode(frame);
      if (from !== null) this.#receive(from, body);
      else if (typeof body === "number" && body in this.#addresses) from = body;
      else throw new RangeError("the first frame of a connection is the id of a member");
    });
    socket.on("data", (chunk) => {
      try {
        take(chunk);
      } catch (error) {
        // A malformed frame ends its connection and nothing else.
        if (!(error instanceof PlainDataError || error instanceof RangeError)) throw error;
        socket.destroy();
      }
    });
  }
}

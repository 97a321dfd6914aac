import type { Socket } from "node:net";
import type { EncodeTarget, NodeId } from "../../model/index.ts";
import { HandshakeError } from "../errors.ts";
import type { TransportLimits } from "../node-host-options.ts";
import type { FrameCutter } from "./frame-cutter.ts";
import { lateRefusalIn, putMessage, readMessage, signOfLife } from "./wire.ts";

/** What all sessions of a node count together. */
export interface TransportCounts {
  messagesSent: number;
  messagesReceived: number;
  messagesDropped: number;
  bytesSent: number;
  bytesReceived: number;
  socketWrites: number;
  sessionsEnded: number;
  connectionsRefused: number;
}

/** What a session tells. */
export interface SessionListener {
  message(from: NodeId, channel: number, keys: readonly number[] | null, body: unknown): void;
  /** Once, and nothing after it. */
  ended(session: PeerSession): void;
  /** More waited for the peer than may; the session ends. */
  overflow(session: PeerSession, bytes: number): void;
}

/** Buffers of this size at most are used again. */
const bufferBytesKeptMax = 1_048_576;
const buffersKept = 4;
/** So much is handed to the socket before the turn is over: the peer can begin to read. */
const flushBytes = 1_048_576;

/**
 * One connection on which both ends have said who they are. What is sent in one turn of the event loop goes out in one
 * write. It ends once: by either end, by silence, by a malformed frame, or because too much waits.
 */
export class PeerSession {
  readonly peer: NodeId;
  readonly number: number;
  isOver = false;
  lastHeard: number;
  readonly #socket: Socket;
  readonly #cutter: FrameCutter;
  readonly #listener: SessionListener;
  readonly #limits: TransportLimits;
  readonly #counts: TransportCounts;
  /** For each channel number of the peer the own one, or -1. */
  readonly #channels: readonly number[];
  readonly #free: EncodeTarget[] = [];
  #out: EncodeTarget = { bytes: new Uint8Array(16_384), at: 0 };
  #spoke = false;

  constructor(
    makings: {
      readonly peer: NodeId;
      readonly number: number;
      readonly socket: Socket;
      readonly cutter: FrameCutter;
      readonly channels: readonly number[];
    },
    listener: SessionListener,
    limits: TransportLimits,
    counts: TransportCounts,
  ) {
    this.peer = makings.peer;
    this.number = makings.number;
    this.#socket = makings.socket;
    this.#cutter = makings.cutter;
    this.#channels = makings.channels;
    this.#listener = listener;
    this.#limits = limits;
    this.#counts = counts;
    this.lastHeard = performance.now();
    makings.cutter.frameBytesMax = limits.frameBytesMax;
  }

  /** Puts a message behind those of this turn. True when it is the first one: a flush is due. */
  send(channel: number, keys: readonly number[] | null, body: unknown): boolean {
    const out = this.#out;
    const isFirst = out.at === 0;
    const start = out.at;
    putMessage(out, channel, keys, body);
    this.#counts.messagesSent++;
    const length = out.at - start;
    if (length > this.#limits.frameBytesMax) {
      // The peer would end the session for it; so it ends here, where the reason is known.
      this.#overflow(length);
      return false;
    }
    const waiting = this.#socket.writableLength + out.at;
    if (waiting > this.#limits.queueBytesMax) this.#overflow(waiting);
    else if (out.at > flushBytes) this.flush();
    return isFirst;
  }

  /** Hands what waits to the socket, in one write. */
  flush(): void {
    const out = this.#out;
    if (out.at === 0 || this.isOver) return;
    this.#out = this.#free.pop() ?? { bytes: new Uint8Array(16_384), at: 0 };
    this.#write(out.bytes.subarray(0, out.at), () => {
      out.at = 0;
      if (out.bytes.length <= bufferBytesKeptMax && this.#free.length < buffersKept) this.#free.push(out);
    });
  }

  /** Looks after a quiet session: says something, or gives it up. */
  tend(now: number): void {
    if (now - this.lastHeard > this.#limits.silenceMsMax) return this.end();
    if (!this.#spoke) this.#write(signOfLife);
    this.#spoke = false;
  }

  /** Bytes of a frame that came. @throws FrameError, HandshakeError where the peer refuses this node after all. */
  take(bytes: Uint8Array, from: number, to: number): void {
    if (from === to) return;
    const message = readMessage(bytes, from, to);
    const { channel, keys, body } = message;
    const own = this.#channels[channel] ?? -1;
    if (own < 0) {
      const refusal = lateRefusalIn(message);
      if (refusal !== null)
        throw new HandshakeError(refusal.reason, `the other end refused: ${refusal.message}`, this.peer);
      this.#counts.messagesDropped++;
    } else {
      this.#counts.messagesReceived++;
      this.#listener.message(this.peer, own, keys, body);
    }
  }

  /** Ends it, now: what waits is lost. */
  end(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.#cutter.stop();
    this.#counts.sessionsEnded++;
    this.#socket.destroy();
    this.#listener.ended(this);
  }

  /** Ends it when what waits is with the peer, or after a while. */
  async finish(msMax: number): Promise<void> {
    this.flush();
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, msMax);
      this.#socket.once("close", () => {
        clearTimeout(timer);
        resolve();
      });
      this.#socket.end();
    });
    this.end();
  }

  #write(bytes: Uint8Array, done?: () => void): void {
    this.#spoke = true;
    this.#counts.socketWrites++;
    this.#counts.bytesSent += bytes.length;
    this.#socket.write(bytes, done);
  }

  #overflow(bytes: number): void {
    this.#listener.overflow(this, bytes);
    this.end();
  }
}

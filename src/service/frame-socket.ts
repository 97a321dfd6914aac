import type { Socket } from "node:net";
import { decodeWithin, type EncodeOptions, type EncodeTarget, encodeInto } from "../model/index.ts";
import { FrameError } from "../node/index.ts";
import { FrameCutter, frameLengthBytes } from "../node/transport/frame-cutter.ts";

const compact: EncodeOptions = { compact: true };
const trustedCompact: EncodeOptions = { compact: true, trust: true };

/** What is so long does not wait for the end of the turn: the other end begins with it meanwhile. */
const flushedBytes = 64 * 1024;

const firstBytes = 4 * 1024;
/** A buffer that grew beyond this is not kept, and no more than so many are. */
const bufferBytesKeptMax = 1024 * 1024;
const buffersKeptMax = 4;

/** Bounds of one connection. */
export interface FrameLimits {
  /** Bytes of one frame; a larger one ends the connection. */
  readonly frameBytesMax: number;
  /** Bytes that wait for the other end; beyond it the connection ends. */
  readonly queueBytesMax: number;
}

/** What hears a connection. */
export interface FrameListener {
  /** One value arrived. An error that it throws ends the connection. */
  readonly onValue: (value: unknown) => void;
  /** The connection is over; an error says why, unless one of the ends closed it. Called once. */
  readonly onEnd: (error: Error | null) => void;
}

/**
 * Values of plain data over a stream of bytes: each a frame of a four-byte length, little-endian, and the encoding. All
 * that is sent in one turn of the event loop leaves in one write, unless it is long.
 */
export class FrameSocket {
  readonly #socket: Socket;
  readonly #listener: FrameListener;
  readonly #trusts: boolean;
  #limits: FrameLimits;
  #out: EncodeTarget = { bytes: new Uint8Array(firstBytes), at: 0 };
  /** Buffers that the socket has given back. */
  readonly #free: EncodeTarget[] = [];
  readonly #cutter: FrameCutter;
  #flushing = false;
  #ended = false;

  /** `trusts`: all that is sent was made by our own modules, and not by a user. */
  constructor(socket: Socket, limits: FrameLimits, listener: FrameListener, trusts = false) {
    this.#trusts = trusts;
    this.#socket = socket;
    this.#limits = limits;
    this.#cutter = new FrameCutter(limits.frameBytesMax);
    this.#listener = listener;
    socket.setNoDelay(true);
    socket.on("data", (bytes: Buffer) => this.#read(bytes));
    socket.on("error", (error) => this.#end(error));
    socket.on("close", () => this.#end(null));
  }

  /** The other end is known now: it may say more. */
  set limits(limits: FrameLimits) {
    this.#limits = limits;
    this.#cutter.frameBytesMax = limits.frameBytesMax;
  }

  /** Sends the first value, in the format that every version reads. */
  greet(value: unknown): void {
    this.#send(value, { trust: this.#trusts });
  }

  /** Sends a value, at the end of this turn. */
  send(value: unknown): void {
    this.#send(value, this.#trusts ? trustedCompact : compact);
  }

  #send(value: unknown, options: EncodeOptions): void {
    if (this.#ended) return;
    const out = this.#out;
    const start = out.at;
    if (out.bytes.length < start + frameLengthBytes) this.#widen(start + frameLengthBytes);
    out.at = start + frameLengthBytes;
    try {
      encodeInto(out, value, "message", options);
    } catch (error) {
      out.at = start;
      throw error;
    }
    new DataView(out.bytes.buffer).setUint32(start, out.at - start - frameLengthBytes, true);
    if (out.at + this.#socket.writableLength > this.#limits.queueBytesMax)
      return this.destroy(new FrameError(`more than ${this.#limits.queueBytesMax} bytes wait for the other end`));
    if (out.at >= flushedBytes) return this.flush();
    if (this.#flushing) return;
    this.#flushing = true;
    setImmediate(() => {
      this.#flushing = false;
      this.flush();
    });
  }

  /** Hands what waits to the socket now: whoever sends knows that nothing more comes in this turn. */
  flush(): void {
    const out = this.#out;
    if (out.at === 0 || this.#ended) return;
    // The socket keeps the bytes until they are written, so the next ones go elsewhere.
    this.#out = this.#free.pop() ?? { bytes: new Uint8Array(firstBytes), at: 0 };
    this.#socket.write(out.bytes.subarray(0, out.at), () => {
      out.at = 0;
      if (out.bytes.length <= bufferBytesKeptMax && this.#free.length < buffersKeptMax) this.#free.push(out);
    });
  }

  /** Sends what waits, then closes. */
  close(): void {
    this.flush();
    this.#socket.end();
  }

  /** Closes at once. */
  destroy(error: Error | null = null): void {
    this.#end(error);
  }

  #widen(length: number): void {
    const wider = new Uint8Array(2 * length);
    wider.set(this.#out.bytes);
    this.#out.bytes = wider;
  }

  #read(bytes: Buffer): void {
    try {
      this.#cutter.push(bytes, (frames, from, to) => this.#listener.onValue(this.#valueOf(frames, from, to)));
    } catch (error) {
      this.#end(error as Error);
    }
  }

  #valueOf(frames: Uint8Array, from: number, to: number): unknown {
    try {
      return decodeWithin(frames, from, to);
    } catch (cause) {
      throw new FrameError("a frame that holds no plain data", { cause });
    }
  }

  #end(error: Error | null): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#cutter.stop();
    this.#socket.destroy();
    this.#listener.onEnd(error);
  }
}

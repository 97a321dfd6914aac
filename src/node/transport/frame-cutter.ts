import { FrameError } from "../errors.ts";

/** Bytes of the length before each frame. */
export const frameLengthBytes = 4;

/** Hears a frame: the bytes of `bytes` from `from` up to `to`, valid only during the call. */
export type FrameListener = (bytes: Uint8Array, from: number, to: number) => void;

/** Cuts a stream into frames. A frame that came in one piece is not copied; one that did not is put together once. */
export class FrameCutter {
  /** A longer frame ends the connection. */
  frameBytesMax: number;
  #stopped = false;
  /** The beginning of a frame that is not there yet: its length first. */
  #partial: Uint8Array | null = null;
  #filled = 0;

  constructor(frameBytesMax: number) {
    this.frameBytesMax = frameBytesMax;
  }

  /** Nothing more is handed out, also of the bytes that are being looked at. */
  stop(): void {
    this.#stopped = true;
  }

  /** @throws FrameError for a frame that is too long, and whatever `onFrame` throws. */
  push(chunk: Uint8Array, onFrame: FrameListener): void {
    let at = 0;
    while (this.#partial !== null && at < chunk.length && !this.#stopped) at = this.#complete(chunk, at, onFrame);
    while (chunk.length - at >= frameLengthBytes && !this.#stopped) {
      const end = at + frameLengthBytes + this.#lengthAt(chunk, at);
      if (end > chunk.length) break;
      const from = at + frameLengthBytes;
      at = end;
      onFrame(chunk, from, end);
    }
    if (at < chunk.length && !this.#stopped) this.#keep(chunk, at);
  }

  #lengthAt(bytes: Uint8Array, at: number): number {
    const length = (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;
    if (length > this.frameBytesMax)
      throw new FrameError(`a frame of ${length} bytes came, at most ${this.frameBytesMax} are taken`);
    return length;
  }

  /** What is left at the end of a chunk: room for the whole frame is made as soon as its length is known. */
  #keep(chunk: Uint8Array, at: number): void {
    const left = chunk.length - at;
    const known = left >= frameLengthBytes;
    this.#partial = new Uint8Array(frameLengthBytes + (known ? this.#lengthAt(chunk, at) : 0));
    this.#partial.set(chunk.subarray(at));
    this.#filled = left;
  }

  #complete(chunk: Uint8Array, at: number, onFrame: FrameListener): number {
    const partial = this.#partial!;
    const taken = Math.min(partial.length - this.#filled, chunk.length - at);
    partial.set(chunk.subarray(at, at + taken), this.#filled);
    this.#filled += taken;
    if (this.#filled < partial.length) return at + taken;
    const length = this.#lengthAt(partial, 0);
    if (partial.length < frameLengthBytes + length) {
      this.#partial = new Uint8Array(frameLengthBytes + length);
      this.#partial.set(partial);
      return at + taken;
    }
    this.#partial = null;
    onFrame(partial, frameLengthBytes, partial.length);
    return at + taken;
  }
}

import {
  closeSync,
  constants,
  fdatasync,
  fdatasyncSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { crc32 } from "node:zlib";
import { applyFrame, type DiskImage, decode, encode, type Frame } from "../model/index.ts";

const headerBytes = 8;

/** A failed write or sync: what was held must not leave, and the incarnation ends. */
export class StorageError extends Error {
  readonly code: string = "STORAGE";
  override readonly name: string = "StorageError";
}

/**
 * The disk of one node: an append-only file of frames, each with its length and its CRC-32. A frame is whole or absent
 * after a crash; a torn tail is cut at start. Syncs are grouped: what is written while one runs is covered by the next.
 */
export class FrameLog {
  /** What the frames in the file amount to. */
  readonly image: DiskImage = new Map();
  readonly #file: number;
  readonly #durable: (position: number) => void;
  readonly #failed: (error: StorageError) => void;
  #end: number;
  #written = 0;
  #syncing = false;
  #closed = false;

  constructor(path: string, durable: (position: number) => void, failed: (error: StorageError) => void) {
    this.#durable = durable;
    this.#failed = failed;
    this.#file = openSync(path, constants.O_RDWR | constants.O_CREAT, 0o600);
    this.#end = this.#read(readFileSync(path));
    ftruncateSync(this.#file, this.#end);
    // The name of a new file is durable only once its directory is.
    const directory = openSync(dirname(path), constants.O_RDONLY);
    fsyncSync(directory);
    closeSync(directory);
  }

  /** Appends all writes of one step. `durable` hears of the position once they survive a crash. */
  write(frame: Frame, position: number): void {
    this.#append(frame);
    this.#written = position;
    this.#sync();
  }

  /** Appends a frame that belongs to no step and waits until it survives a crash. */
  writeDurably(frame: Frame): void {
    this.#append(frame);
    fdatasyncSync(this.#file);
  }

  #append(frame: Frame): void {
    const body = encode(frame);
    const record = Buffer.alloc(headerBytes + body.length);
    record.writeUInt32LE(body.length, 0);
    record.writeUInt32LE(crc32(body), 4);
    record.set(body, headerBytes);
    let written = 0;
    try {
      // A disk that fills up takes a part first and refuses the rest only when asked again.
      while (written < record.length)
        written += writeSync(this.#file, record, written, record.length - written, this.#end + written);
    } catch (cause) {
      throw new StorageError(`cannot write to the log: ${String(cause)}`, { cause });
    }
    this.#end += record.length;
  }

  /** Gives the file back after a sync that is under way. What was not reported durable by then never is. */
  close(): void {
    this.#closed = true;
    if (!this.#syncing) closeSync(this.#file);
  }

  #sync(): void {
    if (this.#syncing || this.#closed) return;
    this.#syncing = true;
    const position = this.#written;
    fdatasync(this.#file, (error) => {
      this.#syncing = false;
      if (this.#closed) return closeSync(this.#file);
      if (error !== null)
        return this.#failed(new StorageError(`cannot sync the log: ${error.message}`, { cause: error }));
      this.#durable(position);
      if (this.#written > position) this.#sync();
    });
  }

  /** Applies whole frames; returns where the last whole one ends. */
  #read(bytes: Buffer): number {
    let at = 0;
    while (at + headerBytes <= bytes.length) {
      const length = bytes.readUInt32LE(at);
      const body = bytes.subarray(at + headerBytes, at + headerBytes + length);
      if (body.length < length || crc32(body) !== bytes.readUInt32LE(at + 4)) break;
      applyFrame(this.image, decode(body) as Frame);
      at += headerBytes + length;
    }
    return at;
  }
}

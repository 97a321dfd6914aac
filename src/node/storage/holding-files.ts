import { setTimeout as sleep } from "node:timers/promises";
import type { Files, LogFile } from "./files.ts";

/** How a disk behaves that a kill can hurt. */
export interface HoldingOptions {
  /** Milliseconds for which bytes are kept back before they are synced. */
  readonly syncMs: number;
  /** In how many parts the bytes then reach the disk, so that a kill in between tears them. */
  readonly parts: number;
  /** Says that bytes are durable when it has only taken them: the broken disk, to prove that a test would find it. */
  readonly lies?: boolean;
}

/** What a disk that lies has still to write, over all its files in the order in which it was taken. */
interface Backlog {
  done: Promise<void>;
}

class HoldingLogFile implements LogFile {
  readonly #file: LogFile;
  readonly #options: HoldingOptions;
  readonly #backlog: Backlog;

  constructor(file: LogFile, options: HoldingOptions, backlog: Backlog) {
    this.#file = file;
    this.#options = options;
    this.#backlog = backlog;
  }

  async writeDurably(bytes: Uint8Array, offset: number): Promise<void> {
    const { lies = false } = this.#options;
    if (!lies) return this.#sync(bytes, offset);
    // The buffer of the caller is its own again as soon as it thinks that the bytes are safe.
    const kept = bytes.slice();
    this.#backlog.done = this.#backlog.done.then(() => this.#sync(kept, offset)).catch(() => undefined);
  }

  reserve(offset: number, length: number): Promise<void> {
    return this.#file.reserve(offset, length);
  }

  read(into: Uint8Array, offset: number): Promise<number> {
    return this.#file.read(into, offset);
  }

  size(): Promise<number> {
    return this.#file.size();
  }

  truncate(length: number): Promise<void> {
    return this.#file.truncate(length);
  }

  sync(): Promise<void> {
    return this.#file.sync();
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  async #sync(bytes: Uint8Array, offset: number): Promise<void> {
    const { syncMs, parts } = this.#options;
    const partBytes = Math.max(1, Math.ceil(bytes.length / parts));
    for (let at = 0; at < bytes.length; at += partBytes) {
      await sleep(syncMs / parts);
      await this.#file.writeDurably(bytes.subarray(at, at + partBytes), offset + at);
    }
  }
}

/**
 * A file system for tests with killed processes. A kill loses nothing that the kernel has, so this one keeps batches in
 * the process until their sync, and then writes them in parts: who is killed before has lost them, who is killed between
 * has torn the last one. What was reported durable is durable.
 */
export const holdingFiles = (files: Files, options: HoldingOptions): Files => {
  const backlog: Backlog = { done: Promise.resolve() };
  return {
    makeDirectory: (path) => files.makeDirectory(path),
    list: (path) => files.list(path),
    open: async (path) => new HoldingLogFile(await files.open(path), options, backlog),
    readSmall: (path) => files.readSmall(path),
    writeSmall: (path, bytes) => files.writeSmall(path, bytes),
    rename: async (from, to) => {
      // A segment that lost its header would be found at once; the lie is to be found by what is missing.
      await backlog.done;
      await files.rename(from, to);
    },
    remove: (path) => files.remove(path),
  };
};

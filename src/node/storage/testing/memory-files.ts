import type { Files, LogFile } from "../files.ts";

class MemoryLogFile implements LogFile {
  readonly #files: MemoryFiles;
  readonly #content: { bytes: Uint8Array };
  /** Renaming a file that is open does not close it. */
  constructor(files: MemoryFiles, content: { bytes: Uint8Array }) {
    this.#files = files;
    this.#content = content;
  }

  async writeDurably(bytes: Uint8Array, offset: number): Promise<void> {
    const copy = bytes.slice();
    this.#files.writes++;
    await this.#files.before("write");
    this.#put(copy, offset);
  }

  async reserve(offset: number, length: number): Promise<void> {
    await this.#files.before("reserve");
    this.#put(new Uint8Array(length), offset);
  }

  async read(into: Uint8Array, offset: number): Promise<number> {
    const part = this.#content.bytes.subarray(offset, offset + into.length);
    into.set(part);
    return part.length;
  }

  async size(): Promise<number> {
    return this.#content.bytes.length;
  }

  async truncate(length: number): Promise<void> {
    this.#content.bytes = this.#content.bytes.slice(0, length);
  }

  async sync(): Promise<void> {
    await this.#files.before("sync");
  }

  async close(): Promise<void> {}

  #put(bytes: Uint8Array, offset: number): void {
    const { length } = this.#content.bytes;
    if (offset + bytes.length > length) {
      const wider = new Uint8Array(offset + bytes.length);
      wider.set(this.#content.bytes);
      this.#content.bytes = wider;
    }
    this.#content.bytes.set(bytes, offset);
  }
}

/** A file system in memory, for tests that damage files at every byte, hold syncs back, or run out of space. */
export class MemoryFiles implements Files {
  readonly contents: Map<string, { bytes: Uint8Array }> = new Map();
  /** Waited for before each write, reservation or sync; rejects to let it fail. */
  before: (what: "write" | "reserve" | "sync") => Promise<void> = async () => {};
  /** How many batches and headers were written. */
  writes = 0;

  async makeDirectory(): Promise<void> {}

  async list(path: string): Promise<readonly string[]> {
    const inside = [...this.contents.keys()].filter((file) => file.startsWith(`${path}/`));
    return inside.map((file) => file.slice(path.length + 1)).sort();
  }

  async open(path: string): Promise<LogFile> {
    let content = this.contents.get(path);
    if (content === undefined) {
      content = { bytes: new Uint8Array(0) };
      this.contents.set(path, content);
    }
    return new MemoryLogFile(this, content);
  }

  async readSmall(path: string): Promise<Uint8Array | null> {
    return this.contents.get(path)?.bytes ?? null;
  }

  async writeSmall(path: string, bytes: Uint8Array): Promise<void> {
    this.contents.set(path, { bytes: bytes.slice() });
  }

  async rename(from: string, to: string): Promise<void> {
    this.contents.set(to, this.contents.get(from)!);
    this.contents.delete(from);
  }

  async remove(path: string): Promise<void> {
    this.contents.delete(path);
  }

  /** The same files, sharing nothing: what another process would find. */
  copy(): MemoryFiles {
    const copy = new MemoryFiles();
    for (const [path, { bytes }] of this.contents) copy.contents.set(path, { bytes: bytes.slice() });
    return copy;
  }
}

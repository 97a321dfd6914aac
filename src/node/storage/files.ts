/** An open file of the log. Offsets are in bytes; every call works off the event loop. */
export interface LogFile {
  /** All bytes at `offset`, and resolved only when they survive the loss of power, with the file's size if it grew. */
  writeDurably(bytes: Uint8Array, offset: number): Promise<void>;
  /** Fills with zeros, durably, so that later writes there change no metadata. */
  reserve(offset: number, length: number): Promise<void>;
  /** What is in the file from `offset` on, as much as fits; resolved with the count. */
  read(into: Uint8Array, offset: number): Promise<number>;
  /** Bytes of the file, with what was reserved. */
  size(): Promise<number>;
  /** Cuts the file, durably. */
  truncate(length: number): Promise<void>;
  /** Makes everything durable that is in the file, also what an earlier process wrote. */
  sync(): Promise<void>;
  /** Gives the file back; asked once. */
  close(): Promise<void>;
}

/**
 * What the storage needs of a file system. Two implementations: the real one, and one that keeps unsynced bytes back
 * until they are synced, so that a killed process loses them as a machine without power does.
 */
export interface Files {
  /** Makes the directory and those around it, durably. */
  makeDirectory(path: string): Promise<void>;
  /** The names in a directory, ascending; empty if there is none. */
  list(path: string): Promise<readonly string[]>;
  /** Opens for reading and writing; made, empty, if absent. */
  open(path: string): Promise<LogFile>;
  /** The whole of a file, or null where there is none. */
  readSmall(path: string): Promise<Uint8Array | null>;
  /** Replaces a small file whole, durably: after a crash it is the old one or the new one. */
  writeSmall(path: string, bytes: Uint8Array): Promise<void>;
  /** Gives a file its final name, durably. */
  rename(from: string, to: string): Promise<void>;
  /** Durably, so that of several files the one that was removed first does not come back alone. */
  remove(path: string): Promise<void>;
}

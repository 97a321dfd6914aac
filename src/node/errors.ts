import type { NodeId } from "../model/index.ts";

/** A write or a sync of the log failed: the incarnation ends, and nothing that waited for it leaves. */
export class StorageFailedError extends Error {
  readonly code: string = "STORAGE_FAILED";
  override readonly name: string = "StorageFailedError";
}

/** The disk, or this process's share of it, is full. What was acknowledged is safe; the incarnation ends. */
export class DiskFullError extends Error {
  readonly code: string = "DISK_FULL";
  override readonly name: string = "DiskFullError";
}

/** Bytes that had been synced are damaged or gone: the node refuses to start, since it may have forgotten a promise. */
export class LogCorruptError extends Error {
  readonly code: string = "LOG_CORRUPT";
  override readonly name: string = "LogCorruptError";
  /** The damaged file, and the byte in it. */
  readonly file: string;
  readonly offset: number;

  constructor(file: string, offset: number, what: string) {
    super(
      `${file}, byte ${offset}: ${what}. These bytes had been synced, so this is damage and no unfinished write. ` +
        "Do not cut the file: this replica may have promised or acknowledged what is lost. Restore the directory from " +
        "a copy of this same replica that is not older, or remove the replica from the cluster and add a new one, " +
        "with a new id and an empty directory.",
    );
    this.file = file;
    this.offset = offset;
  }
}

/** Another process works on the data directory. */
export class DirectoryLockedError extends Error {
  readonly code: string = "DIRECTORY_LOCKED";
  override readonly name: string = "DirectoryLockedError";
  /** The process that holds it, where it tells. */
  readonly processId: number | null;

  constructor(directory: string, processId: number | null) {
    const who = processId === null ? "another process" : `process ${processId}`;
    super(`${directory} is in use by ${who}. Stop it first: two replicas on one directory destroy it.`);
    this.processId = processId;
  }
}

/** The data directory belongs to another cluster or member, or its format is not one that this version reads. */
export class DirectoryRefusedError extends Error {
  readonly code: string = "DIRECTORY_REFUSED";
  override readonly name: string = "DirectoryRefusedError";
}

/** A certificate or key is missing, unreadable, expired, or names somebody else. Never carries the key. */
export class CertificateError extends Error {
  readonly code: string = "CERTIFICATE";
  override readonly name: string = "CertificateError";
}

/** Bytes on a connection that are no frame, or one beyond its limit. The connection is over, nothing else happened. */
export class FrameError extends Error {
  readonly code: string = "FRAME";
  override readonly name: string = "FrameError";
}

/** Why a connection was refused before it became a session. */
export type RefusalReason = "protocol" | "cluster" | "member" | "certificate" | "directory" | "timeout" | "full";

/** A connection was refused before it became a session. */
export class HandshakeError extends Error {
  readonly code: string = "HANDSHAKE";
  override readonly name: string = "HandshakeError";
  /** What it was refused for. */
  readonly reason: RefusalReason;
  /** Who the other end says it is, where it came so far. */
  readonly peer: NodeId | null;

  constructor(reason: RefusalReason, message: string, peer: NodeId | null = null) {
    super(message);
    this.reason = reason;
    this.peer = peer;
  }
}

/** The address cannot be listened on. */
export class ListenError extends Error {
  readonly code: string = "LISTEN";
  override readonly name: string = "ListenError";
}

/** The node is closed, or was stopped by a failure. */
export class HostClosedError extends Error {
  readonly code: string = "HOST_CLOSED";
  override readonly name: string = "HostClosedError";
}

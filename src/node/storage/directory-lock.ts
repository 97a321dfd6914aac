import { createHash } from "node:crypto";
import { once } from "node:events";
import { realpathSync, statSync } from "node:fs";
import type { Server } from "node:net";
import { DirectoryLockedError } from "../errors.ts";
import { holderAt, isCode, listenAt } from "./lock-socket.ts";
import { SocketFileLock } from "./socket-file-lock.ts";

/**
 * The name of a lock that is no file, and that the kernel removes with its process; null where there is none. On Linux it is
 * an abstract socket named after the directory's inode, so that two paths to one directory have one lock; on Windows it
 * is a named pipe.
 */
const nameOf = (directory: string): string | null => {
  if (process.platform === "linux") {
    const { dev, ino } = statSync(directory);
    return `\0quorate-directory-${dev}-${ino}`;
  }
  if (process.platform !== "win32") return null;
  const digest = createHash("sha256").update(realpathSync(directory)).digest("hex").slice(0, 32);
  return `\\\\.\\pipe\\quorate-directory-${digest}`;
};

const listen = async (directory: string, name: string): Promise<Server> => {
  for (let attempt = 0; ; attempt++) {
    try {
      return await listenAt(name, () => "held");
    } catch (error) {
      if (!isCode(error, "EADDRINUSE", "EACCES")) throw error;
      const holder = await holderAt(name);
      if (holder !== null || attempt > 0) throw new DirectoryLockedError(directory, holder?.processId ?? null);
    }
  }
};

/** Which process holds a directory: null if it does not tell, undefined if nobody does. */
export const holderOfDirectory = async (directory: string): Promise<number | null | undefined> => {
  const name = nameOf(directory);
  const holder =
    (name === null ? null : await holderAt(name)) ??
    (process.platform === "win32" ? null : await SocketFileLock.holderOf(directory));
  return holder === null ? undefined : holder.processId;
};

/**
 * Holds a data directory until it is released or the process ends, however it ends. On Linux by two sockets: an abstract
 * one, which is at once there or not, but seen in its own network namespace only, and a file in the directory, which all
 * reach that share the directory on one kernel, containers with networks of their own too.
 */
export class DirectoryLock {
  /** Why no socket file could be made: then another network namespace does not see that the directory is held. */
  readonly narrow: Error | null;
  readonly #server: Server | null;
  readonly #file: SocketFileLock | null;

  private constructor(server: Server | null, file: SocketFileLock | null, narrow: Error | null) {
    this.#server = server;
    this.#file = file;
    this.narrow = narrow;
  }

  /** @throws DirectoryLockedError where another process, or this one, holds it. */
  static async take(directory: string): Promise<DirectoryLock> {
    const name = nameOf(directory);
    const server = name === null ? null : await listen(directory, name);
    if (process.platform === "win32") return new DirectoryLock(server, null, null);
    try {
      return new DirectoryLock(server, await SocketFileLock.take(directory), null);
    } catch (error) {
      // Some file systems have no sockets.
      if (server !== null && !(error instanceof DirectoryLockedError) && error instanceof Error)
        return new DirectoryLock(server, null, error);
      server?.close();
      throw error;
    }
  }

  /** Lets others have the directory. */
  async release(): Promise<void> {
    await this.#file?.release();
    if (this.#server?.listening === true) await once(this.#server.close(), "close");
  }
}

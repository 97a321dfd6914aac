import { createHash } from "node:crypto";
import { once } from "node:events";
import { realpathSync, rmSync, statSync } from "node:fs";
import { connect, createServer, type Server } from "node:net";
import { join } from "node:path";
import { DirectoryLockedError } from "../errors.ts";

/** The file of the lock, where it is one. */
export const lockFileName = "lock.socket";

/** Milliseconds that the holder of a lock gets to say which process it is. */
const answerMsMax = 500;

/**
 * The name of the lock: a socket that the kernel removes with its process. On Linux it is abstract and named after the
 * directory's inode, so that two paths to one directory have one lock; on Windows it is a named pipe.
 */
const socketOf = (directory: string): { readonly path: string; readonly isFile: boolean } => {
  const { dev, ino } = statSync(directory);
  if (process.platform === "linux") return { path: `\0quorate-directory-${dev}-${ino}`, isFile: false };
  const digest = createHash("sha256").update(realpathSync(directory)).digest("hex").slice(0, 32);
  if (process.platform === "win32") return { path: `\\\\.\\pipe\\quorate-directory-${digest}`, isFile: false };
  return { path: join(directory, lockFileName), isFile: true };
};

const isCode = (error: unknown, ...codes: readonly string[]): boolean =>
  codes.includes((error as { readonly code?: string }).code ?? "");

/** Which process listens on the socket; null if it does not tell, undefined if nobody listens. */
const holderOf = async (path: string): Promise<number | null | undefined> => {
  const socket = connect(path);
  try {
    const [said] = (await once(socket, "data", { signal: AbortSignal.timeout(answerMsMax) })) as [Buffer];
    const processId = Number(said.toString("latin1"));
    return Number.isSafeInteger(processId) ? processId : null;
  } catch (error) {
    return isCode(error, "ECONNREFUSED", "ENOENT") ? undefined : null;
  } finally {
    socket.destroy();
  }
};

const listen = async (path: string): Promise<Server> => {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.end(String(process.pid));
  });
  // Not shared with the workers of a cluster: each would believe that it holds the lock.
  server.listen({ path, exclusive: true });
  await once(server, "listening");
  server.unref();
  return server;
};

/** Which process holds a directory: null if it does not tell, undefined if nobody does. */
export const holderOfDirectory = (directory: string): Promise<number | null | undefined> =>
  holderOf(socketOf(directory).path);

/** Holds a data directory until it is released or the process ends, however it ends. */
export class DirectoryLock {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** @throws DirectoryLockedError where another process, or this one, holds it. */
  static async take(directory: string): Promise<DirectoryLock> {
    const { path, isFile } = socketOf(directory);
    for (let attempt = 0; ; attempt++) {
      try {
        return new DirectoryLock(await listen(path));
      } catch (error) {
        if (!isCode(error, "EADDRINUSE", "EACCES")) throw error;
        const holder = await holderOf(path);
        if (holder !== undefined || attempt > 0) throw new DirectoryLockedError(directory, holder ?? null);
        // The file of a socket outlives its process; nobody answers on it.
        if (isFile) rmSync(path, { force: true });
      }
    }
  }

  /** Lets others have the directory. */
  async release(): Promise<void> {
    if (this.#server.listening) await once(this.#server.close(), "close");
  }
}

import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { closeSync, existsSync, openSync, readdirSync, renameSync, rmSync } from "node:fs";
import type { Server } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { DirectoryLockedError } from "../errors.ts";
import { holderAt, isCode, type LockHolder, listenAt } from "./lock-socket.ts";

const prefix = "lock-";
const suffix = ".socket";
/** A socket that is not listened on yet. */
const unfinished = ".new";
/** Bytes of a path of a socket, with the zero at its end; the least of all systems. */
const pathBytesMax = 104;
/** Milliseconds between two looks at another that tries too, and how many there are. */
const patienceMs = 20;
const looksMax = 100;

const namesIn = (directory: string, end: string): string[] =>
  readdirSync(directory).filter((name) => name.startsWith(prefix) && name.endsWith(end));

/** Whether a file of a directory is one of its lock, of one that is held or one that a killed process left. */
export const isLockFile = (name: string): boolean =>
  name.startsWith(prefix) && (name.endsWith(suffix) || name.endsWith(unfinished));

/** A path to a directory that is short enough for a socket in it: Linux names what a process has open. */
class ShortPath {
  readonly path: string;
  #descriptor: number | null;

  constructor(directory: string) {
    const isShort = Buffer.byteLength(join(directory, socketName())) + unfinished.length < pathBytesMax;
    this.#descriptor = isShort || !existsSync("/proc/self/fd") ? null : openSync(directory, "r");
    this.path = this.#descriptor === null ? directory : `/proc/self/fd/${this.#descriptor}`;
  }

  close(): void {
    if (this.#descriptor !== null) closeSync(this.#descriptor);
    this.#descriptor = null;
  }
}

const socketName = (): string => `${prefix}${randomBytes(6).toString("hex")}${suffix}`;

/**
 * A lock that is a socket file in the directory, on which its holder listens: all who see the file on one kernel reach the
 * holder, whatever network namespace they are in, and nobody answers once its process is gone.
 *
 * Each that wants the lock listens on a name of its own before it looks for others, so that of two that come at once at
 * least one sees the other; of two that see each other the one with the lower name goes on. A file on which nobody answers
 * can be removed by anybody, since no name is used twice. (One name for all cannot be taken over: between the look at a
 * file and its removal another may have put its own there.) A name appears only when it is listened on.
 */
export class SocketFileLock {
  readonly #directory: string;
  readonly #short: ShortPath;
  readonly #name: string;
  #server: Server | null = null;
  #state: "held" | "trying" = "trying";

  private constructor(directory: string) {
    this.#directory = directory;
    this.#short = new ShortPath(directory);
    this.#name = socketName();
  }

  /** @throws DirectoryLockedError where another holds it, the error of the system where the directory takes no sockets. */
  static async take(directory: string): Promise<SocketFileLock> {
    const lock = new SocketFileLock(directory);
    try {
      await lock.#show();
      for (let looks = 0; ; looks++) {
        const rival = await lock.#rival();
        if (rival === null) break;
        if (!rival.goesFirst || looks >= looksMax) throw new DirectoryLockedError(directory, rival.holder.processId);
        await sleep(patienceMs);
      }
      lock.#state = "held";
      await lock.#removeDead(unfinished);
      return lock;
    } catch (error) {
      await lock.release();
      throw error;
    }
  }

  /** Who holds a directory, or tries to; null if nobody does. */
  static async holderOf(directory: string): Promise<LockHolder | null> {
    const short = new ShortPath(directory);
    try {
      for (const name of namesIn(directory, suffix)) {
        const holder = await holderAt(join(short.path, name));
        if (holder !== null) return holder;
      }
      return null;
    } finally {
      short.close();
    }
  }

  /** Lets others have the directory. */
  async release(): Promise<void> {
    rmSync(join(this.#directory, this.#name), { force: true });
    if (this.#server?.listening === true) await once(this.#server.close(), "close");
    this.#short.close();
  }

  async #show(): Promise<void> {
    const path = join(this.#short.path, this.#name);
    this.#server = await listenAt(path + unfinished, () => this.#state);
    try {
      renameSync(path + unfinished, path);
    } catch (error) {
      // Whoever holds the lock has taken it for what a crash left.
      if (isCode(error, "ENOENT")) throw new DirectoryLockedError(this.#directory, null);
      throw error;
    }
  }

  /** Somebody else who listens, and whether this one may wait for it to go; null if there is nobody. */
  async #rival(): Promise<{ readonly holder: LockHolder; readonly goesFirst: boolean } | null> {
    let waitsFor: LockHolder | null = null;
    for (const [name, holder] of await this.#removeDead(suffix)) {
      if (!holder.isTrying || name < this.#name) return { holder, goesFirst: false };
      waitsFor = holder;
    }
    return waitsFor === null ? null : { holder: waitsFor, goesFirst: true };
  }

  /** Removes the files on which nobody answers; returns who answers on the others. */
  async #removeDead(end: string): Promise<Map<string, LockHolder>> {
    const living = new Map<string, LockHolder>();
    for (const name of namesIn(this.#directory, end)) {
      if (name === this.#name) continue;
      const holder = await holderAt(join(this.#short.path, name));
      if (holder === null) rmSync(join(this.#directory, name), { force: true });
      else living.set(name, holder);
    }
    return living;
  }
}

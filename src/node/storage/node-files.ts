import * as fs from "node:fs";
import { constants } from "node:fs";
import { mkdir, readdir, readFile, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { DiskFullError, StorageFailedError } from "../errors.ts";
import type { Files, LogFile } from "./files.ts";

const spaceCodes = new Set(["ENOSPC", "EDQUOT", "EFBIG"]);

/** The typed error for what the system said. */
export const storageError = (doing: string, path: string, cause: unknown): Error => {
  if (cause instanceof DiskFullError || cause instanceof StorageFailedError) return cause;
  const { code = "", message = String(cause) } = cause as { readonly code?: string; readonly message?: string };
  if (spaceCodes.has(code))
    return new DiskFullError(
      `cannot ${doing} ${path}: no space is left (${code}). Nothing that was acknowledged is lost. Free some space, ` +
        "then start the replica again.",
      { cause },
    );
  return new StorageFailedError(`cannot ${doing} ${path}: ${message}`, { cause });
};

const failing = async <T>(doing: string, path: string, work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (cause) {
    throw storageError(doing, path, cause);
  }
};

/** A write that returns when the bytes are durable saves a second trip to the thread pool; only Linux means it so. */
const durableWrites = process.platform === "linux";
const flagsOf = (durable: boolean): number =>
  constants.O_RDWR | constants.O_CREAT | (durable ? (constants.O_DSYNC ?? 0) : 0);

const zeros = new Uint8Array(1 << 20);

const openDescriptor = (path: string, durable: boolean): Promise<number> =>
  new Promise((resolve, reject) => {
    fs.open(path, flagsOf(durable), 0o600, (error, file) => (error === null ? resolve(file) : reject(error)));
  });

const writeAll = (file: number, bytes: Uint8Array, offset: number): Promise<void> =>
  new Promise((resolve, reject) => {
    let done = 0;
    const next = (): void => {
      fs.write(file, bytes, done, bytes.length - done, offset + done, (error, written) => {
        if (error !== null) return reject(error);
        done += written;
        // A disk that fills up takes a part first and refuses the rest only when asked again.
        if (done < bytes.length) next();
        else resolve();
      });
    };
    if (bytes.length === 0) resolve();
    else next();
  });

const dataSync = (file: number): Promise<void> =>
  new Promise((resolve, reject) => {
    fs.fdatasync(file, (error) => (error === null ? resolve() : reject(error)));
  });

const closeDescriptor = (file: number): Promise<void> =>
  new Promise((resolve, reject) => {
    fs.close(file, (error) => (error === null || error === undefined ? resolve() : reject(error)));
  });

class NodeLogFile implements LogFile {
  readonly #path: string;
  /** Writes of batches; durable when they return, where the platform has that. */
  readonly #batches: number;
  readonly #plain: number;

  constructor(path: string, batches: number, plain: number) {
    this.#path = path;
    this.#batches = batches;
    this.#plain = plain;
  }

  writeDurably(bytes: Uint8Array, offset: number): Promise<void> {
    return failing("write to", this.#path, async () => {
      await writeAll(this.#batches, bytes, offset);
      if (!durableWrites) await dataSync(this.#batches);
    });
  }

  reserve(offset: number, length: number): Promise<void> {
    return failing("reserve space in", this.#path, async () => {
      for (let done = 0; done < length; done += zeros.length)
        await writeAll(this.#plain, zeros.subarray(0, Math.min(zeros.length, length - done)), offset + done);
      await dataSync(this.#plain);
    });
  }

  read(into: Uint8Array, offset: number): Promise<number> {
    return failing(
      "read",
      this.#path,
      () =>
        new Promise((resolve, reject) => {
          let done = 0;
          const next = (): void => {
            fs.read(this.#plain, into, done, into.length - done, offset + done, (error, count) => {
              if (error !== null) return reject(error);
              done += count;
              if (count > 0 && done < into.length) next();
              else resolve(done);
            });
          };
          next();
        }),
    );
  }

  size(): Promise<number> {
    return failing(
      "look at",
      this.#path,
      () =>
        new Promise((resolve, reject) => {
          fs.fstat(this.#plain, (error, stats) => (error === null ? resolve(stats.size) : reject(error)));
        }),
    );
  }

  truncate(length: number): Promise<void> {
    return failing("cut", this.#path, async () => {
      await new Promise<void>((resolve, reject) => {
        fs.ftruncate(this.#plain, length, (error) => (error === null ? resolve() : reject(error)));
      });
      await dataSync(this.#plain);
    });
  }

  sync(): Promise<void> {
    return failing("sync", this.#path, () => dataSync(this.#plain));
  }

  async close(): Promise<void> {
    await closeDescriptor(this.#batches);
    await closeDescriptor(this.#plain);
  }
}

/** The name of a file is durable only once its directory is. Windows cannot say so, and needs no asking. */
const syncDirectory = async (path: string): Promise<void> => {
  if (process.platform === "win32") return;
  const directory = await new Promise<number>((resolve, reject) => {
    fs.open(path, constants.O_RDONLY, (error, file) => (error === null ? resolve(file) : reject(error)));
  });
  try {
    await new Promise<void>((resolve, reject) => {
      fs.fsync(directory, (error) => (error === null ? resolve() : reject(error)));
    });
  } finally {
    await closeDescriptor(directory);
  }
};

const isMissing = (error: unknown): boolean => (error as { readonly code?: string }).code === "ENOENT";

/** The file system of this computer. */
export const nodeFiles: Files = {
  makeDirectory: (path) =>
    failing("make", path, async () => {
      const first = await mkdir(path, { recursive: true, mode: 0o700 });
      if (first !== undefined) await syncDirectory(dirname(first));
    }),

  list: (path) =>
    failing("list", path, async () => {
      try {
        return (await readdir(path)).sort();
      } catch (error) {
        if (isMissing(error)) return [];
        throw error;
      }
    }),

  open: (path) =>
    failing("open", path, async () => {
      const plain = await openDescriptor(path, false);
      // A segment is prepared under a name with `.new`; what people look for is the one that it gets.
      return new NodeLogFile(path.replace(/\.new$/, ""), await openDescriptor(path, durableWrites), plain);
    }),

  readSmall: (path) =>
    failing("read", path, async () => {
      try {
        return new Uint8Array(await readFile(path));
      } catch (error) {
        if (isMissing(error)) return null;
        throw error;
      }
    }),

  writeSmall: (path, bytes) =>
    failing("write", path, async () => {
      const next = `${path}.new`;
      await rm(next, { force: true });
      const file = await openDescriptor(next, false);
      try {
        await writeAll(file, bytes, 0);
        await dataSync(file);
      } finally {
        await closeDescriptor(file);
      }
      await rename(next, path);
      await syncDirectory(dirname(path));
    }),

  rename: (from, to) =>
    failing("rename", from, async () => {
      await rename(from, to);
      await syncDirectory(dirname(to));
    }),

  remove: (path) =>
    failing("remove", path, async () => {
      await rm(path, { force: true });
      await syncDirectory(dirname(path));
    }),
};

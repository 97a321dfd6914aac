import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DirectoryLockedError, DirectoryRefusedError } from "../errors.ts";
import { type DirectoryMigration, identify } from "./directory-identity.ts";
import { DirectoryLock, holderOfDirectory } from "./directory-lock.ts";
import { holderAt } from "./lock-socket.ts";
import { SocketFileLock } from "./socket-file-lock.ts";
import { MemoryFiles } from "./testing/memory-files.ts";

const textOf = (files: MemoryFiles, path: string): string => new TextDecoder().decode(files.contents.get(path)?.bytes);

/** A process that holds a directory and says its id, started by a command before it. */
const holding = (before: readonly string[], directory: string): ChildProcess => {
  const module = new URL("./directory-lock.ts", import.meta.url).href;
  const code = `import("${module}").then(({ DirectoryLock }) => DirectoryLock.take(process.argv[1])).then(() => {
    setInterval(() => {}, 1000); process.stdout.write(String(process.pid)); })`;
  const [command, ...args] = [...before, process.execPath, "--import", "tsx", "-e", code, directory];
  return spawn(command!, args, { stdio: ["ignore", "pipe", "inherit"] });
};

/** A socket file on which nobody listens, as a killed process leaves it. */
const leaveSocket = async (path: string): Promise<void> => {
  const code = `require("node:net").createServer().listen(process.argv[1], () => process.kill(process.pid, "SIGKILL"))`;
  await once(spawn(process.execPath, ["-e", code, path]), "exit");
};

describe("the lock on a data directory", () => {
  let directory = "";
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "quorate-lock-"));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it("is held by one, names the process, and can be had again", async () => {
    const lock = await DirectoryLock.take(directory);
    const refused = await DirectoryLock.take(directory).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(DirectoryLockedError);
    expect(refused).toMatchObject({ code: "DIRECTORY_LOCKED", processId: process.pid });
    await lock.release();
    await (await DirectoryLock.take(directory)).release();
  });

  it("is one for all paths to a directory", async () => {
    const real = join(directory, "real");
    mkdirSync(real);
    symlinkSync(real, join(directory, "other"));
    const lock = await DirectoryLock.take(real);
    await expect(DirectoryLock.take(join(directory, "other"))).rejects.toBeInstanceOf(DirectoryLockedError);
    await lock.release();
  });

  it("vanishes with a process that is killed", async () => {
    const holder = holding([], directory);
    await once(holder.stdout!, "data");
    await expect(DirectoryLock.take(directory)).rejects.toMatchObject({ processId: holder.pid });
    holder.kill("SIGKILL");
    await once(holder, "exit");
    await (await DirectoryLock.take(directory)).release();
  });
});

describe("the lock on a data directory, as a file", () => {
  let directory = "";
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "quorate-lock-"));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  const socketsIn = (folder: string): string[] => readdirSync(folder).filter((name) => name.startsWith("lock-"));

  it("is held by one at most, whoever comes at once, and in the end by one", async () => {
    const attempts = Array.from({ length: 12 }, () => SocketFileLock.take(directory).catch((error: unknown) => error));
    const ends = await Promise.all(attempts);
    const held = ends.filter((end) => end instanceof SocketFileLock);
    expect(held).toHaveLength(1);
    expect(ends.filter((end) => end instanceof DirectoryLockedError)).toHaveLength(11);
    expect(socketsIn(directory)).toHaveLength(1);
    await expect(SocketFileLock.take(directory)).rejects.toMatchObject({ processId: process.pid });
    await held[0]?.release();
    expect(socketsIn(directory)).toEqual([]);
  });

  it("is had in a directory whose path is longer than that of a socket may be", async () => {
    const deep = join(directory, "d".repeat(60), "e".repeat(60));
    mkdirSync(deep, { recursive: true });
    if (process.platform !== "linux")
      return void (await expect(SocketFileLock.take(deep)).rejects.toBeInstanceOf(Error));
    const lock = await SocketFileLock.take(deep);
    expect(socketsIn(deep)).toHaveLength(1);
    await expect(SocketFileLock.take(deep)).rejects.toBeInstanceOf(DirectoryLockedError);
    await lock.release();
    expect(socketsIn(deep)).toEqual([]);
  });

  it("what killed processes left is removed, finished or not, and nothing else", async () => {
    const keep = ["lock-1.wal", "lock-me", "replica.json"];
    for (const name of keep) writeFileSync(join(directory, name), "");
    for (const name of ["lock-1.socket", "lock-2.socket", "lock-3.socket.new"])
      await leaveSocket(join(directory, name));
    const lock = await SocketFileLock.take(directory);
    expect(readdirSync(directory)).toHaveLength(keep.length + 1);
    await lock.release();
    expect(readdirSync(directory).sort()).toEqual(keep);
  });

  it("is seen from another network namespace, where the abstract one is not, and vanishes with a kill", async () => {
    const unshare = ["unshare", "--user", "--map-root-user", "--net"];
    const [command, ...probe] = [...unshare, "true"];
    const { status, stderr } = spawnSync(command!, probe, { encoding: "utf8" });
    // Without namespaces the file alone is asked for, as one in another namespace would see nothing else.
    const isPermitted = status === 0;
    if (!isPermitted) expect(`${status} ${stderr}`).toMatch(/null|not permitted|denied|not found|No space/i);
    const holder = holding(isPermitted ? unshare : [], directory);
    const [said] = (await once(holder.stdout!, "data")) as [Buffer];
    const { ino, dev } = statSync(directory);
    const abstract = `\0quorate-directory-${dev}-${ino}`;
    if (isPermitted) expect(await holderAt(abstract)).toBeNull();
    else expect(await holderAt(abstract)).toMatchObject({ processId: holder.pid });
    await expect(SocketFileLock.take(directory)).rejects.toMatchObject({ processId: Number(said) });
    await expect(DirectoryLock.take(directory)).rejects.toBeInstanceOf(DirectoryLockedError);
    expect(await holderOfDirectory(directory)).toBe(Number(said));
    holder.kill("SIGKILL");
    await once(holder, "exit");
    expect(await holderOfDirectory(directory)).toBeUndefined();
    const next = await DirectoryLock.take(directory);
    expect(next.narrow).toBeNull();
    expect(socketsIn(directory)).toHaveLength(1);
    await next.release();
  });
});

describe("whose a data directory is", () => {
  it("is written once and found again", async () => {
    const files = new MemoryFiles();
    const identity = await identify(files, "data", "bank", 2);
    expect(await identify(files, "data", "bank", 2)).toEqual(identity);
  });

  it("another cluster, another member, a newer format, damage: refused, nothing changed", async () => {
    const files = new MemoryFiles();
    await identify(files, "data", "bank", 2);
    const before = textOf(files, "data/replica.json");
    await expect(identify(files, "data", "shop", 2)).rejects.toThrow('belongs to member 2 of cluster "bank"');
    await expect(identify(files, "data", "bank", 1)).rejects.toBeInstanceOf(DirectoryRefusedError);
    expect(textOf(files, "data/replica.json")).toBe(before);
    for (const bad of [before.replace('"format": 2', '"format": 3'), before.slice(0, -9), "", '{"format":"1"}', "[]"]) {
      const damaged = files.copy();
      damaged.contents.set("data/replica.json", { bytes: new TextEncoder().encode(bad) });
      await expect(identify(damaged, "data", "bank", 2)).rejects.toBeInstanceOf(DirectoryRefusedError);
      expect(textOf(damaged, "data/replica.json")).toBe(bad);
    }
  });

  it("a log without an identity is not taken over", async () => {
    const files = new MemoryFiles();
    files.contents.set("data/log", { bytes: new Uint8Array(1) });
    await expect(identify(files, "data", "bank", 2)).rejects.toBeInstanceOf(DirectoryRefusedError);
  });

  it("an older format is migrated, and a copy of the file kept", async () => {
    const files = new MemoryFiles();
    const old = '{"format":0,"name":"bank","member":2,"directory":"d"}';
    files.contents.set("data/replica.json", { bytes: new TextEncoder().encode(old) });
    await expect(identify(files, "data", "bank", 2)).rejects.toThrow("too old");
    const migrations = new Map<number, DirectoryMigration>([
      [0, ({ name, ...rest }) => ({ ...rest, cluster: name })],
      [1, (content) => content],
    ]);
    const identity = await identify(files, "data", "bank", 2, migrations);
    expect(identity).toEqual({ format: 2, cluster: "bank", member: 2, directory: "d" });
    expect(textOf(files, "data/replica.json.format-0")).toBe(old);
    expect(await identify(files, "data", "bank", 2)).toEqual(identity);
  });

  it("a directory of format 1 is taken over as it is", async () => {
    const files = new MemoryFiles();
    const old = '{"format":1,"cluster":"bank","member":2,"directory":"d"}';
    files.contents.set("data/replica.json", { bytes: new TextEncoder().encode(old) });
    expect(await identify(files, "data", "bank", 2)).toEqual({ format: 2, cluster: "bank", member: 2, directory: "d" });
    expect(textOf(files, "data/replica.json.format-1")).toBe(old);
  });
});

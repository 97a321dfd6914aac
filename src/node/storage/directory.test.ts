import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DirectoryLockedError, DirectoryRefusedError } from "../errors.ts";
import { type DirectoryMigration, identify } from "./directory-identity.ts";
import { DirectoryLock } from "./directory-lock.ts";
import { MemoryFiles } from "./testing/memory-files.ts";

const textOf = (files: MemoryFiles, path: string): string => new TextDecoder().decode(files.contents.get(path)?.bytes);

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
    const module = new URL("./directory-lock.ts", import.meta.url).href;
    const code = `import("${module}").then(({ DirectoryLock }) => DirectoryLock.take(process.argv[1])).then(() => {
      setInterval(() => {}, 1000); process.stdout.write("held"); })`;
    const holder = spawn(process.execPath, ["--import", "tsx", "-e", code, directory], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(holder.stdout, "data");
    await expect(DirectoryLock.take(directory)).rejects.toMatchObject({ processId: holder.pid });
    holder.kill("SIGKILL");
    await once(holder, "exit");
    await (await DirectoryLock.take(directory)).release();
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

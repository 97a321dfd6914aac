import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { filesWith } from "../../test/support/files-with.ts";
import { freeAddresses } from "../../test/support/run-on-sockets.ts";
import { type Log, type Module, type Port, type Sessions, stack } from "../model/index.ts";
import { readTrace, writeTrace } from "../trace/index.ts";
import {
  CertificateError,
  DirectoryLockedError,
  DirectoryRefusedError,
  DiskFullError,
  HostClosedError,
  LogCorruptError,
} from "./errors.ts";
import { NodeHost } from "./node-host.ts";
import type { HostEvent, NodeHostOptions } from "./node-host-options.ts";
import { issueCertificates } from "./security/issue-certificates.ts";
import type { Files } from "./storage/files.ts";
import { nodeFiles } from "./storage/node-files.ts";
import { type LogLine, readLog } from "./storage/read-log.ts";
import { hostSessions } from "./transport/host-sessions.ts";

interface Journal extends Port {
  readonly requests: { readonly add: (text: string) => void };
  readonly indications: {
    readonly added: (text: string, length: number) => void;
    readonly heard: (from: number, text: string) => void;
    readonly linked: (peer: number, session: number, isOpen: boolean) => void;
  };
}

/** Writes each text down, then tells its user and everybody else: durable before visible. */
const journal = (): Module<{
  provides: Journal;
  uses: { sessions: Sessions<string> };
  state: Record<never, never>;
  disk: { texts: Log<string> };
}> => ({
  name: "journal",
  source: "a test",
  disk: { texts: "log" },
  init: () => ({}),
  upon: {
    request: {
      add(_s, io, text) {
        io.disk.texts.append(text);
        io.up.added(text, io.disk.texts.end);
        for (const node of io.nodes) if (node !== io.self) io.sessions.send(node, text);
      },
    },
    sessions: {
      deliver: (_s, io, from, text) => io.up.heard(from, text),
      opened: (_s, io, peer, session) => io.up.linked(peer, session, true),
      ended: (_s, io, peer, session) => io.up.linked(peer, session, false),
    },
  },
});

describe("the Node host", () => {
  let directory = "";
  let hosts: NodeHost[] = [];
  let said: { node: number; name: string; args: readonly unknown[] }[] = [];
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "quorate-node-host-"));
    hosts = [];
    said = [];
  });
  afterEach(async () => {
    for (const host of hosts) await host.close();
    rmSync(directory, { recursive: true });
  });

  const optionsOf = (self: number, addresses: NodeHostOptions["addresses"]): NodeHostOptions => ({
    stack: stack(journal(), { sessions: hostSessions<string>("journal") }),
    cluster: "test",
    self,
    addresses,
    directory: join(directory, `${self}`),
    security: { kind: "open" },
    onIndication: (name, args) => said.push({ node: self, name, args }),
    onFailure: (error) => {
      throw error;
    },
  });
  const start = async (options: NodeHostOptions): Promise<NodeHost> => {
    const host = await NodeHost.start(options);
    hosts.push(host);
    return host;
  };
  const until = async (holds: () => boolean): Promise<void> => {
    for (let tries = 0; tries < 500 && !holds(); tries++) await sleep(10);
    expect(holds()).toBe(true);
  };
  const three = async (): Promise<NodeHostOptions[]> => {
    const addresses = new Map((await freeAddresses(3)).map((address, id) => [id, address]));
    return [0, 1, 2].map((self) => optionsOf(self, addresses));
  };

  it("links three nodes by sessions, and stores what they write", async () => {
    const [a, b, c] = await Promise.all((await three()).map(start));
    await until(() => [a, b, c].every((host) => host?.metrics().sessionsOpen === 2));
    for (let n = 0; n < 1_000; n++) a?.request("add", `text ${n}`);
    await until(() => said.filter(({ name }) => name === "heard").length === 2_000);
    const heard = said.filter(({ node, name }) => node === 1 && name === "heard").map(({ args }) => args[1]);
    expect(heard).toEqual(Array.from({ length: 1_000 }, (_, n) => `text ${n}`));
    expect(said.filter(({ name }) => name === "added")).toHaveLength(1_000);
    // One turn gave all of it: one batch, and one write a peer.
    expect(a!.metrics().syncs).toBeLessThan(10);
    expect(a!.metrics().socketWrites).toBeLessThan(30);
  });

  it("ends sessions with larger numbers to come, and starts again with all that was acknowledged", async () => {
    const options = await three();
    const [a, b] = await Promise.all(options.map(start));
    await until(() => a?.metrics().sessionsOpen === 2);
    b?.request("add", "before");
    await until(() => said.some(({ name }) => name === "added"));
    await b?.kill();
    await until(() => said.some(({ node, name, args }) => node === 0 && name === "linked" && args[2] === false));
    const again = await start(options[1]!);
    expect(again.incarnation).toBe(1);
    again.request("add", "after");
    await until(() => said.some(({ node, args }) => node === 1 && args[0] === "after"));
    expect(said.find(({ args }) => args[0] === "after")?.args[1]).toBe(2);
    await until(
      () => said.filter(({ node, name, args }) => node === 0 && name === "linked" && args[0] === 1).length === 3,
    );
    const numbers = said
      .filter(({ node, name, args }) => node === 0 && name === "linked" && args[0] === 1 && args[2] === true)
      .map(({ args }) => args[1] as number);
    expect(numbers[1]).toBeGreaterThan(numbers[0]!);
  });

  it("locks its directory, refuses requests when closed, and closes once", async () => {
    const options = (await three())[0]!;
    const host = await start(options);
    await expect(NodeHost.start(options)).rejects.toBeInstanceOf(DirectoryLockedError);
    host.request("add", "last words");
    expect(host.close()).toBe(host.close());
    await host.close();
    // What was asked before was done before it closed.
    expect(said.map(({ name, args }) => [name, args[0]])).toEqual([["added", "last words"]]);
    expect(() => host.request("add", "late")).toThrow(HostClosedError);
    await (await NodeHost.start(options)).close();
  });

  it("links members over mutual TLS, takes renewed certificates while it runs, and refuses to start with another's", async () => {
    const certificates = join(directory, "certificates");
    const issued = await issueCertificates({ cluster: "test", directory: certificates, members: [0, 1, 2] });
    const events: HostEvent[] = [];
    const options = (await three()).map(
      (one, self): NodeHostOptions => ({
        ...one,
        security: { kind: "tls", ...issued.members.get(self)! },
        onEvent: (event) => events.push(event),
      }),
    );
    const [a, , c] = await Promise.all(options.map(start));
    await until(() => hosts.every((host) => host.metrics().sessionsOpen === 2));
    a?.request("add", "sealed");
    await until(() => said.filter(({ name }) => name === "heard").length === 2);
    await a?.reloadCertificates();
    expect(events.some(({ kind }) => kind === "certificates reloaded")).toBe(false);
    await issueCertificates({ cluster: "test", directory: certificates, members: [0, 2] });
    await a?.reloadCertificates();
    expect(events.some(({ kind }) => kind === "certificates reloaded")).toBe(true);
    await c?.close();
    // New connections are made with the new ones.
    await start(options[2]!);
    await until(() => a?.metrics().sessionsOpen === 2);
    const wrong = { ...options[1]!, self: 3, directory: join(directory, "3"), listen: { host: "127.0.0.1", port: 0 } };
    await expect(NodeHost.start(wrong)).rejects.toBeInstanceOf(CertificateError);
    // What failed to start holds nothing.
    await (await NodeHost.start({ ...wrong, security: { kind: "open" } })).close();
  });

  it("refuses the directory of another member or cluster", async () => {
    const [one, other] = await three();
    await (await start(one!)).close();
    const taken = { ...other!, directory: one!.directory };
    await expect(NodeHost.start(taken)).rejects.toBeInstanceOf(DirectoryRefusedError);
    await expect(NodeHost.start({ ...one!, cluster: "shop" })).rejects.toBeInstanceOf(DirectoryRefusedError);
  });

  it("D1: holds back what waits for a disk that is stuck, and says that it is", async () => {
    const events: string[] = [];
    let release = (): void => {};
    let isStuck = false;
    const files = holdingWrites(
      () => isStuck,
      (go) => {
        release = go;
      },
    );
    const host = await start({
      ...(await three())[0]!,
      storage: { files, stuckMs: 40 },
      onEvent: ({ kind }) => events.push(kind),
    });
    isStuck = true;
    host.request("add", "slow");
    await until(() => events.includes("disk stuck"));
    expect(host.metrics().outputsHeld).toBeGreaterThan(0);
    expect(host.metrics().syncPendingMs).toBeGreaterThan(40);
    expect(said).toEqual([]);
    isStuck = false;
    release();
    await until(() => events.includes("disk recovered"));
    expect(said.map(({ args }) => args[0])).toEqual(["slow"]);
  });

  it("stops when its disk is full, with nothing acknowledged that is not there", async () => {
    let isFull = false;
    const failures: Error[] = [];
    const files = failingWrites(() => (isFull ? Object.assign(new Error("no space"), { code: "ENOSPC" }) : null));
    const options = (await three())[0]!;
    const host = await start({ ...options, storage: { files }, onFailure: (error) => failures.push(error) });
    host.request("add", "kept");
    await until(() => said.length === 1);
    isFull = true;
    host.request("add", "lost");
    await until(() => failures.length === 1);
    expect(failures[0]).toBeInstanceOf(DiskFullError);
    expect(said).toHaveLength(1);
    expect(() => host.request("add", "late")).toThrow(HostClosedError);
    await host.close();
    const full = { ...options, storage: { files } };
    await expect(NodeHost.start(full)).rejects.toBeInstanceOf(DiskFullError);
    const again = await start(options);
    again.request("add", "next");
    await until(() => said.length === 2);
    expect(said[1]?.args).toEqual(["next", 2]);
  });

  it("shows its log line by line, and refuses to start when a byte of it that was synced is damaged", async () => {
    const options = (await three())[0]!;
    const host = await start(options);
    for (const text of ["first", "second"]) {
      host.request("add", text);
      await until(() => said.some(({ args }) => args[0] === text));
    }
    await host.close();
    const lines: LogLine[] = [];
    for await (const line of readLog(options.directory, { values: true })) lines.push(line);
    const entries = lines.filter(({ kind }) => kind === "append");
    expect(entries).toMatchObject([
      { path: "", name: "texts", index: 0, value: "first" },
      { path: "", name: "texts", index: 1, value: "second" },
    ]);
    const batches = lines.flatMap((line) => (line.kind === "batch" ? [line] : []));
    expect(batches.every(({ synced, position }) => synced === position)).toBe(true);
    for await (const line of readLog(options.directory)) expect(JSON.stringify(line)).not.toContain("second");
    const file = join(options.directory, "log", readdirSync(join(options.directory, "log"))[0]!);
    const bytes = readFileSync(file);
    bytes[bytes.indexOf("second")]! ^= 1;
    writeFileSync(file, bytes);
    const refused: unknown = await NodeHost.start(options).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(LogCorruptError);
    expect(refused).toMatchObject({ code: "LOG_CORRUPT", file });
    await expect(readLog(options.directory).next()).rejects.toBeInstanceOf(LogCorruptError);
    // Nothing was changed: who mends the byte can start again.
    bytes[bytes.indexOf("recond")]! ^= 1;
    writeFileSync(file, bytes);
    await (await NodeHost.start(options)).close();
  });

  it("keeps its latest events in the one trace format, without bodies", async () => {
    const [a, b] = await Promise.all(
      (await three()).slice(0, 2).map((options) => start({ ...options, traceEventsMax: 64 })),
    );
    await until(() => b?.metrics().sessionsOpen === 1);
    for (let n = 0; n < 50; n++) a?.request("add", "a secret");
    await until(() => said.filter(({ name }) => name === "heard").length === 50);
    const { header, events } = b!.trace();
    expect(events).toHaveLength(64);
    const text = writeTrace({ header, events });
    expect(text).not.toContain("secret");
    expect(readTrace(text).events).toHaveLength(64);
    expect(events.map(({ kind }) => kind)).toContain("deliver");
    expect(events.at(-1)?.cause).toBeLessThan(events.at(-1)!.id);
  });

  it("closes when its signal is aborted", async () => {
    const stop = new AbortController();
    const options = (await three())[0]!;
    const host = await start({ ...options, signal: stop.signal });
    stop.abort();
    expect(() => host.request("add", "late")).toThrow(HostClosedError);
    await host.close();
    await expect(NodeHost.start({ ...options, signal: stop.signal })).rejects.toThrow("aborted");
  });
});

/** The real file system, with a gate before each write of a batch. */
const gatedWrites = (gate: () => Promise<void>): Files =>
  filesWith(nodeFiles, (file) => ({
    writeDurably: async (bytes, offset) => {
      await gate();
      await file.writeDurably(bytes, offset);
    },
  }));

const holdingWrites = (isStuck: () => boolean, waits: (go: () => void) => void): Files =>
  gatedWrites(() => (isStuck() ? new Promise(waits) : Promise.resolve()));

const failingWrites = (error: () => Error | null): Files =>
  gatedWrites(async () => {
    const found = error();
    if (found !== null) throw found;
  });

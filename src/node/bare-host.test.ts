import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { encode, type Links, type Many, type Module, many, network, type Port, stack } from "../model/index.ts";
import { BareHost } from "./bare-host.ts";

interface Slots extends Port {
  readonly requests: Record<never, never>;
  readonly indications: { readonly heard: (slot: number, text: string) => void };
}

const slots = (): Module<{ provides: Slots; uses: { slot: Many<Links<string>> }; state: Record<never, never> }> => ({
  name: "slots",
  source: "a test",
  init: () => ({}),
  upon: { request: {}, slot: { deliver: (_s, io, slot, _from, text) => io.up.heard(slot, text) } },
});

const framed = (body: unknown): Buffer => {
  const bytes = encode(body);
  const frame = Buffer.alloc(4 + bytes.length);
  frame.writeUInt32LE(bytes.length, 0);
  frame.set(bytes, 4);
  return frame;
};

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  await once(server.close(), "close");
  return port;
};

interface Readings extends Port {
  readonly requests: { readonly read: () => void };
  readonly indications: { readonly were: (...readings: readonly number[]) => void };
}

/** Takes milliseconds between two readings of each clock. */
const slowReader: Module<{ provides: Readings; uses: Record<never, never>; state: Record<never, never> }> = {
  name: "slow reader",
  source: "a test",
  init: () => ({}),
  upon: {
    request: {
      read(_s, io) {
        const before = [io.clock("monotonic"), io.clock("wall")] as const;
        for (const end = performance.now() + 5; performance.now() < end; );
        io.up.were(...before, io.clock("monotonic"), io.clock("wall"));
      },
    },
  },
};

/** Lines that are neither empty nor comments nor imports. */
const codeLinesOf = (file: string): number =>
  readFileSync(new URL(file, import.meta.url), "utf8")
    .replace(/\/\*[\s\S]*?\*\//g, "")
    .replace(/^import [\s\S]*?;$/gm, "")
    .split("\n")
    .filter((line) => line.trim() !== "" && !line.trim().startsWith("//")).length;

describe("the bare host", () => {
  let directory = "";
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "quorate-bare-host-test-"));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it("takes less than 300 lines, sockets and files included", () => {
    const lines = ["./bare-host.ts", "./frame-log.ts", "./peer-links.ts"].map(codeLinesOf);
    expect(lines.reduce((sum, each) => sum + each)).toBeLessThan(300);
  });

  it("stamps its clocks on events: a step that takes time reads the same at its end", async () => {
    const heard: (readonly unknown[])[] = [];
    const failures: unknown[] = [];
    const host = new BareHost({
      stack: stack(slowReader, {}),
      self: 0,
      addresses: [{ host: "127.0.0.1", port: await freePort() }],
      directory,
      onAnswer: (_name, args) => heard.push(args),
      onFailure: (error) => failures.push(error),
    });
    await host.start();
    const from = Date.now();
    host.request("read");
    host.request("read");
    await host.stop();
    expect(failures).toEqual([]);
    const [[monotonic, wall, monotonicLater, wallLater], [next]] = heard as number[][] as [number[], number[]];
    expect([monotonicLater, wallLater]).toEqual([monotonic, wall]);
    expect(wall).toBeGreaterThanOrEqual(from);
    expect(next).toBeGreaterThanOrEqual(monotonic! + 5);
  });

  it.each([["x"], [[-1]], [[1.5]], [["1"]], [{}]])("survives a message whose keys are %j", async (keys) => {
    const heard: unknown[] = [];
    const failures: unknown[] = [];
    const address = { host: "127.0.0.1", port: await freePort() };
    const host = new BareHost({
      stack: stack(slots(), { slot: many(network()) }),
      self: 0,
      addresses: [address, { host: "127.0.0.1", port: 1 }],
      directory,
      onAnswer: (name, args) => heard.push([name, ...args]),
      onFailure: (error) => failures.push(error),
    });
    await host.start();
    const socket = connect(address.port, address.host);
    await once(socket, "connect");
    socket.write(framed(1));
    socket.write(framed(["slot[]", keys, "malformed"]));
    socket.write(framed(["slot[]", [3], "fine"]));
    for (let tries = 0; tries < 100 && heard.length === 0 && failures.length === 0; tries++) await sleep(10);
    socket.destroy();
    await host.stop();
    expect(failures).toEqual([]);
    expect(heard).toEqual([["heard", 3, "fine"]]);
  });
});

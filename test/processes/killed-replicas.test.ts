import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { KeyValueClient } from "../../src/service/index.ts";
import { eventually, quorate, ReplicaProcesses, reportsAtOneIndex } from "./replica-processes.ts";

const writers = 8;

/** Puts unique keys until it is told to stop; gives those that were acknowledged. */
const putAll = async (client: KeyValueClient, writer: number, isOver: () => boolean): Promise<string[]> => {
  const acknowledged: string[] = [];
  for (let count = 0; !isOver(); count++) {
    const key = `${writer}/${count}`;
    await client.put(key, `value of ${key}`);
    acknowledged.push(key);
    // So that a fast machine does not write what the test then has to read for seconds.
    await sleep(3);
  }
  return acknowledged;
};

/** Damages a byte in the middle of what was synced. */
const damage = (directory: string): void => {
  const folder = join(directory, "log");
  const segment = join(folder, readdirSync(folder).find((name) => readFileSync(join(folder, name)).length > 4_096)!);
  const bytes = readFileSync(segment);
  const at = bytes.indexOf("value of 0/3");
  expect(at).toBeGreaterThan(0);
  bytes[at] = bytes[at]! ^ 1;
  writeFileSync(segment, bytes);
};

let processes: ReplicaProcesses;
beforeAll(async () => {
  processes = await ReplicaProcesses.start();
});
afterAll(() => processes[Symbol.asyncDispose]());

describe("replicas as processes", () => {
  it("lose nothing that was acknowledged when any of them is killed under load, and come back with one state", async () => {
    await using client = await processes.client();
    let isOver = false;
    const written = Array.from({ length: writers }, (_, writer) => putAll(client, writer, () => isOver));
    for (const id of [0, 1, 2]) {
      await client.put("before", String(id));
      await processes.end(id);
      expect(Buffer.from((await client.get("before"))!.value).toString()).toBe(String(id));
      await processes.startOne(id);
    }
    isOver = true;
    const acknowledged = (await Promise.all(written)).flat();
    expect(acknowledged.length).toBeGreaterThan(100);
    const entries = await client.list("");
    const found = new Map(entries.map(({ key, value }) => [String(Buffer.from(key)), String(Buffer.from(value))]));
    expect(acknowledged.filter((key) => found.get(key) !== `value of ${key}`)).toEqual([]);
    const reports = await reportsAtOneIndex(client);
    expect(new Set(reports.map(({ stateHash }) => stateHash)).size).toBe(1);
  });

  it("that are paused are said not to be reached, and keep nobody waiting who asks how all stand", () => {
    const { directory } = processes.cluster;
    const paused = processes.pidOf(2);
    const ask = (): { readonly ms: number; readonly up: readonly boolean[] } => {
      const started = performance.now();
      const { output } = quorate("status", "--json", "--data", directory);
      return {
        ms: performance.now() - started,
        up: JSON.parse(output).replicas.map(({ pid }: { pid: number | null }) => pid !== null),
      };
    };
    const before = ask();
    process.kill(paused, "SIGSTOP");
    try {
      const { ms, up } = ask();
      expect(up).toEqual([true, true, false]);
      // A handshake is given up after 5 s: neither the answer nor the end of the command waits for that.
      expect(ms - before.ms).toBeLessThan(4_000);
    } finally {
      process.kill(paused, "SIGCONT");
    }
  });

  it("do not start where one runs already, nor on the disk of another one or another cluster", async () => {
    const second = await processes.refusal(processes.fileOf(0));
    expect(second).toMatchObject({ code: 64 });
    expect(second.said).toContain(`is in use by process ${processes.pidOf(0)}`);
    const { directory } = processes.cluster;
    expect(JSON.parse(quorate("up", "--json", "--data", directory).output)).toMatchObject({ alreadyRunning: true });

    await processes.end(2, "SIGTERM");
    const file = processes.fileOf(2);
    const own = readFileSync(file, "utf8");
    processes.change(2, { directory: "replica-1" });
    const locked = await processes.refusal(file);
    expect(locked).toMatchObject({ code: 64 });
    expect(locked.said).toContain(`is in use by process ${processes.pidOf(1)}`);
    await processes.end(1, "SIGTERM");
    const foreign = await processes.refusal(file);
    expect(foreign).toMatchObject({ code: 64 });
    expect(foreign.said).toMatch(/member 1/);
    await processes.startOne(1);
    writeFileSync(file, own);
    processes.change(2, { cluster: "another", security: { kind: "open" } });
    const other = await processes.refusal(file);
    expect(other).toMatchObject({ code: 64 });
    expect(other.said).toMatch(/cluster "?test"?/);
    writeFileSync(file, own);
  });

  it("do not start on bytes that were synced and are damaged, and are not let in with an empty disk", async () => {
    const directory = join(processes.cluster.directory, "replica-2");
    damage(directory);
    const damaged = await processes.refusal(processes.fileOf(2));
    expect(damaged).toMatchObject({ code: 74 });
    expect(damaged.said).toMatch(/byte \d+/);
    expect(damaged.said).toContain("Restore the directory");

    rmSync(directory, { recursive: true });
    await processes.startOne(2);
    await eventually("a replica that remembers its disk refuses it", () =>
      [0, 1].some((id) => /connection refused: member 2 came back with another disk/.test(processes.saidBy(id))),
    );
    await eventually("it hears why", () => /the other end refused: member 2 came back/.test(processes.saidBy(2)));
    await using client = await processes.client();
    expect((await client.get("before"))?.value).toBeDefined();
  });
});

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { KeyValueClient } from "../../src/service/index.ts";
import { quorate, ReplicaProcesses, reportsAtOneIndex } from "./replica-processes.ts";

const writers = 8;

/** Puts unique keys until it is told to stop; gives those that were acknowledged. */
const putAll = async (client: KeyValueClient, writer: number, isOver: () => boolean): Promise<string[]> => {
  const acknowledged: string[] = [];
  for (let count = 0; !isOver(); count++) {
    const key = `${writer}/${count}`;
    await client.put(key, `value of ${key}`);
    acknowledged.push(key);
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

describe("replicas as processes", () => {
  it("lose nothing that was acknowledged when any one of them is killed under load, and come back with one state", async () => {
    await using processes = await ReplicaProcesses.start();
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
    const found = new Map(
      (await client.list("")).map(({ key, value }) => [String(Buffer.from(key)), String(Buffer.from(value))]),
    );
    expect(acknowledged.filter((key) => found.get(key) !== `value of ${key}`)).toEqual([]);
    const reports = await reportsAtOneIndex(client);
    expect(new Set(reports.map(({ stateHash }) => stateHash)).size).toBe(1);

    // Who must not start says why, and those that run are not disturbed.
    const second = await processes.refusal(processes.fileOf(0));
    expect(second).toMatchObject({ code: 64 });
    expect(second.said).toContain(`is in use by process ${processes.pidOf(0)}`);
    expect(JSON.parse(quorate("up", "--json", "--data", processes.cluster.directory).output)).toMatchObject({
      alreadyRunning: true,
    });
    await processes.end(2, "SIGTERM");
    const file = processes.fileOf(2);
    const own = readFileSync(file, "utf8");
    processes.change(2, { directory: "replica-1", member: 2 });
    const locked = await processes.refusal(file);
    expect(locked).toMatchObject({ code: 64 });
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

    damage(join(processes.cluster.directory, "replica-2"));
    const damaged = await processes.refusal(file);
    expect(damaged).toMatchObject({ code: 74 });
    expect(damaged.said).toMatch(/byte \d+/);
    expect(damaged.said).toContain("Restore the directory");
    expect((await client.get("before"))?.value).toBeDefined();
  });
});

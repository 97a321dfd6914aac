import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { NodeId } from "../../src/model/index.ts";
import { KeyValueClient, leaderIn } from "../../src/service/index.ts";
import { eventually } from "../processes/replica-processes.ts";
import { LocalReplicas } from "./local-replicas.ts";

const givingUp = (): { readonly signal: AbortSignal; readonly abort: () => void } => {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => controller.abort() };
};

/** Sets the quota of one replica, as an operator does it: in its file, and by a restart. */
const setQuota = async (replicas: LocalReplicas, id: NodeId, quotaBytes: number): Promise<void> => {
  const file = replicas.cluster.replicaFiles.get(id)!;
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, "utf8")), quotaBytes }));
  await replicas.stopOne(id);
  await replicas.startOne(id);
};

const lead = async ({ connection }: KeyValueClient, id: NodeId): Promise<void> => {
  const leader = async () => leaderIn([...(await connection.status()).values()])?.member;
  await eventually("somebody leads", async () => (await leader()) !== undefined);
  if ((await leader()) !== id) await connection.transferLeadership(id);
  await eventually(`replica ${id} leads`, async () => (await leader()) === id);
};

describe("a replicated key-value store on sockets and disks", () => {
  it("answers puts and reads, and goes on when a replica is gone and comes back", async () => {
    await using replicas = await LocalReplicas.start();
    await using client = await KeyValueClient.open({ cluster: replicas.cluster.clusterFile });
    const revision = await client.put("a", "1");
    expect(await client.put("b", new Uint8Array([0, 255]))).toBe(revision + 1);
    expect((await client.get("b"))?.value).toEqual(new Uint8Array([0, 255]));
    await replicas.stopOne(0);
    expect(await client.compareAndSet("a", "1", "2")).toBe(true);
    expect(await client.compareAndSet("a", "1", "3")).toBe(false);
    await replicas.startOne(0);
    expect(Buffer.from((await client.get("a"))!.value).toString()).toBe("2");
    expect((await client.list("")).length).toBe(2);
    expect(await client.delete("a")).toBe(true);
    expect(await client.get("a")).toBeNull();

    // Whoever gives up hears what may have come of it.
    const { signal, abort } = givingUp();
    const leaver = await KeyValueClient.open({ cluster: replicas.cluster.clusterFile, signal });
    const open = [leaver.put("c", "1"), leaver.get("c")].map((call) => call.catch((error) => error));
    abort();
    open.push(leaver.put("d", "1").catch((error) => error));
    expect(await Promise.all(open)).toMatchObject(
      ["maybe", "no", "no"].map((happened) => ({ code: "CLIENT_CLOSED", happened })),
    );
    expect(await client.get("d")).toBeNull();
    expect(replicas.failures).toEqual([]);
  }, 30_000);

  it("gives all keys of a range, however many parts they come in", async () => {
    await using replicas = await LocalReplicas.start({ replicas: 1 });
    await using client = await KeyValueClient.open({ cluster: replicas.cluster.clusterFile });
    const count = 2_500;
    await Promise.all(Array.from({ length: count }, (_, at) => client.put(`key/${at}`, String(at))));
    const entries = await client.list("key/");
    expect(new Set(entries.map(({ key }) => String(Buffer.from(key)))).size).toBe(count);
  }, 30_000);

  it("has one state at all replicas though their files say unlike quotas: that of the leader counts", async () => {
    await using replicas = await LocalReplicas.start();
    await using client = await KeyValueClient.open({ cluster: replicas.cluster.clusterFile });
    const quotas = [1_000, 2_000, 100_000];
    for (const [id, quotaBytes] of quotas.entries()) await setQuota(replicas, id, quotaBytes);
    const why = (key: string): Promise<string> =>
      client.put(key, "x".repeat(500)).then(
        () => "",
        (error) => error.why,
      );
    await lead(client, 0);
    expect([await why("a"), await why("b")]).toEqual(["", "no space"]);
    await lead(client, 1);
    expect([await why("b"), await why("c"), await why("d")]).toEqual(["", "", "no space"]);
    await lead(client, 2);
    expect([await why("d"), await why("e")]).toEqual(["", ""]);
    await lead(client, 0);
    expect([await why("f"), await client.delete("a")]).toEqual(["no space", true]);

    // A replica that reads all of it from its log, with a quota beyond which the log went long ago.
    await setQuota(replicas, 2, 10);
    await eventually("all stand at one index", async () => {
      const reports = [...(await client.connection.status()).values()];
      if (new Set(reports.map((report) => report?.hashedAt)).size > 1) return false;
      expect(new Set(reports.map((report) => report?.stateHash)).size).toBe(1);
      return true;
    });
    expect(replicas.failures).toEqual([]);
  }, 60_000);
});

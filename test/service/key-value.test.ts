import { describe, expect, it } from "vitest";
import { KeyValueClient } from "../../src/service/index.ts";
import { LocalReplicas } from "./local-replicas.ts";

const givingUp = (): { readonly signal: AbortSignal; readonly abort: () => void } => {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => controller.abort() };
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
});

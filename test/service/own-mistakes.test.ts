import { describe, expect, it } from "vitest";
import { replicatedService, type StateMachine } from "../../src/machines/index.ts";
import {
  type AnyService,
  KeyValueClient,
  ReplicaServer,
  readReplicaConfiguration,
  ServiceConnection,
} from "../../src/service/index.ts";
import { LocalReplicas } from "./local-replicas.ts";

type Command = number | (() => number);

/** A sum; a machine of a user's own, who also sends it what it does not expect. */
const sum: StateMachine<{ sum: number }, Command, number, string, number> = {
  name: "sum",
  version: 1,
  init: () => ({ sum: 0 }),
  apply(state, more) {
    if (typeof more !== "number") return Number.NaN;
    state.sum += more;
    return state.sum;
  },
  query: ({ sum }, what) => (what === "NaN" ? Number.NaN : sum),
};
const service = replicatedService(sum) as unknown as AnyService;

describe("mistakes of who writes a machine, or asks one", () => {
  it("end one call and nothing else", async () => {
    await using replicas = await LocalReplicas.start({ replicas: 1, service });
    const { clusterFile: cluster } = replicas.cluster;
    await using client = await ServiceConnection.open<Command, number, string, number>({ cluster });
    const several = [client.execute(1), client.execute(() => 1), client.execute(2)];
    expect(await Promise.allSettled(several)).toMatchObject([
      { value: 1 },
      { reason: { code: "PLAIN_DATA", message: expect.stringContaining("a function is not plain data") } },
      { value: 3 },
    ]);
    await expect(client.query("NaN")).rejects.toMatchObject({ code: "QUERY", why: "machine failed" });
    await using store = await KeyValueClient.open({ cluster });
    const anotherMachine = { code: "CONFIGURATION", message: expect.stringContaining("not serve the key-value store") };
    await expect(store.get("a")).rejects.toMatchObject(anotherMachine);
    await expect(store.put("a", "b")).rejects.toMatchObject({ code: "COMMAND", why: "machine failed" });
    await expect(store.put("a", 5 as never)).rejects.toThrow("a key or a value is text or a Uint8Array, not number");
    expect(await client.query("")).toBe(3);
    expect(replicas.failures).toEqual([]);
  });

  it("a signal that was aborted before, or is while the replica starts, starts nothing", async () => {
    await using replicas = await LocalReplicas.start({ replicas: 1, service });
    await replicas.stopOne(0);
    const configuration = readReplicaConfiguration(replicas.cluster.replicaFiles.get(0)!);
    const options = { configuration, service, onFailure: (error: Error) => replicas.failures.push(error) };
    const aborted = AbortSignal.abort(new Error("too late"));
    await expect(ReplicaServer.start({ ...options, signal: aborted })).rejects.toThrow("too late");
    const controller = new AbortController();
    const starting = ReplicaServer.start({ ...options, signal: controller.signal });
    controller.abort(new Error("meanwhile"));
    await expect(starting).rejects.toThrow("meanwhile");
    // Its directory is free again.
    await replicas.startOne(0);
  });
});

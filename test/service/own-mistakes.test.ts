import { dirname } from "node:path";
import { describe, expect, it } from "vitest";
import { commandBytesMax, replicatedService, type StateMachine } from "../../src/machines/index.ts";
import { issueCertificates, type Security } from "../../src/node/index.ts";
import {
  type AnyService,
  KeyValueClient,
  ReplicaServer,
  readReplicaConfiguration,
  ServiceConnection,
} from "../../src/service/index.ts";
import { quorateHere } from "../cli/command.ts";
import { LocalReplicas } from "./local-replicas.ts";

type Command = number | string | (() => number);

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
    const told: unknown[] = [];
    const onEvent = (event: object): void => void told.push(event);
    await using replicas = await LocalReplicas.start({ replicas: 1, service, onEvent });
    const { clusterFile: cluster } = replicas.cluster;
    await using client = await ServiceConnection.open<Command, number, string, number>({ cluster });
    const several = [client.execute(1), client.execute(() => 1), client.execute(2)];
    expect(await Promise.allSettled(several)).toMatchObject([
      { value: 1 },
      { reason: { code: "PLAIN_DATA", message: expect.stringContaining("a function is not plain data") } },
      { value: 3 },
    ]);
    const large = { code: "COMMAND", why: "too large", happened: "no" };
    await expect(client.execute("x".repeat(commandBytesMax))).rejects.toMatchObject(large);
    await expect(client.query("x".repeat(commandBytesMax))).rejects.toMatchObject({ code: "QUERY", why: "too large" });
    expect(await client.query("x".repeat(commandBytesMax - 100))).toBe(3);
    // Each of them fits, and all of them together would not.
    const many = Array.from({ length: 50 }, () => client.query("x".repeat(100_000)));
    expect(new Set(await Promise.all(many))).toEqual(new Set([3]));
    // What just fits arrives: a number is what the machine takes, so it fails there.
    const fitting = client.execute("x".repeat(commandBytesMax - 100));
    await expect(fitting).rejects.toMatchObject({ code: "COMMAND", why: "machine failed" });
    await expect(client.query("NaN")).rejects.toMatchObject({ code: "QUERY", why: "machine failed" });
    await using store = await KeyValueClient.open({ cluster });
    const anotherMachine = { code: "CONFIGURATION", message: expect.stringContaining("not serve the key-value store") };
    await expect(store.get("a")).rejects.toMatchObject(anotherMachine);
    await expect(store.put("a", "b")).rejects.toMatchObject({ code: "COMMAND", why: "machine failed" });
    await expect(store.put("a", 5 as never)).rejects.toThrow("a key or a value is text or a Uint8Array, not number");
    expect(await client.query("")).toBe(3);
    // The others came within the same second.
    expect(told.filter((event) => (event as { kind: string }).kind === "machine failed")).toEqual([
      { kind: "machine failed", error: expect.objectContaining({ code: "PLAIN_DATA" }), untold: 0 },
    ]);
    expect(replicas.failures).toEqual([]);
  });

  it("in a state end nobody who asks for its hash: the status names machine and path", async () => {
    const dates: StateMachine<Map<string, unknown>, string, number, null, number> = {
      name: "dates",
      version: 1,
      init: () => new Map(),
      apply: (state, name) => state.set(name, new Date(0)).size,
      query: (state) => state.size,
    };
    await using replicas = await LocalReplicas.start({ service: replicatedService(dates) as unknown as AnyService });
    const { clusterFile: cluster } = replicas.cluster;
    await using client = await ServiceConnection.open<string, number, null, number>({ cluster });
    expect(await client.execute("today")).toBe(1);
    const { status, stdout, stderr } = await quorateHere(["status", "--cluster", cluster, "--json"]);
    const fault = 'the state of the machine "dates" is not plain data: state.get("today"): an instance of Date';
    expect([status, stderr]).toEqual([1, expect.stringContaining(`ALARM: replica 0: ${fault}`)]);
    const faulty = expect.objectContaining({ stateHash: null, stateFault: expect.stringContaining(fault) });
    expect(JSON.parse(stdout).replicas).toEqual([faulty, faulty, faulty]);
    expect((await quorateHere(["status", "--cluster", cluster])).stdout).toMatch(/leader +\d+ +\d+ +-$/m);
    expect([await client.query(null), replicas.failures]).toEqual([1, []]);
  });

  it("a signal ends the one call that it goes with", async () => {
    await using replicas = await LocalReplicas.start({ replicas: 1, service });
    const { clusterFile: cluster } = replicas.cluster;
    await using client = await ServiceConnection.open<Command, number, string, number>({ cluster });
    const { signal } = new AbortController();
    expect(await client.execute(1, { signal })).toBe(1);
    const cancelled = { code: "COMMAND", why: "cancelled", happened: "no" };
    await expect(client.execute(1, { signal: AbortSignal.abort() })).rejects.toMatchObject(cancelled);
    await replicas.stopOne(0);
    const waits = client.query("", "linearizable", { signal: AbortSignal.timeout(50) });
    await expect(waits).rejects.toMatchObject({ code: "QUERY", why: "cancelled" });
  });

  it("a certificate that has little time left is told of, and until when it is valid stands among the metrics", async () => {
    await using replicas = await LocalReplicas.start({ replicas: 1, service, open: false });
    const files = replicas.cluster.replicaFiles.get(0)!;
    const { admin, cluster, security } = readReplicaConfiguration(files);
    const validUntil = async (): Promise<number> => {
      const metrics = await (await fetch(`http://127.0.0.1:${admin!.port}/metrics`)).text();
      return Number(/^quorate_certificate_expires_seconds (\d+)$/m.exec(metrics)?.[1]) * 1_000;
    };
    const inDays = (days: number): number => Date.now() + days * 24 * 60 * 60 * 1_000;
    expect(await validUntil()).toBeGreaterThan(inDays(364));
    const { authorityFile } = security as Extract<Security, { readonly kind: "tls" }>;
    await issueCertificates({ directory: dirname(authorityFile), cluster, members: [0], days: 5 });
    await replicas.servers.get(0)!.reloadCertificates();
    expect(await validUntil()).toBeLessThan(inDays(6));
    await replicas.stopOne(0);
    const events: object[] = [];
    const configuration = readReplicaConfiguration(files);
    await using _server = await ReplicaServer.start({
      configuration,
      service,
      onFailure: (error) => replicas.failures.push(error),
      onEvent: (event) => events.push(event),
    });
    expect(events).toContainEqual({ kind: "certificate expires", atMs: expect.any(Number) });
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

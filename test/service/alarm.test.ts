import { expect, it } from "vitest";
import { replicatedService } from "../../src/machines/index.ts";
import { type AnyService, type ReplicaEvent, ServiceConnection } from "../../src/service/index.ts";
import { quorateHere } from "../cli/command.ts";
import { eventually } from "../processes/replica-processes.ts";
import { LocalReplicas } from "./local-replicas.ts";

it("a state machine that is not deterministic raises the alarm, in the log of a replica and in the status", async () => {
  const machine = {
    name: "dice",
    version: 1,
    init: (): Map<string, number> => new Map(),
    apply: (state: Map<string, number>, name: string): number => {
      state.set(name, Math.random());
      return state.size;
    },
    query: (state: Map<string, number>, name: string): number => state.get(name) ?? 0,
  };
  const alarms: (ReplicaEvent & { readonly kind: "diverged" })[] = [];
  await using replicas = await LocalReplicas.start({
    service: replicatedService(machine) as AnyService,
    onEvent: (event) => void (event.kind === "diverged" && alarms.push(event)),
  });
  const { clusterFile } = replicas.cluster;
  await using client = await ServiceConnection.open<string, number, string, number>({ cluster: clusterFile });
  for (let count = 1; count <= 8; count++) expect(await client.execute(`throw ${count}`)).toBe(count);
  await eventually("an alarm", () => alarms.length > 0);
  expect(alarms[0]!.index).toBe(8);

  const { status, stdout, stderr } = await quorateHere(["status", "--cluster", clusterFile, "--json"]);
  expect([status, stderr]).toEqual([1, expect.stringContaining("ALARM: right after entry")]);
  expect(JSON.parse(stdout).replicas).toContainEqual(expect.objectContaining({ divergedAt: 8 }));
});

import { describe, expect, it } from "vitest";
import { logOfOne } from "../../test/support/log-of-one.ts";
import { encode, type NodeHost, NodeMachine, OutputGate, type Program, programOf, stack } from "../model/index.ts";
import type { Entry } from "./entry.ts";
import { keyValueMachine } from "./key-value/index.ts";
import { machineHost } from "./machine-host.ts";
import { replicatedService } from "./replicated-service.ts";

const quota = { small: 1_000, large: 100_000 };

/** One process without a network and a disk, and what it says. */
const processOf = (program: Program) => {
  const said: (readonly [name: string, ...args: readonly unknown[]])[] = [];
  const gate = new OutputGate((output) => {
    if (output.kind === "answer") said.push([output.name, ...output.args]);
  });
  const nothing = (): undefined => undefined;
  const host = { write: nothing, arm: nothing, disarm: nothing, wantSettled: nothing, clock: () => 0, mark: nothing };
  const process = new NodeMachine(program, host as unknown as NodeHost, {
    self: 0,
    nodes: [0],
    incarnation: 0,
    disk: new Map(),
    gate,
    freeze: false,
  });
  process.boot();
  return { process, said };
};

/** The log that a leader with this quota makes of puts of 100 bytes. */
const logOf = (storeBytesMax: number, puts: number): Entry[] => {
  const log: Entry[] = [];
  const service = replicatedService(keyValueMachine({ storeBytesMax }));
  const { process } = processOf(
    programOf(
      service.replica(
        stack(
          logOfOne((entry) => log.push(entry)),
          {},
        ),
      ),
    ),
  );
  const send = (message: unknown): void => {
    process.request("receive", [1, message]);
    process.settle();
  };
  send({ kind: "open", token: 1 });
  for (let first = 0; first < puts; first++) {
    const commands = encode([{ kind: "put", key: `${first}`, value: new Uint8Array(100) }]);
    send({ kind: "execute", run: { session: 1, doneBelow: first, first, count: 1, commands } });
  }
  return log;
};

/** What a replica with this quota makes of a log: what came of its entries, and the hash after each of them. */
const madeOf = (storeBytesMax: number, log: readonly Entry[]) => {
  const limits = { expiryMs: 60_000, sessionsMax: 10, commandsMax: 100 };
  const { process, said } = processOf(
    programOf(stack(machineHost(keyValueMachine({ storeBytesMax }), { limits, hashEvery: 1 }), {})),
  );
  for (const [at, entry] of log.entries()) process.request("apply", [at + 1, entry]);
  return said.map(([name, index, of, end]) => (name === "applied" ? [name, index, end] : [name, index, of]));
};

const refusals = (made: ReturnType<typeof madeOf>): number =>
  made.filter((one) => JSON.stringify(one).includes("no space")).length;

describe("replicas of the key-value store with unlike quotas", () => {
  it("make the same of one log: each write is judged by the quota of the leader that put it there", () => {
    for (const [ofLeader, refused] of [
      [quota.small, 16],
      [quota.large, 0],
    ] as const) {
      const log = logOf(ofLeader, 20);
      const [bySmall, byLarge] = [madeOf(quota.small, log), madeOf(quota.large, log)];
      expect(bySmall).toEqual(byLarge);
      expect(refusals(bySmall)).toBe(refused);
    }
  });

  it("judge an entry of an older version, which says nothing of a quota, by their own, as that version did", () => {
    const log = logOf(quota.large, 20).map(({ setting: _, ...older }: Entry & { setting?: number }) => older as Entry);
    expect([quota.small, quota.large].map((own) => refusals(madeOf(own, log)))).toEqual([16, 0]);
  });
});

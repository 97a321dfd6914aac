import { linearizableCasRegister, operationTermination, properties } from "../../check/index.ts";
import { type Bound, stack } from "../../model/index.ts";
import {
  type CompareAndSetRegister,
  compareAndSetByRegister,
  compareAndSetByTotalOrder,
  type RegisterCommand,
  registerMachine,
  replicatedStateMachine,
} from "../../protocols/index.ts";
import {
  type AnyScenario,
  type Call,
  choice,
  type Draw,
  integer,
  type Script,
  scenario,
} from "../../simulate/index.ts";
import { atomicRegisterStack } from "../registers/atomic-register-scenario.ts";
import { readCall, writeCall } from "../registers/register-workload.ts";
import { faultsOf, type Order, orderStack } from "./order-stacks.ts";

const casCall = (expected: string | null, value: string, afterMs: number): Call => ({
  request: "cas",
  args: [expected, value],
  afterMs,
  until: ["casReturn"],
});

const drawnCall = (draw: Draw, node: number, at: number): Call => {
  const afterMs = draw.below("pause", 30);
  const kind = draw.below("operation", 4);
  if (kind === 0) return readCall(afterMs);
  if (kind === 1) return writeCall(draw.pick("value", ["a", "b"]), afterMs);
  return casCall(
    draw.pick("expected", [null, "a", "b"]),
    `${draw.pick("value", ["a", "b"])}`,
    at === 0 ? node : afterMs,
  );
};

const clients =
  (n: number, operations: number, race: boolean) =>
  (draw: Draw): readonly Script[] =>
    Array.from({ length: n }, (_, node) => ({
      node,
      calls: race
        ? [casCall(null, `p${node + 1}`, draw.below("pause", 5))]
        : Array.from({ length: operations }, (_one, at) => drawnCall(draw, node, at)),
    }));

const byTotalOrder = (order: Order): Bound<CompareAndSetRegister<string>> =>
  stack(compareAndSetByTotalOrder<string>(), {
    service: stack(replicatedStateMachine(registerMachine<string>()), {
      broadcast: orderStack<RegisterCommand<string>>(order),
    }),
  });

const byRegister = (): Bound<CompareAndSetRegister<string>> =>
  stack(compareAndSetByRegister<string>(), {
    register: atomicRegisterStack({ keepsOnDisk: () => false }),
  });

/** Row 51. */
export const compareAndSetScenario: AnyScenario = scenario({
  id: "replication/compare-and-set",
  rows: [51],
  title: "Compare-and-set needs total order",
  about:
    "With commands in one order the first compare-and-set wins and all others lose, the same everywhere. On an atomic " +
    "register, as good as it is, two may read before either writes, and both win (B26).",
  model: { network: "reliable", nodes: "crash-stop", timing: "asynchronous" },
  parameters: {
    n: integer("processes", 3, 2, 9),
    operations: integer("operations of each process", 3, 1, 50),
    f: integer("processes that may crash, the sequencer not among them", 1, 0, 8),
    on: choice("what it is built on", ["total order", "register"]),
    workload: choice("what clients do", ["mixed", "race"]),
  },
  setup: ({ n, operations, f, on, workload }) => {
    const one = on === "register" ? byRegister() : byTotalOrder("sequencer");
    return {
      processes: Array.from({ length: n }, (_, node) => ({ name: `p${node + 1}`, stack: one })),
      workload: clients(n, operations, workload === "race"),
      properties: properties(operationTermination("RSM2"), linearizableCasRegister("LIN")),
      ...faultsOf("sequencer", n, f, false),
      windowMs: 300,
    };
  },
  counterexamples: [
    {
      change: "built on an atomic register: two winners (B26)",
      parameters: { on: "register", workload: "race" },
      violates: "LIN",
    },
    { change: "built on an atomic register", parameters: { on: "register" }, violates: "LIN" },
  ],
});

/** Row 51, as the book has it: with a majority, once the network is timely. */
export const consensusCompareAndSetScenario: AnyScenario = scenario({
  id: "replication/compare-and-set-consensus",
  rows: [51, 52],
  title: "Compare-and-set by consensus: any minority may crash",
  about:
    "The same register, bound to a total order that no single process gives. Nobody is indispensable; in exchange it needs " +
    "a majority, and a network that becomes timely some day.",
  model: { network: "reliable", nodes: "crash-stop", timing: "eventually-synchronous" },
  alsoModels: [{ network: "reliable", nodes: "crash-stop", timing: "unknown-bound" }],
  parameters: {
    n: integer("processes", 3, 2, 9),
    operations: integer("operations of each process", 2, 1, 50),
    f: integer("processes that may crash", 1, 0, 8),
  },
  setup: ({ n, operations, f }) => {
    const one = byTotalOrder("consensus");
    return {
      processes: Array.from({ length: n }, (_, node) => ({ name: `p${node + 1}`, stack: one })),
      workload: clients(n, operations, false),
      properties: properties(operationTermination("RSM2"), linearizableCasRegister("LIN")),
      ...faultsOf("consensus", n, f, false),
      windowMs: 200,
      dials: { gstMs: 200, boundFactorMax: 5 },
    };
  },
  counterexamples: [{ change: "a majority may crash", parameters: { f: 2 }, violates: "RSM2" }],
});

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
import { faultsOf, orderStack } from "./order-stacks.ts";

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

const casStack = (on: string): Bound<CompareAndSetRegister<string>> =>
  on === "register"
    ? stack(compareAndSetByRegister<string>(), {
        register: atomicRegisterStack({ rules: { keepsOnDisk: () => false } }),
      })
    : stack(compareAndSetByTotalOrder<string>(), {
        service: stack(replicatedStateMachine(registerMachine<string>()), {
          broadcast: orderStack<RegisterCommand<string>>("sequencer"),
        }),
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
    const one = casStack(on);
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

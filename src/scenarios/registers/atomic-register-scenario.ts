import { linearizableRegister, operationTermination, properties, regularValidity } from "../../check/index.ts";
import { type Bound, stack } from "../../model/index.ts";
import {
  type AtomicRegisterRules,
  atomicRegister,
  type Register,
  type RegisterCallsOptions,
  registerCalls,
} from "../../protocols/index.ts";
import { type AnyScenario, type Goal, integer, scenario } from "../../simulate/index.ts";
import { manyWriters, oneWriter } from "./register-workload.ts";

/** The register on links that are as good as the network is. */
export const atomicRegisterStack = (
  rules: Partial<AtomicRegisterRules>,
  calls: RegisterCallsOptions = {},
): Bound<Register<string>> => stack(atomicRegister<string>({ rules }), registerCalls<string>(calls));

/** Half-way marks of a run in which a write is lost: for a search in stages. */
const goalsOf = (n: number): readonly Goal[] => {
  type State = { readonly stored: { readonly value: string | null } };
  const statesIn = (look: Parameters<Goal["reached"]>[0]): readonly State[] =>
    Array.from({ length: n }, (_, node) => look.state(node, "") as State | undefined).filter(
      (state) => state !== undefined,
    );
  const isQuiet = (look: Parameters<Goal["reached"]>[0]): boolean =>
    Array.from({ length: n }, (_, node) => ["consult", "impose"].map((part) => look.state(node, part)))
      .flat()
      .every((call) => (call as { readonly open: object | null } | undefined)?.open === null);
  const valuesIn = (states: readonly State[]): readonly string[] =>
    states.flatMap(({ stored }) => (stored.value === null ? [] : [stored.value]));
  const isHeld = (values: readonly string[]): boolean =>
    values.some((value) => 2 * values.filter((other) => other === value).length > n);
  return [
    {
      id: "written",
      text: "a majority stores what was written, every process is up, and no operation is open",
      reached: (look) => isQuiet(look) && isHeld(valuesIn(statesIn(look))),
    },
    {
      id: "forgotten",
      text: "no majority stores any one value, every process is up, and no operation is open",
      reached: (look) => isQuiet(look) && !isHeld(valuesIn(statesIn(look))),
    },
    {
      id: "rewritten",
      text: "two values that were written are stored, every process is up, and no operation is open",
      reached: (look) => isQuiet(look) && new Set(valuesIn(statesIn(look))).size > 1,
    },
  ];
};

/** Row 48, processes that only stop. */
export const atomicRegisterScenario: AnyScenario = scenario({
  id: "registers/abd",
  rows: [48],
  title: "An atomic register of many writers on message passing (ABD)",
  about:
    "Every operation asks a majority and then tells a majority. Any two majorities share a process, so whoever comes later " +
    "hears of whatever was finished before: linearizable without any timing, while a minority may crash.",
  model: { network: "reliable", nodes: "crash-stop", timing: "asynchronous" },
  parameters: {
    n: integer("processes", 3, 1, 9),
    operations: integer("operations of each process", 3, 1, 50),
    f: integer("processes that may crash", 1, 0, 8),
  },
  setup: ({ n, operations, f }, _model, rules: Partial<AtomicRegisterRules>) => {
    // A process that stops for good needs no disk.
    const one = atomicRegisterStack({ keepsOnDisk: () => false, ...rules });
    return {
      processes: Array.from({ length: n }, (_, node) => ({ name: `p${node + 1}`, stack: one })),
      workload: manyWriters(n, operations),
      properties: properties(operationTermination("NNAR1"), linearizableRegister("LIN")),
      goals: goalsOf(n),
      f,
      windowMs: 120,
    };
  },
  stateSearches: [
    { parameters: { n: 2, operations: 2 }, crashes: 0, order: "few interruptions first" },
    { parameters: { n: 3, operations: 1 }, crashes: 0, order: "few interruptions first", statesMax: 1_000_000 },
    { parameters: { n: 3, operations: 1 }, crashes: 0 },
  ],
  counterexamples: [
    {
      change: "readers return without writing back",
      rules: { writesBack: () => false },
      violates: "LIN",
    },
    {
      change: "a process that recovers has forgotten what it stored",
      model: { nodes: "crash-recovery" },
      violates: "LIN",
    },
    { change: "a majority may crash", parameters: { f: 2 }, violates: "NNAR1" },
  ],
});

/** Row 48, processes that recover, on links that lose. */
export const loggedAtomicRegisterScenario: AnyScenario = scenario({
  id: "registers/abd-logged",
  rows: [48],
  title: "An atomic register whose processes recover",
  about:
    "What a process acknowledged it must not forget: the value is on disk before the acknowledgement leaves. Questions are " +
    "asked again until a majority has answered, so links may lose and processes may be down.",
  model: { network: "fair-loss", nodes: "crash-recovery", timing: "asynchronous" },
  parameters: {
    n: integer("processes", 3, 1, 9),
    operations: integer("operations of each process", 3, 1, 50),
    crashes: integer("crashes", 3, 0, 50),
    f: integer("processes that may stay down", 1, 0, 8),
  },
  setup: ({ n, operations, crashes, f }, _model, rules: Partial<AtomicRegisterRules>) => {
    const one = atomicRegisterStack(rules, { repeatMs: 40 });
    return {
      processes: Array.from({ length: n }, (_, node) => ({ name: `p${node + 1}`, stack: one })),
      workload: manyWriters(n, operations),
      properties: properties(operationTermination("NNAR1"), linearizableRegister("LIN")),
      goals: goalsOf(n),
      faults: { crashes },
      f,
      windowMs: 120,
    };
  },
  stateSearches: [
    {
      parameters: { n: 2, operations: 2 },
      crashes: 1,
      timeouts: 0,
      sync: "at once",
      carries: "multiset",
      order: "few interruptions first",
    },
  ],
  counterexamples: [{ change: "replicas are volatile (A7)", rules: { keepsOnDisk: () => false }, violates: "LIN" }],
});

/** Rows 47 and 48, one writer: no consultation, since the one writer knows its last timestamp. */
export const oneWriterRegisterScenario: AnyScenario = scenario({
  id: "registers/abd-one-writer",
  rows: [47, 48],
  title: "An atomic register of one writer: readers write back",
  about:
    "A reader has a majority store what it is about to return. So a later reader cannot miss it: quorum reads become " +
    "linearizable. Without the write-back three operations suffice to see the new value and then the old one (B18).",
  model: { network: "reliable", nodes: "crash-stop", timing: "asynchronous" },
  parameters: {
    n: integer("processes; the first writes, the others read", 3, 1, 9),
    writes: integer("writes", 3, 1, 50),
    reads: integer("reads of each reader", 3, 1, 50),
    f: integer("processes that may crash", 1, 0, 8),
  },
  setup: ({ n, writes, reads, f }, _model, rules: Partial<AtomicRegisterRules>) => {
    const one = atomicRegisterStack({ consults: () => false, keepsOnDisk: () => false, ...rules });
    return {
      processes: Array.from({ length: n }, (_, node) => ({ name: node === 0 ? "writer" : `p${node + 1}`, stack: one })),
      workload: oneWriter({ n, writes, reads }),
      properties: properties(
        operationTermination("ONAR1"),
        regularValidity("ONAR2"),
        // Ordering (ONAR3) is what linearizability adds to validity; a run ends with the first property that breaks.
        linearizableRegister("LIN"),
      ),
      f,
      windowMs: 300,
    };
  },
  stateSearches: [{ parameters: { n: 3, writes: 1, reads: 1 }, crashes: 0 }],
  counterexamples: [
    {
      change: "readers return without writing back: quorum reads alone are not linearizable (B18)",
      parameters: { writes: 1 },
      rules: { writesBack: () => false },
      violates: "LIN",
      eventsMax: 12,
    },
    { change: "a majority may crash", parameters: { f: 2 }, violates: "ONAR1" },
  ],
});

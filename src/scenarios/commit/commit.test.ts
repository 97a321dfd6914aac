import { describe, expect, it } from "vitest";
import {
  type Message,
  type NodeHost,
  type NodeId,
  NodeMachine,
  type Output,
  OutputGate,
  programOf,
  type TimerBox,
  type TraceEvent,
} from "../../model/index.ts";
import { type CommitFrame, twoPhaseParticipant } from "../../protocols/index.ts";
import { type AnyScenario, prepare, runOnce } from "../../simulate/index.ts";
import { totalOrderCommitScenario } from "./total-order-commit-scenario.ts";
import { cooperativeTerminationScenario, twoPhaseCommitScenario } from "./two-phase-commit-scenario.ts";

/** Every message takes 10 ms: asked at 5, promised by 16, the votes would arrive at 26. */
const stopAtMs = 18;
const promptly = { delayMsMin: 10, delayMsMax: 10, syncMsMin: 1, syncMsMax: 1, noOneIn: 0, transactions: 2 };

const answersOf = (
  scenario: AnyScenario,
  parameters: { readonly [name: string]: unknown },
): { readonly answers: readonly TraceEvent[]; readonly broken: readonly string[] } => {
  const prepared = prepare(
    scenario,
    { ...promptly, ...parameters },
    { network: "reliable", nodes: "crash-stop", timing: "synchronous" },
  );
  const { trace, violations } = runOnce(prepared, { kind: "seed", seed: 1, edits: [] }, { trace: true });
  return {
    answers: (trace?.events ?? []).filter(({ kind, node }) => kind === "answer" && node !== 0),
    broken: violations.map(({ property }) => property),
  };
};

describe("B19 the coordinator crashes when all have promised", () => {
  for (const [name, scenario] of [
    ["two-phase commit", twoPhaseCommitScenario],
    ["two-phase commit with cooperative termination", cooperativeTerminationScenario],
  ] as const) {
    it(`${name}: all are in doubt, no transaction makes progress, and only non-blocking is broken`, () => {
      const parameters = { participants: 3, coordinatorStopsAtMs: stopAtMs, nonBlocking: true };
      const { answers, broken } = answersOf(scenario, parameters);
      expect(answers.map(({ node, name: answer, data }) => [node, answer, data])).toEqual([
        [1, "inDoubt", [1]],
        [2, "inDoubt", [1]],
        [3, "inDoubt", [1]],
      ]);
      expect(broken).toEqual(["NBAC1"]);
    });
  }

  it("votes through total-order broadcast: the same crash, and every participant decides both transactions", () => {
    const { answers, broken } = answersOf(totalOrderCommitScenario, { participants: 3, clientStopsAtMs: stopAtMs });
    const decided = answers.filter(({ name }) => name === "decide");
    expect(decided.map(({ node, data }) => `${node}: ${(data as readonly unknown[])[0]}`).sort()).toEqual([
      "1: 1",
      "1: 2",
      "2: 1",
      "2: 2",
      "3: 1",
      "3: 2",
    ]);
    expect(broken).toEqual([]);
  });
});

/** A frame with the transaction that it is about, which travels as the key of the member. */
type Frame = CommitFrame & { readonly transaction: number };

/** One participant by itself: what goes in by hand, and what comes out. */
class Bench {
  readonly machine: NodeMachine;
  readonly #out: Output[] = [];
  readonly #timers = new Map<string, TimerBox>();

  constructor(self: NodeId) {
    const gate = new OutputGate((output) => this.#out.push(output));
    const host: NodeHost = {
      write: (_frame, position) => gate.advance(position),
      arm: (box) => {
        this.#timers.set(box.name, box);
      },
      disarm: (box) => {
        this.#timers.delete(box.name);
      },
      wantSettled: () => undefined,
      clock: () => 0,
      random: () => 0,
      sign: (body) => ({ signer: self, body }),
      verify: () => true,
    };
    const participant = twoPhaseParticipant({ coordinator: 0, cooperative: true });
    this.machine = new NodeMachine(programOf(participant), host, {
      self,
      nodes: [0, 1, 2, 3],
      incarnation: 0,
      disk: new Map(),
      gate,
      freeze: true,
    });
    this.machine.boot();
  }

  /** Delivers a frame, or fires a timer, and returns what left the process. */
  hears(from: NodeId, { transaction, ...body }: Frame): readonly string[] {
    const message: Message = {
      kind: "message",
      from,
      to: this.machine.self,
      channel: 0,
      keys: [transaction],
      body,
      due: 0,
      order: 0,
      event: 0,
    };
    this.machine.deliver(message);
    return this.#left();
  }

  fires(timer: string): readonly string[] {
    const box = this.#timers.get(timer);
    if (box === undefined) throw new Error(`timer ${timer} is not set`);
    this.machine.fire(box);
    return this.#left();
  }

  votes(): readonly string[] {
    this.machine.request("vote", [1, "yes"]);
    return this.#left();
  }

  /** The frames that left with the last input, as they were sent. */
  sent: readonly { readonly to: NodeId; readonly frame: Frame }[] = [];

  #left(): readonly string[] {
    const out = this.#out.splice(0);
    this.sent = out.flatMap((output) =>
      output.kind === "message"
        ? [{ to: output.to, frame: { ...(output.body as CommitFrame), transaction: output.keys![0]! } }]
        : [],
    );
    return out.map((output) =>
      output.kind === "message"
        ? `${(output.body as CommitFrame).kind} to ${output.to}`
        : `${output.name} ${output.kind === "answer" ? String(output.args[1] ?? "") : ""}`.trim(),
    );
  }
}

const prepareFrame: Frame = { kind: "prepare", transaction: 1, participants: [1, 2, 3] };

/** Process 1 has promised, is in doubt, and has asked the coordinator in vain: its next question goes to process 2. */
const inDoubt = (): Bench => {
  const bench = new Bench(1);
  bench.votes();
  expect(bench.hears(0, prepareFrame)).toEqual(["vote to 0"]);
  expect(bench.fires("doubt")).toEqual(["inDoubt", "ask to 0"]);
  expect(bench.fires("doubt")).toEqual(["ask to 2"]);
  return bench;
};

const peers: readonly {
  readonly state: string;
  readonly reach: (peer: Bench) => void;
  readonly outcome: readonly string[];
}[] = [
  {
    state: "COMMIT",
    reach: (peer) => {
      peer.votes();
      peer.hears(0, prepareFrame);
      expect(peer.hears(0, { kind: "decide", transaction: 1, decision: "commit" })).toContain("decide commit");
    },
    outcome: ["decide commit"],
  },
  {
    state: "ABORT",
    reach: (peer) => {
      peer.votes();
      peer.hears(0, prepareFrame);
      expect(peer.hears(0, { kind: "decide", transaction: 1, decision: "abort" })).toContain("decide abort");
    },
    outcome: ["decide abort"],
  },
  { state: "INIT", reach: (peer) => expect(peer.votes()).toEqual([]), outcome: ["decide abort"] },
  {
    state: "READY",
    reach: (peer) => {
      peer.votes();
      expect(peer.hears(0, prepareFrame)).toEqual(["vote to 0"]);
    },
    outcome: ["ask to 3"],
  },
];

describe("B44 a participant in doubt asks another", () => {
  for (const { state, reach, outcome } of peers) {
    it(`that is in state ${state}: ${outcome.join()}`, () => {
      const peer = new Bench(2);
      reach(peer);
      peer.hears(1, { kind: "ask", transaction: 1 });
      const reply = peer.sent.find(({ to }) => to === 1)?.frame;
      expect(reply).toBeDefined();
      expect(inDoubt().hears(2, reply!)).toEqual(outcome);
    });
  }

  it("INIT aborts itself when it is asked, so that the answer cannot become wrong", () => {
    const peer = new Bench(2);
    peer.votes();
    expect(peer.hears(1, { kind: "ask", transaction: 1 })).toEqual(["gaveUp", "decide abort", "decide to 1"]);
    expect(peer.hears(0, prepareFrame)).toEqual(["vote to 0"]);
    expect(peer.sent[0]?.frame).toEqual({ kind: "vote", transaction: 1, vote: "no" });
  });
});

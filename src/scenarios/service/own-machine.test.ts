import { describe, expect, it } from "vitest";
import { prepare, replicate, runCampaign, runOnce } from "../../index.ts";

interface Transfer {
  readonly from: string;
  readonly to: string;
  readonly amount: number;
}

/** The example of the README, as it stands there. */
const bank = replicate({
  name: "bank",
  version: 1,
  init: () => new Map([["alice", 100]]),
  apply(accounts, { from, to, amount }: Transfer) {
    const balance = accounts.get(from) ?? 0;
    if (balance < amount) return "not enough";
    accounts.set(from, balance - amount);
    accounts.set(to, (accounts.get(to) ?? 0) + amount);
    return "done";
  },
  query: (accounts, name: string) => accounts.get(name) ?? 0,
});

const people = ["alice", "bob", "carol"];
const scenario = bank.scenario({
  id: "service/bank",
  title: "A bank",
  calls: (draw) => {
    const [from, to, amount] = [draw.pick("from", people), draw.pick("to", people), draw.between("amount", 1, 60)];
    return draw.chance("asks", 0.3)
      ? { kind: "query", query: from }
      : { kind: "execute", command: { from, to, amount } };
  },
});

describe("a state machine of the user's own", () => {
  it("keeps every promise of a service while replicas crash, links lose and leaders change", () => {
    const { verdicts, struck } = runCampaign(prepare(scenario), { runs: 60, cover: "outside" });
    expect(verdicts.map(({ property, verdict }) => [property, verdict])).toEqual(
      ["LIN", "AMO1", "OUT1", "OUT2", "SMR2", "SMR3"].map((property) => [property, "holds"]),
    );
    expect([...struck.keys()]).toEqual(expect.arrayContaining(["crash", "recovery", "loss", "partition cut"]));
  });

  it.each([
    [256, 150],
    // Each command leaves at once, and not at the end of its turn.
    [1, 40],
  ])(
    "keeps its promises to clients that do not wait, though sessions are short and have room for two commands, %i together",
    (togetherMax, runs) => {
      const hasty = replicate(bank.machine, {
        limits: { expiryMs: 60, commandsMax: 2 },
        client: { togetherMax },
      }).scenario({
        id: "service/hasty-bank",
        title: "A bank whose clients do not wait",
        calls: (draw, client, call) => {
          const command = { from: "alice", to: `${client}.${call}`, amount: draw.between("amount", 1, 9) };
          return { kind: "execute", command };
        },
        callsEach: 6,
        pauseMs: 20,
        pipelined: true,
        timeoutMs: 800,
      });
      const { verdicts, marks } = runCampaign(prepare(hasty), { runs, cover: "outside" });
      expect(verdicts.map(({ property, verdict, clause }) => [property, verdict, clause])).toEqual(
        ["AMO1", "OUT1", "OUT2", "SMR2", "SMR3"].map((property) => [property, "holds", undefined]),
      );
      expect([...marks.keys()]).toContain("client of a service: a command moves to a new session");
    },
  );

  it("raises the alarm when apply depends on something that replicas do not share", () => {
    // A counter outside the state: what a cache, a clock or a random number is to a real machine.
    let hidden = 0;
    const { machine } = bank;
    const drifting = replicate({
      ...machine,
      apply: (accounts: Map<string, number>, transfer: Transfer, turn) =>
        machine.apply(accounts, { ...transfer, amount: ++hidden % 7 }, turn),
    });
    const drifts = drifting.scenario({
      id: "service/drifting-bank",
      title: "A bank that drifts",
      calls: (draw) => ({
        kind: "execute",
        command: { from: "alice", to: "bob", amount: draw.between("amount", 1, 9) },
      }),
    });
    const alarms = [1, 2, 3, 4, 5, 6].filter((seed) => {
      hidden = 0;
      const { violations } = runOnce(prepare(drifts), { kind: "seed", seed, edits: [] });
      return violations.some(({ property }) => property === "SMR3");
    });
    expect(alarms.length).toBeGreaterThan(0);
  });

  const refused = Object.assign(new Error("Date is not for protocols"), { code: "FORBIDDEN_GLOBAL" });
  it.each<[string, () => unknown, string, string]>([
    [
      "puts a Date into its state",
      () => new Date(0),
      "protocol",
      'the state of the machine "spoilt" is not plain data: state.get("a"): an instance of Date is not plain data',
    ],
    // A hash takes no notice of it.
    [
      "puts a NaN into its state",
      () => Number.NaN,
      "protocol",
      'the state of the machine "spoilt" is not plain data: state.get("a"): NaN is not plain data',
    ],
    [
      "uses what the command refuses",
      () => {
        throw refused;
      },
      "protocol",
      'the machine "spoilt" is not deterministic: Date is not for protocols',
    ],
    [
      "throws",
      () => {
        throw new Error("boom");
      },
      "OUT2",
      "hears of execute(1) that the machine failed",
    ],
  ])("ends the run at the first command whose apply %s, and says so", (_what, value, property, clause) => {
    const spoilt = replicate({
      name: "spoilt",
      version: 1,
      init: () => new Map<string, unknown>(),
      apply: (state, _command: number) => void state.set("a", value()),
      query: (state) => state.size,
    }).scenario({ id: "service/spoilt", title: "A spoilt state", calls: () => ({ kind: "execute", command: 1 }) });
    const { violations, events } = runOnce(
      prepare(spoilt),
      { kind: "seed", seed: 6, edits: [] },
      { cover: "outside", stopAtViolation: true },
    );
    expect(violations.map((one) => one.property)).toEqual([property]);
    expect(violations[0]!.clause).toContain(clause);
    expect(events).toBeLessThan(1_500);
  });
});

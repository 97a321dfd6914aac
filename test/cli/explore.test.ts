import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, describe, expect, it } from "vitest";
import { isOneSentence, quorateHere, scratchFolder, shortSearchMs, startQuorate } from "./command.ts";

const folder = scratchFolder();
afterAll(() => rmSync(folder, { recursive: true }));

/** A module that counts for ever, and one that never ends a step. */
const endless = (handler: string): string => `
import { type Links, type Module, network, property, scenario, stack } from "quorate";

interface Counting {
  provides: { requests: { go: () => void }; indications: { counted: (value: number) => void } };
  uses: { links: Links<number> };
  state: { bounded: boolean; sum: number };
}
const counting: Module<Counting> = {
  name: "counting",
  source: "a test",
  init: () => ({ bounded: false, sum: 0 }),
  upon: {
    request: { go: (_s, io) => io.links.send(1, 1) },
    links: { deliver: (s, io, from, value) => { ${handler}; s.bounded = !s.bounded; s.sum += value; io.links.send(from, value); io.up.counted(s.sum % 2); } },
  },
};
export const counts = scenario({
  id: "my/counting",
  rows: [],
  title: "Counting",
  model: { network: "reliable", nodes: "crash-stop", timing: "asynchronous" },
  parameters: {},
  setup: () => ({
    processes: [1, 2].map((i) => ({ name: \`p\${i}\`, stack: stack(counting, { links: network() }) })),
    workload: () => [{ node: 0, calls: [{ request: "go", args: [] }] }],
    goals: [
      { id: "three", text: "process 2 counted to three", reached: (look) => look.state(1, "").sum === 3 },
      { id: "back", text: "process 1 is ahead by two", reached: (look) => look.state(0, "").sum - look.state(1, "").sum === 2 },
    ],
    properties: [property({
      id: "BIT", kind: "safety", text: "It is a bit.",
      init: () => ({}),
      on: (_s, { kind, args }, report) => {
        if (kind !== "indication") return;
        report.premise();
        if (args[0] > 1) report.violated("it is no bit");
      },
    })],
  }),
});
`;

const save = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

interface Explored {
  readonly scenario: string;
  readonly generated: number;
  readonly distinct: number;
  readonly orbits?: number;
  readonly depth: number;
  readonly complete: boolean;
  readonly cut?: string;
  readonly open?: number;
  readonly lastLevel?: { readonly states: number; readonly taken: number };
  readonly growing?: readonly { readonly place: string }[];
  readonly verdicts: readonly { readonly property: string; readonly verdict: string; readonly strength: object }[];
}

describe("quorate explore", () => {
  it("prints the published counts of two-phase commit, all and one of each orbit, and says what is counted", async () => {
    const { status, stdout, stderr } = await quorateHere([
      ...["explore", "reference/two-phase-commit", "--set", "managers=5"],
    ]);
    expect([status, stderr]).toEqual([0, ""]);
    expect(stdout).toContain("8,832 distinct, 58,146 generated, depth 16; complete");
    expect(stdout).toContain("looked at: 314, one of each orbit");
    expect(stdout).toMatch(/✔ AC1 +holds +exhaustive, 8,832 states/);
    for (const word of ["distinct", "generated", "depth"]) expect(stdout).toContain(`${word}: `);
    for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
  });

  it("looks at several models at once, and prints JSON for programs", async () => {
    const { status, stdout } = await quorateHere([
      ...[
        "explore",
        "reference/paxos",
        "reference/abd",
        "--set",
        "clients=2",
        "--json",
        "--no-symmetry",
        "--workers",
        "2",
      ],
    ]);
    expect(status).toBe(0);
    const { explorations } = JSON.parse(stdout) as { readonly explorations: readonly Explored[] };
    expect(explorations.map(({ scenario, distinct, complete }) => ({ scenario, distinct, complete }))).toEqual([
      { scenario: "reference/paxos", distinct: 16_668, complete: true },
      { scenario: "reference/abd", distinct: 544, complete: true },
    ]);
    for (const { verdicts, distinct, orbits, depth } of explorations) {
      expect(verdicts).toMatchObject([
        { property: "LIN", verdict: "holds", strength: { by: "exhaustive", states: distinct } },
      ]);
      expect(orbits).toBe(undefined);
      expect(depth).toBeGreaterThan(10);
    }
  });

  it("ends with 1 where something breaks, draws the run and keeps its trace", async () => {
    const trace = join(folder, "stale.jsonl");
    const { status, stdout } = await quorateHere([
      ...["explore", "reference/single-copy", "--set", "servers=2", "--trace", trace],
    ]);
    expect(status).toBe(1);
    expect(stdout).toMatch(/✘ LIN +violated +4-event counterexample/);
    expect(stdout).toMatch(/#\s+ms\s+server 1\s+server 2\s+client 1/);
    expect(stdout).toContain("getOk {request: 4, value: null}");
    expect(readFileSync(trace, "utf8").split("\n")[0]).toContain("quorate-trace");
  });

  it("says unknown of a state space that never ends, and what kept growing", async () => {
    const path = save("counting.ts", endless(""));
    const { status, stdout } = await quorateHere(["explore", path, "--memory-mb", "3", "--seconds", "20", "--json"]);
    expect(status).toBe(2);
    const { complete, growing, verdicts, distinct, depth, cut, open, lastLevel } = JSON.parse(stdout) as Explored;
    expect(complete).toBe(false);
    // How far it came: the states that are open, the depth, and the share of the deepest level.
    expect(cut).toBe("memory");
    expect(open).toBe(1);
    expect(depth).toBeGreaterThan(10);
    expect(lastLevel).toEqual({ states: 1, taken: 1 });
    expect(verdicts).toMatchObject([
      { property: "BIT", verdict: "unknown", strength: { by: "budget", states: distinct } },
    ]);
    expect(growing!.map(({ place }) => place)).toEqual(["sum"]);
  });

  it("shows the run that leads to a goal; of one that is out of reach where it began, how far it came, and what was left out", async () => {
    const path = save("goals.ts", endless(""));
    const reached = await quorateHere(["explore", path, "--goal", "three"]);
    expect(reached.status).toBe(0);
    expect(reached.stdout).toContain("Reached: here is the run.");
    expect(reached.stdout.match(/●/g)).toHaveLength(5);
    const missed = await quorateHere(["explore", path, "--stages", "three", "--goal", "back", "--depth", "50"]);
    expect(missed.status).toBe(2);
    for (const words of ["Not reached", "Prunes in force:", "It began with:", "p1 is up", "looked at last:"])
      expect(missed.stdout).toContain(words);
  });

  it("says of a step that never ends that the protocol is at fault", async () => {
    const path = save("looping.ts", endless("for (;;) { }"));
    const { status, stdout } = await quorateHere(["explore", path, "--step-seconds", "1"]);
    expect(status).toBe(1);
    expect(stdout).toMatch(/protocol is violated\.\nA step does not end/);
    expect(stdout).toMatch(/\? BIT +unknown/);
  });

  it("ends with 130 on Ctrl-C and prints what it has until then", async () => {
    // By then it has begun, however busy the machine is.
    const searchMs = await shortSearchMs();
    const { child, finished } = startQuorate(["explore", "consensus/paxos-safety", "--json"]);
    await wait(2 * searchMs);
    child.kill("SIGINT");
    const { status, stdout, stderr } = await finished;
    expect(status).toBe(130);
    expect(stderr).toContain("interrupted");
    const { complete, distinct } = JSON.parse(stdout) as Explored;
    expect(complete).toBe(false);
    expect(distinct).toBeGreaterThan(0);
  });

  it.each([
    [
      ["explore", "reference/two-phase"],
      /no reference model "reference\/two-phase"\. Did you mean "reference\/two-phase-commit"\?/,
    ],
    [["explore", "reference/two-phase-commit", "--set", "managers=99"], /managers is from 1 to 14, not 99/],
    [["explore", "reference/two-phase-commit", "--set", "clients=2"], /no parameter "clients"; it has managers/],
    [["explore", "links/perfct"], /Did you mean "links\/perfect"\?/],
    [["explore", "links/perfect", "--carries", "doves"], /multiset, set, ordered/],
    [["explore", "links/perfect", "--memory-mb", "0"], /whole number from 1/],
    [["explore", "links/perfect", "links/fifo", "--trace", "x.jsonl"], /--trace goes with one scenario/],
    [["explore", "links/perfect", "links/fifo", "--goal", "x"], /--goal goes with one scenario/],
    [["explore", "links/perfect", "--mutant", "no/such"], /no mutant "no\/such"/],
    [["explore"], /missing required argument/],
  ])("%j ends with 64, names the thing and the remedy", async (args, sentence) => {
    const finished = await quorateHere(args);
    expect(finished.status).toBe(64);
    expect(finished.stdout).toBe("");
    expect(finished.stderr).toMatch(sentence);
    expect(finished.stderr).not.toMatch(/\n\s+at /);
  });

  it("finds known bugs state by state, and says what that takes in the middle", async () => {
    const env = { XDG_CACHE_HOME: folder };
    const { status, stdout } = await quorateHere(
      ["mutants", "register/A3", "commit/nothing-presumed", "--search", "states", "--workers", "1", "--json"],
      { env },
    );
    expect(status).toBe(0);
    const { mutants, medianCost } = JSON.parse(stdout) as {
      readonly mutants: readonly { readonly cost: number; readonly byStates: object }[];
      readonly medianCost: object;
    };
    expect(mutants).toMatchObject([
      { id: "register/A3", found: true, property: "LIN", search: "states", byStates: { found: true, property: "LIN" } },
      { id: "commit/nothing-presumed", found: true, property: "AC4", search: "states", byStates: { found: true } },
    ]);
    expect(medianCost).toEqual({ seeds: null, states: Math.round((mutants[0]!.cost + mutants[1]!.cost) / 2) });
  });

  it("refuses a scenario that counts on bounds of time, with one sentence", async () => {
    const finished = await quorateHere(["explore", "detectors/perfect"]);
    expect(finished.status).toBe(64);
    expect(isOneSentence(finished)).toBe(true);
    expect(finished.stderr).toContain("bounds of time");
  });
});

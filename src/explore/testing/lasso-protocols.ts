import { type AnyProperty, property } from "../../check/index.ts";
import { type AnyBound, type Links, type Module, type NodeId, network, stack } from "../../model/index.ts";
import { type AnyScenario, choice, integer, scenario, toggle } from "../../simulate/index.ts";

interface Ends {
  readonly requests: Record<never, never>;
  readonly indications: { readonly done: () => void };
}

/** Everybody of some processes says `done` at least once, unless it stopped. */
const allDone = (id: string, who: readonly NodeId[]): AnyProperty =>
  property<{ readonly open: NodeId[] }>({
    id,
    kind: "liveness",
    text: "Everybody is done in the end.",
    init: () => ({ open: [...who] }),
    on({ open }, { kind, node, name }, report) {
      if (kind === "boot") report.premise();
      if (kind === "indication" && name === "done" && open.includes(node)) open.splice(open.indexOf(node), 1);
    },
    pending: ({ open }, { correct }) => {
      const waiting = open.find((node) => correct.includes(node));
      return waiting === undefined ? null : `process ${waiting} is never done`;
    },
  });

type ForkMessage = "take" | "given" | "busy" | "back";

/** Gives itself to whoever asks first, until it comes back. */
const fork = (): Module<{ provides: Ends; uses: { links: Links<ForkMessage> }; state: { holder: NodeId | null } }> => ({
  name: "fork",
  source: "Dijkstra 1971, Hierarchical Ordering of Sequential Processes",
  init: () => ({ holder: null }),
  upon: {
    request: {},
    links: {
      deliver(s, io, from, message) {
        if (message === "back") s.holder = null;
        else if (message !== "take") io.note("is no word to a fork");
        else if (s.holder !== null) io.links.send(from, "busy");
        else {
          s.holder = from;
          io.links.send(from, "given");
        }
      },
    },
  },
});

/** What a philosopher does who has one fork and cannot have the other: `waits` asks again, `polite` puts the first back. */
type Manners = string;

/** Takes one fork and then the other, eats once, and puts both back. */
const philosopher = (
  first: NodeId,
  second: NodeId,
  manners: Manners,
): Module<{ provides: Ends; uses: { links: Links<ForkMessage> }; state: { holds: number } }> => ({
  name: "philosopher",
  source: "Dijkstra 1971; Lehmann, Rabin 1981",
  init: () => ({ holds: 0 }),
  start: (_s, io) => io.links.send(first, "take"),
  upon: {
    request: {},
    links: {
      deliver(s, io, from, message) {
        if (message === "busy") {
          if (manners === "waits" || from === first) return io.links.send(from, "take");
          s.holds = 0;
          io.links.send(first, "back");
          return io.links.send(first, "take");
        }
        s.holds++;
        if (s.holds === 1) return io.links.send(second, "take");
        io.up.done();
        s.holds = 0;
        io.links.send(first, "back");
        io.links.send(second, "back");
      },
    },
  },
});

/** Two philosophers with two forks. Each takes the one at its side first, or both take the same one first. */
export const philosophersScenario: AnyScenario = scenario({
  id: "test/philosophers",
  rows: [],
  title: "Philosophers who never eat, and some who do",
  model: { network: "reliable", nodes: "crash-stop", timing: "asynchronous" },
  parameters: {
    manners: choice("what one does who cannot have the second fork", ["waits", "polite"], "waits"),
    ordered: toggle("whether both take the same fork first", false),
  },
  setup: ({ manners, ordered }) => {
    const one = (first: NodeId, second: NodeId): AnyBound =>
      stack(philosopher(first, second, manners), { links: network<ForkMessage>("forks") });
    const forks = stack(fork(), { links: network<ForkMessage>("forks") });
    return {
      processes: [
        { name: "left fork", stack: forks },
        { name: "right fork", stack: forks },
        { name: "Plato", stack: one(0, 1) },
        { name: "Zeno", stack: ordered ? one(0, 1) : one(1, 0) },
      ],
      workload: () => [],
      properties: [allDone("EAT", [2, 3])],
    };
  },
});

/** Says something until it is acknowledged; the other side acknowledges each time. */
const insisting = (): Module<{
  provides: Ends;
  uses: { links: Links<"word" | "acknowledged"> };
  state: Record<never, never>;
  timers: { again: [] };
}> => ({
  name: "insisting link",
  source: "Cachin, Guerraoui, Rodrigues 2011, algorithm 2.1, with acknowledgements",
  init: () => ({}),
  start(_s, io) {
    if (io.self !== 0) return io.up.done();
    io.links.send(1, "word");
    io.timers.again.set(10);
  },
  upon: {
    request: {},
    links: {
      deliver(_s, io, from, message) {
        if (message === "word") return io.links.send(from, "acknowledged");
        io.timers.again.cancel();
        io.up.done();
      },
    },
    timer: {
      again(_s, io) {
        io.links.send(1, "word");
        io.timers.again.set(10);
      },
    },
  },
});

/** One process insists on being heard by another, over links that lose. */
export const insistingScenario: AnyScenario = scenario({
  id: "test/insisting",
  rows: [],
  title: "Says it again until it is heard",
  model: { network: "fair-loss", nodes: "crash-stop", timing: "asynchronous" },
  parameters: {},
  setup: () => {
    const one = stack(insisting(), { links: network() });
    return {
      processes: [0, 1].map((node) => ({ name: `p${node + 1}`, stack: one })),
      workload: () => [],
      properties: [allDone("HEARD", [0, 1])],
      faults: { crashes: 0, candidates: [1] },
    };
  },
});

/** Passes a token round the ring at each tick; a lazy one draws whether it does. */
const ringMember = (
  lazy: boolean,
): Module<{ provides: Ends; uses: { links: Links<"token"> }; state: { has: boolean }; timers: { tick: [] } }> => ({
  name: "member of a ring",
  source: "Le Lann 1977, Distributed Systems: Towards a Formal Approach",
  init: ({ self }) => ({ has: self === 0 }),
  start(s, io) {
    if (s.has) io.timers.tick.set(10);
  },
  upon: {
    request: {},
    links: {
      deliver(s, io) {
        s.has = true;
        io.timers.tick.set(10);
      },
    },
    timer: {
      tick(s, io) {
        if (lazy && io.random("pass", 2) === 0) return io.timers.tick.set(10);
        s.has = false;
        io.up.done();
        io.links.send((io.self + 1) % io.nodes.length, "token");
      },
    },
  },
});

/** A token that goes round for ever. */
export const ringScenario: AnyScenario = scenario({
  id: "test/ring",
  rows: [],
  title: "A token goes round",
  model: { network: "reliable", nodes: "crash-stop", timing: "asynchronous" },
  parameters: { n: integer("processes", 3, 2, 6), lazy: toggle("whether a draw decides if the token goes on", false) },
  setup: ({ n, lazy }) => {
    const one = stack(ringMember(lazy), { links: network() });
    const who = Array.from({ length: n }, (_, node) => node);
    return {
      processes: who.map((node) => ({ name: `p${node + 1}`, stack: one })),
      workload: () => [],
      properties: [allDone("TOKEN", who)],
    };
  },
});

/** Is done at the third tick in a row between which nobody said a word. */
const patient = (): Module<{
  provides: Ends;
  uses: { links: Links<"word"> };
  state: { ticks: number };
  timers: { tick: [] };
}> => ({
  name: "patient process",
  source: "a process that wants to be left alone",
  init: () => ({ ticks: 0 }),
  start(_s, io) {
    if (io.self === 0) io.up.done();
    else io.timers.tick.set(10);
  },
  upon: {
    request: {},
    links: {
      deliver(s) {
        s.ticks = 0;
      },
    },
    timer: {
      tick(s, io) {
        s.ticks++;
        if (s.ticks === 3) io.up.done();
        else io.timers.tick.set(10);
      },
    },
  },
});

/** One process waits for silence; the other may be a traitor, who can talk for ever. */
export const pesteredScenario: AnyScenario = scenario({
  id: "test/pestered",
  rows: [],
  title: "Waits for silence",
  model: { network: "reliable", nodes: "byzantine", timing: "asynchronous" },
  parameters: {},
  setup: () => {
    const one = stack(patient(), { links: network() });
    return {
      processes: [0, 1].map((node) => ({ name: `p${node + 1}`, stack: one })),
      workload: () => [],
      properties: [allDone("QUIET", [0, 1])],
      vocabulary: [{ body: "word" }],
      faults: { candidates: [0] },
      f: 1,
    };
  },
});

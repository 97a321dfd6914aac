// `npm run bench -- simulator [--json] [--seconds N]`: delivered messages a second of the simulator on one core, beside a
// bare event loop measured in the same run. Nothing is asserted: figures are for people, on a machine that is quiet.
import { cpus } from "node:os";
import {
  type AnyBound,
  assert,
  type Bound,
  type Links,
  type Module,
  type Nothing,
  network,
  type Sessions,
  seeded,
  stack,
} from "quorate/model";
import {
  type Broadcast,
  bestEffortBroadcast,
  eagerReliableBroadcast,
  increasingTimeout,
  logIgnored,
  perfectLink,
  type ReplicatedLog,
  raft,
  waitingCausalBroadcast,
} from "quorate/protocols";
import { dialsOf, EventHeap, type HashCover, type Script, Simulation } from "quorate/simulate";

interface Row {
  readonly what: string;
  readonly deliveredPerSecond: number;
  /** The same by processor time, garbage collection on other threads included: for a machine that has other work. */
  readonly deliveredPerProcessorSecond: number;
  readonly ofBareLoop: number;
  readonly goalPerSecond?: number;
}

const option = (name: string): string | undefined => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? undefined : process.argv[at + 1];
};
const json = process.argv.includes("--json");
const secondsEach = Number(option("seconds") ?? 1.5);

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

interface Rate {
  readonly perSecond: number;
  readonly perProcessorSecond: number;
}

/** Runs `once` (which gives what it got done) for so many seconds after a warm-up; the median rates. */
const rateOf = (once: () => number): Rate => {
  once();
  const rates: Rate[] = [];
  const until = performance.now() + secondsEach * 1_000;
  while (rates.length < 3 || performance.now() < until) {
    const start = performance.now();
    const before = process.cpuUsage();
    const done = once();
    const { user, system } = process.cpuUsage(before);
    rates.push({
      perSecond: (done * 1e3) / (performance.now() - start),
      perProcessorSecond: (done * 1e6) / (user + system),
    });
  }
  return {
    perSecond: median(rates.map(({ perSecond }) => perSecond)),
    perProcessorSecond: median(rates.map(({ perProcessorSecond }) => perProcessorSecond)),
  };
};

/** The least that any simulator does: take the earliest event, count it at its process, put the next one in. */
const bareLoop = (events: number) => (): number => {
  const heap = new EventHeap<number>();
  const counts = [0, 0, 0, 0, 0];
  let random = 1;
  for (let node = 0; node < 5; node++) for (let copy = 0; copy < 4; copy++) heap.push(copy, node);
  let time = 0;
  for (let event = 0; event < events; event++) {
    time = heap.nextTime;
    const node = heap.pop()!;
    counts[node]!++;
    random = (Math.imul(random, 1_664_525) + 1_013_904_223) >>> 0;
    heap.push(time + 1_000 + (random % 9_000), random % 5);
  }
  return counts.reduce((sum, count) => sum + count, 0);
};

interface Load {
  readonly n: number;
  readonly stack: AnyBound;
  readonly calls: (node: number) => Script["calls"];
  readonly windowMs?: number;
  readonly cover?: HashCover;
  readonly trace?: boolean;
}

/** One simulated run without faults; how many messages reached a link port of a module. */
const simulate =
  ({ n, stack: bound, calls, windowMs = 1e9, cover = "outside", trace = false }: Load) =>
  (): number => {
    const scripts = Array.from({ length: n }, (_, node) => ({ node, calls: calls(node) }));
    const result = new Simulation({
      scenario: "bench",
      setup: {
        processes: Array.from({ length: n }, (_, node) => ({ name: `p${node + 1}`, stack: bound })),
        workload: () => scripts,
        properties: [],
        faults: { crashes: 0, partitions: 0, pauses: 0, slowNodes: 0 },
        windowMs,
        patienceMs: 0,
      },
      model: { network: "reliable", nodes: "crash-stop", timing: "synchronous" },
      parameters: {},
      dials: dialsOf(),
      choices: seeded(7),
      schedule: "timed",
      trace,
      cover,
      laws: { rebuild: false, freeze: false },
      stopAtViolation: true,
      eventsMax: 1e9,
      seed: 7,
      code: "bench",
    }).run();
    return result.deliveries;
  };

/** Passes every message on to the next process: nothing but links at work. */
const relay = (): Module<{
  provides: { requests: { start: (text: string) => void }; indications: Record<never, never> };
  uses: { links: Links<string> };
  state: Record<never, never>;
}> => ({
  name: "relay",
  source: "this bench",
  init: () => ({}),
  upon: {
    request: { start: (_s, io, text) => io.links.send((io.self + 1) % io.nodes.length, text) },
    links: { deliver: (_s, io, _from, text) => io.links.send((io.self + 1) % io.nodes.length, text) },
  },
});

interface Numbered<M> {
  readonly sequence: number;
  readonly message: M;
}

/** How many messages of a session may come before one that was sent earlier; a power of two. */
const earlyMax = 1_024;

/**
 * Sessions that never end, on a network that loses nothing and reorders. Messages come in the order in which they were
 * sent, as the port promises; without that (`inOrder: false`) every second answer of Raft refuses what came too early.
 */
const openSessions = <M>(
  inOrder: boolean,
): Module<{
  provides: Sessions<M>;
  uses: { links: Links<Numbered<M>> };
  state: { sent: number[]; next: number[]; early: (M | null)[][] };
}> => ({
  name: "open sessions",
  source: "this bench",
  init: ({ nodes }) => ({ sent: nodes.map(() => 0), next: nodes.map(() => 0), early: nodes.map(() => []) }),
  start(_s, io) {
    for (const peer of io.nodes) if (peer !== io.self) io.up.opened(peer, 1);
  },
  upon: {
    request: { send: (s, io, to, message) => io.links.send(to, { sequence: s.sent[to]!++, message }) },
    links: {
      deliver(s, io, from, { sequence, message }) {
        if (!inOrder) return io.up.deliver(from, message);
        const early = s.early[from]!;
        let next = s.next[from]!;
        assert(sequence - next < earlyMax, "one message is overtaken by too many");
        if (early.length === 0) for (let at = 0; at < earlyMax; at++) early.push(null);
        if (sequence !== next) {
          early[sequence & (earlyMax - 1)] = message;
          return;
        }
        let ready: M | null = message;
        while (ready !== null) {
          io.up.deliver(from, ready);
          ready = early[++next & (earlyMax - 1)]!;
          early[next & (earlyMax - 1)] = null;
        }
        s.next[from] = next;
      },
    },
  },
});

/** Whoever leads proposes a command so many times a second of virtual time. */
const proposer = (
  everyMs: number,
): Module<{
  provides: Nothing;
  uses: { log: ReplicatedLog<string, string> };
  state: { leads: boolean; last: number };
  timers: { next: [] };
}> => ({
  name: "proposer",
  source: "this bench",
  init: () => ({ leads: false, last: 0 }),
  upon: {
    request: {},
    log: {
      ...logIgnored,
      leadership(s, io, role) {
        if (role === "leader" && !s.leads) io.timers.next.set(everyMs);
        s.leads = role === "leader";
      },
    },
    timer: {
      next(s, io) {
        if (!s.leads) return;
        io.log.propose(++s.last, "x=1");
        io.timers.next.set(everyMs);
      },
    },
  },
});

/** `commitPatienceMs` 0 tells followers at once what is committed, null with the next entries or heartbeat. */
const raftAt = (perSecond: number, inOrder = true, commitPatienceMs: number | null = 0): AnyBound =>
  stack(proposer(1_000 / perSecond), {
    log: stack(raft<string, string>({ commitPatienceMs }), {
      sessions: stack(openSessions(inOrder), { links: network("raft") }),
    }),
  });

const links: AnyBound = stack(relay(), { links: stack(perfectLink(), { stubborn: network() }) });
const chat: Bound<Broadcast<string>> = stack(waitingCausalBroadcast(), {
  reliable: stack(eagerReliableBroadcast(), {
    bestEffort: stack(bestEffortBroadcast(), { links: stack(perfectLink(), { stubborn: network() }) }),
  }),
});
const heartbeats: AnyBound = stack(increasingTimeout({ stepMs: 50 }), { links: network() });

const starts = (): Script["calls"] => [1, 2, 3, 4].map((at) => ({ request: "start", args: [`token ${at}`] }));
const broadcasts =
  (count: number, afterMs: number) =>
  (node: number): Script["calls"] =>
    Array.from({ length: count }, (_, at) => ({ request: "broadcast", args: [`m${node}.${at}`], afterMs }));

const { perSecond: bare } = rateOf(bareLoop(1_000_000));
const rows: Row[] = [];
const measure = (what: string, load: Load, goalPerSecond?: number): void => {
  const { perSecond, perProcessorSecond } = rateOf(simulate(load));
  rows.push({
    what,
    deliveredPerSecond: perSecond,
    deliveredPerProcessorSecond: perProcessorSecond,
    ofBareLoop: perSecond / bare,
    ...(goalPerSecond === undefined ? {} : { goalPerSecond }),
  });
  if (!json) console.log(line(rows.at(-1)!));
};
const thousands = (rate: number): string =>
  `${Math.round(rate / 1_000)
    .toString()
    .padStart(6)} k`;
const line = ({ what, deliveredPerSecond, deliveredPerProcessorSecond, ofBareLoop, goalPerSecond }: Row): string =>
  `${what.padEnd(58)} ${thousands(deliveredPerSecond)}/s ${thousands(deliveredPerProcessorSecond)}/s of processor  ${ofBareLoop
    .toFixed(3)
    .padStart(6)}${goalPerSecond === undefined ? "" : `   goal ${goalPerSecond / 1_000} k/s`}`;

if (!json) {
  console.log(
    `Node ${process.version}, ${cpus()[0]?.model.trim() ?? "unknown processor"}, one core; median rates of delivered messages`,
  );
  console.log(`${"bare event loop".padEnd(58)} ${thousands(bare)}/s`);
}
measure("perfect links, 5 processes, event hash", { n: 5, stack: links, calls: starts, windowMs: 100_000 });
measure(
  "causal over reliable, best-effort, perfect links, 5, hash",
  { n: 5, stack: chat, calls: broadcasts(1_600, 20) },
  1_500_000,
);
measure("  the same, every event inside the nodes in the hash", {
  n: 5,
  stack: chat,
  calls: broadcasts(400, 20),
  cover: "full",
});
measure("  the same, event hash, trace kept", { n: 5, stack: chat, calls: broadcasts(400, 20), trace: true });
measure("  the same, event hash, a call each millisecond", { n: 5, stack: chat, calls: broadcasts(1_600, 1) });
for (const n of [3, 10, 30, 100]) {
  const windowMs = Math.max(200, Math.floor(4_000_000 / (n * n)));
  measure(`heartbeat detector, ${n} processes, event hash`, {
    n,
    stack: heartbeats,
    calls: () => [],
    windowMs: Math.min(windowMs, 100_000),
  });
}
measure(
  "Raft, 5 processes, 5,000 commands a virtual second, hash",
  { n: 5, stack: raftAt(5_000), calls: () => [], windowMs: 4_000 },
  1_000_000,
);
measure("  the same, over sessions that reorder", {
  n: 5,
  stack: raftAt(5_000, false),
  calls: () => [],
  windowMs: 4_000,
});
/** Virtual seconds that a second simulates. */
const raftTimesOf = (commitPatienceMs: number | null): Rate => {
  const windowMs = 20_000;
  const run = simulate({ n: 5, stack: raftAt(100, true, commitPatienceMs), calls: () => [], windowMs });
  return rateOf(() => {
    run();
    return windowMs / 1e3;
  });
};
const raftTimes = raftTimesOf(0);
const raftTimesFrugal = raftTimesOf(null);
if (json)
  console.log(
    JSON.stringify(
      {
        node: process.version,
        bareLoopPerSecond: bare,
        rows,
        raftTimesRealTime: raftTimes.perSecond,
        raftTimesRealTimeFrugal: raftTimesFrugal.perSecond,
      },
      null,
      2,
    ),
  );
else {
  const times = ({ perSecond, perProcessorSecond }: Rate): string =>
    `${Math.round(perSecond)} × real time, ${Math.round(perProcessorSecond)} × processor time   goal 1,000 ×`;
  console.log(`Raft, 5 processes, 100 commands a virtual second: ${times(raftTimes)}`);
  console.log(`  the same, news of commits with the next entries: ${times(raftTimesFrugal)}`);
}

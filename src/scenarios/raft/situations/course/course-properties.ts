import { type AnyProperty, type Inspection, property, type RunSite } from "../../../../check/index.ts";
import type { NodeId } from "../../../../model/index.ts";
import type { RaftMessage, RaftState } from "../../../../protocols/index.ts";

/** Where the servers of these lessons have their Raft. */
const path = "log";

/** An instant of a run, in virtual milliseconds, and who is asked about then. */
export interface Instant {
  readonly at: number;
  readonly among: readonly NodeId[];
}

/** A time of a run, in virtual milliseconds. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

const stateOf = (look: Inspection, node: NodeId): RaftState | undefined =>
  look.state(node, path) as RaftState | undefined;

/** The leaders of the highest term among some servers that are up. */
const leadersOf = (look: Inspection, among: readonly NodeId[]): readonly NodeId[] => {
  const states = among.map((node) => stateOf(look, node));
  const highest = Math.max(0, ...states.map((state) => state?.currentTerm ?? 0));
  return among.filter((_, at) => states[at]?.role === "leader" && states[at]?.currentTerm === highest);
};

/** Asks at the first step after each instant. */
const atInstants = (
  id: string,
  text: string,
  instants: readonly Instant[],
  ask: (look: Inspection, instant: Instant) => string | null,
): AnyProperty =>
  property<{ next: number }>({
    id,
    kind: "safety",
    text,
    init: () => ({ next: 0 }),
    inspect(s, look, report) {
      const instant = instants[s.next];
      if (instant === undefined || look.at < instant.at) return;
      s.next++;
      report.premise();
      const clause = ask(look, instant);
      if (clause !== null) report.violated(`after ${instant.at} ms ${clause}`, look.event);
    },
  });

/** At each of these instants there is exactly one leader among those who hear each other. */
export const oneLeaderAt = (instants: readonly Instant[]): AnyProperty =>
  atInstants("OneLeader", "Those who hear each other, and are a majority, have one leader.", instants, (look, one) => {
    const leaders = leadersOf(look, one.among);
    return leaders.length === 1 ? null : `${leaders.length} processes lead`;
  });

/** At each of these instants none of these leads. */
export const noLeaderAt = (instants: readonly Instant[]): AnyProperty =>
  atInstants("NoLeader", "Those who hear no majority have no leader.", instants, (look, one) => {
    const leaders = leadersOf(look, one.among);
    return leaders.length === 0 ? null : `process ${leaders[0]} leads`;
  });

/** From some time on the term stays: nobody is disturbed where nothing fails. */
export const termStays = (from: number): AnyProperty =>
  property<{ term: number }>({
    id: "TermStays",
    kind: "safety",
    text: "Where nothing fails, no further election is held.",
    init: () => ({ term: 0 }),
    inspect(s, look, report) {
      if (look.at < from || look.node === undefined) return;
      const term = stateOf(look, look.node)?.currentTerm ?? 0;
      if (s.term === 0) {
        s.term = term;
        report.premise();
      } else if (term > s.term) report.violated(`term ${term} comes after term ${s.term}`, look.event);
    },
  });

/** In this time nobody learns of any commit that nobody knew of before it. */
export const nothingCommitted = ({ from, to }: Span): AnyProperty =>
  property<{ highest: number; asked: boolean }>({
    id: "NothingCommitted",
    kind: "safety",
    text: "Without a majority nothing is committed.",
    init: () => ({ highest: 0, asked: false }),
    inspect(s, look, report) {
      if (look.node === undefined || look.at > to) return;
      const commitIndex = stateOf(look, look.node)?.commitIndex ?? 0;
      if (commitIndex > s.highest && look.at >= from)
        report.violated(`process ${look.node} commits index ${commitIndex} without a majority`, look.event);
      s.highest = Math.max(s.highest, commitIndex);
      if (look.at < from || s.asked) return;
      s.asked = true;
      report.premise();
    },
  });

/** In the end everybody has committed what anybody has. */
export const allCatchUp: AnyProperty = property<{ readonly commits: Map<NodeId, number> }>({
  id: "CatchUp",
  kind: "liveness",
  text: "In the end every server has committed what any server has.",
  init: ({ nodes }: RunSite) => ({ commits: new Map(nodes.map((node) => [node, 0])) }),
  inspect(s, look, report) {
    if (look.node === undefined) return;
    const commitIndex = stateOf(look, look.node)?.commitIndex ?? 0;
    if (commitIndex > s.commits.get(look.node)!) report.premise();
    s.commits.set(look.node, commitIndex);
  },
  pending: ({ commits }, { correct }) => {
    const highest = Math.max(...commits.values());
    const behind = correct.find((node) => commits.get(node)! < highest);
    return behind === undefined ? null : `process ${behind} has committed ${commits.get(behind)} of ${highest}`;
  },
});

type Message = RaftMessage<string, readonly string[]>;

/** What arrives in a time is, added up, no more than so much. */
const atMost = (
  id: string,
  text: string,
  { from, to }: Span,
  max: number,
  weigh: (message: Message) => number,
): AnyProperty =>
  property<{ sum: number }>({
    id,
    kind: "safety",
    text,
    port: `${path}.sessions`,
    init: () => ({ sum: 0 }),
    on(s, { kind, name, args, at, event }, report) {
      if (kind !== "indication" || name !== "deliver" || at < from || at > to) return;
      const weight = weigh(args[1] as Message);
      if (weight === 0) return;
      report.premise();
      s.sum += weight;
      if (s.sum > max) report.violated(`${s.sum} so far, and ${max} are enough`, event);
    },
  });

/** Messages of servers to each other in a time. */
export const messagesAtMost = (id: string, span: Span, max: number): AnyProperty =>
  atMost(id, `At most ${max} messages arrive from ${span.from} ms to ${span.to} ms.`, span, max, () => 1);

/** Characters of commands that arrive in all. */
export const bytesAtMost = (max: number): AnyProperty =>
  atMost(
    "ByteCount",
    `At most ${max} bytes of commands arrive: each goes to each follower once.`,
    { from: 0, to: Number.POSITIVE_INFINITY },
    max,
    (m) =>
      m.kind === "AppendEntries"
        ? m.entries.reduce((sum, entry) => sum + (entry.kind === "command" ? entry.command.length : 0), 0)
        : 0,
  );

/** Refusals of AppendEntries in a time: how often a leader guesses wrong where logs part. */
export const refusalsAtMost = (span: Span, max: number): AnyProperty =>
  atMost("RefusalCount", `At most ${max} messages of a leader do not match.`, span, max, (m) =>
    m.kind === "AppendEntriesReply" && !m.success ? 1 : 0,
  );

/** A log that is cut behind snapshots stays short. */
export const logAtMost = (max: number): AnyProperty =>
  property<{ asked: boolean }>({
    id: "LogLength",
    kind: "safety",
    text: `No log has more than ${max} entries: the rest is in a snapshot.`,
    init: () => ({ asked: false }),
    inspect(s, look, report) {
      const entries = look.node === undefined ? [] : (look.log(look.node, path, "entries")?.entries ?? []);
      if (entries.length > max) report.violated(`process ${look.node} has ${entries.length} entries`, look.event);
      if (s.asked || entries.length < max / 2) return;
      s.asked = true;
      report.premise();
    },
  });

/** In the end these vote, in the configuration of everybody. */
export const allVote = (voters: readonly NodeId[]): AnyProperty =>
  property<{ readonly lacks: Map<NodeId, boolean> }>({
    id: "AllVote",
    kind: "liveness",
    text: "In the end those who were to become voters are.",
    init: ({ nodes }: RunSite) => ({ lacks: new Map(nodes.map((node) => [node, true])) }),
    inspect(s, look, report) {
      if (look.node === undefined) return;
      const members = stateOf(look, look.node)?.configurations.at(-1)?.configuration;
      const lacks = members === undefined || !voters.every((node) => members.voters.includes(node));
      if (!lacks && s.lacks.get(look.node) === true) report.premise();
      s.lacks.set(look.node, lacks);
    },
    pending: ({ lacks }, { correct }) => {
      const last = correct.find((node) => lacks.get(node) === true);
      return last === undefined ? null : `process ${last} does not know all of them as voters`;
    },
  });

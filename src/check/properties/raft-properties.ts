import { equal, hashPlain53, type NodeId } from "../../model/index.ts";
import { type AnyProperty, type Inspection, property, type RunSite } from "../property.ts";

/** What these properties look at in a server; the rest of its state is its own affair. */
interface Server {
  readonly role: string;
  readonly currentTerm: number;
  readonly commitIndex: number;
  readonly lastIncludedIndex: number;
}

/** What they look at in an entry. */
interface LogEntry {
  readonly term: number;
}

interface LogView {
  readonly first: number;
  readonly entries: readonly unknown[];
}

const noLog: LogView = { first: 1, entries: [] };

const serverAt = (look: Inspection, node: NodeId, path: string): Server | undefined =>
  look.state(node, path) as Server | undefined;

const logAt = (look: Inspection, node: NodeId, path: string): LogView => look.log(node, path, "entries") ?? noLog;

const termIn = ({ first, entries }: LogView, index: number): number | undefined =>
  (entries[index - first] as LogEntry | undefined)?.term;

/** The nodes that may have changed since the last look. */
const steppedOf = ({ node }: Inspection, nodes: readonly NodeId[]): readonly NodeId[] =>
  node === undefined ? nodes : [node];

/** Election Safety: at most one leader can be elected in a given term. Ongaro and Ousterhout 2014, figure 3. */
export const electionSafety = (path: string): AnyProperty =>
  property<{ readonly nodes: readonly NodeId[]; readonly leaderOf: Map<number, NodeId> }>({
    id: "ElectionSafety",
    kind: "safety",
    text: "At most one leader is elected in a term.",
    init: ({ nodes }: RunSite) => ({ nodes, leaderOf: new Map() }),
    inspect(s, look, report) {
      for (const node of steppedOf(look, s.nodes)) {
        const server = serverAt(look, node, path);
        if (server?.role !== "leader") continue;
        const leader = s.leaderOf.get(server.currentTerm);
        if (leader === node) continue;
        report.premise();
        if (leader === undefined) s.leaderOf.set(server.currentTerm, node);
        else
          report.violated(
            `process ${node} leads in term ${server.currentTerm}, in which process ${leader} led already`,
            look.event,
          );
      }
    },
  });

/** A log as it was at the last look: the entries themselves, which are never changed. */
interface Mirror {
  first: number;
  entries: unknown[];
  /** The term in which its owner leads; 0 where it does not. */
  leads: number;
}

const emptyMirror = (): Mirror => ({ first: 1, entries: [], leads: 0 });

/** The lowest index from which on a log is not what it was; one above its end where it only lost its beginning. */
const changedFrom = (mirror: Mirror, { first, entries }: LogView): number => {
  let index = Math.min(mirror.first + mirror.entries.length, first + entries.length);
  const lowest = Math.max(mirror.first, first);
  if (index < lowest) return first;
  while (index > lowest && !isSame(mirror.entries[index - 1 - mirror.first], entries[index - 1 - first])) index--;
  return index;
};

/** Whether an entry is what it was; one that comes back from disk is another object. */
const isSame = (one: unknown, other: unknown): boolean =>
  one === other ||
  (one !== undefined &&
    other !== undefined &&
    (one as LogEntry).term === (other as LogEntry).term &&
    equal(one, other));

const isUnchanged = (mirror: Mirror, { first, entries }: LogView): boolean =>
  mirror.first === first &&
  mirror.entries.length === entries.length &&
  isSame(mirror.entries[entries.length - 1], entries[entries.length - 1]);

const remember = (mirror: Mirror, { first, entries }: LogView, from: number): void => {
  if (mirror.first !== first) {
    mirror.first = first;
    mirror.entries = entries.slice();
    return;
  }
  mirror.entries.length = Math.min(mirror.entries.length, from - first);
  for (let at = mirror.entries.length; at < entries.length; at++) mirror.entries.push(entries[at]);
};

/** Leader Append-Only: a leader never overwrites or deletes entries in its log; it only appends. Figure 3. */
export const leaderAppendOnly = (path: string): AnyProperty =>
  property<{ readonly nodes: readonly NodeId[]; readonly mirrors: Mirror[] }>({
    id: "LeaderAppendOnly",
    kind: "safety",
    text: "A leader never overwrites or deletes entries in its log; it only appends new ones.",
    init: ({ nodes }: RunSite) => ({ nodes, mirrors: nodes.map(emptyMirror) }),
    inspect(s, look, report) {
      for (const node of steppedOf(look, s.nodes)) {
        const mirror = s.mirrors[node]!;
        const server = serverAt(look, node, path);
        const leads = server?.role === "leader" ? server.currentTerm : 0;
        const ledBefore = mirror.leads === leads && leads > 0;
        mirror.leads = leads;
        if (leads === 0) continue;
        const log = logAt(look, node, path);
        if (ledBefore && isUnchanged(mirror, log)) continue;
        const from = changedFrom(mirror, log);
        const end = mirror.first + mirror.entries.length;
        if (ledBefore) report.premise();
        if (ledBefore && from < end && end > log.first)
          report.violated(
            `process ${node}, leader of term ${leads}, changes its log from index ${from} on`,
            look.event,
          );
        remember(mirror, log, from);
      }
    },
  });

/**
 * Log Matching: if two logs contain an entry with the same index and term, then the logs are identical in all entries up
 * through the given index. Figure 3. Checked entry by entry, over all logs that ever were: index and term say which
 * entry it is, and which term the entry before it has; the rest follows by induction.
 */
export const logMatching = (path: string): AnyProperty =>
  property<{
    readonly nodes: readonly NodeId[];
    readonly mirrors: Mirror[];
    readonly known: Map<string, { entry: number; before: number | undefined }>;
  }>({
    id: "LogMatching",
    kind: "safety",
    text: "If two logs contain an entry with the same index and term, they are identical in all entries up to it.",
    init: ({ nodes }: RunSite) => ({ nodes, mirrors: nodes.map(emptyMirror), known: new Map() }),
    inspect(s, look, report) {
      for (const node of steppedOf(look, s.nodes)) {
        const mirror = s.mirrors[node]!;
        const log = logAt(look, node, path);
        if (isUnchanged(mirror, log)) continue;
        const from = changedFrom(mirror, log);
        remember(mirror, log, from);
        for (let index = Math.max(from, log.first); index < log.first + log.entries.length; index++) {
          const entry = log.entries[index - log.first] as LogEntry;
          const key = `${index}/${entry.term}`;
          const content = hashPlain53(entry);
          const before = index === 1 ? 0 : termIn(log, index - 1);
          const seen = s.known.get(key);
          if (seen === undefined) {
            s.known.set(key, { entry: content, before });
            continue;
          }
          report.premise();
          const differs = seen.before !== undefined && before !== undefined && seen.before !== before;
          seen.before ??= before;
          if (seen.entry === content && !differs) continue;
          report.violated(
            `process ${node} has another entry ${differs ? "before" : "with"} index ${index} and term ${entry.term} than was seen before`,
            look.event,
          );
        }
      }
    },
  });

interface CommittedEntry {
  readonly term: number;
  /** The lowest term of a server that knew it to be committed. */
  inTerm: number;
}

/**
 * Leader Completeness: if an entry is committed in a given term, then it is in the logs of the leaders for all
 * higher-numbered terms. Figure 3. What a server takes for committed counts as committed: if it is wrong, this breaks.
 */
export const leaderCompleteness = (path: string): AnyProperty =>
  property<{
    readonly nodes: readonly NodeId[];
    readonly commitIndexes: number[];
    readonly leads: number[];
    readonly committed: Map<number, CommittedEntry>;
  }>({
    id: "LeaderCompleteness",
    kind: "safety",
    text: "An entry that is committed in a term is in the logs of the leaders of all higher terms.",
    init: ({ nodes }: RunSite) => ({
      nodes,
      commitIndexes: nodes.map(() => 0),
      leads: nodes.map(() => 0),
      committed: new Map(),
    }),
    inspect(s, look, report) {
      const lacks = (node: NodeId, index: number, { term, inTerm }: CommittedEntry): void => {
        const server = serverAt(look, node, path);
        if (server?.role !== "leader" || server.currentTerm <= inTerm || index <= server.lastIncludedIndex) return;
        const found = termIn(logAt(look, node, path), index);
        if (found === term) return;
        report.violated(
          `process ${node} leads in term ${server.currentTerm} ${found === undefined ? "without an entry" : `with an entry of term ${found}`} at index ${index}, where one of term ${term} was committed in term ${inTerm}`,
          look.event,
        );
      };
      for (const node of steppedOf(look, s.nodes)) {
        const server = serverAt(look, node, path);
        if (server === undefined) continue;
        const log = server.commitIndex > s.commitIndexes[node]! ? logAt(look, node, path) : noLog;
        for (let index = s.commitIndexes[node]! + 1; index <= server.commitIndex; index++) {
          const term = termIn(log, index);
          if (term === undefined) continue;
          const known = s.committed.get(index);
          if (known !== undefined && known.term === term && known.inTerm <= server.currentTerm) continue;
          const entry = { term, inTerm: server.currentTerm };
          s.committed.set(index, entry);
          for (const other of s.leads.keys()) lacks(other, index, entry);
        }
        s.commitIndexes[node] = server.commitIndex;
        const leads = server.role === "leader" ? server.currentTerm : 0;
        if (leads > 0 && leads !== s.leads[node]) {
          for (const [index, entry] of s.committed) {
            if (entry.inTerm < leads) report.premise();
            lacks(node, index, entry);
          }
        }
        s.leads[node] = leads;
      }
    },
  });

/**
 * State Machine Safety: if a server has applied an entry at a given index, no other server will ever apply a different
 * one for the same index. Figure 3. Also: each server applies every index, in order and once in an incarnation.
 */
export const stateMachineSafety = (path: string): AnyProperty =>
  property<{ readonly applied: Map<number, { entry: number; event: number }>; readonly next: Map<NodeId, number> }>({
    id: "StateMachineSafety",
    kind: "safety",
    port: path,
    text: "No two servers apply different entries at one index, and each applies every index in order.",
    init: () => ({ applied: new Map(), next: new Map() }),
    on(s, { kind, node, name, args, event }, report) {
      if (kind === "crash") s.next.delete(node);
      if (kind !== "indication") return;
      const index = args[0] as number;
      if (name === "restored" && args[3] === true) {
        if (index + 1 < (s.next.get(node) ?? 0))
          report.violated(`process ${node} goes back to index ${index} after ${s.next.get(node)! - 1}`, event);
        s.next.set(node, index + 1);
      }
      if (name !== "committed") return;
      const expected = s.next.get(node) ?? 1;
      s.next.set(node, index + 1);
      if (index !== expected) report.violated(`process ${node} applies index ${index} after ${expected - 1}`, event);
      const entry = hashPlain53([args[1], args[2]]);
      const seen = s.applied.get(index);
      if (seen === undefined) {
        s.applied.set(index, { entry, event });
        return;
      }
      report.premise();
      if (seen.entry !== entry)
        report.violated(
          `process ${node} applies an entry of term ${String(args[1])} at index ${index} that is not the one that was applied there before`,
          seen.event,
          event,
        );
    },
  });

interface VoteMessage {
  readonly kind: string;
  readonly term: number;
  readonly voteGranted?: boolean;
}

/**
 * A server votes at most once in a term, over crashes too: what term and vote on disk are for. Told from the messages: who
 * asks for votes has voted for itself, and only what was said counts. A vote that a crash took back was nobody's.
 */
export const oneVote = (path: string): AnyProperty =>
  property<{ readonly votes: Map<string, { readonly candidate: NodeId; readonly event: number }> }>({
    id: "OneVote",
    kind: "safety",
    port: `${path}.sessions`,
    text: "Within a term a server votes for one candidate.",
    init: () => ({ votes: new Map() }),
    on(s, { kind, name, node, args, event }, report) {
      if (kind !== "indication" || name !== "deliver") return;
      const [from, { kind: message, term, voteGranted }] = args as readonly [NodeId, VoteMessage];
      const isVote = message === "RequestVote" || (message === "RequestVoteReply" && voteGranted === true);
      if (!isVote) return;
      const candidate = message === "RequestVote" ? from : node;
      const key = `${from}/${term}`;
      const before = s.votes.get(key);
      if (before === undefined) s.votes.set(key, { candidate, event });
      else if (before.candidate !== candidate)
        report.violated(
          `process ${from} votes for process ${candidate} in term ${term}, in which it voted for process ${before.candidate}`,
          before.event,
          event,
        );
      report.premise();
    },
  });

/** The five properties of figure 3 for the servers at a port path. */
export const raftProperties = (path: string): readonly AnyProperty[] => [
  electionSafety(path),
  leaderAppendOnly(path),
  logMatching(path),
  leaderCompleteness(path),
  stateMachineSafety(path),
];

import type { NodeId } from "../../model/index.ts";
import { type AnyProperty, type Inspection, viewing } from "../property.ts";

/** What these properties look at in a server. */
interface Server {
  readonly role: string;
  readonly currentTerm: number;
  readonly votedFor: NodeId | null;
  readonly commitIndex: number;
  readonly lastApplied: number;
  readonly configurations: readonly { readonly configuration: Members }[];
}

interface Members {
  readonly voters: readonly NodeId[];
  readonly votersOutgoing: readonly NodeId[];
}

interface Entry {
  readonly term: number;
}

const serverAt = (look: Inspection, node: NodeId, path: string): Server | undefined =>
  look.state(node, path) as Server | undefined;

const entriesAt = (look: Inspection, node: NodeId, path: string): readonly Entry[] =>
  (look.log(node, path, "entries")?.entries ?? []) as readonly Entry[];

/** The term in which a server leads; 0 where it does not. */
const leadsAt = (look: Inspection, node: NodeId, path: string): number => {
  const server = serverAt(look, node, path);
  return server?.role === "leader" ? server.currentTerm : 0;
};

const contentOf = (entry: Entry): string => JSON.stringify(entry);

/** Election Safety: at most one leader can be elected in a given term. Ongaro and Ousterhout 2014, figure 3. */
const electionSafety = (path: string): AnyProperty =>
  viewing<(NodeId | null)[], number>({
    id: "ElectionSafety",
    text: "At most one leader is elected in a term.",
    init: () => [],
    view: {
      of: (look, node) => leadsAt(look, node, path),
      changed(leaderOf, { node, after: term, event }, report) {
        if (term === 0) return;
        while (leaderOf.length <= term) leaderOf.push(null);
        const before = leaderOf[term] ?? null;
        leaderOf[term] = node;
        report.premise();
        if (before !== null && before !== node)
          report.violated(`process ${node} leads in term ${term}, in which process ${before} led already`, event);
      },
    },
  });

interface Leadership {
  readonly term: number;
  readonly log: readonly string[];
}

/** Leader Append-Only: a leader never overwrites or deletes entries in its log; it only appends. Figure 3. */
const leaderAppendOnly = (path: string): AnyProperty =>
  viewing<null, Leadership>({
    id: "LeaderAppendOnly",
    text: "A leader never overwrites or deletes entries in its log; it only appends new ones.",
    init: () => null,
    view: {
      of(look, node) {
        const term = leadsAt(look, node, path);
        return { term, log: term === 0 ? [] : entriesAt(look, node, path).map(contentOf) };
      },
      changed(_s, { node, before, after, event }, report) {
        if (before === null || after.term === 0 || before.term !== after.term) return;
        report.premise();
        const changed = before.log.findIndex((entry, at) => after.log[at] !== entry);
        if (changed >= 0)
          report.violated(`process ${node}, leader of term ${after.term}, changes index ${changed + 1}`, event);
      },
    },
  });

/**
 * Log Matching: if two logs contain an entry with the same index and term, then the logs are identical in all entries up
 * through the given index. Figure 3. Of the logs of one moment.
 */
const logMatching = (path: string): AnyProperty =>
  viewing<(readonly Entry[])[], readonly Entry[]>({
    id: "LogMatching",
    text: "If two logs contain an entry with the same index and term, they are identical in all entries up to it.",
    init: ({ nodes }) => nodes.map(() => []),
    view: {
      of: (look, node) => entriesAt(look, node, path),
      changed(logs, { node, after: log, event }, report) {
        logs[node] = log;
        for (const [other, their] of logs.entries()) {
          if (other === node) continue;
          let index = Math.min(log.length, their.length);
          while (index > 0 && log[index - 1]!.term !== their[index - 1]!.term) index--;
          if (index === 0) continue;
          report.premise();
          while (index > 0 && contentOf(log[index - 1]!) === contentOf(their[index - 1]!)) index--;
          if (index > 0)
            report.violated(
              `processes ${node} and ${other} have other entries at index ${index}, and match above`,
              event,
            );
        }
      },
    },
  });

interface Knowledge {
  readonly term: number;
  /** Whether it leads in this term. */
  readonly leads: boolean;
  readonly commitIndex: number;
  /** Of a leader the terms of its log; of others as far as they take it for committed. */
  readonly terms: readonly number[];
}

interface Commitment {
  /** By index: the term of the entry that was committed, and the lowest term of a server that knew. */
  readonly committed: { readonly term: number; readonly inTerm: number }[];
  /** By server: the terms of its log where it leads, and the term. */
  readonly leaders: { readonly term: number; readonly terms: readonly number[] }[];
}

/**
 * Leader Completeness: if an entry is committed in a given term, then it is in the logs of the leaders for all
 * higher-numbered terms. Figure 3. What a server takes for committed counts as committed: if it is wrong, this breaks.
 */
const leaderCompleteness = (path: string): AnyProperty =>
  viewing<Commitment, Knowledge>({
    id: "LeaderCompleteness",
    text: "An entry that is committed in a term is in the logs of the leaders of all higher terms.",
    init: ({ nodes }) => ({ committed: [], leaders: nodes.map(() => ({ term: 0, terms: [] })) }),
    view: {
      of(look, node) {
        const server = serverAt(look, node, path);
        if (server === undefined) return { term: 0, leads: false, commitIndex: 0, terms: [] };
        const { commitIndex, role, currentTerm } = server;
        const terms = entriesAt(look, node, path).map(({ term }) => term);
        const leads = role === "leader";
        return { term: currentTerm, leads, commitIndex, terms: leads ? terms : terms.slice(0, commitIndex) };
      },
      changed({ committed, leaders }, { node, after, event }, report) {
        leaders[node] = after.leads ? { term: after.term, terms: after.terms } : { term: 0, terms: [] };
        for (const [at, term] of after.terms.slice(0, after.commitIndex).entries()) {
          const known = committed[at];
          if (known !== undefined && known.term === term && known.inTerm <= after.term) continue;
          committed[at] = { term, inTerm: after.term };
        }
        for (const [leader, { term, terms }] of leaders.entries())
          for (const [at, entry] of committed.entries()) {
            if (term <= entry.inTerm) continue;
            report.premise();
            if (terms[at] !== entry.term)
              report.violated(
                `process ${leader} leads in term ${term} without the entry of term ${entry.term} at index ${at + 1}, which was committed in term ${entry.inTerm}`,
                event,
              );
          }
      },
    },
  });

interface Holding {
  readonly leads: boolean;
  readonly commitIndex: number;
  readonly terms: readonly number[];
  /** The configuration in force, of one that leads. */
  readonly members: Members | null;
}

const majorityOf = (voters: readonly NodeId[], agrees: (node: NodeId) => boolean): boolean =>
  voters.filter(agrees).length * 2 > voters.length;

/**
 * What a leader takes for committed lies at that time in the logs of a majority of the voters, in a joint configuration of
 * each set: the rule of section 5.3 itself, which shows a miscount before any harm comes of it. What of a log is durable an
 * exhaustive search does not look at: a log that is not yet counts as held.
 */
const committedOnQuorum = (path: string): AnyProperty =>
  viewing<(readonly number[])[], Holding>({
    id: "CommittedOnQuorum",
    text: "What a leader commits lies in the logs of a majority of the voters.",
    init: ({ nodes }) => nodes.map(() => []),
    view: {
      of(look, node) {
        const server = serverAt(look, node, path);
        const terms = entriesAt(look, node, path).map(({ term }) => term);
        if (server?.role !== "leader") return { leads: false, commitIndex: 0, terms, members: null };
        const { commitIndex, configurations } = server;
        const members = configurations[configurations.length - 1]?.configuration ?? null;
        return { leads: true, commitIndex, terms, members };
      },
      changed(logs, { node, before, after, event }, report) {
        logs[node] = after.terms;
        const { commitIndex, members, terms } = after;
        if (!after.leads || members === null || before?.leads !== true || before.commitIndex >= commitIndex) return;
        report.premise();
        const term = terms[commitIndex - 1];
        const holds = (voter: NodeId): boolean => logs[voter]?.[commitIndex - 1] === term;
        // One step may commit a configuration first, and go on by the next one.
        if ([members, before.members].some((each) => each !== null && quorumOf(each, holds))) return;
        report.violated(
          `process ${node} commits index ${commitIndex} of term ${term}, which is in the logs of no majority of processes ${[...members.voters, ...members.votersOutgoing].join(", ")}`,
          event,
        );
      },
    },
  });

const quorumOf = ({ voters, votersOutgoing }: Members, agrees: (node: NodeId) => boolean): boolean =>
  majorityOf(voters, agrees) && (votersOutgoing.length === 0 || majorityOf(votersOutgoing, agrees));

interface Applied {
  readonly index: number;
  readonly entries: readonly string[];
}

/**
 * State Machine Safety: if a server has applied an entry at a given index, no other server will ever apply a different
 * one for the same index. Figure 3.
 */
const stateMachineSafety = (path: string): AnyProperty =>
  viewing<string[], Applied>({
    id: "StateMachineSafety",
    text: "No two servers apply different entries at one index.",
    init: () => [],
    view: {
      of(look, node) {
        const index = serverAt(look, node, path)?.lastApplied ?? 0;
        return { index, entries: entriesAt(look, node, path).slice(0, index).map(contentOf) };
      },
      changed(applied, { node, after: { index, entries }, event }, report) {
        for (let at = 0; at < index; at++) {
          const entry = entries[at] ?? "nothing";
          const known = applied[at];
          if (known === undefined) applied.push(entry);
          else {
            report.premise();
            if (known !== entry) report.violated(`process ${node} applies another entry at index ${at + 1}`, event);
          }
        }
      },
    },
  });

/** A vote, as its voter has it: in the present term, and whether it was written to disk. */
interface Vote {
  readonly isUp: boolean;
  readonly term: number;
  readonly votedFor: NodeId | null;
  readonly isWritten: boolean;
}

const noVote: Vote = { isUp: false, term: 0, votedFor: null, isWritten: true };

/**
 * A server votes at most once in a term, over crashes too: what term and vote on disk are for. A vote that was written and
 * that a crash took back was nobody's, since nobody heard of it before it was durable.
 */
const oneVote = (path: string): AnyProperty =>
  viewing<Vote[], Vote>({
    id: "OneVote",
    text: "Within a term a server votes for one candidate.",
    init: ({ nodes }) => nodes.map(() => noVote),
    view: {
      of(look, node) {
        const stored = (look.record(node, path, "termAndVote") ?? noVote) as Pick<Vote, "term" | "votedFor">;
        const server = serverAt(look, node, path);
        if (server === undefined) return { isUp: false, term: stored.term, votedFor: stored.votedFor, isWritten: true };
        const { currentTerm: term, votedFor } = server;
        return { isUp: true, term, votedFor, isWritten: stored.term === term && stored.votedFor === votedFor };
      },
      changed(votes, { node, after, event }, report) {
        const known = votes[node]!;
        if (!after.isUp && known.isWritten) votes[node] = after;
        if (!after.isUp || after.term < known.term || after.votedFor === null) {
          if (after.isUp && after.term > known.term) votes[node] = after;
          return;
        }
        report.premise();
        votes[node] = after;
        if (after.term === known.term && known.votedFor !== null && known.votedFor !== after.votedFor)
          report.violated(
            `process ${node} votes for process ${after.votedFor} in term ${after.term}, in which it voted for process ${known.votedFor}`,
            event,
          );
      },
    },
  });

/**
 * The properties of figure 3 and that nobody votes twice, in the form that an exhaustive search likes best: one process is
 * looked at at a time, and what is remembered of it depends as little as may be on how it came there. For servers that keep
 * their whole log.
 */
export const raftViews = (path: string): readonly AnyProperty[] => [
  electionSafety(path),
  leaderAppendOnly(path),
  logMatching(path),
  leaderCompleteness(path),
  stateMachineSafety(path),
  committedOnQuorum(path),
  oneVote(path),
];

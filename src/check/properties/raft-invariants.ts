import { equal, type NodeId } from "../../model/index.ts";
import { type AnyProperty, type Inspection, property, type RunSite } from "../property.ts";

/** What these invariants look at in a configuration. */
interface Members {
  readonly voters: readonly NodeId[];
  readonly votersOutgoing: readonly NodeId[];
}

/** What they look at in a server; the rest of its state is its own affair. */
interface Server {
  readonly role: string;
  readonly currentTerm: number;
  readonly commitIndex: number;
  readonly lastIncludedIndex: number;
  readonly lastIncludedTerm: number;
  readonly configurations: readonly { readonly index: number; readonly configuration: Members }[];
}

interface Entry {
  readonly kind: string;
  readonly term: number;
  readonly configuration?: Members;
}

interface LogView {
  readonly first: number;
  readonly entries: readonly unknown[];
}

interface End {
  readonly index: number;
  readonly term: number;
}

interface Head {
  readonly lastIncludedIndex: number;
  readonly lastIncludedTerm: number;
}

const noLog: LogView = { first: 1, entries: [] };
const atTheStart: Head = { lastIncludedIndex: 0, lastIncludedTerm: 0 };

const serverAt = (look: Inspection, node: NodeId, path: string): Server | undefined =>
  look.state(node, path) as Server | undefined;

const logAt = (look: Inspection, node: NodeId, path: string): LogView => look.log(node, path, "entries") ?? noLog;

/** What would be left of the log after a crash now, where the host can tell; what the server sees otherwise. */
const durableLogAt = (look: Inspection, node: NodeId, path: string): LogView =>
  (look.durableLog === undefined ? look.log(node, path, "entries") : look.durableLog(node, path, "entries")) ?? noLog;

const entryIn = ({ first, entries }: LogView, index: number): Entry | undefined =>
  entries[index - first] as Entry | undefined;

const snapshotAt = (look: Inspection, node: NodeId, path: string): Head =>
  (look.record(node, path, "snapshot") as { readonly head: Head } | null | undefined)?.head ?? atTheStart;

const endAt = (look: Inspection, node: NodeId, path: string): End => {
  const { first, entries } = logAt(look, node, path);
  const last = entries[entries.length - 1] as Entry | undefined;
  if (last !== undefined) return { index: first + entries.length - 1, term: last.term };
  const { lastIncludedIndex, lastIncludedTerm } = snapshotAt(look, node, path);
  return { index: lastIncludedIndex, term: lastIncludedTerm };
};

/** Whether an entry lies in a log, or in the snapshot that stands for its beginning. */
const holds = (look: Inspection, node: NodeId, path: string, log: LogView, { index, term }: End): boolean =>
  entryIn(log, index)?.term === term ||
  (index < log.first && index <= snapshotAt(look, node, path).lastIncludedIndex) ||
  index === 0;

const majorityOf = (voters: readonly NodeId[], agrees: (node: NodeId) => boolean): boolean => {
  let count = 0;
  for (const voter of voters) if (agrees(voter)) count++;
  return count * 2 > voters.length;
};

const quorumOf = ({ voters, votersOutgoing }: Members, agrees: (node: NodeId) => boolean): boolean =>
  majorityOf(voters, agrees) && (votersOutgoing.length === 0 || majorityOf(votersOutgoing, agrees));

const inForce = ({ configurations }: Server): Members | undefined =>
  configurations[configurations.length - 1]?.configuration;

const nobody: Members = { voters: [], votersOutgoing: [] };

interface Asked {
  readonly event: number;
  readonly committed: number;
}

/** A list of each node alone: made once, since there is a look after each step. */
const alone: (readonly NodeId[])[] = [];

const steppedOf = ({ node }: Inspection, nodes: readonly NodeId[]): readonly NodeId[] => {
  if (node === undefined) return nodes;
  alone[node] ??= [node];
  return alone[node];
};

interface Known {
  commitIndex: number;
  members: Members;
}

const knownOf = ({ nodes }: RunSite): { readonly nodes: readonly NodeId[]; readonly known: Known[] } => ({
  nodes,
  known: nodes.map(() => ({ commitIndex: 0, members: nobody })),
});

/**
 * What a leader takes for committed is at that time durable on a majority of the voters, in a joint configuration of each
 * set: nobody was counted for what he might still lose, or has lost. `QuorumLogInv` of etcdraft.tla at the moment of the
 * commit, with disks.
 */
export const committedOnQuorum = (path: string): AnyProperty =>
  property<ReturnType<typeof knownOf>>({
    id: "CommittedOnQuorum",
    kind: "safety",
    text: "What a leader commits is durable on a majority of the voters.",
    init: knownOf,
    inspect(s, look, report) {
      for (const node of steppedOf(look, s.nodes)) {
        const server = serverAt(look, node, path);
        if (server === undefined) continue;
        const before = s.known[node]!;
        const { commitIndex, members } = before;
        before.commitIndex = server.commitIndex;
        before.members = inForce(server) ?? nobody;
        if (server.role !== "leader" || server.commitIndex <= commitIndex) continue;
        const term = entryIn(logAt(look, node, path), server.commitIndex)?.term;
        if (term === undefined) continue;
        report.premise();
        const end = { index: server.commitIndex, term };
        const keeps = (voter: NodeId): boolean => holds(look, voter, path, durableLogAt(look, voter, path), end);
        // One step may commit a configuration first, and go on by the next one.
        if (quorumOf(members, keeps) || quorumOf(before.members, keeps)) continue;
        report.violated(
          `process ${node} commits index ${end.index} of term ${term} in term ${server.currentTerm}, which no majority of processes ${[...members.voters, ...members.votersOutgoing].join(", ")} has on disk`,
          look.event,
        );
      }
    },
  });

/** The end of a log as it was, in place of which the present one is written. */
interface KnownEnd {
  index: number;
  term: number;
}

interface Standing {
  readonly nodes: readonly NodeId[];
  readonly ends: KnownEnd[];
  readonly members: Members[];
  committed: End;
  /** More is committed, or a process lost something of its log, or may have: anybody could be elected wrongly now. */
  isAnybodysTurn: boolean;
}

const isUpToDate = (candidate: End, own: End): boolean =>
  candidate.term > own.term || (candidate.term === own.term && candidate.index >= own.index);

/** Takes over how a server looks now; false where neither its log nor its configuration moved. */
const hasMoved = (s: Standing, look: Inspection, path: string, node: NodeId, members: Members): boolean => {
  const known = s.ends[node]!;
  const { first, entries } = logAt(look, node, path);
  const last = entries[entries.length - 1] as Entry | undefined;
  const snapshot = last === undefined ? snapshotAt(look, node, path) : atTheStart;
  const index = last === undefined ? snapshot.lastIncludedIndex : first + entries.length - 1;
  const term = last === undefined ? snapshot.lastIncludedTerm : last.term;
  if (known.index === index && known.term === term && s.members[node] === members) return false;
  if (term < known.term || (term === known.term && index < known.index)) s.isAnybodysTurn = true;
  known.index = index;
  known.term = term;
  s.members[node] = members;
  return true;
};

/** Whether a server lacks what is committed, and could be elected all the same. */
const isElectable = (
  s: Standing,
  look: Inspection,
  path: string,
  candidate: NodeId,
  report: { premise(): void },
): boolean => {
  if (holds(look, candidate, path, logAt(look, candidate, path), s.committed)) return false;
  const own = serverAt(look, candidate, path);
  if (own === undefined) return false;
  report.premise();
  const last = s.ends[candidate]!;
  return quorumOf(inForce(own) ?? nobody, (voter) => isUpToDate(last, s.ends[voter]!));
};

/**
 * Whoever could be elected holds all that is committed: to a majority of the voters in its own configuration its log is up
 * to date. Looked at whether it stands or not, so that what an election would destroy shows before one is held.
 *
 * `MoreUpToDateCorrectInv` of etcdraft.tla says so of any two servers, which is more than is true: of five, S1 commits
 * index 3 in term 4 with S2 and S4, and tells S3 that index 2 (of term 2) is committed; S5, whose last entry is of term 3,
 * is up to date to S3, and lacks index 2. But S3 alone elects nobody.
 */
export const electableIsComplete = (path: string): AnyProperty =>
  property<Standing>({
    id: "ElectableIsComplete",
    kind: "safety",
    text: "Whoever a majority would vote for holds everything that is committed.",
    init: ({ nodes }: RunSite) => ({
      nodes,
      ends: nodes.map(() => ({ index: 0, term: 0 })),
      members: nodes.map(() => nobody),
      committed: { index: 0, term: 0 },
      isAnybodysTurn: false,
    }),
    on(s, { kind, node }) {
      // It may come back with less than it had: whatever that is, it is looked at. Until then it votes for nobody.
      if (kind !== "crash") return;
      s.isAnybodysTurn = true;
      s.ends[node] = { index: Number.MAX_SAFE_INTEGER, term: Number.MAX_SAFE_INTEGER };
    },
    inspect(s, look, report) {
      let moved: NodeId | null = null;
      for (const node of steppedOf(look, s.nodes)) {
        const server = serverAt(look, node, path);
        if (server === undefined) continue;
        if (hasMoved(s, look, path, node, inForce(server) ?? nobody)) moved = node;
        if (server.commitIndex <= s.committed.index) continue;
        const term = entryIn(logAt(look, node, path), server.commitIndex)?.term;
        if (term === undefined) continue;
        s.committed = { index: server.commitIndex, term };
        s.isAnybodysTurn = true;
        moved ??= node;
      }
      if (moved === null || s.committed.index === 0) return;
      // A log that grew makes nobody else electable, nor does a configuration: that is its owner's alone.
      const isForAll = s.isAnybodysTurn || look.node === undefined;
      s.isAnybodysTurn = false;
      for (const candidate of s.nodes) {
        if (!isForAll && candidate !== moved) continue;
        if (!isElectable(s, look, path, candidate, report)) continue;
        report.violated(
          `process ${candidate} lacks index ${s.committed.index} of term ${s.committed.term}, which is committed, and its log is up to date to a majority`,
          look.event,
        );
      }
    },
  });

/**
 * What two servers take for committed is the same, as far as both do: `LogInv` of etcdraft.tla. State Machine Safety says it
 * of what was applied; here it shows before.
 */
export const committedAgree = (path: string): AnyProperty =>
  property<{
    readonly nodes: readonly NodeId[];
    readonly commitIndexes: number[];
    readonly terms: Map<number, number>;
  }>({
    id: "CommittedAgree",
    kind: "safety",
    text: "No two servers take different entries for committed at one index.",
    init: ({ nodes }: RunSite) => ({ nodes, commitIndexes: nodes.map(() => 0), terms: new Map() }),
    inspect(s, look, report) {
      for (const node of steppedOf(look, s.nodes)) {
        const server = serverAt(look, node, path);
        if (server === undefined) continue;
        const log = server.commitIndex > s.commitIndexes[node]! ? logAt(look, node, path) : noLog;
        for (let index = s.commitIndexes[node]! + 1; index <= server.commitIndex; index++) {
          const term = entryIn(log, index)?.term;
          if (term === undefined) continue;
          const known = s.terms.get(index);
          if (known === undefined) {
            s.terms.set(index, term);
            continue;
          }
          report.premise();
          if (known !== term)
            report.violated(
              `process ${node} takes index ${index} of term ${term} for committed, where one of term ${known} was committed`,
              look.event,
            );
        }
        s.commitIndexes[node] = server.commitIndex;
      }
    },
  });

/**
 * No log reaches further within a term than that of the term's leader: `ElectionSafetyInv` of etcdraft.tla. Entries of a
 * term come from its leader, and he cuts nothing.
 */
export const leaderIsAhead = (path: string): AnyProperty =>
  property<{ readonly nodes: readonly NodeId[]; readonly indexes: number[]; readonly terms: number[] }>({
    id: "LeaderIsAhead",
    kind: "safety",
    text: "In its own term no log is longer than the leader's.",
    init: ({ nodes }: RunSite) => ({ nodes, indexes: nodes.map(() => 0), terms: nodes.map(() => 0) }),
    inspect(s, look, report) {
      for (const node of steppedOf(look, s.nodes)) {
        const { entries, first } = logAt(look, node, path);
        const last = entries[entries.length - 1] as Entry | undefined;
        if (last === undefined) continue;
        const index = first + entries.length - 1;
        if (index === s.indexes[node] && last.term === s.terms[node]) continue;
        s.indexes[node] = index;
        s.terms[node] = last.term;
        for (const leader of s.nodes) {
          const other = leader === node ? undefined : serverAt(look, leader, path);
          if (other?.role !== "leader" || other.currentTerm !== last.term) continue;
          report.premise();
          if (endAt(look, leader, path).index >= index) continue;
          report.violated(
            `process ${node} has index ${index} of term ${last.term}, which process ${leader}, the leader of that term, has not`,
            look.event,
          );
        }
      }
    },
  });

/**
 * A read is answered from a state no older than all that anybody took for committed when it was asked: more than a client
 * can tell, who has to write and read to notice. Ongaro 2014, 6.4. Watched at the port of the log.
 */
export const readsAreFresh = (path: string): AnyProperty =>
  property<{ readonly nodes: readonly NodeId[]; committed: number; readonly asked: Map<string, Asked> }>({
    id: "ReadsAreFresh",
    kind: "safety",
    port: path,
    text: "A read is answered at no lower index than was committed when it was asked.",
    init: ({ nodes }: RunSite) => ({ nodes, committed: 0, asked: new Map() }),
    on(s, { name, node, incarnation, args, event }, report) {
      if (name !== "read" && name !== "readReady") return;
      const key = `${node}/${incarnation}/${String(args[0])}`;
      if (name === "read") s.asked.set(key, { event, committed: s.committed });
      const asked = name === "readReady" ? s.asked.get(key) : undefined;
      if (asked === undefined) return;
      s.asked.delete(key);
      if (asked.committed > 0) report.premise();
      const index = args[1] as number;
      if (index < asked.committed)
        report.violated(
          `process ${node} answers a read at index ${index}, and index ${asked.committed} was committed when it was asked`,
          asked.event,
          event,
        );
    },
    inspect(s, look) {
      for (const node of steppedOf(look, s.nodes)) {
        const commitIndex = serverAt(look, node, path)?.commitIndex ?? 0;
        if (commitIndex > s.committed) s.committed = commitIndex;
      }
    },
  });

const isSameMembers = (some: Members, others: Members | undefined): boolean =>
  others !== undefined && equal(some.voters, others.voters) && equal(some.votersOutgoing, others.votersOutgoing);

/**
 * The configuration in force at a server is the latest one in its log or snapshot: what is cut from the log is not in force
 * any more. Ongaro 2014, 4.1.
 */
export const configurationFromLog = (path: string): AnyProperty =>
  property<{ readonly nodes: readonly NodeId[]; readonly entries: (Entry | undefined)[] }>({
    id: "ConfigurationFromLog",
    kind: "safety",
    text: "The configuration in force lies in the log or in the snapshot.",
    init: ({ nodes }: RunSite) => ({ nodes, entries: nodes.map(() => undefined) }),
    inspect(s, look, report) {
      for (const node of steppedOf(look, s.nodes)) {
        const server = serverAt(look, node, path);
        const latest = server?.configurations[server.configurations.length - 1];
        if (server === undefined || latest === undefined || latest.index <= server.lastIncludedIndex) continue;
        const entry = entryIn(logAt(look, node, path), latest.index);
        if (entry !== undefined && entry === s.entries[node]) continue;
        s.entries[node] = entry;
        report.premise();
        if (entry?.kind === "configuration" && isSameMembers(latest.configuration, entry.configuration)) continue;
        report.violated(
          `the voters of process ${node} are ${latest.configuration.voters.join(", ")}, from index ${latest.index}, where its log has ${entry === undefined ? "nothing" : "something else"}`,
          look.event,
        );
      }
    },
  });

/** A leader puts another configuration into its log only once the one before is committed. Ongaro 2014, 4.1 and 4.3. */
export const oneChangeAtATime = (path: string): AnyProperty =>
  property<{ readonly nodes: readonly NodeId[]; readonly latest: number[] }>({
    id: "OneChangeAtATime",
    kind: "safety",
    text: "A leader appends a configuration only once the one before it is committed.",
    init: ({ nodes }: RunSite) => ({ nodes, latest: nodes.map(() => 0) }),
    inspect(s, look, report) {
      for (const node of steppedOf(look, s.nodes)) {
        const server = serverAt(look, node, path);
        if (server === undefined) continue;
        const { configurations, commitIndex, currentTerm, role } = server;
        const latest = configurations[configurations.length - 1]!;
        const before = configurations[configurations.length - 2];
        const isNew = latest.index > s.latest[node]!;
        s.latest[node] = latest.index;
        if (role !== "leader" || !isNew || before === undefined) continue;
        if (entryIn(logAt(look, node, path), latest.index)?.term !== currentTerm) continue;
        report.premise();
        if (before.index > commitIndex)
          report.violated(
            `process ${node}, leader of term ${currentTerm}, appends a configuration at index ${latest.index} while the one at index ${before.index} is not committed`,
            look.event,
          );
      }
    },
  });

/** What etcdraft.tla has beyond figure 3 of the paper, as far as it is true, with disks that sync later. */
export const raftInvariants = (path: string): readonly AnyProperty[] => [
  committedOnQuorum(path),
  electableIsComplete(path),
  committedAgree(path),
  leaderIsAhead(path),
  readsAreFresh(path),
];

/** What must be true of configurations while members change. */
export const membershipInvariants = (path: string): readonly AnyProperty[] => [
  configurationFromLog(path),
  oneChangeAtATime(path),
];

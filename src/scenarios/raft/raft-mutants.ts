import type { ErasedModule } from "../../model/index.ts";
import { hasQuorum, isJoint, majorityAmong, type RaftRules } from "../../protocols/index.ts";
import type { Mutant } from "../../simulate/index.ts";

/** What can be changed in Raft: its rules, and what its servers remember. */
export interface RaftChanges extends RaftRules {
  readonly memory: (server: ErasedModule) => ErasedModule;
}

interface Memory {
  readonly incarnation: number;
  readonly disk: {
    readonly termAndVote: { readonly set: (value: unknown) => void };
    readonly entries: { readonly first: number; readonly cutFrom: (index: number) => void };
  };
}

/** A server that comes back under its old name with an empty disk. */
const forgetsAtRestart = (server: ErasedModule): ErasedModule => ({
  ...server,
  start(s, io) {
    const { incarnation, disk } = io as Memory;
    if (incarnation > 0) {
      disk.termAndVote.set({ term: 0, votedFor: null });
      disk.entries.cutFrom(disk.entries.first);
    }
    server.start?.(s, io);
  },
});

const mutant = (
  id: string,
  change: string,
  rules: Partial<RaftChanges>,
  violates: readonly string[],
  scenario = "consensus/raft-safety",
  more: Partial<Mutant> = {},
): Mutant => ({ id, scenario, change, rules, violates, ...more });

const elections: readonly Mutant[] = [
  mutant("raft/R2", "A vote is kept in memory only.", { storesVote: () => false }, ["OneVote", "ElectionSafety"]),
  mutant(
    "raft/R4",
    "A log is refused only if its last index and its last term are both lower; twice seen in the wild.",
    { isUpToDate: (candidate, own) => !(own.index > candidate.index && own.term > candidate.term) },
    ["LeaderCompleteness", "ElectableIsComplete"],
  ),
  mutant(
    "raft/R5",
    "Votes look at the commit index, not at the end of the log.",
    { endForVote: (_last, committed) => committed },
    ["LeaderCompleteness"],
  ),
  mutant("raft/no-up-to-date-check", "Votes do not look at logs.", { isUpToDate: () => true }, ["LeaderCompleteness"]),
  mutant(
    "raft/R9",
    "A pre-vote is granted with the voter's own term, and the candidate takes it for an old one.",
    { preVoteReplyTerm: (_granted, _asked, own) => own },
    ["NNAR1"],
    "consensus/raft",
    { seedsMax: 10 },
  ),
  mutant(
    "raft/R10",
    "A pre-vote raises the term of who is asked.",
    { preVoteRaisesTerm: () => true },
    ["NNAR1"],
    "consensus/raft",
    { seedsMax: 10 },
  ),
  mutant(
    "raft/R11",
    "A pre-vote that comes late counts as whatever is being counted.",
    {
      countsVote: ({ isPreVote, term, role, currentTerm }) =>
        isPreVote || (role === "candidate" && term === currentTerm),
    },
    ["ElectionSafety", "LeaderAppendOnly"],
    "consensus/raft",
  ),
  mutant(
    "raft/R12",
    "An election that the leader asked for asks first whether it could be won, and all are loyal to the leader.",
    { preVotes: () => true, mayVote: ({ isLoyal }) => !isLoyal },
    ["LeaderAsWished"],
    "consensus/raft-members",
    { seedsMax: 40 },
  ),
  mutant(
    "raft/R13",
    "A leader does not ask itself whether it still hears a quorum, and one that is deaf leads for ever.",
    { checksQuorum: () => false },
    ["NNAR1"],
    "consensus/raft-datagrams",
    { seedsMax: 60 },
  ),
  mutant(
    "raft/R15",
    "A learner refuses to vote, though the candidate may know that it is a voter by now.",
    { mayVote: ({ isTransfer, isLoyal, isVoter }) => isVoter && (isTransfer || !isLoyal) },
    ["NNAR1"],
    "consensus/raft-members",
  ),
  mutant(
    "raft/timer-reset-by-anything",
    "Every message counts as a sign of the leader.",
    { isSignOfLeader: () => true },
    ["NNAR1"],
    "consensus/raft",
    { seedsMax: 10 },
  ),
];

const replication: readonly Mutant[] = [
  mutant("raft/R1", "A leader commits entries of earlier terms by counting: Figure 8.", { mayCommit: () => true }, [
    "ElectableIsComplete",
    "LeaderCompleteness",
  ]),
  mutant(
    "raft/R7",
    "The quorum is computed over a list that is not sorted.",
    { heldByQuorum: ({ voters }, matchIndex) => matchIndex(voters[Math.floor((voters.length - 1) / 2)]!) },
    ["CommittedOnQuorum", "LeaderCompleteness"],
  ),
  mutant("raft/R16", "A follower cuts its log behind every message.", { conflicts: () => true }, ["protocol"]),
  mutant(
    "raft/R17",
    "A follower commits up to the end of its log, also what the message did not vouch for.",
    { followerCommit: (leaderCommit, _lastNew, last) => Math.min(leaderCommit, last) },
    ["StateMachineSafety", "LeaderCompleteness"],
  ),
  mutant(
    "raft/R24",
    "A leader counts itself before its entries are durable.",
    { countsItself: (_stored, last) => last },
    ["CommittedOnQuorum", "LeaderCompleteness"],
  ),
  mutant(
    "raft/R21",
    "How far the log is durable is not lowered when the log is cut.",
    { storedAfterCut: (known) => known },
    ["CommittedOnQuorum", "ElectableIsComplete"],
  ),
  mutant(
    "raft/R27",
    "The last notice of the disk says how far the log is durable, also if it comes out of order.",
    { storedAfter: (_known, notice) => notice },
    ["NNAR1", "CommittedOnQuorum"],
    "consensus/raft",
    {
      equivalent: "A host has one position up to which all is durable, and it only grows: notices come in order.",
      seedsMax: 100,
    },
  ),
  mutant(
    "raft/R35",
    "A leader takes proposals while it hands over.",
    { refusesInTransfer: () => false },
    ["NothingTakenInTransfer"],
    "consensus/raft-members",
  ),
  mutant("raft/R25", "A follower answers before its entries are durable.", { acknowledgesEarly: () => true }, [
    "CommittedOnQuorum",
    "LeaderCompleteness",
  ]),
  mutant("raft/R31", "A message that is full still takes smaller entries that come later.", { packsOn: () => true }, [
    "StateMachineSafety",
    "protocol",
  ]),
  mutant("raft/R32", "Entries that conflict stay, and new ones come behind them.", { conflicts: () => false }, [
    "LogMatching",
    "CommittedOnQuorum",
  ]),
  mutant(
    "raft/R20",
    "An answer of an earlier term counts, though what it is about may be gone since.",
    { countsReply: () => true },
    ["CommittedOnQuorum", "ElectableIsComplete"],
    "consensus/raft-swarm",
    { seedsMax: 8_000 },
  ),
  mutant(
    "raft/R34",
    "A leader does not go back to where the logs match.",
    { nextAfterRefusal: (_hint, _match, next) => next },
    ["NNAR1"],
    "consensus/raft",
    { seedsMax: 10 },
  ),
  mutant(
    "raft/apply-at-append",
    "Entries are applied as soon as they lie in the log.",
    { mayApply: (_commit, last) => last },
    ["StateMachineSafety"],
  ),
  mutant(
    "raft/next-below-match",
    "After a refusal a leader may try again below what is known to match.",
    { nextAfterRefusal: (hint) => hint + 1 },
    ["LeaderCompleteness"],
    "consensus/raft-safety",
    {
      equivalent: "What is sent twice is there already, and stays; the log of the follower does not change.",
      seedsMax: 150,
    },
  ),
];

const snapshots: readonly Mutant[] = [
  mutant(
    "snapshot/S1",
    "A snapshot is installed that is older than what was applied.",
    { installs: () => true },
    ["StateMachineSafety"],
    "consensus/raft-datagrams",
  ),
  mutant(
    "raft/R23",
    "What lies below the follower's snapshot is taken for a conflict.",
    { matchesBelowSnapshot: () => false },
    ["protocol"],
    "consensus/raft",
  ),
  mutant(
    "raft/R29",
    "When committed entries are handed over in pages, the pages after the first are skipped.",
    { appliedAfterPage: (_end, commit) => commit },
    ["StateMachineSafety"],
    "consensus/raft",
  ),
];

const members: readonly Mutant[] = [
  mutant(
    "membership/M1",
    "A leader changes members before it committed an entry of its own term: two majorities without a common server.",
    { mayChangeMembers: () => true },
    ["ElectableIsComplete", "ElectionSafety", "LeaderCompleteness"],
    "consensus/raft-one-at-a-time",
  ),
  mutant(
    "membership/M2",
    "A second change begins while the first is not committed.",
    { isChanging: () => false },
    ["ElectableIsComplete", "OneChangeAtATime", "LeaderCompleteness"],
    "consensus/raft-one-at-a-time",
  ),
  mutant(
    "membership/M5",
    "While old and new voters both count, the majority of the new ones is enough.",
    {
      hasQuorum: (configuration, agrees) => hasQuorum({ ...configuration, votersOutgoing: [] }, agrees),
      heldByQuorum: ({ voters }, matchIndex) => majorityAmong(voters, matchIndex),
    },
    ["CommittedOnQuorum", "ElectableIsComplete", "LeaderCompleteness"],
    "consensus/raft-members",
  ),
  mutant(
    "membership/M6",
    "A configuration that is cut from the log stays in force.",
    { rollsBackConfiguration: () => false },
    ["ConfigurationFromLog"],
    "consensus/raft-one-at-a-time",
  ),
  mutant(
    "membership/M10",
    "Whether the joint configuration is to be left is asked of the committed one: it is left again and again.",
    {
      jointToLeave: (_latest, committed) => (isJoint(committed.configuration) ? committed : null),
    },
    ["OneChangeAtATime"],
    "consensus/raft-members",
  ),
  mutant(
    "membership/M7",
    "A server comes back under its old name without its log.",
    { memory: forgetsAtRestart },
    ["LeaderCompleteness", "OneVote"],
    "consensus/raft-safety",
  ),
];

const reads: readonly Mutant[] = [
  mutant(
    "reads/L6",
    "Leases are measured on the time of day, and that steps.",
    { leaseClock: () => "wall" },
    ["ReadsAreFresh", "LIN"],
    "consensus/raft-lease",
  ),
  mutant(
    "reads/L1",
    "A leader answers reads without asking whether it still is one.",
    { readsAskQuorum: () => false },
    ["ReadsAreFresh", "LIN"],
  ),
  mutant("reads/L2", "A new leader answers reads before it committed anything in its term.", { mayRead: () => true }, [
    "ReadsAreFresh",
    "LIN",
  ]),
  mutant(
    "reads/L8",
    "The answer to a question of an earlier life counts for the question of the same number in this one.",
    { isOwnRead: () => true },
    ["ReadsAreFresh", "LIN"],
    "consensus/raft-swarm",
  ),
  mutant("reads/L4", "A read is answered before the state is as new as its index.", { answersRead: () => true }, [
    "ReadsAreFresh",
    "LIN",
  ]),
];

/** Known bugs of Raft, and a change that is none. */
export const raftMutants: readonly Mutant[] = [...elections, ...replication, ...snapshots, ...members, ...reads];

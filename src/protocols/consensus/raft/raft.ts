import type { Module, NodeId } from "../../../model/index.ts";
import { isVoter, membersOf } from "./configuration.ts";
import { checkQuorum, standForElection } from "./election.ts";
import { giveUpTransfer, leaveForDisk, transferLeadership } from "./leadership-transfer.ts";
import { configurationOfServer, loadConfigurations } from "./log.ts";
import { changeMembers, giveUpChange } from "./membership.ts";
import { propose } from "./proposals.ts";
import { type RaftOptions, type Settings, settingsOf } from "./raft-options.ts";
import type { RaftIO, RaftSpec, RaftState } from "./raft-state.ts";
import { askLeader, giveUpAsking, read } from "./read-index.ts";
import { receive } from "./receive.ts";
import { flush, hasNothingToSend, onCommitPatience, onHeartbeat, onSession, onStored } from "./replication.ts";
import { awaitElection, hearLeader, missLeader } from "./roles.ts";
import { beginHandover, handOn } from "./snapshot-handover.ts";
import { endIdleTransfers } from "./snapshot-sending.ts";
import { cleanSnapshots, saveSnapshot } from "./snapshot-store.ts";

const initialState = (): RaftState => ({
  role: "follower",
  currentTerm: 0,
  votedFor: null,
  leader: null,
  commitIndex: 0,
  lastApplied: 0,
  lastIncludedIndex: 0,
  lastIncludedTerm: 0,
  forgotten: { index: 0, term: 0 },
  storedIndex: 0,
  configurations: [],
  isLoyal: false,
  votesGranted: [],
  isTransfer: false,
  leading: null,
  readsOpen: 0,
  asked: [],
  toAsk: [],
  serial: 0,
  confirmed: [],
  handover: null,
  saving: null,
  said: { role: "follower", term: 0, leader: null },
});

/** What was durable comes back: term, vote, log, snapshot. What is committed beyond the snapshot a leader will tell. */
const boot = (s: RaftState, io: RaftIO, settings: Settings): void => {
  const { termAndVote, snapshot, entries } = io.disk;
  s.currentTerm = termAndVote.value.term;
  s.votedFor = termAndVote.value.votedFor;
  if (entries.end === 0) entries.cutBefore(1);
  cleanSnapshots(io);
  if (snapshot.value !== null) {
    s.lastIncludedIndex = snapshot.value.head.lastIncludedIndex;
    s.lastIncludedTerm = snapshot.value.head.lastIncludedTerm;
    s.forgotten = { index: s.lastIncludedIndex, term: s.lastIncludedTerm };
    s.commitIndex = s.lastIncludedIndex;
    beginHandover(s, io);
  }
  loadConfigurations(s, io, settings);
  const configuration = configurationOfServer(s);
  io.up.membership(configuration, s.configurations[s.configurations.length - 1]!.index);
  // Alone there is nobody to wait for. Where leases are granted the last life may owe one.
  if (membersOf(configuration).length === 1 && isVoter(configuration, io.self)) io.timers.election.set(0);
  else if (settings.lease !== null) hearLeader(s, io, settings);
  else awaitElection(io, settings);
};

/**
 * The leader's session is closed: a process that is killed closes its sessions long before it is missed. Whoever sees it
 * stands at once, each at its own place so that they do not split the votes, and votes freely. Elections stay what they
 * are, since only the time is another one; whoever granted the leader a lease keeps to it.
 */
const onLeaderGone = (s: RaftState, io: RaftIO, { hastyStepMs, lease, rules }: Settings, peer: NodeId): void => {
  if (peer !== s.leader || s.role !== "follower" || hastyStepMs === null) return;
  if (!rules.mayHasten(lease !== null && s.isLoyal)) return;
  const { voters } = configurationOfServer(s);
  const place = voters.filter((node) => node !== peer).indexOf(io.self);
  if (place < 0) return;
  io.mark("stands because the leader's session ended");
  s.isLoyal = false;
  io.timers.silence.cancel();
  io.timers.election.set({ from: place * hastyStepMs, to: (place + 0.5) * hastyStepMs });
};

const marks: readonly string[] = [
  "applies in more than one step",
  "cuts entries that conflict",
  "enters a joint configuration",
  "goes on with a snapshot where it stopped",
  "hands over",
  "hears an answer to a question of its earlier life",
  "installs a snapshot",
  "leads again, and hears an answer to its earlier term",
  "resigns, for it is no member any more",
  "sends a snapshot",
  "stands because the leader hands over",
  "stands because the leader's session ended",
  "steps down because its disk is stuck",
  "steps down without a quorum",
  "takes a configuration back",
];

/** A server of Raft. */
export type Raft<Command, Chunk> = Module<RaftSpec<Command, Chunk>>;

/**
 * Raft: a log that a majority of servers keeps the same, led by one of them at a time. Safe whatever the network loses,
 * delays, repeats or reorders and whoever crashes and recovers with its disk; live while a majority is up and messages
 * are timely. It stands on sessions and needs no more of them than that they are told when they end: what was sent may
 * be lost then, and is sent again.
 *
 * The files beside this one have a part each: election, replication (what a leader sends and counts), log acceptance
 * (what a follower does with it), commitment, read index, membership, leadership transfer, snapshots.
 *
 * Source: Ongaro and Ousterhout 2014, In Search of an Understandable Consensus Algorithm; Ongaro 2014, Consensus:
 * Bridging Theory and Practice.
 */
export const raft = <Command, Chunk>(options: RaftOptions<Command> = {}): Raft<Command, Chunk> => {
  const settings = settingsOf(options);
  const server: Module<RaftSpec<unknown, unknown>> = {
    name: "Raft",
    source: "Ongaro and Ousterhout 2014; Ongaro 2014",
    marks,
    disk: { termAndVote: { term: 0, votedFor: null }, entries: "log", snapshot: null, incoming: null, chunks: "log" },
    init: initialState,
    start: (s, io) => boot(s, io, settings),
    settled(s, io) {
      flush(s, io, settings);
      askLeader(s, io, settings);
    },
    idle: (s, io) => s.toAsk.length === 0 && hasNothingToSend(s, io, settings),
    upon: {
      request: {
        propose: (s, io, id, command) => propose(s, io, settings, id, command),
        read: (s, io, id) => read(s, io, settings, id),
        transferLeadership: (s, io, id, to) => transferLeadership(s, io, settings, id, to),
        changeMembers: (s, io, id, change) => changeMembers(s, io, settings, id, change),
        saveSnapshot: (s, io, index, number, chunk, isLast) =>
          saveSnapshot(s, io, settings, index, number, { chunk, isLast }),
      },
      sessions: {
        deliver: (s, io, from, message) => receive(s, io, settings, from, message),
        opened: (s, _io, peer) => onSession(s, peer),
        ended(s, io, peer) {
          onSession(s, peer);
          onLeaderGone(s, io, settings, peer);
        },
      },
      timer: {
        silence: (s, io) => missLeader(s, io, settings),
        election(s, io) {
          // The old leader's blessing is for one election: it must not stand against a lease of the next leader.
          s.isTransfer = false;
          standForElection(s, io, settings);
        },
        heartbeat: (s, io) => onHeartbeat(s, io, settings),
        commit: onCommitPatience,
        quorum(s, io) {
          endIdleTransfers(s, io);
          checkQuorum(s, io, settings);
        },
        transfer: giveUpTransfer,
        catchUp: giveUpChange,
        disk: (s, io) => leaveForDisk(s, io, settings),
        apply: (s, io) => handOn(s, io, settings),
        read: giveUpAsking,
      },
      durable: {
        stored: (s, io, term, index) => onStored(s, io, settings, term, index),
        saved: (_s, io, index) => io.up.snapshotSaved(index),
      },
    },
  };
  // Inside the protocol commands and chunks are opaque: it looks at neither.
  return server as unknown as Raft<Command, Chunk>;
};

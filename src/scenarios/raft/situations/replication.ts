import { figure2Rules } from "../../../protocols/index.ts";
import type { Situation } from "./situation.ts";

/** How a leader brings its followers up to date, and what it commits. */
export const replication: readonly Situation[] = [
  {
    name: "probe-and-replicate",
    title: "The leader of figure 7 finds where each log parts from its own, and makes all of them its own",
    like: "etcd-io/raft probe_and_replicate; Ongaro and Ousterhout 2014, figure 7, to the letter",
    servers: 7,
    options: { rules: figure2Rules, entriesPerMessageMax: 1 },
    play: `
      # Seven leaders, each heard by a few: the logs of figure 7.
      (s1 stands; settle; s1 proposes a b; settle)
      (s2 is elected by s5 s6 s7; settle s2 s7; s2 proposes c; settle s2 s7; s2 proposes d; settle s2 s7; lose the rest)
      (s7 is elected by s1 s3 s4 s5 s6; s7 proposes e f g h; lose the rest)
      (s6 is elected by s1 s3 s4 s5; settle s6 s1 s2 s3 s4 s5; s6 proposes i; settle s6 s1 s2 s4 s5)
      (s6 proposes j k; lose the rest)
      (s5 is elected by s1 s2 s4; settle s5 s1 s2 s4; s5 proposes l; settle s5 s1 s2 s4; lose the rest)
      (s4 is elected by s1 s2 s5; settle s4 s1 s2 s5; s4 proposes m; settle s4 s1 s2 s5)
      (s4 proposes n; settle s4 s1 s5; s4 proposes o; lose the rest)
      (s5 is elected by s1 s3 s6 s7; s5 proposes p; lose the rest)
      then s1 holds 1 1 1 4 4 5 5 6 6 6
      then s2 holds 1 1 1 4 4 5 5 6 6
      then s3 holds 1 1 1 4
      then s4 holds 1 1 1 4 4 5 5 6 6 6 6
      then s5 holds 1 1 1 4 4 5 5 6 6 6 7 7
      then s6 holds 1 1 1 4 4 4 4
      then s7 holds 1 1 1 2 2 2 3 3 3 3 3
      # s1 is elected for term 8: s4 has a longer log and s5 a later term, the others vote for it.
      s1 stands
      deliver to s2 s3 s4 s5 s6 s7
      deliver to s1
      then s1 leads in term 8
      then s4 voted for nobody in term 8
      then s5 voted for nobody in term 8
      # One follower after the other.
      settle s1 s2
      settle s1 s3
      settle s1 s4
      settle s1 s5
      settle s1 s6
      settle s1 s7
      then s2 holds 1 1 1 4 4 5 5 6 6 6 8
      then s3 holds 1 1 1 4 4 5 5 6 6 6 8
      then s4 holds 1 1 1 4 4 5 5 6 6 6 8
      then s5 holds 1 1 1 4 4 5 5 6 6 6 8
      then s6 holds 1 1 1 4 4 5 5 6 6 6 8
      then s7 holds 1 1 1 4 4 5 5 6 6 6 8
      then s1 has committed 11
    `,
  },
  {
    name: "figure-8",
    title: "An entry of an earlier term lies on a majority, is not committed by that, and is overwritten",
    like: "Ongaro and Ousterhout 2014, figure 8, a to d; the commit rule of section 5.4.2",
    servers: 5,
    options: { rules: figure2Rules, entriesPerMessageMax: 1 },
    play: `
      # Term 1: an entry that all have.
      (s1 stands; settle)
      # (a) s1 leads in term 2, and its entry there reaches s2 only.
      (s1 crashes; s1 recovers; s1 is elected by s2 s3 s4 s5; settle s1 s2; lose the rest)
      then s1 holds 1 2
      then s2 holds 1 2
      # (b) s5 is elected for term 3 by s3, s4 and itself. Its entry reaches nobody.
      (s1 crashes; s5 is elected by s3 s4; lose the rest)
      then s5 holds 1 3
      # (c) s1 is elected for term 4, at its second attempt. Its own entry reaches s2; s3 gets that of term 2 alone.
      (s5 crashes; s1 recovers; s1 stands; settle s1 s2 s3 s4; lose the rest; s1 is elected by s2 s3 s4; settle s1 s2)
      deliver to s3
      deliver from s3 to s1
      deliver to s3
      deliver from s3 to s1
      (lose the rest)
      then s1 holds 1 2 4
      then s2 holds 1 2 4
      then s3 holds 1 2
      # Three of five hold the entry of term 2 at index 2. It is not committed.
      then s1 sees s3 in replicate at 2
      then s1 has committed 0
      # (d) s5 is elected for term 5 by s3, s4 and itself: its last entry is of a later term than theirs.
      (s1 crashes; s5 recovers; s5 stands; settle s5 s3 s4; lose the rest; s5 is elected by s3 s4; settle)
      then s2 holds 1 3 5
      then s3 holds 1 3 5
      then s5 has committed 3
    `,
  },
  {
    name: "replicate-pause",
    title: "So much may be under way to a follower, and no more",
    like: "etcd-io/raft replicate_pause",
    servers: 3,
    options: { inflightMessagesMax: 3 },
    play: `
      (s1 stands; settle)
      (s1 proposes a; s1 proposes b; s1 proposes c)
      then 3 AppendEntries are under way to s2
      s1 proposes d
      then 3 AppendEntries are under way to s3
      then 3 entries are under way to s3
      # s2 answers, and gets the rest; s3 got nothing, and is told no more than what is committed.
      (settle s1 s2)
      then s1 has committed 5
      then s2 has committed 5
      lose to s3
      (s1 proposes e; settle s1 s2)
      then s1 sees s3 in replicate at 1
      then 0 entries are under way to s3
      # A heartbeat finds the gap, and the flow begins anew.
      s1 beats
      settle
      then s3 has committed 6
      then s1 sees s3 in replicate at 6
    `,
  },
  {
    name: "lagging-commit",
    title: "A follower whose answers are lost hears what is committed with the next message",
    like: "etcd-io/raft lagging_commit; the heartbeat carries the commit index itself, so one is enough",
    servers: 3,
    play: `
      (s1 stands; settle)
      s1 proposes a
      deliver to s2 s3
      # The answer of s3 is lost, and so is what it would have been told of the commit.
      deliver from s2 to s1
      lose to s1 s3
      settle s1 s2
      then s2 has committed 2
      then s3 holds 1 1
      then s3 has committed 1
      s1 beats
      deliver to s3
      then s3 has committed 2
    `,
  },
  {
    name: "heartbeat-resp-recovers-from-probing",
    title: "A follower that has everything and is probed again is back in replication after a heartbeat",
    like: "etcd-io/raft heartbeat_resp_recovers_from_probing; the end of a session in the place of a report",
    servers: 3,
    play: `
      (s1 stands; settle)
      then s1 sees s2 in replicate at 1
      the session of s1 and s2 ends
      then s1 sees s2 in probe at 1
      s1 beats
      settle
      then s1 sees s2 in replicate at 1
    `,
  },
  {
    name: "commit-no-further-than-vouched",
    title: "A follower commits nothing that the message has not vouched for, whatever the leader has committed",
    like: "raft/R17 of the known bugs",
    servers: 3,
    options: { entriesKept: 0 },
    play: `
      (s1 stands; settle)
      # s1 has two entries that nobody else gets; the others commit three of their own, and forget them.
      (s1 hear nothing; s1 proposes x y)
      then s1 holds 1 1 1
      (s2 misses its leader; s3 stands; settle s2 s3; s3 proposes a b; settle s2 s3)
      s3 saves a snapshot
      all hear each other
      s3 beats
      # The heartbeat overtakes the snapshot. It says that index 4 is committed, and nothing of what s1 has there.
      deliver AppendEntries to s1
      then s1 has committed 1
      settle
      then s1 has committed 4
      then s1 has applied a b
    `,
  },
  {
    name: "full-message",
    title: "A message that is full takes nothing that comes later, however small",
    like: "raft/R31 of the known bugs",
    servers: 3,
    options: { bytesOf: (command) => command.length, bytesPerMessageMax: 3 },
    play: `
      (s1 stands; settle)
      s1 proposes aa bb c
      then 3 entries are under way to s2
      settle
      then s3 has applied aa bb c
    `,
  },
  {
    name: "commits-in-pages",
    title: "What is committed is handed over a few entries at a time, and all of it",
    like: "raft/R29 of the known bugs",
    servers: 3,
    options: { appliedPerStepMax: 2 },
    play: `
      (s1 stands; settle)
      s1 proposes a b c d e
      settle
      then s1 has applied a b c d e
      then s3 has applied a b c d e
    `,
  },
];

import { figure2Rules } from "../../../protocols/index.ts";
import type { Situation } from "./situation.ts";

/** What a server says before its disk has finished, and what it does not. */
export const storage: readonly Situation[] = [
  {
    name: "async-storage-writes",
    title: "Entries go round while all disks are writing; only what is durable is acknowledged and counted",
    like: "etcd-io/raft async_storage_writes",
    servers: 3,
    play: `
      (s1 stands; settle)
      the disks of s1 s2 s3 wait
      # The leader sends what its own disk does not have yet, and goes on with the next.
      s1 proposes a
      deliver to s2 s3
      s1 proposes b
      deliver to s2 s3
      then s2 holds 1 1 1
      then 0 AppendEntriesReply are under way to s1
      # Each disk finishes its first write: one answer each.
      the disk of s2 writes once
      then 1 AppendEntriesReply are under way to s1
      the disk of s3 writes once
      deliver to s1
      # Two followers have it: committed, though the leader's own disk still writes. It says so to its user later.
      then s1 has committed 2
      then s1 has applied nothing
      # A crash takes what no disk has finished: the second entry, which nobody has acknowledged.
      s2 crashes
      s2 recovers
      then s2 holds 1 1
      the disks of s1 s3 go on
      then s1 has applied a
      (settle)
      s1 beats
      settle
      then s2 has committed 3
      then s1 has applied a b
    `,
  },
  {
    name: "async-storage-writes-append-aba-race",
    title: "A slow disk writes three versions of one entry, and each leader hears of its own",
    like: "etcd-io/raft async_storage_writes_append_aba_race",
    servers: 7,
    options: { rules: figure2Rules },
    play: `
      (s2 stands; settle)
      # s2 leads in term 1; what it proposes reaches s1 only, whose disk is slow.
      the disks of s1 wait
      s2 proposes a
      deliver to s1
      lose the rest
      # s3 leads in term 2, and puts its own entry at the same place.
      (s3 is elected by s4 s5 s6; lose to s2)
      deliver AppendEntries to s1
      (lose the rest)
      then s1 holds 1 2
      # s4 leads in term 3, and does the same.
      (s4 is elected by s5 s6 s7; lose to s2)
      deliver AppendEntries to s1
      (lose the rest)
      then s1 holds 1 3
      # Now the disk finishes one write after the other. The first one is what s2 asked for: s2 is answered.
      the disk of s1 writes once
      then s1 holds 1 3
      # The second one is what s3 asked for, the third one what s4 asked for; each is told after it.
      the disk of s1 writes once
      the disk of s1 writes once
      # Each leader hears of its own entry, though only that of s4 is still there.
      deliver to s2 s3 s4
      then s2 sees s1 in replicate at 2
      then s3 sees s1 in replicate at 2
      then s4 sees s1 in replicate at 2
      # None has a majority by that; s4 comes to one, and what s2 and s3 had there is gone.
      s4 beats
      settle
      then s4 has committed 2
      then s2 holds 1 3
      then s3 holds 1 3
      then s1 has committed 2
    `,
  },
  {
    name: "leader-counts-itself",
    title: "A leader counts itself once its own disk has the entry",
    like: "raft/R24 of the known bugs",
    servers: 3,
    play: `
      (s1 stands; settle)
      the disks of s1 wait
      s1 proposes a
      deliver to s2
      deliver to s1
      # s2 has it for good, s1 not yet: one of three.
      then s1 has committed 1
      the disks of s1 go on
      then s1 has committed 2
    `,
  },
];

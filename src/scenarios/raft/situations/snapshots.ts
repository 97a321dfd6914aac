import type { Situation } from "./situation.ts";

/** Followers that need what the leader's log does not have any more. */
export const snapshots: readonly Situation[] = [
  {
    name: "slow-follower-after-compaction",
    title: "A follower whose messages were lost, and whose entries the leader has forgotten, gets a snapshot",
    like: "etcd-io/raft slow_follower_after_compaction; here a message is lost only with the end of its session",
    servers: 3,
    options: { inflightMessagesMax: 2, entriesKept: 0 },
    play: `
      (s1 stands; settle; s1 proposes a b c; settle)
      # s3 gets nothing of what follows: two messages are under way to it, and no more.
      (s1 proposes d; s1 proposes e; s1 proposes f; s1 proposes g; settle s1 s2)
      then s1 has committed 8
      then 2 entries are under way to s3
      s1 saves a snapshot
      then s1 holds ..8
      the session of s1 and s3 ends
      settle
      then s3 has committed 8
      then s3 has applied a b c d e f g
      then s1 sees s3 in replicate at 8
    `,
  },
  {
    name: "snapshot-succeed-via-app-resp",
    title: "A follower that has all of it with the snapshot is in replication at once",
    like: "etcd-io/raft snapshot_succeed_via_app_resp",
    servers: 3,
    options: { entriesKept: 0 },
    play: `
      # s3 is down while the others lead, commit and forget everything.
      (s3 crashes; s1 stands; settle; s1 proposes a; settle)
      s1 saves a snapshot
      then s1 holds ..2
      s3 recovers
      s1 beats
      settle
      then s3 holds ..2
      then s3 has applied a
      then s1 sees s3 in replicate at 2
      s1 proposes b
      deliver to s3
      then s3 holds ..2 1
    `,
  },
  {
    name: "snapshot-succeed-via-app-resp-behind",
    title: "A snapshot that is older than the leader's log is enough, as long as the log goes on from it",
    like: "etcd-io/raft snapshot_succeed_via_app_resp_behind; the leader goes on while chunks are under way",
    servers: 3,
    options: { entriesKept: 0, chunksInFlightMax: 1 },
    play: `
      (s3 crashes; s1 stands; settle; s1 proposes a b; settle)
      s1 saves a snapshot
      s3 recovers
      s1 beats
      deliver to s3
      deliver from s3 to s1
      then 1 InstallSnapshot are under way to s3
      # Meanwhile more is committed, saved and forgotten, but for what s3 will need after its snapshot.
      (s1 proposes c d; settle s1 s2)
      s1 saves a snapshot
      then s1 holds ..3 1 1
      settle s1 s3
      # The rest comes from the log. If it needed the newer snapshot, and that took as long, it would never end.
      then s3 holds ..3 1 1
      then s3 has committed 5
      then s3 has applied a b c d
      then s1 sees s3 in replicate at 5
    `,
  },
  {
    name: "below-the-snapshot",
    title: "What lies below a follower's snapshot is committed, and so matches",
    like: "raft/R23 of the known bugs",
    servers: 3,
    options: { entriesKept: 0 },
    play: `
      (s1 stands; settle)
      # The second message overtakes the first one, and the leader sends both entries again.
      s1 proposes a
      s1 proposes b
      deliver the last message to s3
      deliver from s3 to s1
      deliver the last message to s3
      then s3 holds 1 1 1
      deliver from s3 to s1
      deliver the last message to s3
      then s3 has committed 3
      s3 saves a snapshot
      then s3 holds ..3
      # Another entry comes, and only then the very first message. Its entry is below the snapshot.
      s1 proposes c
      deliver the last message to s3
      then s3 holds ..3 1
      deliver to s3
      then s3 holds ..3 1
      settle
      then s3 has applied a b c
    `,
  },
];

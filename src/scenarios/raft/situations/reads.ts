import type { Situation } from "./situation.ts";

/** Reads: who may answer, and when. */
export const reads: readonly Situation[] = [
  {
    name: "stale-read",
    title: "A leader that was replaced without noticing answers no read",
    like: "B33; reads/L1 of the known bugs",
    servers: 3,
    play: `
      (s1 stands; settle)
      s1 hear nothing
      (s2 misses its leader; s3 stands; settle s2 s3)
      (s3 proposes a; settle s2 s3)
      then s3 has applied a
      # s1 still leads, as far as it knows. It asks, and hears nothing.
      then s1 leads in term 1
      s1 is asked to read, for r1
      then s1 has answered nothing
      all hear each other
      s1 beats
      settle
      then s1 follows nobody in term 2
      then s1 has refused r1: not leader
      # As a follower it asks the leader.
      (s3 beats; settle)
      then s1 follows s3 in term 2
      s1 is asked to read, for r2
      settle
      then s1 has answered r2
      then s1 has applied a
    `,
  },
  {
    name: "read-of-a-new-leader",
    title: "A new leader answers no read before it has committed an entry of its term",
    like: "reads/L2 of the known bugs; Ongaro 2014, section 6.4",
    servers: 3,
    play: `
      (s1 stands; settle)
      # s1 commits an entry that s2 has and s3 does not, and s2 does not know that it is committed.
      s1 proposes a
      deliver to s2
      deliver to s1
      then s1 has applied a
      (s1 crashes; lose the rest)
      (s3 misses its leader; s2 is elected by s3)
      then s2 leads in term 2
      then s2 has committed 1
      s2 is asked to read, for r1
      # s3 says that s2 leads, by refusing what it sends. That is not enough.
      deliver to s3
      deliver from s3 to s2
      then s2 has answered nothing
      settle
      then s2 has answered r1
      then s2 has applied a
    `,
  },
  {
    name: "read-waits-for-its-state",
    title: "A follower answers a read once its own state is as new as the leader says",
    like: "reads/L4 of the known bugs",
    servers: 3,
    play: `
      (s1 stands; settle)
      (s1 proposes a; settle s1 s2)
      then s1 has applied a
      s3 is asked to read, for r1
      deliver from s3 to s1
      settle s1 s2
      # The answer overtakes the entries.
      deliver ReadIndexReply to s3
      then s3 has answered nothing
      settle
      then s3 has answered r1
      then s3 has applied a
    `,
  },
];

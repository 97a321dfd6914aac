import type { Situation } from "./situation.ts";

/** Who is elected, who is not, and who steps down. */
export const elections: readonly Situation[] = [
  {
    name: "campaign",
    title: "A server asks whether it would win, then stands, and commits an entry of its term",
    like: "etcd-io/raft campaign; with pre-vote, which is on by default here",
    servers: 3,
    play: `
      s1 stands
      settle
      then s1 leads in term 1
      then s3 voted for s1 in term 1
      then s2 has committed 1
    `,
  },
  {
    name: "single-node",
    title: "A server that is alone leads as soon as it is up, and commits what its own disk has",
    like: "etcd-io/raft single_node; it stands by itself at its start, nobody has to ask it to",
    servers: 1,
    play: `
      then s1 leads in term 1
      then s1 has committed 1
      s1 crashes
      s1 recovers
      then s1 leads in term 2
      the disks of s1 wait
      s1 proposes a
      then s1 has committed 2
      the disks of s1 go on
      then s1 has committed 3
    `,
  },
  {
    name: "campaign-learner-must-vote",
    title: "A learner votes: who asks it may know already that it is a voter",
    like: "etcd-io/raft campaign_learner_must_vote",
    servers: 3,
    options: { voters: [0, 1], learners: [2] },
    play: `
      (s1 stands; settle)
      # s3 has all entries, and is made a voter.
      s1 wants voters s3
      settle s1 s2
      then s2 has members s1 s2 s3
      # None of it reaches s3. Then s1 is gone.
      lose to s3
      s1 crashes
      then s3 has members s1 s2, learners s3
      s3 misses its leader
      s2 stands
      settle s2 s3
      then s2 leads in term 2
      then s3 voted for s2 in term 2
      then s3 has members s1 s2 s3
    `,
  },
  {
    name: "checkquorum",
    title: "A leader that heard of no quorum for an election timeout steps down",
    like: "etcd-io/raft checkquorum; with pre-vote a server that fails to win does not even stand",
    servers: 3,
    play: `
      (s1 stands; settle)
      # Nobody votes against a leader that is there.
      s2 stands
      settle
      then s1 leads in term 1
      then s2 voted for s1 in term 1
      # Everybody answered since the last check; from now on nobody is heard.
      (s1 beats; settle)
      s1 checks its quorum
      then s1 leads in term 1
      s1 beats
      s1 checks its quorum
      then s1 follows nobody in term 1
      # The network was slow: what was under way arrives, too late.
      settle
      then s1 follows nobody in term 1
      # s3 has just heard the old leader, and refuses; s1 has no leader, and its vote is enough.
      s2 stands
      settle
      then s2 leads in term 2
    `,
  },
  {
    name: "prevote",
    title: "A server that is behind gets no pre-votes, and spends no term; one that is not wins",
    like: "etcd-io/raft prevote; here a follower is loyal to a leader that it hears even without its answer being asked",
    servers: 3,
    play: `
      (s1 stands; settle)
      s1 proposes a
      deliver to s2
      lose to s3
      # The other two have not heard of the leader for long, and would vote.
      s2 misses its leader
      s3 stands
      deliver to s1 s2
      settle
      then s3 follows s1 in term 1
      then s1 leads in term 1
      # Nor is it in the way of s2, which has the entry.
      s1 crashes
      s3 misses its leader
      s2 stands
      settle
      then s2 leads in term 2
      then s3 holds 1 1 2
    `,
  },
  {
    name: "prevote-checkquorum",
    title: "Pre-votes are for those whose voters miss their leader too",
    like: "etcd-io/raft prevote_checkquorum",
    servers: 3,
    play: `
      (s1 stands; settle)
      # Both others hear the leader: s2 has no chance, and the leader stays.
      s2 stands
      settle
      then s1 leads in term 1
      s1 beats
      settle
      # s2 misses the leader; then s3 may win, whatever s1 thinks of it.
      s2 misses its leader
      s3 stands
      deliver from s3 to s2
      settle s2 s3
      then s3 leads in term 2
      settle
      then s1 follows s3 in term 2
      # Who stands is loyal to nobody, also when it got no majority: two of them replace a leader that is there.
      s1 stands
      settle
      then s1 is a pre-candidate in term 2
      s2 stands
      settle
      then s2 leads in term 3
    `,
  },
  {
    name: "forget-leader",
    title: "Who sees its leader's session end forgets the leader, and stands and votes at once",
    like: "etcd-io/raft forget_leader; nobody asks for it here, the end of the session does it",
    servers: 4,
    options: { voters: [0, 1, 2], learners: [3] },
    play: `
      (s1 stands; settle)
      # A leader forgets nothing when a follower's session ends, and a learner never stands.
      the session of s1 and s4 ends
      then s1 leads in term 1
      then s4 follows s1 in term 1
      # s2 is loyal to nobody now; a heartbeat makes it loyal again.
      the session of s1 and s2 ends
      s1 beats
      settle
      # So it does not vote for s3, though s3 stands.
      s3 stands
      settle
      then s1 leads in term 1
      # The session ends for both: s2 is the first in the order of the voters, and need not wait for its timeout.
      s1 crashes
      the session of s1 and s2 ends
      the session of s1 and s3 ends
      s2 stands
      settle
      then s2 leads in term 2
      then s4 follows s2 in term 2
    `,
  },
  {
    name: "forget-leader-prevote-checkquorum",
    title: "Who forgot its leader grants pre-votes, but not to a log that is behind",
    like: "etcd-io/raft forget_leader_prevote_checkquorum; the end of a session in the place of a request",
    servers: 3,
    play: `
      (s1 stands; settle)
      s3 stands
      settle
      then s1 leads in term 1
      (s1 beats; settle)
      # s2 sees the session with s1 end: now s3 has a majority, though s1 lives.
      the session of s1 and s2 ends
      s3 stands
      settle s2 s3
      then s3 leads in term 2
      (settle)
      # s1 falls behind, and asks a server that forgot its leader again: its log is not good enough.
      s3 proposes a
      settle s2 s3
      lose to s1
      the session of s3 and s2 ends
      s1 stands
      settle s1 s2
      then s1 is a pre-candidate in term 2
      then s2 follows s3 in term 2
    `,
  },
  {
    name: "forget-leader-lease",
    title: "With leases on, the end of a session frees nobody from what it granted",
    like: "etcd-io/raft forget_leader_read_only_lease_based",
    servers: 3,
    options: { lease: { partsPerMillion: 0 } },
    play: `
      # Whoever starts may owe a lease of its last life, and waits.
      (s2 misses its leader; s3 misses its leader; s1 stands; settle)
      # A heartbeat renews the lease: for an election timeout s1 answers reads by itself.
      s1 beats
      settle
      s1 hear nothing
      s1 is asked to read, for r1
      then s1 has answered r1
      # Its sessions end. The others know, and still owe what they granted.
      the session of s1 and s2 ends
      the session of s1 and s3 ends
      s3 stands
      settle
      then s3 is a pre-candidate in term 1
      then s2 follows s1 in term 1
      # After the election timeout nothing is owed: another leader, and no answer from the old one.
      150 ms pass
      s2 misses its leader
      s3 stands
      settle
      then s3 leads in term 2
      s1 is asked to read, for r2
      then s1 has answered r1
    `,
  },
  {
    name: "late-pre-vote",
    title: "A promise of a vote that comes late is no vote",
    like: "raft/R11 of the known bugs",
    servers: 3,
    play: `
      s1 stands
      deliver to s2 s3
      deliver from s2 to s1
      then s1 is a candidate in term 1
      # What s3 says now is that it would vote for s1. Nobody has voted yet but s1 itself.
      deliver from s3 to s1
      then s1 is a candidate in term 1
      settle
      then s1 leads in term 1
      then s3 voted for s1 in term 1
    `,
  },
];

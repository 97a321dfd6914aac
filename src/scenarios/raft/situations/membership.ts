import type { Situation } from "./situation.ts";

/** Who comes, who goes, and who leads meanwhile. */
export const membership: readonly Situation[] = [
  {
    name: "confchange-add-single",
    title: "A server is added: it learns, votes in a joint configuration, and that is left by itself",
    like: "etcd-io/raft confchange_v1_add_single; a change of voters is joint here, and newcomers learn first",
    servers: 2,
    options: { voters: [0] },
    play: `
      then s1 leads in term 1
      s1 wants voters s2
      then s1 has members s1, learners s2
      settle
      then s1 has members s1 s2
      then s2 has members s1 s2
      then s2 holds 1 1 1 1
      then s2 has committed 4
    `,
  },
  {
    name: "confchange-remove-leader",
    title: "A leader that is to leave does not count itself for what comes after",
    like: "etcd-io/raft confchange_v1_remove_leader; by a joint configuration",
    servers: 3,
    play: `
      (s1 stands; settle)
      s1 wants without s1
      then s1 has members s2 s3, before s1 s2 s3
      s1 proposes a
      settle s1 s2
      # Two of the three old voters have it. Of the new ones only s2: not enough.
      then s2 holds 1 1 1
      then s1 has committed 1
      settle
      # Both have it: the joint configuration is over, and with it the leader's part in it.
      then s2 has members s2 s3
      then s2 has applied a
      then s1 follows nobody in term 1
      then s2 leads in term 2
      then s2 does not see s1
    `,
  },
  {
    name: "confchange-remove-leader-stepdown",
    title: "A leader that has left names its successor; what it could not commit any more the successor does",
    like: "etcd-io/raft confchange_v1_remove_leader_stepdown",
    servers: 3,
    play: `
      (s1 stands; settle)
      s1 wants without s1
      (settle s1 s2; deliver to s3; deliver from s3 to s1)
      then s1 has members s2 s3
      then s1 has committed 2
      # An entry more lies in its log when the last configuration is committed.
      s1 proposes a
      settle s1 s2
      then s1 has committed 2
      deliver AppendEntries to s3
      deliver from s3 to s1
      then s1 has committed 3
      then s1 follows nobody in term 1
      then s1 has applied nothing
      settle
      then s2 leads in term 2
      then s3 has applied a
      # It takes no more proposals, and does not stand: it knows that it is no member.
      s1 proposes b
      then s1 has refused b: not leader
      s1 stands
      settle
      then s2 leads in term 2
    `,
  },
  {
    name: "confchange-add-double-auto",
    title: "Two servers come at once, two go at once; a joint configuration is left once, whatever is proposed in it",
    like: "etcd-io/raft confchange_v2_add_double_auto",
    servers: 3,
    options: { voters: [0] },
    play: `
      s1 wants voters s2 s3
      then s1 has members s1, learners s2 s3
      settle
      then s3 has members s1 s2 s3
      then s3 holds 3 configurations
      (s1 beats; settle)
      s1 wants without s2 s3
      then s1 has members s1, before s1 s2 s3
      # Proposals in the joint configuration, which needs one of the two.
      s1 proposes a
      s1 proposes b
      then s1 has committed 4
      settle
      then s1 has members s1
      then s1 holds 5 configurations
      then s1 has applied a b
    `,
  },
  {
    name: "confchange-add-double-implicit",
    title: "A leader that finds a joint configuration in its log leads out of it",
    like: "etcd-io/raft confchange_v2_add_double_implicit; its open question, another leader in the middle, is played",
    servers: 4,
    options: { voters: [0, 1, 2] },
    play: `
      (s1 stands; settle)
      s1 wants voters s4
      (deliver to s2 s3 s4; deliver from s2 s3 s4 to s1; deliver to s2 s3 s4; deliver from s2 s3 s4 to s1)
      then s1 has members s1 s2 s3 s4, before s1 s2 s3
      # The joint configuration reaches the others, and then its leader is gone, before it knows.
      deliver to s2 s3 s4
      s1 crashes
      then s2 has members s1 s2 s3 s4, before s1 s2 s3
      s2 misses its leader
      s4 misses its leader
      s3 stands
      settle
      # Nobody asked s3 to go on with it.
      then s3 leads in term 2
      then s3 has members s1 s2 s3 s4
      then s4 has members s1 s2 s3 s4
      then s3 has committed 5
    `,
  },
  {
    name: "confchange-add-single-auto",
    title: "Where the rule allows it, one server is added without a joint configuration",
    like: "etcd-io/raft confchange_v2_add_single_auto; only with the rule changed: by default every change is joint",
    servers: 2,
    options: { voters: [0], rules: { goesJoint: () => false } },
    play: `
      s1 wants voters s2
      settle
      then s1 has members s1 s2
      then s2 holds 2 configurations
      # It needs s2 from now on: before, s1 alone was enough.
      s1 proposes a
      then s1 has committed 3
      settle
      then s1 has committed 4
    `,
  },
  {
    name: "confchange-add-single-explicit",
    title: "In a joint configuration no other change begins; it is left by itself, and the next one may come",
    like: "etcd-io/raft confchange_v2_add_single_explicit; nobody has to ask for the end, nor can",
    servers: 3,
    options: { voters: [0] },
    play: `
      s1 wants voters s2
      (deliver to s2; deliver from s2 to s1; deliver to s2; deliver from s2 to s1)
      then s1 has members s1 s2, before s1
      s1 wants learners s3
      then s1 has refused learners s3: busy
      settle
      then s1 has members s1 s2
      then s1 holds 3 configurations
      s1 wants learners s3
      settle
      then s3 has members s1 s2, learners s3
    `,
  },
  {
    name: "confchange-one-at-a-time",
    title: "A change that comes before the one before it is committed is refused, and may be asked for again",
    like: "etcd-io/raft confchange_disable_validation, which switches that check off; here nothing does",
    servers: 3,
    options: { voters: [0] },
    play: `
      # The only voter's disk is slow: nothing is committed for a while.
      the disks of s1 wait
      s1 wants learners s2
      s1 wants learners s3
      the disks of s1 go on
      then s1 has refused learners s3: busy
      then s1 has members s1, learners s2
      s1 wants learners s3
      settle
      then s3 has members s1, learners s2 s3
    `,
  },
  {
    name: "confchange-replace-leader",
    title: "A new server takes the leader's place as a voter at once, and as the leader once the change is done",
    like: "etcd-io/raft confchange_v2_replace_leader; leadership cannot be handed over in the joint configuration",
    servers: 4,
    options: { voters: [0, 1, 2] },
    play: `
      (s1 stands; settle)
      s1 wants voters s4, without s1
      (deliver to s2 s3 s4; deliver from s2 s3 s4 to s1; deliver to s2 s3 s4; deliver from s2 s3 s4 to s1)
      then s1 has members s2 s3 s4, before s1 s2 s3
      s1 hands over to s4
      then s1 has refused hand-over to s4: busy
      settle
      # The old leader is out, and has told the first of the others to stand. That one hands over.
      then s2 leads in term 2
      then s4 has members s2 s3 s4
      s2 hands over to s4
      settle
      then s4 leads in term 3
      # Whoever was removed does not stand, and would not be heard.
      s1 stands
      settle
      then s4 leads in term 3
    `,
  },
  {
    name: "confchange-replace-leader-stepdown",
    title: "The leader that has left is not missed where its last word is lost: whoever misses it first stands",
    like: "etcd-io/raft confchange_v2_replace_leader_stepdown",
    servers: 4,
    options: { voters: [0, 1, 2] },
    play: `
      (s1 stands; settle)
      s1 wants voters s4, without s1
      (deliver to s2 s3 s4; deliver from s2 s3 s4 to s1; deliver to s2 s3 s4; deliver from s2 s3 s4 to s1)
      (deliver to s2 s3 s4; deliver from s2 s3 s4 to s1; deliver to s2 s3 s4)
      then s1 has members s2 s3 s4
      # Its successor does not hear that it is to stand.
      deliver from s2 s3 s4 to s1
      then s1 follows nobody in term 1
      then 1 TimeoutNow are under way to s2
      lose the rest
      s1 stands
      then s1 follows nobody in term 1
      s2 misses its leader
      s4 misses its leader
      s3 stands
      settle
      then s3 leads in term 2
      then s4 follows s3 in term 2
    `,
  },
];
